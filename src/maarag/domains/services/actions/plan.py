"""What a batch of drafts would change, worked out before anything is written; then the writing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from maarag.kernel.audit.actions import changed_fields

from .children import Difference, Stored, compare, write

BATCH = 1000


class DraftsRefused(ValidationError):
    """Some drafts are unsound; nothing was written. `errors`: code → what is wrong with it."""

    def __init__(self, errors: Mapping[str, ValidationError]) -> None:
        self.errors = dict(errors)
        super().__init__([f"{code}: {'; '.join(error.messages)}" for code, error in errors.items()])


def name_of(value: Any) -> Any:
    """How a value stands in the audit: rows by their code."""
    return getattr(value, "code", str(value)) if isinstance(value, models.Model) else value


def own_changes(instance: models.Model, wanted: Mapping[str, Any]) -> dict[str, list[Any]]:
    before = {} if instance.pk is None else {name: getattr(instance, name) for name in wanted}
    return changed_fields(before, wanted)


def validate(instance: models.Model) -> None:
    """As full_clean, without a query for each relation and constraint: those the database holds."""
    relations = [f.name for f in instance._meta.concrete_fields if f.is_relation]
    instance.clean_fields(exclude=relations)
    instance.clean()


@dataclass
class Item:
    row: Any
    is_new: bool
    changes: dict[str, list[Any]] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)

    def words(self) -> dict[str, list[Any]]:
        own = {name: [name_of(old), name_of(new)] for name, (old, new) in self.changes.items()}
        return own | {found.kind.name: found.change for found in self.differences}


@dataclass
class Plan:
    """What a batch of drafts would change, worked out before anything is written."""

    items: list[Item] = field(default_factory=list)
    errors: dict[str, ValidationError] = field(default_factory=dict)

    @property
    def changed(self) -> list[Item]:
        return [item for item in self.items if item.is_new or item.changes or item.differences]

    def consider(
        self,
        row: Any,
        wanted: Mapping[str, Any],
        draft: Any,
        kinds: Iterable[Any],
        stored: Mapping[str, Stored],
    ) -> None:
        """Set one draft against what is stored; its faults are kept for `refuse_if_unsound`."""
        item = Item(row, row.pk is None)
        self.items.append(item)
        faults: list[ValidationError] = []
        try:
            item.changes = own_changes(
                row, {name: _as_stored(row, name, value) for name, value in wanted.items()}
            )
            for name, (_old, new) in item.changes.items():
                setattr(row, name, new)
            if item.is_new or item.changes:
                validate(row)
        except ValidationError as error:
            faults.append(error)
        for kind in kinds:
            items = getattr(draft, kind.name)
            if items is None:
                continue
            try:
                found = compare(kind, items, draft, stored[kind.name].keys.get(row.pk, []), stored[kind.name])
            except ValidationError as error:
                faults.append(ValidationError({kind.name: error.messages}))
                continue
            if found:
                item.differences.append(found)
        if faults:
            self.errors[row.code] = _joined(faults)

    def refuse_if_unsound(self) -> None:
        if self.errors:
            raise DraftsRefused(self.errors)

    def write(self, model: Any, owner: str) -> None:
        new = [item.row for item in self.items if item.is_new]
        old = [item for item in self.changed if not item.is_new]
        model.objects.bulk_create(new, batch_size=BATCH)
        names = {name for item in old for name in item.changes}
        if hasattr(model, "modified_at") and old:
            moment = timezone.now()  # bulk_update does not touch auto_now
            for item in old:
                item.row.modified_at = moment
            names.add("modified_at")
        if names:
            model.objects.bulk_update([item.row for item in old], sorted(names), batch_size=BATCH)
        write({item.row.pk: item.differences for item in self.changed}, owner)


def _as_stored(row: Any, name: str, value: Any) -> Any:
    """The value as the field would give it back, so that "12" and 12 are no difference."""
    column = row._meta.get_field(name)
    if column.is_relation or value is None:
        return value
    try:
        return column.to_python(value)
    except ValidationError as error:
        raise ValidationError({name: error.messages}) from error


def _joined(faults: Sequence[ValidationError]) -> ValidationError:
    by_field: dict[str, list[str]] = {}
    for fault in faults:
        found = fault.message_dict if hasattr(fault, "error_dict") else {"__all__": fault.messages}
        for name, messages in found.items():
            by_field.setdefault(name, []).extend(messages)
    return ValidationError(by_field)
