"""Switching the morning's letter, and sending it."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from maarag.domains.families.waiting import waiting_of
from maarag.kernel.access.actions import system_account
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import held_by, holds_somewhere
from maarag.kernel.audit.actions import record

from .letters import send, told_of
from .models import MorningLetter


@transaction.atomic
def switch_letter(*, by: Account, wanted: bool) -> MorningLetter:
    """Somebody wants the letter, or does not any more; the same again changes nothing."""
    row = _locked(by)
    if row.is_wanted != wanted:
        row.is_wanted = wanted
        row.save(update_fields=["is_wanted"])
        record(
            by=by,
            action="morning.switch_letter",
            subject=row,
            changes={"is_wanted": [not wanted, wanted]},
        )
    return row


@transaction.atomic
def tell_worker(*, by: Account | None = None, account: Account, today: date | None = None) -> bool:
    """Send the account its letter of the day, where there is something to say; whether it went.

    Called in the scope of the account's own rows. One letter a day at most, however often it is called: the
    day is written down in the transaction in which the letter goes.
    """
    today = today or timezone.localdate()
    row = _locked(account)
    if not row.is_wanted or row.last_on == today or not account.is_active:
        return False
    account.held = held_by(account)
    if not holds_somewhere(account, Permission.VIEW_FAMILIES):
        return False
    told = told_of(waiting_of(account), today, row.last_on)
    if not told.is_worth_a_letter:
        return False
    before = row.last_on and row.last_on.isoformat()
    row.last_on = today
    row.save(update_fields=["last_on"])
    record(
        by=by or system_account(),
        action="morning.tell_worker",
        subject=row,
        changes={"last_on": [before, today.isoformat()]},
    )
    send(account, told, today)
    return True


def _locked(account: Account) -> MorningLetter:
    MorningLetter.objects.get_or_create(account=account)
    return MorningLetter.objects.select_for_update(of=("self",)).get(account=account)
