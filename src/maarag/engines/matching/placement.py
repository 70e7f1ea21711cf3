"""Place all families at once: prices, then a flow for whoever they leave undecided, then a small repair."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from maarag.engines.matching.errors import PlacementCancelled
from maarag.engines.matching.placement_duals import of_few, of_lowered
from maarag.engines.matching.placement_exact import EXACT_PAIRS, search, worth_looking
from maarag.engines.matching.placement_fixed import Rest
from maarag.engines.matching.placement_flow import flow
from maarag.engines.matching.placement_model import (
    Floats,
    Floor,
    Ints,
    Placed,
    PlacementProblem,
)
from maarag.engines.matching.placement_moves import bring_in, exchange, relieve, take_better
from maarag.engines.matching.placement_prices import Rows, find_prices, raw_amounts

Progress = Callable[[float, str], None]
Stop = Callable[[], bool]

#: Families that the flow takes at least, if there are as many.
UNDECIDED = 5_000
#: The best placement of few pairs (EXACT_PAIRS) is looked for to the end, for at most so long.
EXACT_SECONDS = 2.0
#: Families up to whose number the last undecided pairs are weighed against each other; with more of them the
#: gain is below a ten-thousandth.
POLISHED = 20_000
#: Pairs that compete in the polishing.
NEARLY_EQUAL = 2_500
#: Sweeps of exchanges at most; they end sooner when they gain nothing.
SWEEPS = 12


def place(
    problem: PlacementProblem,
    fixed: Mapping[int, int | None] | None = None,
    progress: Progress | None = None,
    cancelled: Stop | None = None,
    *,
    exact_seconds: float = EXACT_SECONDS,
) -> Placed:
    """The most fit within every capacity, budget and load, and floors as far as they can be kept.

    `fixed`: decisions to keep, family → place, or None for a family that is to wait. `progress(share, words)`
    is called as it goes. Raises PlacementError, FixedDecisionError, PlacementCancelled.
    """
    say = progress or (lambda _share, _words: None)
    rest = Rest.of(problem, fixed or {})
    say(0.05, "prices of places, budgets and floors")
    rows = Rows.of(rest.problem)
    price = find_prices(rows, cancelled=cancelled)
    bound, best, lead, worth = rows.bound(price)
    say(0.6, "families that the prices leave undecided")
    work = _Work(rest.problem, rows, worth)
    work.choose(best, lead, price)
    _go_on(cancelled)
    say(0.8, "repair")
    work.repair(cancelled)
    if rest.problem.n_families <= POLISHED:
        work.polish(exact_seconds / 2)
    facts: dict[str, Any] = {"exact": False}
    most = bound * rows.unit
    if exact_seconds > 0:
        say(0.9, "looking for the best to the end")
        most = min(most, work.finish(most, exact_seconds, facts))
    _go_on(cancelled)
    rows, least, greatest = work.final_prices(price, cancelled)
    again = rows.bound(least)[0] * rows.unit
    # the bound so far is that of the floors as they were asked for
    reached = work.lowered_floors() is None or facts["exact"]
    most = min(most, again) if reached else again
    say(1.0, "done")
    prices, losses = (rows.as_prices(each, rest.problem) for each in (least, greatest))
    return rest.whole(work.choice, most, prices, losses, facts)


class _Work:
    """The placement on its way."""

    def __init__(self, problem: PlacementProblem, rows: Rows, worth: Floats) -> None:
        self.problem, self.rows, self.worth = problem, rows, worth
        self.amounts, self.most = raw_amounts(problem)
        self.used = np.zeros(len(self.most))
        self.choice = np.full(problem.n_families, -1, dtype=np.int64)

    def choose(self, best: Ints, lead: Floats, price: Floats) -> None:
        """Families with a clear lead take it; the flow parts the rest, with what room they leave."""
        problem, n = self.problem, self.problem.n_families
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
        without_place = self.worth + price[problem.place]
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
        value = _value(self.problem, self.choice)
        for _ in range(SWEEPS):
            _go_on(cancelled)
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
            _go_on(cancelled)
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
        problem, unit = self.problem, self.rows.unit
        kept, value = self.lowered_floors() is None, _value(problem, self.choice)
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
        found = search(problem, pairs, unit, seconds)
        if found.choice is None:
            return bound
        self._take(found.choice)
        facts["exact"] = found.proved
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
        found = search(part, np.arange(len(near)), self.rows.unit, seconds, precision=1e-5).choice
        if found is not None:
            self._take(np.where(found >= 0, near[found], others))

    def _take(self, choice: Ints) -> None:
        """This placement instead, if it is within all limits and better."""
        now, stood = _standing(self.problem, self.choice), self.choice
        self.choice = choice
        self._count()
        if np.any(self.used > self.most * (1 + 1e-13)) or _standing(self.problem, choice) <= now:
            self.choice = stood
        self._settle()

    def final_prices(self, price: Floats, cancelled: Stop | None) -> tuple[Rows, Floats, Floats]:
        """With the rows that they are of: what one more of each brings, and what one less costs.

        A floor that could not be kept has the price of the forbidden; true are those of what was reached.
        """
        lowered, rows = self.lowered_floors(), self.rows
        if lowered is not None:
            rows = Rows.of(replace(self.problem, floors=lowered))
        if len(self.problem.place) <= EXACT_PAIRS and (both := of_few(rows)) is not None:
            return rows, *both
        found = rows.trimmed(price, self.worth) if lowered is None else of_lowered(rows, cancelled)
        return rows, found, found

    def lowered_floors(self) -> tuple[Floor, ...] | None:
        """The floors as far as they are kept; None where all are."""
        placed = self.choice >= 0
        counts = [int(placed[one.members].sum()) for one in self.problem.floors]
        pairs = list(zip(self.problem.floors, counts, strict=True))
        if all(count >= one.least for one, count in pairs):
            return None
        return tuple(Floor(one.members, min(one.least, count)) for one, count in pairs)


def _value(problem: PlacementProblem, choice: Ints) -> float:
    return float(problem.fit[choice[choice >= 0]].sum())


def _standing(problem: PlacementProblem, choice: Ints) -> tuple[int, float]:
    """What a better placement has more of: fewer members of floors lacking, then more fit."""
    placed = choice >= 0
    lacking = sum(max(0, one.least - int(placed[one.members].sum())) for one in problem.floors)
    return -lacking, _value(problem, choice)


def _go_on(cancelled: Stop | None) -> None:
    if cancelled is not None and cancelled():
        raise PlacementCancelled
