"""What every write of casework does: find the file, hold the row, see that nobody changed it, record."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from hashlib import sha256
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.domains.families.actions import AlreadyClosed, ChangedMeanwhile
from maarag.domains.families.models import Family, FamilyStatus
from maarag.domains.families.scope import require_for
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.audit.actions import record

from ..models import Profession
from ..models.rows import OfFamily

Row = TypeVar("Row", bound=OfFamily)


class AlreadyDone(ValueError):
    """It was ended, withdrawn, agreed, removed or done already."""


class NothingToAgree(ValueError):
    """A plan without items cannot be agreed."""


def mark_of(row: OfFamily) -> str:
    """A mark that differs whenever something of the row does; a form carries the one it was opened with."""
    values = [getattr(row, field.attname) for field in row._meta.concrete_fields]
    return sha256("\x00".join(map(repr, values)).encode()).hexdigest()[:20]


def file_for_change(
    by: Account,
    family: Family | Any,
    permission: Permission = Permission.EDIT_FAMILIES,
    *,
    closed_too: bool = False,
) -> Family:
    """The family, held until the end of the transaction; raises Http404, AlreadyClosed."""
    key = family.pk if isinstance(family, Family) else family
    found = Family.objects.select_for_update(of=("self",), no_key=True).filter(pk=key).first()
    if found is None:
        raise Http404
    require_for(by, permission, found)
    if found.status != FamilyStatus.OPEN and not closed_too:
        raise AlreadyClosed(found.pk)
    return found


def row_for_change(
    by: Account,
    row: Row,
    permission: Permission = Permission.EDIT_FAMILIES,
    *,
    seen: str = "",
    closed_too: bool = False,
) -> Row:
    """The row as it stands now, held; raises Http404, AlreadyClosed, ChangedMeanwhile."""
    file_for_change(by, row.family_id, permission, closed_too=closed_too)
    found = type(row)._default_manager.select_for_update(of=("self",), no_key=True).filter(pk=row.pk).first()
    if found is None:
        raise Http404
    if seen and seen != mark_of(found):
        raise ChangedMeanwhile(found.pk)
    return found


def put(row: OfFamily, values: Mapping[str, Any]) -> list[str]:
    """Set the values, trimmed; the names of those that differ from before, in order."""
    changed = []
    for name, value in values.items():
        value = value.strip() if isinstance(value, str) else value
        if name == "professions":
            value = [code for code in Profession.values if code in value]
        if getattr(row, name, None) != value:
            setattr(row, name, value)
            changed.append(name)
    return sorted(changed)


def check(row: OfFamily, *rules: tuple[str, bool, Any]) -> None:
    """Raise ValidationError with everything that is wrong: the fields, and each (field, is wrong, text)."""
    faults: dict[str, list[Any]] = {}
    try:
        row.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        faults = dict(error.message_dict)
    for name, is_wrong, text in rules:
        if is_wrong:
            faults.setdefault(name, []).append(text)
    if faults:
        raise ValidationError(faults)


def in_future(name: str, day: date | None) -> tuple[str, bool, Any]:
    """The rule that a day is not ahead."""
    return name, bool(day and day > timezone.localdate()), _("This day is in the future; look for a slip.")


def without(name: str, chosen: Collection[Any]) -> tuple[str, bool, Any]:
    """The rule that something is chosen."""
    return name, not chosen, _("Choose at least one.")


def told(by: Account, action: str, row: OfFamily, **changes: Any) -> None:
    """Record an action on a row; `changes` are told as new values."""
    record(
        by=by,
        action=action,
        subject=row,
        changes={name: [None, value] for name, value in changes.items()},
    )
