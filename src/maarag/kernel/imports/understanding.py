"""What the rows of a file will become. Nothing of any domain is written here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import permits, places_permitted
from maarag.kernel.places.models import Place, PlaceKind

from .importer import Importer, NotUnderstood, Problem, Row, RowRefused, Understood
from .models import ImportFile, RowStatus
from .reading import OVERFLOW

if TYPE_CHECKING:
    from maarag.kernel.access.models import Account

BATCH = 1000


@dataclass(frozen=True)
class RawRow:
    """A row of the table or of the database: its number, all its cells, and whether it sums up others."""

    number: int
    cells: Mapping[str, Any]
    is_total: bool = False


@dataclass
class Outcome:
    """What a row will become."""

    raw: RawRow
    status: RowStatus
    understood: Understood | None = None
    changes: dict[str, list[Any]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def as_columns(self, file_id: int) -> tuple[Any, ...]:
        """The values of an ImportRow in the order of COLUMNS."""
        found = self.understood
        return (
            file_id,
            self.raw.number,
            _json(self.raw.cells),
            found.key if found else "",
            str(self.status),
            _json(found.shown if found else {}),
            _json(self.changes),
            _json([asdict(problem) for problem in self.problems]),
            _json(found.notes if found else ()),
        )


COLUMNS = ("import_file_id", "number", "raw", "key", "status", "becomes", "changes", "problems", "notes")


def plain(value: Any) -> Any:
    """A value as JSON has it: dates as ISO text, numbers exact, tuples as lists."""
    if isinstance(value, datetime) and (value.hour, value.minute, value.second) == (0, 0, 0):
        return value.date().isoformat()
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in value]
    if value is None or isinstance(value, str | int | float | bool):
        return value.replace("\x00", "") if isinstance(value, str) else value
    return str(value)


def _json(value: Any) -> str:
    return json.dumps(plain(value), ensure_ascii=False, allow_nan=False, default=str)


class Understanding:
    """An importer at work on one file for one person."""

    def __init__(self, importer: Importer, columns: Mapping[str, str], by: Account) -> None:
        """`columns`: column name → field."""
        self.importer = importer
        self._column_of = {name: column for column, name in columns.items()}
        self._allowed: set[int] | None = (
            None
            if by.is_system
            else set(places_permitted(by, Permission.IMPORT_DATA).values_list("pk", flat=True))
        )
        nation = Place.objects.filter(kind=PlaceKind.NATION).first()
        self._may_nation = by.is_system or (
            nation is not None and permits(by, Permission.IMPORT_DATA, place=nation)
        )

    def survey(self, rows: Iterable[RawRow]) -> None:
        """Let the importer look at all rows, if it wants to."""
        if type(self.importer).survey is not Importer.survey:
            self.importer.survey(self._parse(raw)[0] for raw in rows if not raw.is_total)

    def outcomes(self, rows: Iterable[RawRow]) -> Iterator[list[Outcome]]:
        """Outcomes in batches, in the order of the rows."""
        rows = iter(rows)
        while batch := list(islice(rows, BATCH)):
            found = [self._outcome(raw) for raw in batch]
            self._compare(found)
            yield found

    def _parse(self, raw: RawRow) -> tuple[Row, list[Problem]]:
        cells = {name: raw.cells.get(column) for name, column in self._column_of.items()}
        return self.importer.parse(raw.number, cells, raw.cells)

    def _outcome(self, raw: RawRow) -> Outcome:
        if raw.is_total:
            reason = _("This row sums up the others.")
            return Outcome(raw, RowStatus.LEFT_OUT, problems=[Problem("", reason)])
        row, problems = self._parse(raw)
        if (extra := raw.cells.get(OVERFLOW)) and not self.importer.takes_overflow:
            reason = _("The row has more cells than there are columns: “%(cells)s”.") % {
                "cells": str(extra)[:80]
            }
            hint = _("A separator inside a cell? Put quotation marks round the cell.")
            problems.append(Problem("", reason, hint))
        understood = None
        if not problems:
            try:
                understood = self.importer.understand(row)
            except RowRefused as error:
                problems = list(error.problems)
            except NotUnderstood as error:
                problems = [Problem("", error.reason, error.hint)]
        if understood and not self._may(understood.places):
            problems = [Problem("", self._refusal())]
        if problems or understood is None:
            return Outcome(raw, RowStatus.PROBLEM, None, problems=problems)
        return Outcome(raw, RowStatus.NEW, understood)

    def _may(self, places: frozenset[int]) -> bool:
        if self._may_nation:
            return True
        if self.importer.is_national or not places:
            return False
        return self._allowed is None or places <= self._allowed

    def _refusal(self) -> str:
        if self.importer.is_national:
            return _("Only whoever looks after the data of the whole nation may load this.")
        return _("This place is not yours: your role lets you load data for other places only.")

    def _compare(self, outcomes: Sequence[Outcome]) -> None:
        """Tell new from changed from unchanged."""
        keys = [outcome.understood.key for outcome in outcomes if outcome.understood]
        stored = self.importer.existing(keys) if keys else {}
        for outcome in outcomes:
            if outcome.understood is None or (found := stored.get(outcome.understood.key)) is None:
                continue
            if found.places and not self._may(found.places):
                outcome.status, outcome.understood = RowStatus.PROBLEM, None
                outcome.problems = [Problem("", self._refusal())]
                continue
            before, after = plain(found.shown), plain(outcome.understood.shown)
            outcome.changes = {
                name: [before.get(name), value] for name, value in after.items() if before.get(name) != value
            }
            outcome.status = RowStatus.CHANGED if outcome.changes else RowStatus.UNCHANGED


def store(import_file: ImportFile, outcomes: Sequence[Outcome]) -> None:
    """Write the rows with COPY: a large file has millions."""
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    with connection.cursor() as cursor, cursor.copy(f"COPY imports_importrow ({names}) FROM STDIN") as copy:
        for outcome in outcomes:
            copy.write_row(outcome.as_columns(import_file.pk))


_REPEATED = """
    SELECT key, count(DISTINCT md5(becomes::text)) FROM imports_importrow
    WHERE import_file_id = %s AND key <> '' AND status <> 'problem'
    GROUP BY key HAVING count(*) > 1
