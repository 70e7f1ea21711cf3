"""Erasing a personal row with all that hangs on it, and what the record holds of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection
from django.db.models import ForeignKey, Model

from maarag.database.rows.checks import personal_models
from maarag.kernel.access.models import Account
from maarag.kernel.audit.actions import erase as blank_record
from maarag.kernel.audit.actions import record

from .models import Hold

# MATERIALIZED: the record is read once, however long the way from a removed row to one of those known
_REMOVED = """
WITH RECURSIVE removed AS MATERIALIZED (
    SELECT c.of_table, u.id, k.target, u.part::jsonb ->> k.name AS refers
    FROM public.audit_rowchange c
    JOIN unnest(%s::text[], %s::text[], %s::text[]) AS k (of_table, name, target) ON k.of_table = c.of_table
    CROSS JOIN unnest(c.row_ids, c.changes) AS u (id, part)
    WHERE c.personal AND c.operation = 'D' AND c.authority_id = %s AND u.part NOT LIKE 'erased:%%'
), found AS (
    SELECT known.of_table, known.id FROM unnest(%s::text[], %s::text[]) AS known (of_table, id)
    UNION
    SELECT r.of_table, r.id FROM removed r JOIN found f ON f.of_table = r.target AND f.id = r.refers
)
SELECT of_table, id FROM found
"""


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


def removed_with(rows: Sequence[Model], authority: int) -> list[Model]:
    """The personal rows that referred to these, or to one that did, and were removed earlier: what the record
    holds of them is all that is left.
    """
    models = {model._meta.db_table: model for model in personal_models()}
    links = list(_links())
    known = {(row._meta.db_table, str(row.pk)) for row in rows}
    tables, keys = [table for table, _key in known], [key for _table, key in known]
    with connection.cursor() as cursor:
        cursor.execute(_REMOVED, [*map(list, zip(*links, strict=True)), authority, tables, keys])
        return [models[table](pk=key) for table, key in cursor.fetchall() if (table, key) not in known]


def _links() -> Iterator[tuple[str, str, str]]:
    """The foreign keys between personal rows, as columns: (table, column, table referred to)."""
    for model in personal_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, ForeignKey) and getattr(field.remote_field.model, "is_personal", False):
                yield model._meta.db_table, field.column, field.remote_field.model._meta.db_table


def erase_row(*, by: Account, subject: Model, rule: str, approval: str = "") -> dict[str, int]:
    """Erase a row, its dependants and its holds, and blank the record of them and of what was removed from
    among them earlier; how many rows were there, by kind.

    To be called in the transaction and the scope of the row's authority. What stays is an event with the
    row's key, the rule, the approval and the counts. Raises what PostgreSQL does where a row that is not
    personal refers to one of them.
    """
    authority: Any = subject.authority  # type: ignore[attr-defined]
    holds = list(Hold.objects.filter(kind=subject._meta.label_lower, row=subject.pk))
    rows = [*holds, *rows_of(subject)]
    removed = removed_with(rows, authority.pk)
    counts: dict[str, int] = defaultdict(int)
    by_model: dict[type[Model], list[Any]] = defaultdict(list)
    for row in rows:
        by_model[type(row)].append(row.pk)
        counts[row._meta.label_lower] += 1
    for model, keys in by_model.items():
        model._base_manager.filter(pk__in=keys).delete()
    blank_record(by=by, subjects=[*rows, *removed], reason=rule)
    record(
        by=by,
        action="retention.erase",
        subject=subject,
        place=authority,
        changes={"rule": rule, "approval": approval, "rows": dict(counts)},
    )
    return dict(counts)
