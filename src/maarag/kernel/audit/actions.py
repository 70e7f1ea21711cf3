"""Writing the audit: the only way a change is recorded."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction

from .models import AuditEvent

if TYPE_CHECKING:
    from maarag.kernel.access.models import Account
    from maarag.kernel.places.models import Place


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

    `action` is "app.verb"; `changes` maps field → [before, after] or carries the counts of a bulk change.
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
    return AuditEvent.objects.bulk_create(
        (
            AuditEvent(
                actor=by,
                action=action,
                subject_type=change.subject._meta.label_lower,
                subject_id=str(change.subject.pk),
                place_id=change.place_id,
                changes=json.loads(json.dumps(change.changes, cls=DjangoJSONEncoder)),
            )
            for change in changes
        ),
        batch_size=2000,
    )


def changed_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The fields that differ, each with its value before and after."""
    return {name: [before.get(name), value] for name, value in after.items() if before.get(name) != value}