"""
_ROWS_OF_KEYS = """
    SELECT key, number, id FROM imports_importrow
    WHERE import_file_id = %s AND key = ANY(%s) AND status <> 'problem' ORDER BY number, id
"""
_SETTLE = "UPDATE imports_importrow SET status = %s, problems = %s::jsonb WHERE id = %s"


def settle_duplicates(import_file: ImportFile) -> None:
    """Rows about the same thing: repetitions are left out; where they say different things, all are
    problems.
    """
    with connection.cursor() as cursor:
        # two plain queries: joined into one, a table without statistics is grouped anew for every row
        cursor.execute(_REPEATED, [import_file.pk])
        versions = dict(cursor.fetchall())
        keys = sorted(versions)
        for start in range(0, len(keys), BATCH):
            cursor.execute(_ROWS_OF_KEYS, [import_file.pk, keys[start : start + BATCH]])
            rows: dict[str, list[tuple[int, int]]] = {}
            for key, number, row_id in cursor.fetchall():
                rows.setdefault(key, []).append((number, row_id))
            updates: list[tuple[str, str, int]] = []
            for key, found in rows.items():
                updates += _contradicting(found) if versions[key] > 1 else _repeating(found)
            cursor.executemany(_SETTLE, updates)


def _contradicting(rows: Sequence[tuple[int, int]]) -> Iterator[tuple[str, str, int]]:
    for number, row_id in rows:
        others = [str(other) for other, _id in rows[:6] if other != number]
        words = ngettext(
            "Row %(rows)s is about the same thing and says something else.",
            "Rows %(rows)s are about the same thing and say something else.",
            len(others),
        )
        problem = Problem("", words % {"rows": ", ".join(others)}, _("Leave the right row only."))
        yield RowStatus.PROBLEM.value, _json([asdict(problem)]), row_id


def _repeating(rows: Sequence[tuple[int, int]]) -> Iterator[tuple[str, str, int]]:
    for _number, row_id in rows[1:]:
        problem = Problem("", _("The same as row %(row)s.") % {"row": rows[0][0]})
        yield RowStatus.LEFT_OUT.value, _json([asdict(problem)]), row_id
