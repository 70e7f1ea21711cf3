"""What one more of each limit brings: of few pairs by placing everybody anew, of many by the prices.

Prices hold for small changes of large limits. One more place, or money for one more family, is no small
change where there are few; so the placement with it is looked for to the end, as was the one without.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from maarag.engines.matching.placement_exact import EXACT_PAIRS, search
from maarag.engines.matching.placement_fixed import Rest
from maarag.engines.matching.placement_model import Floats, Ints, Placed, PlacementProblem

#: Seconds of wall time for all limits together, and limits at most that are tried.
SECONDS = 3.0
MOST = 60
#: Of a budget or a load the smallest amounts are tried that somebody lacks.
AMOUNTS = 3

PLACE = -1


@dataclass(frozen=True)
class OneMore:
    """`brings`: fit gained by `more` of a limit (families, money, cases). `exact`: everybody was placed anew
    with it, to the end; else about, by the price, for small changes."""

    more: float
    brings: float
    exact: bool

    @property
    def price(self) -> float:
        return self.brings / self.more


def one_more(placed: Placed, seconds: float = SECONDS) -> dict[tuple[int, int], OneMore]:
    """By (kind, number) of every limit of which more would bring something; places have the kind PLACE."""
    found = {key: of for key, of in _by_prices(placed) if of.brings > 0}
    if not placed.facts.get("exact") or len(placed.problem.place) > EXACT_PAIRS:
        return found
    until = time.monotonic() + seconds
    rest, unit = _rest(placed), float(np.abs(placed.problem.fit).max(initial=0.0)) or 1.0
    lacking = _lacking(placed)
    order = sorted(lacking, key=lambda key: (-found[key].brings if key in found else 0.0, key))
    for key in order[:MOST]:
        tried = [_placed_anew(rest, key, more, unit, until) for more in lacking[key]]
        known = [each for each in tried if each is not None]
        helps = next((each for each in known if each.brings > 1e-9 * unit), None)
        if helps is not None:
            found[key] = helps
        elif len(known) == len(tried):
            found.pop(key, None)
    for key in found.keys() - lacking.keys():
        del found[key]
    return found


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


def _rest(placed: Placed) -> tuple[PlacementProblem, float]:
    """What was left to decide, and how much of the value is of it."""
    fixed = np.where(placed.fixed, placed.pair_of_family, -1)
    kept = np.flatnonzero(~placed.fixed[placed.problem.family])
    decided = float(placed.problem.fit[fixed[fixed >= 0]].sum())
    return Rest.part(placed.problem, fixed, kept), placed.value - decided


def _lacking(placed: Placed) -> dict[tuple[int, int], list[float]]:
    """By limit how much more of it somebody lacks for a place that fits better, least first."""
    problem, choice = placed.problem, placed.pair_of_family
    now = np.where(choice >= 0, problem.fit[choice], 0.0) if len(problem.fit) else np.zeros(len(choice))
    # a member whom a floor lacks is placed at any fit
    short = [one.members for one in problem.floors if (choice[one.members] >= 0).sum() < one.least]
    for members in short:
        now[members[choice[members] < 0]] = -np.inf
    wanted = np.flatnonzero((problem.fit > now[problem.family]) & ~placed.fixed[problem.family])
    found: dict[tuple[int, int], list[float]] = {}
    room = problem.capacity - placed.taken
    # also a place that nobody prefers may let one go whose money or work is wanted elsewhere
    elsewhere = np.setdiff1d(np.flatnonzero(~placed.fixed[problem.family]), choice)
    for j in np.unique(problem.place[elsewhere]):
        if room[j] <= 0:
            found[PLACE, int(j)] = [1.0]
    for k, limits in enumerate(problem.limits):
        pairs = wanted[limits.of_pair[wanted] >= 0]
        lacks = _lacks(limits.of_pair, limits.amount, limits.most - placed.used(k), pairs, problem, choice)
        for row in np.unique(limits.of_pair[pairs[lacks > 0]]):
            amounts = np.unique(lacks[(limits.of_pair[pairs] == row) & (lacks > 0)])
            found[k, int(row)] = [float(amount) for amount in amounts[:AMOUNTS]]
    return found


def _lacks(
    of_pair: Ints, amount: Floats, left: Floats, pairs: Ints, problem: PlacementProblem, choice: Ints
) -> Floats:
    """For each of these pairs what its limit lacks when the family gives up what it has; 0 for nothing."""
    own = choice[problem.family[pairs]]
    same = (own >= 0) & (of_pair[own] == of_pair[pairs])
    given_up = np.where(same, amount[own], 0.0)
    lacks = amount[pairs] - left[of_pair[pairs]] - given_up
    return np.where(lacks > 1e-9 * np.maximum(1.0, amount[pairs]), lacks, 0.0)


def _placed_anew(
    rest: tuple[PlacementProblem, float], key: tuple[int, int], more: float, unit: float, until: float
) -> OneMore | None:
    """None where it was not searched to the end in time."""
    (problem, value), (kind, number) = rest, key
    left = until - time.monotonic()
    if left <= 0:
        return None
    change: dict[str, Any] = {}
    if kind == PLACE:
        change["capacity"] = problem.capacity.copy()
        change["capacity"][number] += 1
    else:
        limits = list(problem.limits)
        most = limits[kind].most.copy()
        # a hair more than is lacking, that it is not lost in the sums
        most[number] += more * (1 + 1e-9)
        limits[kind] = replace(limits[kind], most=most)
        change["limits"] = tuple(limits)
    found = search(replace(problem, **change), np.arange(len(problem.place)), unit, left)
    if found.choice is None or not found.proved:
        return None
    return OneMore(more, float(problem.fit[found.choice[found.choice >= 0]].sum()) - value, True)
