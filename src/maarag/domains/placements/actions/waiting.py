"""Putting families on a programme's waiting list, and taking them off it."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.domains.baskets.models import Basket, BasketStatus
from maarag.domains.families.models import Family
from maarag.domains.families.scope import require_for
from maarag.domains.programmes.models import Programme
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.audit.actions import record
from maarag.ui.figures import name_in_language

from ..errors import AlreadyEnded, AlreadyWaits, HasPlace, ProgrammeClosed
from ..models import Ended, Priority, Waiting, WhyWaits
from .steps import file_of


@transaction.atomic
def wait(
    *,
    by: Account,
    family: Family,
    programme: Programme,
    why: str = WhyWaits.PROPOSED,
    priority: int = Priority.USUAL,
    since: date | None = None,
    note: str = "",
) -> Waiting:
    """Put the family on the programme's list; so does a social worker propose it.

    Raises Http404, FileClosed, ProgrammeClosed, AlreadyWaits, HasPlace, ValidationError.
    """
    held = file_of(by, family)
    if not Programme.objects.filter(pk=programme.pk, is_active=True).exists():
        raise ProgrammeClosed(name_in_language(programme))
    open_ones = Basket.objects.filter(family=held, status=BasketStatus.OPEN)
    if open_ones.filter(quota__programme=programme).exists():
        raise HasPlace
    if Waiting.objects.filter(family=held, programme=programme, ended_on=None).exists():
        raise AlreadyWaits
    day = since or timezone.localdate()
    row = Waiting(
        authority_id=held.authority_id,
        family=held,
        programme=programme,
        since=day,
        priority=priority,
        why=why,
        note=note.strip(),
        asked_by=by,
    )
    if day > timezone.localdate():
        raise ValidationError({"since": _("This day is in the future; look for a slip.")})
    row.full_clean(validate_unique=False, validate_constraints=False)
    row.save(force_insert=True)
    changes = {"programme": [None, programme.pk], "why": [None, str(why)], "priority": [None, int(priority)]}
    record(by=by, action="placements.wait", subject=row, changes=changes)
    return row


@transaction.atomic
def change_waiting(*, by: Account, waiting: Waiting, priority: int, why: str, note: str = "") -> Waiting:
    """Say anew how urgent it is, and why the family waits. Raises Http404, AlreadyEnded, ValidationError."""
    row = _waiting_of(by, waiting)
    before = {"priority": row.priority, "why": row.why}
    noted = row.note != note.strip()
    row.priority, row.why, row.note = priority, why, note.strip()
    row.full_clean(validate_unique=False, validate_constraints=False)
    changes = {
        name: [value, getattr(row, name)] for name, value in before.items() if value != getattr(row, name)
    }
    if not changes and not noted:
        return row
    row.save()
    record(by=by, action="placements.change_waiting", subject=row, changes=changes)
    return row


@transaction.atomic
def stop_waiting(*, by: Account, waiting: Waiting, outcome: str, day: date | None = None) -> Waiting:
    """Take the family off the list. Raises Http404, AlreadyEnded, ValidationError."""
    row = _waiting_of(by, waiting)
    if outcome not in Ended.values:
        raise ValidationError({"outcome": _("Say how the waiting ended.")})
    row.ended_on = max(day or timezone.localdate(), row.since)
    row.outcome, row.ended_by = outcome, by
    row.save(update_fields=["ended_on", "outcome", "ended_by"])
    record(by=by, action="placements.stop_waiting", subject=row, changes={"outcome": [None, outcome]})
    return row


def _waiting_of(by: Account, waiting: Waiting) -> Waiting:
    Waiting.objects.select_for_update().order_by().filter(pk=waiting.pk).values_list("pk").first()
    found = Waiting.objects.select_related("family").filter(pk=waiting.pk).first()
    if found is None:
        raise Http404
    require_for(by, Permission.EDIT_FAMILIES, found.family)  # a closed file's waits can still be ended
    if found.ended_on is not None:
        raise AlreadyEnded
    return found
