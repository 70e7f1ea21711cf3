"""Writing the audit: the only way a change is recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import models, transaction

from .models import AuditEvent
from .writing import append

if TYPE_CHECKING:
    from maarag.kernel.access.models import Account
    from maarag.kernel.places.models import Place


READS_ARE_ONE = 10
"""Minutes."""


class NotInTransaction(RuntimeError):
    """A change was recorded outside the transaction that makes it."""


def record(
    *,
    by: Account,
    action: str,
    subject: models.Model,
    changes: Mapping[str, Any] | None = None,
    place: Place | None = None,
) -> AuditEvent:
    """Append one event inside the caller's transaction; raises NotInTransaction where there is none.

    `action` is "app.verb"; `changes` maps field → [before, after] or carries the counts of a bulk change. The
    place of a personal row is its authority unless another is given.
    """
    change = Change(subject, changes or {}, place.pk if place else None)
    return record_many(by=by, action=action, changes=[change])[0]


@dataclass(frozen=True)
class Change:
    """One row of a bulk change: which record, what changed, and its place."""

    subject: models.Model
    changes: Mapping[str, Any] = field(default_factory=dict)
    place_id: int | None = None


def record_many(*, by: Account, action: str, changes: Sequence[Change]) -> list[AuditEvent]:
    """Append one event for each change, inside the caller's transaction; raises NotInTransaction."""
    if not transaction.get_connection().in_atomic_block:
        raise NotInTransaction(action)
    return AuditEvent.objects.bulk_create(_event(by, action, change) for change in changes)


def record_read(
    *,
    by: Account,
    subject: models.Model,
    what: str,
    changes: Mapping[str, Any] | None = None,
) -> AuditEvent | None:
    """Append that `by` read a personal file; `what` is "app.verb", such as "families.read".

    Within READS_ARE_ONE minutes the same reading of the same file by the same account is one event: None is
    returned for those that follow. Call it in the transaction that reads, so that what is not recorded is not
    shown. Raises NotInTransaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise NotInTransaction(what)
    event = append([_event(by, what, Change(subject, changes or {}))], within=READS_ARE_ONE)[0]
    return event if event.pk else None


def record_reads(*, by: Account, subjects: Sequence[models.Model], what: str) -> None:
    """Append that `by` read each of these personal files, by one statement; see record_read."""
    if not transaction.get_connection().in_atomic_block:
        raise NotInTransaction(what)
    append([_event(by, what, Change(subject)) for subject in subjects], within=READS_ARE_ONE)


def erase(*, by: Account, subjects: Sequence[models.Model], reason: str) -> int:
    """Blank what the record holds of these personal rows, leaving stubs whose chain still verifies; how many.

    To be called in a scope that holds the rows' authorities; the database refuses it in any other. Appends an
    event that lists the stubs: the verifier accepts no others.
    """
    if not transaction.get_connection().in_atomic_block:
        raise NotInTransaction("audit.erase")
    with transaction.get_connection().cursor() as cursor:
        cursor.execute(
            "SELECT public.audit_erase(%s, %s, %s, %s, %s)",
            [
                by.pk,
                [subject._meta.label_lower for subject in subjects],
                [subject._meta.db_table for subject in subjects],
                [str(subject.pk) for subject in subjects],
                reason,
            ],
        )
        return int(cursor.fetchone()[0])


def _event(by: Account, action: str, change: Change) -> AuditEvent:
    personal = bool(getattr(change.subject, "is_personal", False))
    authority = getattr(change.subject, "authority_id", None) if personal else None
    return AuditEvent(
        actor=by,
        action=action,
        subject_type=change.subject._meta.label_lower,
        subject_id=str(change.subject.pk),
        place_id=change.place_id or authority,
        authority_id=authority,
        personal=personal,
        changes=change.changes,
    )


def changed_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The fields that differ, each with its value before and after."""
    return {name: [before.get(name), value] for name, value in after.items() if before.get(name) != value}
