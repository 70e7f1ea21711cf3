"""Who of a family may see its readers, and what a supervisor says of reading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission, Role
from maarag.kernel.access.queries import in_force
from maarag.kernel.access.scope import require
from maarag.kernel.audit.actions import Change, record, record_many
from maarag.kernel.places.models import Place
from maarag.kernel.retention.actions import end_hold, erase_on_request, place_hold
from maarag.kernel.retention.models import ErasureReason, Hold

from ..models import Family
from ..reading_models import Holder, ReadingVerdict
from ..scope import require_for


class OwnReading(ValueError):
    """Nobody judges what they read themselves."""


def resident_with(email: str) -> Account | None:
    """The active account of a resident with this address."""
    found = Account.objects.filter(email__iexact=email.strip(), is_active=True, is_system=False).first()
    is_resident = found is not None and found.grants.filter(in_force(), role=Role.RESIDENT).exists()
    return found if is_resident else None


@transaction.atomic
def record_export(*, by: Account, families: Sequence[Family]) -> None:
    """Record that a list was taken away: how many files of each authority, and each of them as read."""
    for place, number in Counter(family.authority for family in families).items():
        changes = {"families": [None, number]}
        record(by=by, action="families.export", subject=place, place=place, changes=changes)
    # the family may see by whom
    record_many(by=by, action="families.export", changes=[Change(family) for family in families])


@transaction.atomic
def set_holder(*, by: Account, family: Family, account: Account) -> Holder:
    """Let somebody of the family see who reads its file; raises Http404, ValidationError."""
    require_for(by, Permission.EDIT_FAMILIES, family)
    if not account.grants.filter(in_force(), role=Role.RESIDENT).exists():
        raise ValidationError({"email": _("No account of a resident has this address.")})
    holder = Holder(authority=family.authority, family=family, account=account, set_by=by)
    try:
        with transaction.atomic():
            holder.save()
    except IntegrityError:
        raise ValidationError({"email": _("This account sees the readers of the file already.")}) from None
    changes = {"account": [None, account.pk]}
    record(by=by, action="families.set_holder", subject=family, place=family.authority, changes=changes)
    return holder


@transaction.atomic
def remove_holder(*, by: Account, family: Family, account: Account) -> None:
    """Somebody of the family no longer sees who reads its file; raises Http404."""
    require_for(by, Permission.EDIT_FAMILIES, family)
    removed, _by_model = Holder.objects.filter(family=family, account=account).delete()
    if not removed:
        raise Http404
    changes = {"account": [account.pk, None]}
    record(by=by, action="families.remove_holder", subject=family, place=family.authority, changes=changes)


@transaction.atomic
def judge_reading(
    *, by: Account, authority: Place, reader: Account, day: date, verdict: str, note: str = ""
) -> ReadingVerdict:
    """Say of what somebody read on a day whether it is in order; may be said anew. Raises Http404,
    OwnReading, ValidationError.
    """
    require(by, Permission.REVIEW_READING, place=authority)
    if by.pk == reader.pk:
        raise OwnReading(reader.pk)
    known = ReadingVerdict.objects.select_for_update().filter(authority=authority, reader=reader, day=day)
    row = known.first() or ReadingVerdict(authority=authority, reader=reader, day=day)
    before = row.verdict or None
    row.verdict, row.note, row.judged_by, row.judged_at = verdict, note.strip(), by, timezone.now()
    row.full_clean(validate_unique=False)
    row.save()
    changes = {"reader": [None, reader.pk], "day": [None, day.isoformat()], "verdict": [before, verdict]}
    record(by=by, action="families.judge_reading", subject=row, place=authority, changes=changes)
    return row


def hold_family(*, by: Account, family: Family, reason: str, until: date) -> Hold:
    """Keep a file from being erased; raises Http404, AlreadyOpen, ValidationError."""
    require_for(by, Permission.REVIEW_READING, family)
    return place_hold(by=by, subject=family, reason=reason, until=until)


def release_family(*, by: Account, family: Family) -> Hold:
    """Let a file be erased again when its time comes; raises Http404."""
    require_for(by, Permission.REVIEW_READING, family)
    return end_hold(by=by, subject=family)


def erase_family(*, by: Account, family: Family, reason: ErasureReason) -> dict[str, int]:
    """Erase a file before its time, on request; raises Http404, Held."""
    require_for(by, Permission.REVIEW_READING, family)
    return erase_on_request(by=by, subject=family, reason=reason)
