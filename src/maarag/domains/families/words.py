"""Families in words: the state of a file, of its openings and shares; people's ages."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from maarag.ui.tables import Status

from .models import Family, FamilyStatus, Member, Opening, Share, Verdict
from .queries.openings import OpeningState, state_of


def status_of(family: Family, today: date | None = None) -> Status:
    """The word, shape and colour of a file's state."""
    today = today or timezone.localdate()
    if family.status == FamilyStatus.MERGED:
        return Status(pgettext("file of a family", "Merged into another"), "neutral")
    if family.status == FamilyStatus.CLOSED:
        return Status(pgettext("file of a family", "Closed"), "neutral")
    if family.review_on and family.review_on < today:
        return Status(_("Review overdue"), "critical")
    return Status(pgettext("file of a family", "Open"), "ok")


def status_of_opening(opening: Opening) -> Status:
    """The word, shape and colour of where an emergency opening stands."""
    match state_of(opening):
        case OpeningState.OPEN:
            return Status(_("Open now"), "critical")
        case OpeningState.TO_JUSTIFY:
            return Status(_("Waits for its justification"), "attention")
        case OpeningState.OVERDUE:
            return Status(_("Not justified in time"), "critical")
        case OpeningState.TO_REVIEW:
            return Status(_("To be judged"), "attention")
        case _:
            accepted = opening.verdict == Verdict.ACCEPTED
            return Status(
                _("Found justified") if accepted else _("Found not justified"),
                "ok" if accepted else "critical",
            )


def nothing_found() -> str:
    """The one answer for a file that is not there, whatever was asked."""
    return _("There is no such file there. The attempt was recorded; look for a slip and try again.")


def too_many() -> str:
    return _("You have opened or looked for too many files within the hour. Wait, or call that authority.")


def unjustified() -> str:
    return _("Something that you opened waits for its justification; write it, then open the next one.")


def status_of_share(share: Share, today: date | None = None) -> Status:
    """The word, shape and colour of where a share stands."""
    today = today or timezone.localdate()
    if share.withdrawn_at:
        return Status(pgettext("share of a file", "Withdrawn"), "neutral")
    if share.ends < today:
        return Status(_("Ended"), "neutral")
    return Status(_("Begins later"), "info") if share.starts > today else Status(_("In force"), "ok")


def age_of(member: Member, today: date | None = None) -> int | None:
    """Full years."""
    if member.birth_date is None:
        return None
    today, born = today or timezone.localdate(), member.birth_date
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
