"""A person's own tables as a placement problem: every doubt is named with its file and line.

families: id [, name, load, any attribute] · places: id, capacity [, name, funder, cost, worker, caseload] ·
fit: family, place, fit [, cost, funder, eligible, for, against] · budgets: funder, budget ·
floors: column, value, least (a number of families, or a share as 40%).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from maarag.engines.matching.placement_errors import TableError
from maarag.engines.matching.placement_model import Floor, PlacementProblem
from maarag.engines.matching.sheets import NamedRows, Sheet

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


def read_tables(
    families: Sheet, places: Sheet, fit: Sheet, budgets: Sheet | None = None, floors: Sheet | None = None
) -> Tables:
    """Raises TableError with every line that cannot be used."""
    return _Reader().read(families, places, fit, budgets, floors)


class _Reader:
    def __init__(self) -> None:
        self.bad: list[str] = []
        self.warnings: list[str] = []

    def read(
        self, families: Sheet, places: Sheet, fit: Sheet, budgets: Sheet | None, floors: Sheet | None
    ) -> Tables:
        home = NamedRows(families, ["id"], ["name", "load"])
        where = NamedRows(places, ["id", "capacity"], ["name", "funder", "cost", "worker", "caseload"])
        pairs = NamedRows(fit, ["family", "place", "fit"], ["cost", "funder", "eligible", "for", "against"])
        family_rows, family_index = self._keyed(home)
        place_rows, place_index = self._keyed(where)
        loads = [self._number(home, row, "load", 1.0) for row in family_rows]
        capacity = [self._number(where, row, "capacity", None, whole=True) for row in place_rows]
        costs = [self._number(where, row, "cost", 0.0) for row in place_rows]
        funders, amounts = self._budgets(budgets)
        workers, caseloads, of_worker = self._workers(where, place_rows)
        funder_of = [self._funder(where, row, funders, budgets) for row in place_rows]
        found: dict[tuple[int, int], int] = {}
        kept: list[tuple[int, int, float, float, int]] = []
        texts: dict[tuple[int, int], tuple[str, str]] = {}
        excluded: dict[int, list[tuple[int, float | None, str]]] = {}
        for line, cells in pairs.lines():
            row = (line, cells)
            i = self._known(pairs, row, "family", family_index, families.name)
            j = self._known(pairs, row, "place", place_index, places.name)
            if i is None or j is None:
                continue
            if (i, j) in found:
                self.bad.append(
                    f"{fit.name}, line {line}: this family and place already stand in line {found[i, j]}"
                )
                continue
            found[i, j] = line
            said = (pairs.cell(cells, "for"), pairs.cell(cells, "against"))
            if not self._eligible(pairs, row):
                value = self._number(pairs, row, "fit", math.nan, least=-math.inf)
                excluded.setdefault(i, []).append((j, None if math.isnan(value) else value, said[1]))
                continue
            value = self._number(pairs, row, "fit", None, least=-math.inf)
            cost = self._number(pairs, row, "cost", costs[j])
            own = self._funder(pairs, row, funders, budgets) if pairs.cell(cells, "funder") else funder_of[j]
            kept.append((i, j, value, cost, own))
            texts[i, j] = said
        rows, members = self._floors(floors, home, family_rows)
        if budgets is not None and not ({"cost"} & (where.column.keys() | pairs.column.keys())):
            self.bad.append(f"{places.name}: budgets are given, but no column for the cost of a place")
        if self.bad:
            raise TableError(self.bad)
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
            problem, list(family_index), [home.cell(c, "name") for _n, c in family_rows],
            home.attributes(family_rows), list(place_index), [where.cell(c, "name") for _n, c in place_rows],
            [*([funders] if budgets is not None else []), *([workers] if workers else [])], rows,
            [texts[pair[0], pair[1]][0] for pair in kept], [texts[pair[0], pair[1]][1] for pair in kept],
            excluded, self.warnings,
        )  # fmt: skip

    def _keyed(self, table: NamedRows) -> tuple[list[tuple[int, Sequence[Any]]], dict[str, int]]:
        rows: list[tuple[int, Sequence[Any]]] = []
        index: dict[str, int] = {}
        lines: dict[str, int] = {}
        for line, cells in table.lines():
            key = table.cell(cells, "id")
            if not key:
                self.bad.append(f"{table.name}, line {line}: the id is empty")
            elif key in index:
                self.bad.append(
                    f"{table.name}, line {line}: the id {key} already stands in line {lines[key]}"
                )
            else:
                index[key], lines[key] = len(rows), line
                rows.append((line, cells))
        return rows, index

    def _number(
        self, table: NamedRows, row: tuple[int, Sequence[Any]], what: str, default: float | None,
        *, whole: bool = False, least: float = 0.0,
    ) -> float:  # fmt: skip
        text = table.cell(row[1], what)
        if not text and default is not None:
            return default
        plain = re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text, flags=re.ASCII)
        value = float(text) if plain else math.nan
        problem = ""
        if not text:
            problem = f"the {what} is empty"
        elif not math.isfinite(value):
            problem = f"the {what} {text!r} is not a plain number; write digits only, as 1200 or 12.5"
        elif value < least:
            problem = f"the {what} {text} is negative"
        elif whole and value != int(value):
            problem = f"the {what} {text} is not a whole number"
        if problem:
            self.bad.append(f"{table.name}, line {row[0]}: {problem}")
            return 0.0
        return value

    def _known(
        self, table: NamedRows, row: tuple[int, Sequence[Any]], what: str, index: dict[str, int], source: str
    ) -> int | None:
        key = table.cell(row[1], what)
        if key in index:
            return index[key]
        self.bad.append(f"{table.name}, line {row[0]}: the {what} {key or '(empty)'} is not in {source}")
        return None

    def _eligible(self, table: NamedRows, row: tuple[int, Sequence[Any]]) -> bool:
        text = table.cell(row[1], "eligible").lower()
        if text and text not in FALSE | TRUE:
            self.bad.append(f"{table.name}, line {row[0]}: eligible is {text!r}; write yes or no")
        return text not in FALSE

    def _budgets(self, sheet: Sheet | None) -> tuple[list[str], list[float]]:
        if sheet is None:
            return [], []
        table = NamedRows(sheet, ["funder", "budget"], [])
        funders: dict[str, float] = {}
        for row in table.lines():
            name = table.cell(row[1], "funder")
            if not name or name in funders:
                what = f"the funder {name} stands twice" if name else "the funder is empty"
                self.bad.append(f"{sheet.name}, line {row[0]}: {what}")
            funders[name] = self._number(table, row, "budget", None)
        return list(funders), list(funders.values())

    def _funder(
        self, table: NamedRows, row: tuple[int, Sequence[Any]], funders: list[str], budgets: Sheet | None
    ) -> int:
        name = table.cell(row[1], "funder")
        if not name or budgets is None:
            return -1
        if name not in funders:
            self.bad.append(f"{table.name}, line {row[0]}: the funder {name} is not in {budgets.name}")
            return -1
        return funders.index(name)

    def _workers(
        self, table: NamedRows, rows: list[tuple[int, Sequence[Any]]]
    ) -> tuple[list[str], list[float], list[int]]:
        names: dict[str, int] = {}
        most: list[float] = []
        of_place = []
        for row in rows:
            name = table.cell(row[1], "worker")
            if not name:
                of_place.append(-1)
                continue
            given = self._number(table, row, "caseload", math.inf)
            if name not in names:
                names[name] = len(names)
                most.append(given)
            elif math.isfinite(given):
                number = names[name]
                if math.isfinite(most[number]) and most[number] != given:
                    self.bad.append(f"{table.name}, line {row[0]}: worker {name} has two different caseloads")
                most[number] = given
            of_place.append(names[name])
        return list(names), most, of_place

    def _floors(
        self, sheet: Sheet | None, home: NamedRows, families: list[tuple[int, Sequence[Any]]]
    ) -> tuple[list[FloorRow], list[Floor]]:
        rows: list[FloorRow] = []
        floors: list[Floor] = []
        if sheet is None:
            return rows, floors
        table, attributes = NamedRows(sheet, ["column", "value", "least"], []), home.attributes(families)
        for line, cells in table.lines():
            column, value = table.cell(cells, "column"), table.cell(cells, "value")
            text = table.cell(cells, "least")
            where = f"{sheet.name}, line {line}"
            if column not in attributes:
                self.bad.append(f"{where}: {home.name} has no column {column or '(empty)'}")
                continue
            members = [i for i, found in enumerate(attributes[column]) if found == value]
            if not members:
                self.bad.append(f"{where}: no family has {value or '(empty)'} in column {column}")
                continue
            if re.fullmatch(r"\d+(\.\d+)?\s*%", text) and float(text.rstrip("% ")) <= 100:
                floor = Floor.share(members, float(text.rstrip("% ")) / 100)
            elif re.fullmatch(r"\d+", text):
                floor = Floor.number(members, int(text))
            else:
                self.bad.append(f"{where}: least is {text!r}; write a number of families or a share as 40%")
                continue
            if floor.least > len(members):
                self.warnings.append(f"{where}: asks for {floor.least} of only {len(members)} families")
            floors.append(floor)
            rows.append(FloorRow(column, value, floor.least, len(members)))
        return rows, floors
