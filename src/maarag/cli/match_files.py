"""A person's own tables as a placement problem: every doubt is named with its file and line.

families: id [, name, load, any attribute] · places: id, capacity [, name, funder, cost, worker, caseload] ·
fit: family, place, fit [, cost, funder, eligible, for, against] · budgets: funder, budget ·
floors: column, value, least (a number of families, or a share as 40%).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from maarag.cli.table_files import FileError, TableFile, listing, plain_number
from maarag.engines.matching import Floor, PlacementProblem

# Accepted names of a column, best first; letters and digits only, lower case.
NAMES = {
    "id": "id code מזהה קוד",
    "name": "name title שם",
    "load": "load cases עומס",
    "capacity": "capacity places slots קיבולת מקומות מכסה",
    "funder": "funder מממן",
    "cost": "cost price עלות מחיר",
    "worker": "worker עובד עובדת",
    "caseload": "caseload עומסמרבי",
    "family": "family familyid משפחה מזההמשפחה",
    "place": "place placeid programme מקום מזההמקום תכנית",
    "fit": "fit score התאמה ציון",
    "eligible": "eligible זכאות זכאי",
    "for": "for reasonsfor reason reasons בעד נימוקים",
    "against": "against reasonsagainst נגד",
    "budget": "budget amount תקציב סכום",
    "column": "column attribute עמודה מאפיין",
    "value": "value group ערך קבוצה",
    "least": "least atleast floor minimum share לפחות רצפה",
}
FALSE = frozenset(["no", "n", "false", "0", "לא"])
TRUE = frozenset(["yes", "y", "true", "1", "כן"])


@dataclass(frozen=True)
class FloorRow:
    column: str
    value: str
    least: int
    members: int


@dataclass(eq=False)
class Tables:
    """The problem with the names that the person uses. `speaks_for`, `speaks_against` [pairs] texts;
    `excluded`: by family, (place, fit, why) of what it may not have."""

    problem: PlacementProblem
    families: list[str]
    family_names: list[str]
    attributes: dict[str, list[str]]
    places: list[str]
    place_names: list[str]
    limits: list[list[str]]
    floors: list[FloorRow]
    speaks_for: list[str]
    speaks_against: list[str]
    excluded: dict[int, list[tuple[int, float | None, str]]]
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Row:
    """One line of a table: its cells by what they are called in NAMES."""

    table: str
    line: int
    columns: dict[str, int | None]
    at: Callable[[int | None], str]

    def cell(self, what: str) -> str:
        return self.at(self.columns.get(what))


class _Table(TableFile):
    """A file whose columns have the names above; the other columns are attributes."""

    def __init__(self, path: Path, required: list[str], optional: list[str]) -> None:
        super().__init__(path)
        self.columns = {what: self.column(what, NAMES[what]) for what in required}
        self.columns |= {what: self.column(what, NAMES[what], required=False) for what in optional}
        self.lines = [_Row(self.name, line, self.columns, at) for line, at in self.rows()]

    def attributes(self, rows: list[_Row]) -> dict[str, list[str]]:
        """Columns beside those with a meaning of their own: sex, sector, language, area …"""
        return {
            name: [row.at(index) for row in rows]
            for index, name in enumerate(self.header)
            if name and index not in self.taken
        }


def read_tables(
    families: Path, places: Path, fit: Path, budgets: Path | None = None, floors: Path | None = None
) -> Tables:
    """Raises FileError with every line that cannot be used."""
    return _Reader().read(families, places, fit, budgets, floors)


class _Reader:
    def __init__(self) -> None:
        self.bad: list[str] = []
        self.warnings: list[str] = []

    def read(
        self, families: Path, places: Path, fit: Path, budgets: Path | None, floors: Path | None
    ) -> Tables:
        home = _Table(families, ["id"], ["name", "load"])
        where = _Table(places, ["id", "capacity"], ["name", "funder", "cost", "worker", "caseload"])
        pairs = _Table(fit, ["family", "place", "fit"], ["cost", "funder", "eligible", "for", "against"])
        family_rows, family_index = self._keyed(home)
        place_rows, place_index = self._keyed(where)
        loads = [self._number(row, "load", 1.0) for row in family_rows]
        capacity = [self._number(row, "capacity", None, whole=True) for row in place_rows]
        costs = [self._number(row, "cost", 0.0) for row in place_rows]
        funders, amounts = self._budgets(budgets)
        workers, caseloads, of_worker = self._workers(place_rows)
        funder_of = [self._funder(row, funders, budgets) for row in place_rows]
        found: dict[tuple[int, int], int] = {}
        kept: list[tuple[int, int, float, float, int]] = []
        texts: dict[tuple[int, int], tuple[str, str]] = {}
        excluded: dict[int, list[tuple[int, float | None, str]]] = {}
        for row in pairs.lines:
            i = self._known(row, "family", family_index, families.name)
            j = self._known(row, "place", place_index, places.name)
            if i is None or j is None:
                continue
            if (i, j) in found:
                self._bad(row, f"this family and place already stand in line {found[i, j]}")
                continue
            found[i, j] = row.line
            said = (row.cell("for"), row.cell("against"))
            if not self._eligible(row):
                value = self._number(row, "fit", math.nan, least=-math.inf)
                excluded.setdefault(i, []).append((j, None if math.isnan(value) else value, said[1]))
                continue
            value = self._number(row, "fit", None, least=-math.inf)
            cost = self._number(row, "cost", costs[j])
            own = self._funder(row, funders, budgets) if row.cell("funder") else funder_of[j]
            kept.append((i, j, value, cost, own))
            texts[i, j] = said
        rows, members = self._floors(floors, home, family_rows)
        if budgets is not None and where.columns["cost"] is None and pairs.columns["cost"] is None:
            self.bad.append(f"{places.name}: budgets are given, but no column for the cost of a place")
        if self.bad:
            raise FileError(listing(self.bad))
        kept.sort(key=lambda pair: pair[:2])
        table = np.array(kept, dtype=np.float64).reshape(-1, 5)
        problem = PlacementProblem.from_pairs(
            table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2],
            n_families=len(family_rows), capacity=np.array(capacity, dtype=np.int64),
            cost=table[:, 3] if budgets is not None else None,
            funder=table[:, 4].astype(np.int64) if budgets is not None else None,
            budget=amounts if budgets is not None else None,
            load=loads if workers else None,
            worker=np.array(of_worker, dtype=np.int64)[table[:, 1].astype(np.int64)] if workers else None,
            caseload=caseloads if workers else None,
            floors=members,
        )  # fmt: skip
        return Tables(
            problem, list(family_index), [row.cell("name") for row in family_rows],
            home.attributes(family_rows), list(place_index), [row.cell("name") for row in place_rows],
            [*([funders] if budgets is not None else []), *([workers] if workers else [])], rows,
            [texts[pair[0], pair[1]][0] for pair in kept], [texts[pair[0], pair[1]][1] for pair in kept],
            excluded, self.warnings,
        )  # fmt: skip

    def _bad(self, row: _Row, problem: str) -> None:
        self.bad.append(f"{row.table}, line {row.line}: {problem}")

    def _keyed(self, table: _Table) -> tuple[list[_Row], dict[str, int]]:
        rows: list[_Row] = []
        index: dict[str, int] = {}
        for row in table.lines:
            key = row.cell("id")
            if not key:
                self._bad(row, "the id is empty")
            elif key in index:
                self._bad(row, f"the id {key} already stands in line {rows[index[key]].line}")
            else:
                index[key] = len(rows)
                rows.append(row)
        return rows, index

    def _number(
        self, row: _Row, what: str, default: float | None, *, whole: bool = False, least: float = 0.0
    ) -> float:
        text = row.cell(what)
        if not text and default is not None:
            return default
        try:
            if not text:
                raise ValueError(f"the {what} is empty")
            value = plain_number(text, f"the {what}", least=least)
            if whole and value != int(value):
                raise ValueError(f"the {what} {text} is not a whole number")
        except ValueError as error:
            self._bad(row, str(error))
            return 0.0
        return value

    def _known(self, row: _Row, what: str, index: dict[str, int], source: str) -> int | None:
        key = row.cell(what)
        if key not in index:
            self._bad(row, f"the {what} {key or '(empty)'} is not in {source}")
        return index.get(key)

    def _eligible(self, row: _Row) -> bool:
        text = row.cell("eligible").lower()
        if text and text not in FALSE | TRUE:
            self._bad(row, f"eligible is {text!r}; write yes or no")
        return text not in FALSE

    def _budgets(self, path: Path | None) -> tuple[list[str], list[float]]:
        if path is None:
            return [], []
        funders: dict[str, float] = {}
        for row in _Table(path, ["funder", "budget"], []).lines:
            name = row.cell("funder")
            if not name or name in funders:
                self._bad(row, f"the funder {name} stands twice" if name else "the funder is empty")
            funders[name] = self._number(row, "budget", None)
        return list(funders), list(funders.values())

    def _funder(self, row: _Row, funders: list[str], budgets: Path | None) -> int:
        name = row.cell("funder")
        if not name or budgets is None:
            return -1
        if name not in funders:
            self._bad(row, f"the funder {name} is not in {budgets.name}")
            return -1
        return funders.index(name)

    def _workers(self, rows: list[_Row]) -> tuple[list[str], list[float], list[int]]:
        names: dict[str, int] = {}
        most: list[float] = []
        of_place = []
        for row in rows:
            name = row.cell("worker")
            if not name:
                of_place.append(-1)
                continue
            given = self._number(row, "caseload", math.inf)
            if name not in names:
                names[name] = len(names)
                most.append(given)
            elif math.isfinite(given):
                number = names[name]
                if math.isfinite(most[number]) and most[number] != given:
                    self._bad(row, f"worker {name} has two different caseloads")
                most[number] = given
            of_place.append(names[name])
        return list(names), most, of_place

    def _floors(
        self, path: Path | None, home: _Table, families: list[_Row]
    ) -> tuple[list[FloorRow], list[Floor]]:
        rows: list[FloorRow] = []
        floors: list[Floor] = []
        if path is None:
            return rows, floors
        attributes = home.attributes(families)
        for row in _Table(path, ["column", "value", "least"], []).lines:
            column, value, text = row.cell("column"), row.cell("value"), row.cell("least")
            if column not in attributes:
                self._bad(row, f"{home.name} has no column {column or '(empty)'}")
                continue
            members = [i for i, found in enumerate(attributes[column]) if found == value]
            if not members:
                self._bad(row, f"no family has {value or '(empty)'} in column {column}")
                continue
            if re.fullmatch(r"\d+(\.\d+)?\s*%", text) and float(text.rstrip("% ")) <= 100:
                floor = Floor.share(members, float(text.rstrip("% ")) / 100)
            elif re.fullmatch(r"\d+", text):
                floor = Floor.number(members, int(text))
            else:
                self._bad(row, f"least is {text!r}; write a number of families or a share as 40%")
                continue
            if floor.least > len(members):
                self.warnings.append(
                    f"{row.table}, line {row.line}: asks for {floor.least} of only {len(members)} families"
                )
            floors.append(floor)
            rows.append(FloorRow(column, value, floor.least, len(members)))
        return rows, floors
