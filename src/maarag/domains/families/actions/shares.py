"""Sharing named fields of a file with a body, withdrawing it, and reading what was shared."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.database.rows import RowScope, visible
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.audit.actions import record, record_read
from maarag.kernel.people.models import Organisation

from ..models import Family, FamilyStatus, Share, SharedField
from ..queries.shares import in_force, shared_with
from ..scope import require_for
from ..shown import ShownFile, shown
from .files import AlreadyClosed

MOST_YEARS = 2


class AlreadyEnded(ValueError):
    """The share was withdrawn, or its time is over."""


@transaction.atomic
def share_family(
    *,
    by: Account,
    family: Family,
    organisation: Organisation,
    fields: Collection[str],
    basis: str,
    basis_details: str,
    ends: date,
    starts: date | None = None,
) -> Share:
    """Share the named fields with the body until the day `ends`. Raises Http404, AlreadyClosed,
    ValidationError.
    """
    found = Family.objects.select_for_update(of=("self",)).filter(pk=family.pk).first()
    if found is None:
        raise Http404
    require_for(by, Permission.SHARE_FAMILIES, found)
    if found.status != FamilyStatus.OPEN:
        raise AlreadyClosed(found.pk)
    share = Share(
        authority=found.authority,
        family=found,
        organisation=organisation,
        fields=[name for name in SharedField.values if name in fields],
        basis=basis,
        basis_details=basis_details.strip(),
        starts=starts or timezone.localdate(),
        ends=ends,
        shared_by=by,
    )
    _check(share, fields)
    share.save(force_insert=True)
    changes = {
        "organisation": [None, organisation.pk],
        "fields": [None, share.fields],
        "basis": [None, share.basis],
        "starts": [None, share.starts],
        "ends": [None, share.ends],
    }
    record(by=by, action="families.share", subject=share, changes=changes)
    return share


@transaction.atomic
def withdraw_share(*, by: Account, share: Share) -> Share:
    """End a share at once: from the commit on, the body does not see it. Raises Http404, AlreadyEnded."""
    found = Share.objects.select_for_update(no_key=True).filter(pk=share.pk).first()
    if found is None:
        raise Http404
    require_for(by, Permission.SHARE_FAMILIES, Family.objects.get(pk=found.family_id))
    if found.withdrawn_at or found.ends < timezone.localdate():
        raise AlreadyEnded(found.pk)
    return _withdrawn(by, found)


def end_consented_share(by: Account, pk: UUID, _words: str) -> None:
    """The family withdrew the consent that a share rests on."""
    found = Share.objects.select_for_update(no_key=True).filter(pk=pk, withdrawn_at=None).first()
    if found is not None:
        _withdrawn(by, found)


def _withdrawn(by: Account, share: Share) -> Share:
    share.withdrawn_at, share.withdrawn_by = timezone.now(), by
    share.save(update_fields=["withdrawn_at", "withdrawn_by"])
    changes = {"withdrawn_at": [None, share.withdrawn_at]}
    record(by=by, action="families.withdraw_share", subject=share, changes=changes)
    return share


@transaction.atomic
def read_shared(*, by: Account, pk: UUID) -> tuple[Share, ShownFile] | None:
    """A share in force with a body of `by`, and what it shows; that it was read is recorded with its
    authority. The rows of the family are in sight inside this function alone.
    """
    share = shared_with(by).filter(pk=pk).first()
    if share is None:
        return None
    with visible(RowScope(frozenset({share.authority_id}), by.pk, family=share.family_id)):
        # Whoever withdraws it at this moment waits for this reading, or this reading finds it withdrawn.
        locked = Share.objects.select_for_update(no_key=True).filter(in_force(), pk=pk).first()
        if locked is None:
            return None
        family = Family.objects.select_related("authority", "neighbourhood", "worker").get(
            pk=locked.family_id
        )
        body = {"organisation": [None, share.organisation.code]}
        record_read(by=by, subject=family, what="families.read_shared", changes=body)
        return share, shown(family, locked.fields)


def _check(share: Share, fields: Collection[str]) -> None:
    if not fields:
        raise ValidationError({"fields": _("Choose what is shared.")})
    if unknown := set(fields) - set(SharedField.values):
        raise ValidationError({"fields": _("Nothing to share is called %(name)s.") % {"name": min(unknown)}})
    share.full_clean(validate_unique=False, validate_constraints=False)
    if share.starts < timezone.localdate():
        raise ValidationError({"starts": _("A share begins today at the earliest.")})
    if share.ends < share.starts:
        raise ValidationError({"ends": _("It ends before it begins.")})
    if share.ends > _after_years(share.starts, MOST_YEARS):
        raise ValidationError({"ends": _("Two years at most; it can be shared again then.")})


def _after_years(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)
