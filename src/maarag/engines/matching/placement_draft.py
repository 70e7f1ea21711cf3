"""A placement on its way: chosen by prices, brought within every limit, and made better."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from maarag.engines.matching.errors import PlacementCancelled
from maarag.engines.matching.placement_duals import MOST_OF_LOWERED, of_few, of_lowered
from maarag.engines.matching.placement_exact import EXACT_PAIRS, most_fit, worth_looking
from maarag.engines.matching.placement_fixed import Rest
from maarag.engines.matching.placement_flow import flow
from maarag.engines.matching.placement_model import Floats, Floor, Ints, PlacementProblem
from maarag.engines.matching.placement_moves import bring_in, exchange, relieve, take_better
from maarag.engines.matching.placement_prices import DEAREST, Rows, raw_amounts

Stop = Callable[[], bool]

#: Families that the flow takes at least, if there are as many.
UNDECIDED = 5_000
#: Pairs that compete in the polishing.
NEARLY_EQUAL = 2_500
#: Sweeps of exchanges at most; they end sooner when they gain nothing.
SWEEPS = 12


class Draft:
    """`price`: in the units of `rows`, whose floors may be lower than those of the problem. `bound`: nothing
    that keeps the floors of `rows` is worth more."""

    def __init__(self, problem: PlacementProblem, rows: Rows, price: Floats) -> None:
        self.problem, self.rows, self.price = problem, rows, price
        bound, self._best, self._lead, self.worth = rows.bound(price)
        self.bound = bound * rows.unit
        self.amounts, self.most = raw_amounts(problem)
        self.used = np.zeros(len(self.most))
        self.choice = np.full(problem.n_families, -1, dtype=np.int64)

    @property
    def lacking(self) -> int:
        """Members of floors who lack a place."""
        return lacking(self.problem, self.choice)

    def choose(self) -> None:
        """Families with a clear lead take it; the flow parts the rest, with what room they leave."""
        problem, n = self.problem, self.problem.n_families
        best, lead = self._best, self._lead
        most_open = max(UNDECIDED, n // 10)
        is_open = np.ones(n, dtype=bool)
        if n > most_open:
            is_open = lead <= np.partition(lead, most_open)[most_open]
            decided = np.flatnonzero(~is_open & (best >= 0))
            # Where more lead than there is room, the smallest leads are decided by the flow, too.
            places = problem.place[best[decided]]
            order = np.lexsort((-lead[decided], places))
            first = np.searchsorted(places[order], np.arange(problem.n_places))
            rank = np.arange(len(order)) - first[places[order]]
            is_open[decided[order[rank >= problem.capacity[places[order]]]]] = True
        self.choice[~is_open] = best[~is_open]
        chosen = self.choice[self.choice >= 0]
        room = problem.capacity - np.bincount(problem.place[chosen], minlength=problem.n_places)
        without_place = self.worth + self.price[problem.place]
        families = np.flatnonzero(is_open)
        self.choice[families] = flow(families, problem.start, problem.place, without_place, room)
        self._count()

    def _count(self) -> None:
        chosen = self.choice[self.choice >= 0]
        rows, amounts = self.rows.rows[chosen].ravel(), self.amounts[chosen].ravel()
        self.used = np.bincount(rows, weights=amounts, minlength=len(self.most)).astype(np.float64)

    def repair(self, cancelled: Stop | None = None) -> None:
        """Within every limit, floors lifted as far as that goes, and no better place left open."""
        r = self.rows
        pairs = (r.start, r.rows, self.amounts)
        for row in np.argsort(-(self.used - self.most)):
            if self.used[row] > self.most[row] * (1 + 1e-13):
                relieve(int(row), *pairs, self.worth, self.used, self.most, self.choice)
        self._lift_floors(cancelled)
        self.improve(cancelled)

    def improve(self, cancelled: Stop | None = None) -> None:
        """Exchanges that gain fit, until there are none; then no better place is left open."""
        r = self.rows
        pairs = (r.start, r.rows, self.amounts)
        value = _value(self.problem, self.choice)
        for _ in range(SWEEPS):
            go_on(cancelled)
            gained = exchange(self._must_stay(), *pairs, self.problem.fit, self.used, self.most, self.choice)
            if gained <= 1e-6 * abs(value):
                break
        self._settle()

    def _settle(self) -> None:
        """Nobody is left beside an open place that fits better."""
        self._count()
        r = self.rows
        take_better(r.start, r.rows, self.amounts, self.problem.fit, self.used, self.most, self.choice)

    def _must_stay(self) -> npt.NDArray[np.bool_]:
        """Families without whom a floor would be missed. A sweep may take one of each place; a floor with
        less to spare than there are places keeps all its members."""
        placed = self.choice >= 0
        found = np.zeros(self.problem.n_families, dtype=bool)
        for one in self.problem.floors:
            if placed[one.members].sum() < one.least + self.problem.n_places:
                found[one.members] = True
        return found

    def _lift_floors(self, cancelled: Stop | None) -> None:
        r, problem = self.rows, self.problem
        while True:
            placed = self.choice >= 0
            short = [g for g, one in enumerate(problem.floors) if placed[one.members].sum() < one.least]
            if not short:
                return
            go_on(cancelled)
            must_stay = np.zeros(problem.n_families, dtype=bool)
            for one in problem.floors:
                if placed[one.members].sum() <= one.least:
                    must_stay[one.members] = True
            for g in short:
                wanted = np.zeros(problem.n_families, dtype=bool)
                wanted[problem.floors[g].members] = True
                done = bring_in(
                    wanted, must_stay, r.start, r.rows, self.amounts, self.worth, self.used, self.most,
                    self.choice, True,
                )  # fmt: skip
                if done:
                    break
            else:
                return

    def finish(self, bound: float, seconds: float, facts: dict[str, Any]) -> float:
        """The best placement of a small problem, if it is found in time; a bound that holds in any case."""
        problem, unit, missing = self.problem, self.rows.unit, self.lacking
        kept, value = not missing, _value(problem, self.choice)
        if kept and bound - value <= 1e-9 * max(1.0, abs(bound)):
            facts["exact"] = True
            return bound
        pairs = np.arange(len(problem.place))
        if kept:
            pairs = worth_looking(problem, value, self.worth, bound, unit)
        if len(pairs) > EXACT_PAIRS:
            return bound
        if not len(pairs):
            # whatever could be chosen is in no better placement
            facts["exact"] = kept
            return value if kept else bound
        found = most_fit(problem, pairs, unit, seconds, lacking=missing)
        if found.choice is None:
            return bound
        self.take(found.choice)
        facts["exact"] = found.proved and facts["fewest"]
        # A pair left out belongs to no better placement: the value found so far bounds those that hold one.
        return min(bound, max(found.most, value)) if kept else found.most

    def polish(self, seconds: float) -> None:
        """The best choice among the pairs that the prices hold nearly equal, the rest staying as it is."""
        problem, n = self.problem, self.problem.n_families
        if seconds <= 0 or not len(problem.place):
            return
        family, placed = problem.family, self.choice >= 0
        best = np.zeros(n)
        np.maximum.at(best, family, self.worth)
        lag = best[family] - self.worth
        lag[self.choice[placed]] = np.inf
        number = min(NEARLY_EQUAL, len(lag) - int(placed.sum()))
        if number <= 0:
            return
        near = np.argpartition(lag, number - 1)[:number]
        mine = np.zeros(n, dtype=bool)
        mine[family[near]] = True
        mine |= placed & (best <= lag[near].max())
        near = np.sort(np.concatenate([near, self.choice[mine & placed]]))
        others = np.where(mine, -1, self.choice)
        part = Rest.part(problem, others, near)
        found = most_fit(
            part, np.arange(len(near)), self.rows.unit, seconds, lacking=self.lacking, precision=1e-5
        ).choice
        if found is not None:
            self.take(np.where(found >= 0, near[found], others))

    def take(self, choice: Ints) -> None:
        """This placement instead, if it is within all limits and better."""
        now, stood = standing(self.problem, self.choice), self.choice
        self.choice = choice
        self._count()
        if np.any(self.used > self.most * (1 + 1e-13)) or standing(self.problem, choice) <= now:
            self.choice = stood
        self._settle()

    def final_prices(self, cancelled: Stop | None) -> tuple[Rows, Floats, Floats]:
        """With the rows that they are of: what one more of each brings, and what one less costs.

        A floor that could not be kept has the price of the forbidden; true are those of what was reached.
        """
        lowered, rows = self._lowered_floors(), self.rows
        if lowered is not None:
            dear = MOST_OF_LOWERED if rows.dearest == DEAREST else rows.dearest
            rows = replace(Rows.of(replace(self.problem, floors=lowered)), dearest=dear)
        if len(self.problem.place) <= EXACT_PAIRS and (both := of_few(rows)) is not None:
            return rows, *both
        found = rows.trimmed(self.price, self.worth) if lowered is None else of_lowered(rows, cancelled)
        return rows, found, found

    def _lowered_floors(self) -> tuple[Floor, ...] | None:
        """The floors as far as they are kept; None where all are."""
        placed = self.choice >= 0
        counts = [int(placed[one.members].sum()) for one in self.problem.floors]
        pairs = list(zip(self.problem.floors, counts, strict=True))
        if all(count >= one.least for one, count in pairs):
            return None
        return tuple(Floor(one.members, min(one.least, count)) for one, count in pairs)


def _value(problem: PlacementProblem, choice: Ints) -> float:
    return float(problem.fit[choice[choice >= 0]].sum())


def lacking(problem: PlacementProblem, choice: Ints) -> int:
    """Members of floors who lack a place; one whom two floors lack counts twice."""
    placed = choice >= 0
    return sum(max(0, one.least - int(placed[one.members].sum())) for one in problem.floors)


def standing(problem: PlacementProblem, choice: Ints) -> tuple[int, float]:
    """What a better placement has more of: fewer members of floors lacking, then more fit."""
    return -lacking(problem, choice), _value(problem, choice)


def go_on(cancelled: Stop | None) -> None:
    if cancelled is not None and cancelled():
        raise PlacementCancelled
