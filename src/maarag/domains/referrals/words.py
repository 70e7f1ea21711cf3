"""Referrals in words: where one stands, the way it went, what is to be done next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from maarag.ui import figures
from maarag.ui.tables import Status

from .models import AskedHow, Help, HelpWord, Referral, ReferralStatus
from .queries import is_late

S = ReferralStatus


def status_of(referral: Referral, help: str = "", today: date | None = None) -> Status:
    """The word, shape and colour of where a referral stands; `help`: the family's newest word."""
    late = is_late(referral, today)
    match referral.status:
        case S.SENT:
            return (
                Status(_("No answer in time"), "critical")
                if late
                else Status(_("Waits for an answer"), "info")
            )
        case S.ACCEPTED:
            return (
                Status(_("Accepted, not begun in time"), "attention")
                if late
                else Status(_("Accepted, not begun yet"), "info")
            )
        case S.STARTED:
            return (
                Status(_("The family is to be asked"), "attention")
                if late
                else Status(pgettext("referral", "Under way"), "ok")
            )
        case S.HEARD:
            return Status(_("To be closed"), "attention") if late else Status(_("The family was heard"), "ok")
        case S.DECLINED:
            return Status(pgettext("referral", "Declined"), "attention")
        case S.LAPSED:
            return Status(_("Lapsed without an answer"), "critical")
        case S.WITHDRAWN:
            return Status(pgettext("referral", "Withdrawn"), "neutral")
        case _:
            return Status(pgettext("referral", "Closed"), "neutral")


def status_for_service(referral: Referral, today: date | None = None) -> Status:
    """The same in the eyes of the service, which does not know what the family says."""
    match referral.status:
        case S.SENT:
            late = is_late(referral, today)
            return (
                Status(_("Your answer is late"), "critical")
                if late
                else Status(_("To be answered"), "attention")
            )
        case S.ACCEPTED:
            late = is_late(referral, today)
            return Status(_("It should have begun"), "attention") if late else Status(_("To begin"), "info")
        case S.STARTED | S.HEARD:
            return Status(pgettext("referral", "Under way"), "ok")
        case S.DECLINED:
            return Status(pgettext("referral", "Declined"), "neutral")
        case _:
            return Status(pgettext("referral", "Closed"), "neutral")


def status_of_help(help: str) -> Status:
    """What the family says of help, as a status; it is not asked yet where it said nothing."""
    match help:
        case Help.YES:
            return Status(_("Help was received"), "ok")
        case Help.PARTLY:
            return Status(_("Help was partly received"), "attention")
        case Help.NO:
            return Status(_("No help was received"), "critical")
        case _:
            return Status(_("The family was not asked"), "unknown")


def who_is_waited_for(referral: Referral) -> str:
    """Whose step is the next one, in words; empty where nobody's is."""
    match referral.status:
        case S.SENT | S.ACCEPTED:
            return _("The service")
        case S.STARTED | S.HEARD:
            return _("The sender")
        case _:
            return ""


@dataclass(frozen=True)
class PathStep:
    """One station of the way: its name, where it stands, when it was or is due, and a line more."""

    name: str
    status: Status
    when: str = ""
    note: str = ""
    current: bool = False


DONE, AHEAD = "ok", "unknown"


def path_of(referral: Referral, word: HelpWord | None = None, *, for_service: bool = False) -> list[PathStep]:
    """The way of a referral as stations, from the sending to the end."""
    own = referral.status
    steps = [PathStep(pgettext("step of a referral", "Sent"), _done(), figures.day(referral.sent_at))]
    declined = own == S.DECLINED
    in_name = _("written down by the family's worker") if referral.answered_in_name else ""
    if referral.answered_at:
        answer = Status(pgettext("referral", "Declined"), "attention") if declined else _done(_("Accepted"))
        steps.append(PathStep(_("Answer"), answer, figures.day(referral.answered_at), in_name, declined))
    else:
        steps.append(_ahead(referral, _("Answer"), own == S.SENT))
    if not declined:
        steps.append(
            PathStep(_("Beginning"), _done(), figures.day(referral.started_at))
            if referral.started_at
            else _ahead(referral, _("Beginning"), own == S.ACCEPTED)
        )
    if not declined and not for_service:
        if word is not None:
            note = f"{word.said_by} · {AskedHow(word.how).label}"
            steps.append(
                PathStep(_("Help received"), status_of_help(word.help), figures.day(word.said_on), note)
            )
        else:
            steps.append(_ahead(referral, _("Help received"), own == S.STARTED))
    if own in (S.WITHDRAWN, S.LAPSED, S.CLOSED):
        steps.append(PathStep(_("End"), status_of(referral), figures.day(referral.ended_at), "", True))
    elif not declined:
        steps.append(_ahead(referral, _("End"), own == S.HEARD))
    return steps


def _done(word: Any = "") -> Status:
    return Status(word or pgettext("step of a referral", "Done"), DONE)


def _ahead(referral: Referral, name: str, current: bool) -> PathStep:
    if referral.due_on is None:  # it ended before
        return PathStep(name, Status(_("Did not happen"), "neutral"))
    if not current:
        return PathStep(name, Status(_("Later"), AHEAD))
    due = _("until %(day)s") % {"day": figures.day(referral.due_on)}
    if is_late(referral):
        return PathStep(name, Status(pgettext("step of a referral", "Late"), "critical"), due, current=True)
    return PathStep(name, Status(_("Now"), "info"), due, current=True)


def how_late(referral: Referral, today: date | None = None) -> int:
    """Days past the day that was set; 0 in time."""
    if referral.due_on is None:
        return 0
    return max(0, ((today or timezone.localdate()) - referral.due_on).days)


def fields_in_words(fields: Sequence[str]) -> str:
    """The names of what is shared."""
    from maarag.domains.families.models import SharedField

    return figures.joined(SharedField(name).label for name in fields)


def day_of(moment: datetime | None) -> date | None:
    """The day in Israel."""
    return timezone.localdate(moment) if moment else None
