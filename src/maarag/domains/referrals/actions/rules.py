"""What all steps of a referral keep to: the order of states and of time, the days, the trace."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.kernel.access.models import Account

from ..limits import due_after
from ..models import OPEN, Referral, ReferralStatus, ReferralStep

NEXT: dict[str, frozenset[str]] = {
    "accepted": frozenset({"sent"}),
    "declined": frozenset({"sent", "accepted"}),
    "started": frozenset({"accepted"}),
    "heard": frozenset({"sent", "accepted", "started", "heard", "closed", "lapsed"}),
    "closed": frozenset({"accepted", "started", "heard"}),
    "withdrawn": frozenset({"sent", "accepted"}),
    "lapsed": frozenset({"sent", "accepted"}),
}
"""For each state the states from which it is reached."""


class NotNow(ValueError):
    """The referral is not in a state from which this step leads on: somebody was quicker, or it ended."""

    def __init__(self, referral: Referral) -> None:
        super().__init__(referral.pk)
        self.referral = referral


class Closed(ValueError):
    """The family's file is closed."""


class AlreadySent(ValueError):
    """An open referral of the family to this service for the same response is under way."""

    def __init__(self, referral: Referral) -> None:
        super().__init__(referral.pk)
        self.referral = referral


def require_next(referral: Referral, status: str) -> None:
    """Raise NotNow unless the state may follow the present one."""
    if referral.status not in NEXT[status]:
        raise NotNow(referral)


def moment_of(referral: Referral | None, at: datetime | None) -> datetime:
    """When a step was: now, or an earlier moment that does not go before the step before it."""
    now = timezone.now()
    if at is None:
        return now
    if at > now:
        raise ValidationError({"at": _("This lies in the future.")})
    if referral is not None and at < latest(referral):
        raise ValidationError({"at": _("This lies before the step before it.")})
    return at


def latest(referral: Referral) -> datetime:
    """When the last step was."""
    times = (
        referral.sent_at,
        referral.answered_at,
        referral.started_at,
        referral.heard_at,
        referral.ended_at,
    )
    return max(time for time in times if time is not None)


def move(referral: Referral, status: str, at: datetime) -> None:
    """Put the referral into its next state, with the day by which the step after it is due."""
    referral.status = status
    referral.late_since, referral.reminded_on, referral.reminders = None, None, 0
    if status not in OPEN:
        referral.due_on, referral.ended_at = None, at
        referral.seen_until = _seen_until(referral, at)
    else:
        referral.due_on = due_after(timezone.localdate(at), days_of(referral, status))


def days_of(referral: Referral, status: str) -> int:
    """The days that the step after a state may take."""
    return {
        ReferralStatus.SENT.value: referral.answer_days,
        ReferralStatus.ACCEPTED.value: referral.start_days,
        ReferralStatus.STARTED.value: referral.ask_days,
        ReferralStatus.HEARD.value: referral.close_days,
    }[status]


def seen(referral: Referral) -> bool:
    """Whether the body sees it today."""
    return referral.seen_until is not None and referral.seen_until >= timezone.localdate()


def _seen_until(referral: Referral, at: datetime) -> object:
    if referral.status in (ReferralStatus.WITHDRAWN, ReferralStatus.LAPSED) or referral.seen_until is None:
        return None
    return min(referral.seen_until, timezone.localdate(at) + timedelta(days=referral.seen_days))


def trace(
    referral: Referral, kind: str, *, by: Account, at: datetime, words: str = "", in_name: bool = False
) -> ReferralStep:
    """Put down what happened."""
    return ReferralStep.objects.create(
        authority_id=referral.authority_id,
        family_id=referral.family_id,
        referral=referral,
        kind=kind,
        at=at,
        by=by,
        in_name_of_service=in_name,
        words=words,
    )
