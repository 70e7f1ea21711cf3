"""A person's own tables as a placement problem: every doubt is named with its file and line.

families: id [, name, load, arrives, any attribute] · places: id, capacity [, name, funder, cost, worker,
caseload] · fit: family, place, fit [, cost, funder, eligible, for, against] · budgets: funder, budget ·
floors: column, value, least (a number of families, or a share as 40%) · history: as fit, with load.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np

from maarag.cli.match_columns import MOST, Doubts, Table
from maarag.cli.match_places import Pairs, Places
from maarag.cli.table_files import shortened
from maarag.database.errors import translate as _
from maarag.engines.matching import Floor, PlacementProblem

Report = Callable[[str], None]
FIT_NEEDED = ["family", "place", "fit"]
FIT_MORE = ["cost", "funder", "eligible"]
NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d+)?", re.ASCII)


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
    history: PlacementProblem | None = None


def read_tables(
    files: Mapping[str, Path | None], *, arrivals: bool = False, report: Report = lambda _name: None
) -> Tables:
    """`files` by the names of their options; `arrivals`: families in the order in which they come. Raises
    FileError with every line that cannot be used."""
    return _Reader(files, arrivals, report).read()


class _Reader:
    def __init__(self, files: Mapping[str, Path | None], arrivals: bool, report: Report) -> None:
        self.files, self.arrivals, self.report = files, arrivals, report
        self.doubts = Doubts()

    def _table(self, option: str, required: list[str], optional: list[str]) -> Table | None:
        path = self.files.get(option)
        if path is None:
            return None
        self.report(path.name)
        return Table(path, required, optional, self.doubts)

    def read(self) -> Tables:
        home = self._table("families", ["id"], ["name", "load", *(["arrives"] if self.arrivals else [])])
        where = self._table("places", ["id", "capacity"], ["name", "funder", "cost", "worker", "caseload"])
        fit = self._table("fit", FIT_NEEDED, [*FIT_MORE, "for", "against"])
        past = self._table("history", FIT_NEEDED, [*FIT_MORE, "load"])
        budgets = self._table("budgets", ["funder", "budget"], [])
        assert home is not None
        assert where is not None
        assert fit is not None
        index, rows = self._in_order(home)
        self.places = Places(where, budgets)
        self.places.check_columns(fit)
        self.report(fit.name)
        pairs = self._pairs(fit, index, home.name)
        floors, members = self._floors(home, rows)
        loads = home.numbers("load", 1.0)
        history = None if past is None else self._history(past)
        self.doubts.refuse()
        self.places.warn(fit, pairs)
        if home.has("load") and not self.places.workers:
            self._warn_all(home, _("the load is not looked at: no place has a worker"))
        self._warn_floors(floors, members, pairs)
        said = [fit.column_of(what) for what in ("for", "against")]
        families, names = list(home.column_of("id")), home.column_of("name")
        return Tables(
            self.places.problem(pairs, len(index), loads[rows], members),
            [families[row] for row in rows],
            [names[row] for row in rows],
            {name: [texts[row] for row in rows] for name, texts in home.attributes().items()},
            list(self.places.index),
            self.places.names,
            [*([self.places.funders] if budgets is not None else []), *self.places.worker_names],
            [row for row, _line in floors],
            [said[0][row] for row in pairs.row],
            [said[1][row] for row in pairs.row],
            self._excluded(fit, pairs, index, said[1]),
            self.doubts.warnings,
            history,
        )

    def _in_order(self, home: Table) -> tuple[dict[str, int], list[int]]:
        """The number of each family, and its row; families that arrive in their order."""
        found = home.keys()
        keys = list(found)
        if home.has("arrives"):
            when = self._moments(home)
            keys.sort(key=lambda key: when[found[key]])
        return {key: number for number, key in enumerate(keys)}, [found[key] for key in keys]

    def _moments(self, home: Table) -> list[float]:
        """[rows] when each family arrives: a number, or a date with or without the time."""
        texts = home.column_of("arrives")
        found = []
        for row, text in enumerate(texts):
            try:
                found.append(float(text) if NUMBER.fullmatch(text) else _seconds(text))
            except ValueError:
                given = {"what": home.title("arrives"), "value": shortened(text) or _("(empty)")}
                home.bad(row, _("%(what)s %(value)s is neither a number nor a date as 2026-01-31") % given)
                found.append(0.0)
        if len({bool(NUMBER.fullmatch(text)) for text in texts}) > 1:
            self.doubts.bad(home.name, 0, _("some families arrive by number and some by date"))
        return found

    def _pairs(self, table: Table, families: Mapping[str, int], source: str) -> Pairs:
        i = table.known("family", families, source)
        j = table.known("place", self.places.index, self.places.table.name)
        known = (i >= 0) & (j >= 0)
        eligible = table.truths("eligible")
        key = i * max(1, len(self.places.index)) + j
        rows = np.flatnonzero(known)
        rows = rows[np.argsort(key[rows], kind="stable")]
        again = np.flatnonzero(key[rows[1:]] == key[rows[:-1]]) + 1
        first = {int(key[rows[at]]): table.lines[rows[at]] for at in again[::-1] - 1}
        for at in again:
            given = {"line": first[int(key[rows[at]])]}
            table.bad(int(rows[at]), _("this family and place already stand in line %(line)s") % given)
        fit = table.numbers("fit", None, least=-MOST, only=known & eligible)
        cost = table.numbers("cost", math.nan)
        funder = self.places.funder_numbers(table)
        kept = rows[eligible[rows]]
        at_place = j[kept]
        own = np.fromiter((bool(text) for text in table.column_of("funder")), dtype=bool, count=len(table))
        return Pairs(
            kept,
            i[kept],
            at_place,
            fit[kept],
            np.where(np.isnan(cost[kept]), self.places.cost[at_place], cost[kept]),
            np.where(own[kept], funder[kept], self.places.funder[at_place]),
            rows[~eligible[rows]],
        )

    def _excluded(
        self, table: Table, pairs: Pairs, families: Mapping[str, int], against: list[str]
    ) -> dict[int, list[tuple[int, float | None, str]]]:
        found: dict[int, list[tuple[int, float | None, str]]] = {}
        if not len(pairs.barred):
            return found
        only = np.zeros(len(table), dtype=bool)
        only[pairs.barred] = True
        fits = table.numbers("fit", math.nan, least=-MOST, only=only)
        self.doubts.refuse()
        named, at = table.column_of("family"), table.column_of("place")
        for row in pairs.barred:
            value = None if math.isnan(fits[row]) else float(fits[row])
            there = (self.places.index[at[row]], value, against[row])
            found.setdefault(families[named[row]], []).append(there)
        return found

    def _history(self, table: Table) -> PlacementProblem:
        """Families of the past: those that the table names, in the order in which it names them."""
        names = table.column_of("family")
        index = {key: number for number, key in enumerate(dict.fromkeys(name for name in names if name))}
        pairs = self._pairs(table, index, table.name)
        each = table.numbers("load", 1.0)
        loads = np.ones(len(index))
        loads[pairs.family] = each[pairs.row]
        self.doubts.refuse()
        return self.places.problem(pairs, len(index), loads, [])

    def _floors(self, home: Table, rows: list[int]) -> tuple[list[tuple[FloorRow, int]], list[Floor]]:
        told: list[tuple[FloorRow, int]] = []
        floors: list[Floor] = []
        table = self._table("floors", ["column", "value", "least"], [])
        if table is None:
            return told, floors
        attributes = home.attributes()
        texts = zip(*map(table.column_of, ("column", "value", "least")), strict=True)
        for row, (column, value, least) in enumerate(texts):
            given = {"column": shortened(column) or _("(empty)"), "value": shortened(value) or _("(empty)")}
            if column not in attributes:
                table.bad(row, _("%(file)s has no column %(column)s") % {"file": home.name, **given})
                continue
            members = [number for number, at in enumerate(rows) if attributes[column][at] == value]
            if not members:
                table.bad(row, _("no family has %(value)s in column %(column)s") % given)
            elif re.fullmatch(r"\d+(\.\d+)?\s*%", least) and float(least.rstrip("% ")) <= 100:
                floors.append(Floor.share(members, float(least.rstrip("% ")) / 100))
                told.append((FloorRow(column, value, floors[-1].least, len(members)), table.lines[row]))
            elif re.fullmatch(r"\d{1,15}", least):
                floors.append(Floor.number(members, int(least)))
                told.append((FloorRow(column, value, floors[-1].least, len(members)), table.lines[row]))
            else:
                given = {"what": table.title("least"), "value": shortened(least)}
                words = _("%(what)s is '%(value)s'; write a number of families or a share as 40%%")
                table.bad(row, words % given)
        self.floors_name = table.name
        return told, floors

    def _warn_floors(self, told: list[tuple[FloorRow, int]], floors: list[Floor], pairs: Pairs) -> None:
        some = np.zeros(max((floor.members.max() for floor in floors), default=-1) + 1, dtype=bool)
        some[pairs.family[pairs.family < len(some)]] = True
        for (row, line), floor in zip(told, floors, strict=True):
            given = {"least": row.least, "members": row.members}
            if row.least > row.members:
                self.doubts.warn(
                    self.floors_name, line, _("asks for %(least)s of only %(members)s families") % given
                )
            elif row.least == 0:
                self.doubts.warn(self.floors_name, line, _("asks for nobody"))
            elif not some[floor.members].any():
                self.doubts.warn(self.floors_name, line, _("none of these families may have any place"))

    def _warn_all(self, table: Table, words: str) -> None:
        self.doubts.warnings.append(f"{table.name}: {words}")


def _seconds(text: str) -> float:
    return (datetime.fromisoformat(text).replace(tzinfo=None) - datetime(1970, 1, 1)).total_seconds()
