"""What the night does: marks what is late, reminds of it, and lets lapse what nobody answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from maarag.database.rows import RowScope, visible
from maarag.kernel.access.actions import system_account
from maarag.kernel.access.models import Account
from maarag.kernel.audit.actions import Change, record_many
from maarag.kernel.jobs.actions import defer
from maarag.kernel.jobs.registry import TASKS
from maarag.kernel.places.models import Place, PlaceKind

from ..limits import REMINDED_EVERY, lapses_on
from ..models import Referral, ReferralStatus, StepKind
from .rules import move, trace

OF_THE_SERVICE = (ReferralStatus.SENT.value, ReferralStatus.ACCEPTED.value)
"""States in which the service is the one that is waited for."""


@dataclass(frozen=True)
class Night:
    """How many referrals a night marked as late, reminded of and let lapse."""

    late: int = 0
    reminded: int = 0
    lapsed: int = 0

    def __add__(self, other: Night) -> Night:
        return Night(self.late + other.late, self.reminded + other.reminded, self.lapsed + other.lapsed)


def look_after(*, by: Account | None = None, today: date | None = None) -> Night:
    """Go through the open referrals of every authority, each in a transaction of its own.

    Done twice on one day it changes nothing the second time.
    """
    actor, today = by or system_account(), today or timezone.localdate()
    authorities = Place.objects.filter(kind=PlaceKind.AUTHORITY).values_list("pk", flat=True)
    found = Night()
    for authority in list(authorities):
        with visible(RowScope(frozenset({authority}), actor.pk)):
            found += _in_authority(actor, authority, today)
    return found


def _in_authority(by: Account, authority: int, today: date) -> Night:
    late = Referral.objects.filter(authority=authority, due_on__lt=today)
    told: set[int] = set()
    changes: dict[str, list[Change]] = {
        "referrals.lapse": [],
        "referrals.mark_late": [],
        "referrals.remind": [],
    }
    for referral in late.select_for_update(of=("self",)).order_by("due_on"):
        assert referral.due_on is not None
        if referral.status in OF_THE_SERVICE and lapses_on(referral.due_on) <= today:
            _lapse(by, referral)
            changes["referrals.lapse"].append(Change(referral, {"status": [None, referral.status]}))
            continue
        first = referral.late_since is None
        due = referral.reminded_on is None or referral.reminded_on <= today - timedelta(days=REMINDED_EVERY)
        if not first and not due:
            continue
        referral.late_since = referral.late_since or referral.due_on + timedelta(days=1)
        referral.reminded_on, referral.reminders = today, referral.reminders + 1
        referral.save(update_fields=["late_since", "reminded_on", "reminders"])
        trace(referral, StepKind.LATE if first else StepKind.REMINDED, by=by, at=timezone.now())
        action = "referrals.mark_late" if first else "referrals.remind"
        changes[action].append(Change(referral, {"reminders": [None, referral.reminders]}))
        if referral.status in OF_THE_SERVICE:
            told.add(referral.organisation_id)
    for action, rows in changes.items():
        if rows:
            record_many(by=by, action=action, changes=rows)
    for organisation in sorted(told):
        # one letter a night, however many authorities wait for the body
        lock = f"referrals.remind_service:{organisation}"
        defer(TASKS["referrals.remind_service"], lock=lock, single=True, organisation=organisation)
    return Night(
        len(changes["referrals.mark_late"]),
        len(changes["referrals.remind"]) + len(changes["referrals.mark_late"]),
        len(changes["referrals.lapse"]),
    )


def _lapse(by: Account, referral: Referral) -> None:
    now = timezone.now()
    move(referral, ReferralStatus.LAPSED, now)
    referral.save()
    trace(referral, StepKind.LAPSED, by=by, at=now)
