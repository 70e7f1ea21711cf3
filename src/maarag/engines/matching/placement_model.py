"""Families and places as arrays: who may go where, how well it fits, and what limits it.

A *pair* is a family and a place that it may have. Pairs lie family by family: those of family i are
start[i] … start[i+1]-1. Families are numbered 0 … n_families-1, places 0 … n_places-1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from maarag.engines.matching.errors import PlacementError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Limits:
    """A kind of limit beside the places' own: budgets of funders, or loads of workers.

    `most`: [limits] the greatest sum. `of_pair`: [pairs] which limit a pair draws on, -1 for none.
    `amount`: [pairs] how much (money, cases), 0 or more. `kind`: "budget" or "load".
    """

    kind: str
    most: Floats
    of_pair: Ints
    amount: Floats


@dataclass(frozen=True, eq=False)
class Floor:
    """At least `least` of `members` (numbers of families) are to be placed."""

    members: Ints
    least: int

    @classmethod
    def number(cls, members: npt.ArrayLike, least: int) -> Floor:
        return cls(np.unique(np.asarray(members, dtype=np.int64)), int(least))

    @classmethod
    def share(cls, members: npt.ArrayLike, share: float) -> Floor:
        """At least this share (0 to 1) of the members, rounded up."""
        found = np.unique(np.asarray(members, dtype=np.int64))
        if not 0 <= share <= 1:
            raise PlacementError(f"a floor's share must be between 0 and 1, not {share}")
        # 0.1 · 30 is a hair above 3 in binary; a hair must not cost a place.
        return cls(found, math.ceil(share * len(found) - 1e-9))


@dataclass(frozen=True, eq=False)
class PlacementProblem:
    """What is known before anybody is placed.

    `start` [families + 1], `place` and `fit` [pairs]; `fit` is any finite number, 0 stands for no place.
    `capacity` [places] families that a place can take. The value of a placement is the sum of its fits.
    """

    start: Ints
    place: Ints
    fit: Floats
    capacity: Ints
    limits: tuple[Limits, ...] = ()
    floors: tuple[Floor, ...] = ()

    @property
    def n_families(self) -> int:
        return len(self.start) - 1

    @property
    def n_places(self) -> int:
        return len(self.capacity)

    @property
    def family(self) -> Ints:
        """[pairs] the family of each pair."""
        return np.repeat(np.arange(self.n_families), np.diff(self.start))

    @classmethod
    def from_pairs(
        cls,
        family: npt.ArrayLike,
        place: npt.ArrayLike,
        fit: npt.ArrayLike,
        *,
        n_families: int,
        capacity: npt.ArrayLike,
        cost: npt.ArrayLike | None = None,
        funder: npt.ArrayLike | None = None,
        budget: npt.ArrayLike | None = None,
        load: npt.ArrayLike | None = None,
        worker: npt.ArrayLike | None = None,
        caseload: npt.ArrayLike | None = None,
        floors: Sequence[Floor] = (),
    ) -> PlacementProblem:
        """From lists of pairs in any order.

        `cost` per pair (or per place), `funder` per pair (or per place; -1: nobody's budget), `budget` per
        funder; `load` per family (default 1), `worker` per place (-1: nobody), `caseload` per worker.
        Raises PlacementError.
        """
        families = _whole(family, "family")
        places, fits = _whole(place, "place"), np.asarray(fit, dtype=np.float64)
        capacities = _whole(capacity, "capacity")
        if not len(families) == len(places) == len(fits):
            raise PlacementError("families, places and fits of the pairs differ in number")
        _within(families, n_families, "family")
        _within(places, len(capacities), "place")
        order = np.lexsort((places, families))
        start = np.zeros(n_families + 1, dtype=np.int64)
        np.cumsum(np.bincount(families, minlength=n_families), out=start[1:])
        limits: list[Limits] = []
        if budget is not None:
            per_pair = _by_pair(0.0 if cost is None else cost, places, len(capacities), np.float64, "cost")
            whose = _by_pair(-1 if funder is None else funder, places, len(capacities), np.int64, "funder")
            amounts = np.asarray(budget, dtype=np.float64)
            limits.append(Limits("budget", amounts, whose[order], per_pair[order]))
        if caseload is not None:
            whose = _by_pair(-1 if worker is None else worker, places, len(capacities), np.int64, "worker")
            loads = np.ones(n_families) if load is None else np.asarray(load, dtype=np.float64)
            if len(loads) != n_families:
                raise PlacementError(f"{n_families} families but {len(loads)} loads")
            most = np.asarray(caseload, dtype=np.float64)
            limits.append(Limits("load", most, whose[order], loads[families][order]))
        return cls(start, places[order], fits[order], capacities, tuple(limits), tuple(floors)).checked()

    def checked(self) -> PlacementProblem:
        """Itself. Raises PlacementError naming the first thing that cannot be."""
        pairs = len(self.place)
        if self.start[0] != 0 or self.start[-1] != pairs or np.any(np.diff(self.start) < 0):
            raise PlacementError("the starts of the families do not part the pairs")
        if len(self.fit) != pairs:
            raise PlacementError(f"{pairs} pairs but {len(self.fit)} fits")
        _within(self.place, self.n_places, "place")
        same = (self.place[1:] == self.place[:-1]) & (self.family[1:] == self.family[:-1])
        if np.any(same):
            at = int(np.flatnonzero(same)[0]) + 1
            raise PlacementError(
                f"family {self.family[at]} and place {self.place[at]} stand together more than once", at
            )
        _bad(~np.isfinite(self.fit), "the fit of pair {} is not a number")
        _bad(self.capacity < 0, "the capacity of place {} is negative")
        for limits in self.limits:
            if not len(limits.of_pair) == len(limits.amount) == pairs:
                raise PlacementError(f"{pairs} pairs, but another number of them with a {limits.kind}")
            _bad(~(limits.most >= 0), "the " + limits.kind + " {} is negative or not a number")
            _bad(~(np.isfinite(limits.amount) & (limits.amount >= 0)),
                 "what pair {} takes of a " + limits.kind + " is negative or not a number")  # fmt: skip
            outside = (limits.of_pair < -1) | (limits.of_pair >= len(limits.most))
            _bad(outside, "pair {} draws on a " + limits.kind + " that does not exist")
        for number, floor in enumerate(self.floors):
            _within(floor.members, self.n_families, f"floor {number}: family")
            if floor.least < 0:
                raise PlacementError(f"floor {number} is negative", number)
        return self

    def pairs_of(self, family: int) -> slice:
        return slice(int(self.start[family]), int(self.start[family + 1]))

    def pair(self, family: int, place: int) -> int:
        """The number of a pair, -1 where the family may not have the place."""
        part = self.pairs_of(family)
        found = np.flatnonzero(self.place[part] == place)
        return part.start + int(found[0]) if found.size else -1


@dataclass(frozen=True, eq=False)
class Prices:
    """What a unit of each limit is worth, near the optimum (0: it does not bind).

    `places` [places] fit per place; `limits` for each kind of limit, fit per shekel or per case; `floors`
    fit that is lost per family which a floor asks for, or, where it could not be kept, per family of those
    that it reached.
    """

    places: Floats
    limits: tuple[Floats, ...] = ()
    floors: Floats = field(default_factory=lambda: np.zeros(0))


@dataclass(frozen=True, eq=False)
class Placed:
    """A placement that keeps every capacity, budget and load, with what proves how good it is.

    `pair_of_family` [families] number of the pair chosen, -1 for waiting. `bound`: no placement that keeps
    all limits, the fixed decisions, and floors as far as `floors_kept` says, is worth more. `fixed`
    [families] whether the decision was given. `prices`: what one unit more of each limit would add; `losses`:
    what one unit less would cost, by which families that come later are held against those who are there.
    Where pairs are many, the two are one, in between.
    """

    problem: PlacementProblem
    pair_of_family: Ints
    bound: float
    prices: Prices
    fixed: npt.NDArray[np.bool_]
    facts: dict[str, Any] = field(default_factory=dict)
    losses: Prices = field(default_factory=lambda: Prices(np.zeros(0)))

    @property
    def chosen(self) -> Ints:
        """Numbers of the pairs chosen."""
        return self.pair_of_family[self.pair_of_family >= 0]

    @property
    def place_of_family(self) -> Ints:
        """[families] the place of each, -1 for waiting."""
        placed = self.pair_of_family >= 0
        found = np.full(self.problem.n_families, -1, dtype=np.int64)
        found[placed] = self.problem.place[self.pair_of_family[placed]]
        return found

    @property
    def value(self) -> float:
        return float(self.problem.fit[self.chosen].sum())

    @property
    def gap(self) -> float:
        """How far below the bound the value is at most, as a share of the bound."""
        return max(0.0, self.bound - self.value) / abs(self.bound) if self.bound else 0.0

    @property
    def taken(self) -> Ints:
        """[places] families placed in each."""
        return np.bincount(self.problem.place[self.chosen], minlength=self.problem.n_places)

    def used(self, kind: int) -> Floats:
        """What is used of each limit of the kind with this number."""
        limits, chosen = self.problem.limits[kind], self.chosen
        chosen = chosen[limits.of_pair[chosen] >= 0]
        return np.bincount(
            limits.of_pair[chosen], weights=limits.amount[chosen], minlength=len(limits.most)
        ).astype(np.float64)

    @property
    def floor_counts(self) -> Ints:
        """[floors] members placed."""
        placed = self.pair_of_family >= 0
        counts = [int(placed[floor.members].sum()) for floor in self.problem.floors]
        return np.array(counts, dtype=np.int64)

    @property
    def floors_kept(self) -> npt.NDArray[np.bool_]:
        least = np.array([floor.least for floor in self.problem.floors], dtype=np.int64)
        kept: npt.NDArray[np.bool_] = self.floor_counts >= least
        return kept

    def broken(self) -> list[str]:
        """Limits that the placement passes (always none; floors apart, see `floors_kept`)."""
        found = [f"place {j}" for j in np.flatnonzero(self.taken > self.problem.capacity)]
        for kind, limits in enumerate(self.problem.limits):
            over = self.used(kind) > limits.most * (1 + 1e-12) + 1e-9
            found += [f"{limits.kind} {r}" for r in np.flatnonzero(over)]
        return found


def _whole(values: npt.ArrayLike, what: str) -> Ints:
    found = np.asarray(values)
    if found.dtype.kind not in "iu":
        if found.size and not np.all(np.isfinite(found) & (found == np.floor(found))):
            raise PlacementError(f"every {what} must be a whole number")
        found = found.astype(np.int64)
    return np.ascontiguousarray(found, dtype=np.int64)


def _within(values: Ints, number: int, what: str) -> None:
    outside = (values < 0) | (values >= number)
    if np.any(outside):
        at = int(np.flatnonzero(outside)[0])
        raise PlacementError(f"{what} {values[at]} does not exist (there are {number})", at)


def _bad(wrong: npt.NDArray[np.bool_], message: str) -> None:
    if np.any(wrong):
        at = int(np.flatnonzero(wrong)[0])
        raise PlacementError(message.format(at), at)


def _by_pair(values: npt.ArrayLike, places: Ints, n_places: int, kind: type, what: str) -> npt.NDArray[Any]:
    """Values given once, per place or per pair, as values per pair."""
    found: npt.NDArray[Any] = np.asarray(values, dtype=kind)
    if found.ndim == 0:
        return np.full(len(places), found, dtype=kind)
    if len(found) == len(places):  # also where there are as many places as pairs: then say it per pair
        return found
    if len(found) == n_places:
        return found[places]
    raise PlacementError(f"{what}: {len(found)} values for {len(places)} pairs and {n_places} places")
