"""Opening, changing and closing families' files. Each runs in the scope of its caller."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Max
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.rows import PersonalRow
from maarag.kernel.access.scope import permits, require
from maarag.kernel.audit.actions import record, record_read, record_reads
from maarag.kernel.places.models import Containment, Place, PlaceKind

from ..closing import refusals
from ..models import Family, FamilyStatus, Member
from ..queries import file_of
from ..scope import require_for

FAMILY_FIELDS = ("name", "neighbourhood_id", "address", "worker_id", "review_on")
MEMBER_FIELDS = ("first_name", "last_name", "relation", "gender", "birth_date", "national_id", "phone")


class AlreadyClosed(ValueError):
    """The file was closed meanwhile."""


class StillOpen(ValueError):
    """The file is open and cannot be opened again."""


class MergedAway(Exception):
    """The file was merged into another one, whose key is `into`."""

    def __init__(self, away: UUID, into: UUID) -> None:
        super().__init__(away, into)
        self.away, self.into = away, into


class ChangedMeanwhile(ValueError):
    """Somebody else changed the file since it was read."""


@dataclass(frozen=True)
class MemberDraft:
    """Somebody of the family as they should be: `id` of one who is there, or None for a new one."""

    first_name: str
    last_name: str
    relation: str
    id: UUID | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)


def version_of(family: Family) -> str:
    """A mark that differs whenever something of the family or of its people does."""
    text = [getattr(family, name) for name in (*FAMILY_FIELDS, "status")]
    for member in family.members.all():
        text += [member.pk, *(getattr(member, name) for name in MEMBER_FIELDS)]
    return sha256("\x00".join(map(str, text)).encode()).hexdigest()[:20]


def read_family(*, by: Account, pk: UUID) -> Family | None:
    """A file with its people, if `by` may read it; that it was read is recorded. Raises MergedAway."""
    family = file_of(by, pk)
    if family is not None and family.merged_into_id is not None:
        raise MergedAway(family.pk, family.merged_into_id)
    if family is not None:
        record_read(by=by, subject=family, what="families.read")
    return family


def read_words(*, by: Account, rows: Iterable[PersonalRow]) -> None:
    """Record that a list showed words of the files whose rows these are: each file is read once.

    For lists that tell more than which families there are and where something stands; for what is taken away
    as a document see `reading.record_export`.
    """
    files = {row.family_id: row.authority_id for row in rows}  # type: ignore[attr-defined]
    read = [Family(pk=pk, authority_id=authority) for pk, authority in files.items()]
    if read:
        record_reads(by=by, subjects=read, what="families.read")


@transaction.atomic
def open_family(
    *,
    by: Account,
    authority: Place,
    name: str,
    worker: Account,
    members: Sequence[MemberDraft],
    opened_on: date | None = None,
    **fields: Any,
) -> Family:
    """Open a file, numbered within its authority; raises Http404, ValidationError if unsound."""
    require(by, Permission.EDIT_FAMILIES, place=fields.get("neighbourhood") or authority)
    family = Family(
        authority=authority,
        number=_next_number(authority),
        name=name,
        worker=worker,
        opened_on=opened_on or timezone.localdate(),
        **fields,
    )
    _check(family)
    family.save()
    _save_members(family, members)
    record(by=by, action="families.open", subject=family, place=authority, changes={"members": len(members)})
    return family


@transaction.atomic
def change_family(
    *,
    by: Account,
    family: Family,
    members: Sequence[MemberDraft] | None = None,
    seen: str = "",
    **fields: Any,
) -> Family:
    """Change a file, and its people where `members` is given (who is left out is removed).

    `seen` is version_of the family as it was read; raises ChangedMeanwhile where it is another by now,
    Http404, AlreadyClosed, ValidationError. The audit event names the fields that changed; the values are in
    the record of the rows themselves.
    """
    family = _for_change(by, family)
    if family.status != FamilyStatus.OPEN:
        raise AlreadyClosed(family.pk)
    if seen and seen != version_of(family):
        raise ChangedMeanwhile(family.pk)
    changed = [name for name, value in fields.items() if getattr(family, name) != value]
    for name in changed:
        setattr(family, name, fields[name])
    _check(family)
    if {"neighbourhood", "neighbourhood_id"} & set(changed):
        require_for(by, Permission.EDIT_FAMILIES, family)
    people = _save_members(family, members) if members is not None else 0
    if not changed and not people:
        return family
    family.save()
    changes = {"fields": [None, sorted(changed)], "members": [None, people]}
    record(by=by, action="families.change", subject=family, place=family.authority, changes=changes)
    return family


@transaction.atomic
def close_family(*, by: Account, family: Family, reason: str, closed_on: date | None = None) -> Family:
    """Close a file for a reason; raises Http404, AlreadyClosed, ValidationError, also where a room says what
    must be settled first.
    """
    family = _for_change(by, family)
    if family.status != FamilyStatus.OPEN:
        raise AlreadyClosed(family.pk)
    if against := refusals(family):
        raise ValidationError(against)
    family.status, family.closing_reason = FamilyStatus.CLOSED, reason
    family.closed_on = closed_on or timezone.localdate()
    _check(family)
    family.save()
    changes = {"reason": [None, reason]}
    record(by=by, action="families.close", subject=family, place=family.authority, changes=changes)
    return family


@transaction.atomic
def reopen_family(*, by: Account, family: Family) -> Family:
    """Open a closed file again; raises Http404, StillOpen."""
    family = _for_change(by, family)
    if family.status != FamilyStatus.CLOSED:
        raise StillOpen(family.pk)
    family.status, family.closing_reason, family.closed_on = FamilyStatus.OPEN, "", None
    _check(family)
    family.save()
    record(by=by, action="families.reopen", subject=family, place=family.authority)
    return family


def _for_change(by: Account, family: Family) -> Family:
    found = Family.objects.select_for_update(of=("self",)).filter(pk=family.pk).first()
    if found is None:
        raise Http404
    require_for(by, Permission.EDIT_FAMILIES, found)
    return found


def _next_number(authority: Place) -> int:
    with connection.cursor() as cursor:
        # two files opened at once in one authority take their numbers one after the other
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('families.number'), %s)", [authority.pk])
    return 1 + (Family.objects.filter(authority=authority).aggregate(last=Max("number"))["last"] or 0)


def _check(family: Family) -> None:
    family.full_clean(validate_unique=False)
    if family.authority.kind != PlaceKind.AUTHORITY:
        raise ValidationError({"authority": _("A file belongs to a local authority.")})
    place = family.neighbourhood
    if place and not Containment.objects.filter(ancestor=family.authority, descendant=place).exists():
        raise ValidationError({"neighbourhood": _("This neighbourhood is in another authority.")})
    if not permits(family.worker, Permission.VIEW_FAMILIES, place=place or family.authority):
        raise ValidationError({"worker": _("This account does not keep files in the authority.")})
    if family.opened_on > timezone.localdate() or (family.closed_on or family.opened_on) < family.opened_on:
        raise ValidationError(_("The dates of the file do not fit each other."))


def _save_members(family: Family, drafts: Sequence[MemberDraft]) -> int:
    """Write the people as drafted; the number of those added, changed or removed."""
    if not drafts:
        raise ValidationError({"members": _("A family has at least one member.")})
    known = {member.pk: member for member in family.members.all()}
    written = 0
    for position, draft in enumerate(drafts, start=1):
        if draft.id and draft.id not in known:
            raise ValidationError({"members": _("Somebody on the list is not of this family any more.")})
        member = known.pop(draft.id) if draft.id else Member(family=family, authority=family.authority)
        wanted = {
            "first_name": draft.first_name,
            "last_name": draft.last_name,
            "relation": draft.relation,
            "position": position,
            **draft.fields,
        }
        if draft.id and all(getattr(member, name) == value for name, value in wanted.items()):
            continue
        for name, value in wanted.items():
            setattr(member, name, value)
        member.full_clean(validate_unique=False)
        if member.birth_date and member.birth_date > timezone.localdate():
            raise ValidationError({"members": _("A date of birth lies in the future.")})
        member.save()
        written += 1
    for member in known.values():
        member.delete()
    return written + len(known)
