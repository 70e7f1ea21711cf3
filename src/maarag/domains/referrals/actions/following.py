"""The sender's side after the sending: hearing the family, closing, withdrawing, setting time limits."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.domains.families.models import Member
from maarag.kernel.access.models import Account
from maarag.kernel.audit.actions import record

from ..limits import SEEN_AFTER, Limits, due_after
from ..models import OPEN, CloseReason, HelpWord, Referral, ReferralStatus, StepKind
from ..scope import require_sender
from .rules import NotNow, days_of, latest, moment_of, move, require_next, trace


@transaction.atomic
def record_help(
    *,
    by: Account,
    referral: Referral,
    help: str,
    said_by: Member | str,
    how: str,
    said_on: date | None = None,
    words: str = "",
    at: datetime | None = None,
) -> HelpWord:
    """Write down the family's own word on whether help was received. Nobody else's word stands for it.

    It may be said again: the newest day's word holds. A lapsed referral is closed by it: its end is known.
    `at`: when it was written down, where that was earlier. Raises Http404, NotNow, ValidationError.
    """
    found = _mine(by, referral)
    require_next(found, ReferralStatus.HEARD)
    today = timezone.localdate()
    said_on = said_on or (timezone.localdate(at) if at else today)
    if said_on > today:
        raise ValidationError({"said_on": _("This day lies in the future.")})
    if said_on < timezone.localdate(found.sent_at):
        raise ValidationError({"said_on": _("This day lies before the referral was sent.")})
    word = HelpWord(
        authority_id=found.authority_id,
        family_id=found.family_id,
        referral=found,
        help=help,
        said_by=str(said_by).strip(),
        how=how,
        said_on=said_on,
        words=words.strip(),
        recorded_by=by,
        recorded_at=at or timezone.now(),
    )
    word.full_clean(exclude=["family", "referral"], validate_unique=False, validate_constraints=False)
    word.save(force_insert=True)
    moment = _moment(found, said_on, at)
    if found.status in OPEN:
        if found.heard_at is None:
            found.heard_at = moment
        move(found, ReferralStatus.HEARD, moment)
        found.save()
    elif found.status == ReferralStatus.LAPSED:
        found.heard_at, found.close_reason = moment, CloseReason.OTHER
        move(found, ReferralStatus.CLOSED, max(moment, found.sent_at))
        found.save()
    trace(found, StepKind.HEARD, by=by, at=moment)
    record(by=by, action="referrals.record_help", subject=found, changes={"status": [None, found.status]})
    return word


@transaction.atomic
def close_referral(
    *, by: Account, referral: Referral, reason: str, words: str = "", at: datetime | None = None
) -> Referral:
    """Bring a referral that a service took to its end. Raises Http404, NotNow, ValidationError."""
    found = _mine(by, referral)
    require_next(found, ReferralStatus.CLOSED)
    if reason not in CloseReason.values:
        raise ValidationError({"reason": _("Choose how it ended.")})
    heard = found.heard_at is not None
    if reason == CloseReason.NO_CONSENT:
        raise ValidationError(
            {"reason": _("Write it down as a withdrawn consent: then the service stops seeing it.")}
        )
    if not heard and reason in (CloseReason.GIVEN, CloseReason.GOES_ON):
        raise ValidationError(
            {"reason": _("First write down what the family says; or close it with the family not asked.")}
        )
    if heard and reason == CloseReason.NOT_ASKED:
        raise ValidationError({"reason": _("The family was asked: its word is written down.")})
    if not heard and not words.strip():
        raise ValidationError({"words": _("Say in a few words why the family was not asked.")})
    moment = moment_of(found, at)
    found.close_reason, found.end_words = reason, words.strip()
    move(found, ReferralStatus.CLOSED, moment)
    _save(found)
    trace(found, StepKind.CLOSED, by=by, at=moment, words=found.end_words)
    changes = {"close_reason": [None, reason], "status": [None, found.status]}
    record(by=by, action="referrals.close", subject=found, changes=changes)
    return found


@transaction.atomic
def withdraw_referral(
    *, by: Account, referral: Referral, words: str = "", at: datetime | None = None
) -> Referral:
    """Take a referral back before it begins: from the commit on the body does not see it. Raises Http404,
    NotNow, ValidationError.
    """
    found = _mine(by, referral)
    require_next(found, ReferralStatus.WITHDRAWN)
    moment = moment_of(found, at)
    found.end_words = words.strip()
    move(found, ReferralStatus.WITHDRAWN, moment)
    _save(found)
    trace(found, StepKind.WITHDRAWN, by=by, at=moment, words=found.end_words)
    record(by=by, action="referrals.withdraw", subject=found, changes={"status": [None, found.status]})
    return found


@transaction.atomic
def set_limits(*, by: Account, referral: Referral, limits: Limits, seen_days: int = SEEN_AFTER) -> Referral:
    """Give one referral time limits of its own; what is late by them is late. Raises Http404, NotNow,
    ValidationError.
    """
    found = _mine(by, referral)
    if found.status not in OPEN:
        raise NotNow(found)
    if not 0 <= seen_days <= 365:
        raise ValidationError({"seen_days": _("From no day to a year.")})
    wanted = {
        "answer_days": limits.answer,
        "start_days": limits.start,
        "ask_days": limits.ask,
        "close_days": limits.close,
        "seen_days": seen_days,
    }
    changes: dict[str, Any] = {
        name: [getattr(found, name), value] for name, value in wanted.items() if getattr(found, name) != value
    }
    if not changes:
        return found
    for name, value in wanted.items():
        setattr(found, name, value)
    found.due_on = due_after(timezone.localdate(latest(found)), days_of(found, found.status))
    found.late_since, found.reminded_on, found.reminders = None, None, 0
    found.save()
    trace(found, StepKind.LIMITS, by=by, at=timezone.now())
    record(by=by, action="referrals.set_limits", subject=found, changes=changes)
    return found


def _mine(by: Account, referral: Referral) -> Referral:
    found = Referral.objects.select_for_update(of=("self",)).filter(pk=referral.pk).first()
    if found is None:
        raise Http404
    require_sender(by, found.family)
    return found


def _moment(referral: Referral, said_on: date, at: datetime | None) -> datetime:
    """When the word counts from: the day on which it was said, never before the step before it."""
    if at is not None:
        return moment_of(None, at)
    if said_on == timezone.localdate():
        return timezone.now()
    return max(timezone.make_aware(datetime.combine(said_on, time(12))), latest(referral))


def _save(referral: Referral) -> None:
    if len(referral.end_words) > 1000:
        raise ValidationError({"words": _("A thousand characters at most.")})
    referral.save()
