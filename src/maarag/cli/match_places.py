"""Places with their limits: capacities, funders' budgets, workers' caseloads; and whom each limit touches."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from maarag.cli.match_columns import Floats, Ints, Table
from maarag.cli.table_files import shortened
from maarag.database.errors import translate as _
from maarag.engines.matching import Floor, PlacementProblem


@dataclass(frozen=True, eq=False)
class Pairs:
    """What a table of fit says, in the order of families and places; `row` of the table for each pair,
    `barred`: rows of pairs that are not eligible."""

    row: Ints
    family: Ints
    place: Ints
    fit: Floats
    cost: Floats
    funder: Ints
    barred: Ints


class Places:
    """The places of a table; budgets where a table of them is given."""

    def __init__(self, table: Table, budgets: Table | None) -> None:
        self.table, self.budgets = table, budgets
        found = table.keys()
        self.rows = np.array(list(found.values()), dtype=np.int64)
        self.index = {key: number for number, key in enumerate(found)}
        names = table.column_of("name")
        self.names = [names[row] for row in self.rows]
        self.capacity = table.numbers("capacity", None, whole=True)[self.rows]
        self.cost = table.numbers("cost", 0.0)[self.rows]
        self.funders, self.amounts = self._funders()
        self.funder = self.funder_numbers(table)[self.rows]
        self.workers: dict[str, int] = {}
        self.caseloads: list[float] = []
        self.worker = self._workers()[self.rows]

    @property
    def worker_names(self) -> list[list[str]]:
        return [list(self.workers)] if self.workers else []

    def check_columns(self, fit: Table) -> None:
        """A limit whose column is missing would be passed in silence."""
        if self.budgets is not None:
            self.table.require("cost", fit)
            self.table.require("funder", fit)
        if self.table.has("caseload"):
            self.table.require("worker")

    def _funders(self) -> tuple[list[str], Floats]:
        if self.budgets is None:
            return [], np.zeros(0)
        names = self.budgets.column_of("funder")
        seen: set[str] = set()
        for row, name in enumerate(names):
            if not name:
                self.budgets.bad(row, _("the funder is empty"))
            elif name in seen:
                self.budgets.bad(row, _("the funder %(name)s stands twice") % {"name": shortened(name)})
            seen.add(name)
        return names, self.budgets.numbers("budget", None)

    def funder_numbers(self, table: Table) -> Ints:
        """[rows] the number of the funder that each names, -1 for none."""
        if self.budgets is None:
            return np.full(len(table), -1, dtype=np.int64)
        index = {name: number for number, name in enumerate(self.funders)} | {"": -1}
        return table.known("funder", index, self.budgets.name, absent=-2)

    def _workers(self) -> Ints:
        """[rows] the number of each place's worker; a caseload may stand at any of the worker's places."""
        most = self.table.numbers("caseload", math.inf)
        found = np.full(len(self.table), -1, dtype=np.int64)
        for row, name in enumerate(self.table.column_of("worker")):
            if not name:
                continue
            number = self.workers.setdefault(name, len(self.workers))
            found[row] = number
            if number == len(self.caseloads):
                self.caseloads.append(float(most[row]))
            elif math.isfinite(most[row]):
                if math.isfinite(self.caseloads[number]) and self.caseloads[number] != most[row]:
                    given = {"name": shortened(name)}
                    self.table.bad(row, _("worker %(name)s has two different caseloads") % given)
                self.caseloads[number] = float(most[row])
        return found

    def problem(
        self, pairs: Pairs, families: int, loads: Floats, floors: Sequence[Floor]
    ) -> PlacementProblem:
        """These families before these places."""
        money, cases = self.budgets is not None, bool(self.workers)
        return PlacementProblem.from_pairs(
            pairs.family,
            pairs.place,
            pairs.fit,
            n_families=families,
            capacity=self.capacity.astype(np.int64),
            cost=pairs.cost if money else None,
            funder=pairs.funder if money else None,
            budget=self.amounts if money else None,
            load=loads if cases else None,
            worker=self.worker[pairs.place] if cases else None,
            caseload=self.caseloads if cases else None,
            floors=floors,
        )

    def warn(self, fit: Table, pairs: Pairs) -> None:
        """Costs that draw on no budget; budgets and caseloads that touch nobody."""
        if self.budgets is not None:
            self._warn_costs(fit, pairs)
            drawn = np.zeros(len(self.funders) + 1, dtype=bool)
            drawn[pairs.funder[pairs.cost > 0]] = True
            for row in np.flatnonzero(~drawn[:-1]).tolist():
                given = {"name": shortened(self.funders[row])}
                self.budgets.warn(row, _("nobody draws on the budget of %(name)s") % given)
        touched = np.zeros(len(self.caseloads) + 1, dtype=bool)
        touched[self.worker[pairs.place]] = True
        names, most = self.table.column_of("worker"), self.table.column_of("caseload")
        for row in (row for row, text in enumerate(most) if text):
            if not names[row]:
                self.table.warn(row, _("a caseload but no worker: it limits nobody"))
            elif not touched[self.workers[names[row]]]:
                given = {"name": shortened(names[row])}
                self.table.warn(row, _("the caseload of %(name)s limits nobody") % given)

    def _warn_costs(self, fit: Table, pairs: Pairs) -> None:
        free = (pairs.cost > 0) & (pairs.funder < 0)
        has_pairs = np.zeros(len(self.rows), dtype=bool)
        has_pairs[pairs.place] = True
        places = np.zeros(len(self.rows), dtype=bool)
        places[pairs.place[free]] = True
        own = (self.cost > 0) & (self.funder < 0) & (places | ~has_pairs)
        for j in np.flatnonzero(own):
            self.table.warn(int(self.rows[j]), _("a cost but no funder: it draws on no budget"))
        of_pair = np.flatnonzero(free & ~own[pairs.place])
        _places, first = np.unique(pairs.place[of_pair], return_index=True)
        for at in sorted(pairs.row[of_pair[first]]):
            fit.warn(int(at), _("a cost but no funder: it draws on no budget"))
