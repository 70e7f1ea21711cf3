"""What one more of each limit brings: of few pairs by placing everybody anew, of many by the prices.

Prices hold for small changes of large limits. One more place, or money for one more family, is no small
change where there are few; so the placement with it is looked for to the end, as was the one without.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from maarag.engines.matching.placement_draft import lacking
from maarag.engines.matching.placement_exact import EXACT_PAIRS, Found, least_used, most_fit
from maarag.engines.matching.placement_fixed import Rest
from maarag.engines.matching.placement_floors import find_fewest
from maarag.engines.matching.placement_model import Ints, Placed, PlacementProblem

#: Seconds of wall time for all limits together, and limits at most that are tried.
SECONDS = 3.0
MOST = 60

PLACE = -1

Key = tuple[int, int]
"""Kind and number of a limit."""


@dataclass(frozen=True)
class OneMore:
    """`brings`: fit gained by `more` of a limit (families, money, cases). `exact`: everybody was placed anew
    with it, to the end; else about, by the price, for small changes.

    `lifts`: floors that were missed and lack so many fewer with it; for that fit may be lost. `choice`
    [families] the pairs of that placement, where it was looked for.
    """

    more: float
    brings: float
    exact: bool
    lifts: dict[int, int] = field(default_factory=dict)
    choice: Ints | None = field(default=None, repr=False, compare=False)

    @property
    def price(self) -> float:
        return max(0.0, self.brings) / self.more


def one_more(placed: Placed, seconds: float = SECONDS) -> dict[Key, OneMore]:
    """By (kind, number) of every limit of which more would bring something; places have the kind PLACE."""
    found = {key: of for key, of in _by_prices(placed) if of.brings > 0}
    if not placed.facts.get("exact") or len(placed.problem.place) > EXACT_PAIRS:
        return found
    anew, wanted = _Anew(placed, seconds), _wanted(placed)
    order = sorted(wanted, key=lambda key: (-found[key].brings if key in found else 0.0, key))
    for key in order[:MOST]:
        more, is_known = anew.with_more(key)
        if more is not None:
            found[key] = more
        elif is_known:
            found.pop(key, None)
    return {key: found[key] for key in found.keys() & wanted}


def _by_prices(placed: Placed) -> Iterator[tuple[tuple[int, int], OneMore]]:
    for j, price in enumerate(placed.prices.places):
        yield (PLACE, j), OneMore(1.0, float(price), False)
    for k, (limits, prices) in enumerate(zip(placed.problem.limits, placed.prices.limits, strict=True)):
        drawn = limits.of_pair >= 0
        counts = np.bincount(limits.of_pair[drawn], minlength=len(limits.most))
        sums = np.bincount(limits.of_pair[drawn], weights=limits.amount[drawn], minlength=len(limits.most))
        usual = np.where(sums > 0, sums / np.maximum(counts, 1), 1.0)
        for row, price in enumerate(prices):
            yield (k, row), OneMore(float(usual[row]), float(price * usual[row]), False)


def _wanted(placed: Placed) -> set[Key]:
    """The limits that would be passed, had everybody all that may be had: a place that is full; money or
    work of which less is left than is asked for besides."""
    problem, choice = placed.problem, placed.pair_of_family
    pairs = np.setdiff1d(np.flatnonzero(~placed.fixed[problem.family]), choice)
    full = placed.taken >= problem.capacity
    found = {(PLACE, int(j)) for j in np.unique(problem.place[pairs]) if full[j]}
    for k, limits in enumerate(problem.limits):
        some = pairs[limits.of_pair[pairs] >= 0]
        asked = np.bincount(limits.of_pair[some], weights=limits.amount[some], minlength=len(limits.most))
        left = limits.most - placed.used(k)
        found |= {(k, int(row)) for row in np.flatnonzero(asked > left * (1 + 1e-9))}
    return found


class _Anew:
    """Placing everybody anew who is not decided, with more of one limit, until the time is out."""

    def __init__(self, placed: Placed, seconds: float) -> None:
        self.until = time.monotonic() + seconds
        fixed = np.where(placed.fixed, placed.pair_of_family, -1)
        self.fixed, self.kept = fixed, np.flatnonzero(~placed.fixed[placed.problem.family])
        self.problem = Rest.part(placed.problem, fixed, self.kept)
        self.unit = float(np.abs(placed.problem.fit).max(initial=0.0)) or 1.0
        self.value = placed.value - float(placed.problem.fit[fixed[fixed >= 0]].sum())
        self.placed, self.missing = placed, lacking(placed.problem, placed.pair_of_family)

    @property
    def left(self) -> float:
        return max(1e-3, self.until - time.monotonic())

    def with_more(self, key: Key) -> tuple[OneMore | None, bool]:
        """What the least of it that helps brings, None where nothing does; and whether that is known: the
        time may be out."""
        if time.monotonic() >= self.until:
            return None, False
        more, is_known = (1.0, True) if key[0] == PLACE else self._least(key)
        if more is None:
            return None, is_known
        problem = _wider(self.problem, key, more)
        missing, at_least = self.missing, self.missing
        if missing:
            members, at_least = find_fewest(problem, self.left)
            missing = min(missing, lacking(problem, members))
        found = most_fit(problem, np.arange(len(problem.place)), self.unit, self.left, lacking=missing)
        if found.choice is None or not found.proved or missing > at_least:
            return None, False
        brings = float(problem.fit[found.choice[found.choice >= 0]].sum()) - self.value
        if brings <= 1e-9 * self.unit and missing == self.missing:
            return None, True
        choice = np.where(found.choice >= 0, self.kept[found.choice], self.fixed)
        return OneMore(more, brings, True, self._lifts(choice), choice), True

    def _least(self, key: Key) -> tuple[float | None, bool]:
        """The least of a limit with which fewer members of floors are lacking, or there is more fit."""
        ways = [least_used(
            self.problem, key, self.unit, self.left, lacking=self.missing, better_than=self.value
        )]  # fmt: skip
        if self.missing:
            ways.append(least_used(self.problem, key, self.unit, self.left, lacking=self.missing - 1))
        most = float(self.problem.limits[key[0]].most[key[1]])
        amounts = [_used(self.problem, way, key) - most for way in ways if way.choice is not None]
        is_known = all(way.proved for way in ways) and all(amount > 0 for amount in amounts)
        return (min(amounts) if amounts and is_known else None), is_known

    def _lifts(self, choice: Ints) -> dict[int, int]:
        has, found = choice >= 0, {}
        floors = zip(self.placed.problem.floors, self.placed.floor_counts, strict=True)
        for g, (floor, count) in enumerate(floors):
            now = min(floor.least, int(has[floor.members].sum()))
            if now > count:
                found[g] = now - int(count)
        return found


def _used(problem: PlacementProblem, found: Found, key: Key) -> float:
    assert found.choice is not None
    limits, chosen = problem.limits[key[0]], found.choice[found.choice >= 0]
    return float(limits.amount[chosen][limits.of_pair[chosen] == key[1]].sum())


def _wider(problem: PlacementProblem, key: Key, more: float) -> PlacementProblem:
    kind, number = key
    if kind == PLACE:
        capacity = problem.capacity.copy()
        capacity[number] += int(more)
        return replace(problem, capacity=capacity)
    limits = list(problem.limits)
    most = limits[kind].most.copy()
    # a hair more than is lacking, that it is not lost in the sums
    most[number] += more * (1 + 1e-9)
    limits[kind] = replace(limits[kind], most=most)
    return replace(problem, limits=tuple(limits))
