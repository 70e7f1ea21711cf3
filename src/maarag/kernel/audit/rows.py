"""What became of rows, for the pages: the changes of one transaction, and those outside any action."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Count, Exists, F, Model, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from .field_words import column_in_words, kind_in_words
from .models import NATION, AuditEvent, Operation, RowChange, Seal
from .tables import model_of
from .withheld import authorities_in_full, readable_changes
from .words import _KEPT

ROWS_SHOWN = 20
CHANGES_SHOWN = 50
SALT = "_salt"


@dataclass(frozen=True)
class ToldRow:
    """One row of a change: its key and (column, before, after); without columns where they are not shown."""

    key: str
    columns: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class ToldChange:
    """A change of rows as a page shows it."""

    number: int
    at: datetime
    what: str
    kind: str
    count: int
    by: str
    login: str
    rows: tuple[ToldRow, ...]
    hidden: str = ""
    """Why values are not shown."""


def sees_nation(viewer: Any) -> bool:
    return bool(viewer.places_with("view_audit").filter(kind="nation").exists())


def changes_with(event: AuditEvent, viewer: Any) -> QuerySet[RowChange]:
    """The changes of rows in the transaction of an event, as far as the viewer may read them; none for events
    older than this record.
    """
    if not event.transaction:
        return RowChange.objects.none()
    rows = RowChange.objects.filter(transaction=event.transaction, at=event.at)
    return rows.filter(readable_changes(viewer)).order_by("pk")


def outside_any_action(viewer: Any) -> QuerySet[Seal]:
    """The seals of transactions that changed rows and left no event, in the chains whose record the viewer
    sees, where they hold anything that the viewer may read.
    """
    return _outside(viewer).filter(Exists(_rows_of_seal().filter(readable_changes(viewer))))


def has_kept_outside(viewer: Any) -> bool:
    """Whether there are such changes about families that the viewer may not read: not how many, nor where."""
    full = authorities_in_full(viewer)
    # the policy shows none of these rows, so that the seal tells that there are more than can be read
    read = _rows_of_seal().filter(readable_changes(viewer)).order_by().values("transaction")
    counted = read.annotate(count=Count("pk")).values("count")
    seals = _outside(viewer).exclude(chain__in=[NATION, *full]).annotate(read=Subquery(counted))
    return seals.filter(Q(read=None) | Q(read__lt=F("count"))).exists()


def _outside(viewer: Any) -> QuerySet[Seal]:
    found = Seal.objects.filter(outside=True).order_by("-pk")
    if sees_nation(viewer):
        return found
    authorities = viewer.places_with("view_audit").filter(kind="authority").values_list("pk", flat=True)
    return found.filter(chain__in=list(authorities))


def _rows_of_seal() -> QuerySet[RowChange]:
    """The changes of rows of the seal of the query around it, as far as the scope shows them."""
    rows = RowChange.objects.annotate(chain=Coalesce("authority_id", Value(NATION)))
    return rows.filter(
        transaction=OuterRef("transaction"),
        chain=OuterRef("chain"),
        pk__gte=OuterRef("first"),
        pk__lte=OuterRef("last"),
    )


def changes_of(seals: Iterable[Seal], viewer: Any) -> list[RowChange]:
    """The changes of rows of these seals that the viewer may read, newest first."""
    wanted = {(seal.transaction, seal.chain): seal for seal in seals}
    rows = RowChange.objects.filter(
        readable_changes(viewer), transaction__in={transaction for transaction, _ in wanted}
    ).order_by("-pk")
    found = []
    for row in rows:
        seal = wanted.get((row.transaction, row.authority_id or NATION))
        if seal and seal.first <= row.pk <= seal.last:
            found.append(row)
    return found


def seal_of(event: AuditEvent) -> Seal | None:
    """The seal that holds the event; None before its transaction is committed."""
    return (
        Seal.objects.filter(
            chain=event.authority_id or NATION, last__gte=event.pk, transaction=event.transaction
        )
        .order_by("last")
        .first()
    )


def told(changes: Iterable[RowChange], viewer: Any, event: AuditEvent | None = None) -> list[ToldChange]:
    """The changes in words; values only where the viewer may see them.

    Values of personal rows are never shown here. Values of other rows are shown to whoever sees the nation's
    record, and of the event's own record to whoever sees the event; counts that are kept from others, never.
    """
    rows = list(changes)
    national = sees_nation(viewer)
    accounts = {row.account for row in rows if row.account}
    names = dict(get_user_model()._default_manager.filter(pk__in=accounts).values_list("pk", "name"))
    found = []
    for row in rows:
        model = model_of(row.of_table)
        label = model._meta.label_lower if model else ""
        hidden = ""
        if row.personal:
            hidden = _("Values of rows about people are not shown here.")
        elif not national:
            hidden = _("Values are shown to whoever sees the record of the whole nation.")
        own = {event.subject_id} if event and label == event.subject_type and not row.personal else set()
        found.append(
            ToldChange(
                number=row.pk,
                at=row.at,
                what=str(Operation(row.operation).label),
                kind=kind_in_words(model) if model else row.of_table,
                count=len(row.row_ids),
                by=names.get(row.account or 0, ""),
                login=row.login,
                rows=tuple(
                    _rows(row, model, set(row.row_ids) if not hidden else own, _KEPT.get(label, frozenset()))
                ),
                hidden="" if own.issuperset(row.row_ids) else hidden,
            )
        )
    return found


def _rows(
    row: RowChange, model: type[Model] | None, shown: set[str], kept: frozenset[str]
) -> Iterable[ToldRow]:
    parts = row.changes or [""] * len(row.row_ids)
    for key, part in list(zip(row.row_ids, parts, strict=True))[:ROWS_SHOWN]:
        if not part or part.startswith("erased:"):
            yield ToldRow(key, ((_("erased"), "", ""),) if part else ())
            continue
        columns = json.loads(part)
        columns.pop(SALT, None)
        yield ToldRow(
            key,
            tuple(
                (
                    column_in_words(model, name),
                    *(_value(value, row.operation) if key in shown and name not in kept else ("…", "…")),
                )
                for name, value in columns.items()
            ),
        )


def _value(value: Any, operation: str) -> tuple[str, str]:
    """(before, after) as text, cut short."""
    if operation == Operation.UPDATE and isinstance(value, list) and len(value) == 2:
        return _text(value[0]), _text(value[1])
    return (_text(value), "") if operation == Operation.DELETE else ("…", "…")


def _text(value: Any) -> str:
    if value is None or value == "":
        return "–"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else text[:200] + "…"
