"""Recording where figures come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from maarag.kernel.audit.actions import changed_fields, record

from .models import Source

if TYPE_CHECKING:
    from maarag.kernel.access.models import Account


@transaction.atomic
def save_source(*, by: Account, code: str, **fields: Any) -> Source:
    """Make or change the source with this code; `fields` are those of the model."""
    source = Source.objects.select_for_update().filter(code=code).first() or Source(code=code)
    before = {name: getattr(source, name) for name in fields} if source.pk else {}
    for name, value in fields.items():
        setattr(source, name, value)
    changes = changed_fields(before, fields)
    if source.pk and not changes:
        return source
    source.full_clean(validate_unique=False)
    source.save()
    record(by=by, action="sources.save", subject=source, changes=changes)
    return source
