"""Erasing a personal row with all that hangs on it, and what the record holds of them."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db.models import ForeignKey, Model

from maarag.kernel.access.models import Account
from maarag.kernel.audit.actions import erase as blank_record
from maarag.kernel.audit.actions import record

from .models import Hold


def rows_of(subject: Model) -> list[Model]:
    """The row and every personal row that refers to it, or to one that does, in the scope in force; those
    that refer come first.
    """
    found: dict[type[Model], dict[Any, Model]] = defaultdict(dict)
    order: list[type[Model]] = []
    waiting: list[tuple[type[Model], list[Model]]] = [(type(subject), [subject])]
    while waiting:
        model, rows = waiting.pop(0)
        fresh = [row for row in rows if row.pk not in found[model]]
        if model in order:
            order.remove(model)
        order.append(model)
        found[model].update((row.pk, row) for row in fresh)
        if not fresh:
            continue
        for relation in model._meta.get_fields(include_hidden=True):
            field = getattr(relation, "field", None)
            if not relation.auto_created or not isinstance(field, ForeignKey):
                continue
            other: Any = relation.related_model
            if getattr(other, "is_personal", False):
                filters = {f"{field.name}__in": [row.pk for row in fresh]}
                waiting.append((other, list(other._base_manager.filter(**filters))))
    return [row for model in reversed(order) for row in found[model].values()]


def erase_row(*, by: Account, subject: Model, rule: str, approval: str = "") -> dict[str, int]:
    """Erase a row, its dependants and its holds, and blank the record of them; how many, by kind.

    To be called in the transaction and the scope of the row's authority. What stays is an event with the
    row's key, the rule, the approval and the counts. Raises what PostgreSQL does where a row that is not
    personal refers to one of them.
    """
    authority: Any = subject.authority  # type: ignore[attr-defined]
    holds = list(Hold.objects.filter(kind=subject._meta.label_lower, row=subject.pk))
    rows = [*holds, *rows_of(subject)]
    counts: dict[str, int] = defaultdict(int)
    by_model: dict[type[Model], list[Any]] = defaultdict(list)
    for row in rows:
        by_model[type(row)].append(row.pk)
        counts[row._meta.label_lower] += 1
    for model, keys in by_model.items():
        model._base_manager.filter(pk__in=keys).delete()
    blank_record(by=by, subjects=rows, reason=rule)
    record(
        by=by,
        action="retention.erase",
        subject=subject,
        place=authority,
        changes={"rule": rule, "approval": approval, "rows": dict(counts)},
    )
    return dict(counts)
