"""Writing the audit: the only way a change is recorded."""

from __future__ import annotations

import json
from collections.abc import Mapping
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
    if not transaction.get_connection().in_atomic_block:
        raise NotInTransaction(action)
    return AuditEvent.objects.create(
        actor=by,
        action=action,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        place=place,
        changes=json.loads(json.dumps(changes or {}, cls=DjangoJSONEncoder)),
    )


def changed_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The fields that differ, each with its value before and after."""
    return {
        name: [before.get(name), value] for name, value in after.items() if before.get(name) != value
    }
