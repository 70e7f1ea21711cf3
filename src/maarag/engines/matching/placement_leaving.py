"""What it costs to make room: who leaves a place with the least loss, and what becomes of it.

Whoever leaves waits, or goes where somebody else leaves in turn, until one waits or finds room: the cheapest
such way is a shortest path over the places (Bellman 1958). A family without whom a floor would be missed does
not wait, unless one that counts for the same floors comes in; and what people decided stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from maarag.engines.matching.placement_model import Floats, Ints, Placed

#: Places on one way at most.
STEPS = 50
#: Those with the least loss who are looked at before all others: nearly always one of them is found.
FEW = 8

Lack = tuple[int, int, float]
"""Kind and number of a limit, and how much of it is lacking."""


@dataclass(frozen=True)
class Leaver:
    """`next_pair` -1: it would wait. `loses`: worth, of the whole way."""

    family: int
    next_pair: int
    loses: float


class Leaving:
    """Who makes room for whom. `worth` [pairs]; `kin` [places]: one is not the way out of its like."""

    def __init__(self, placed: Placed, worth: Floats, kin: Ints) -> None:
        self.placed, self.worth, self.kin = placed, worth, kin
        self.movers = np.flatnonzero((placed.pair_of_family >= 0) & ~placed.fixed)
        self.held_by = _held_by(placed)
        self._ways: dict[frozenset[int], _Ways] = {}

    @cached_property
    def held_in(self) -> Ints:
        """[places] a family that a floor holds there; -1 where none."""
        held = [int(family) for family in self.movers if int(family) in self.held_by]
        found = np.full(self.placed.problem.n_places, -1, dtype=np.int64)
        found[self.placed.problem.place[self.placed.pair_of_family[held]]] = held
        return found

    def makes_room(self, family: int, place: int | None, lacks: Sequence[Lack]) -> Leaver | None:
        """Who would leave for `family` with the least loss: `place` if it is full, and with what is lacking.

        None: nobody whose leaving would be enough may leave.
        """
        waits = self.placed.pair_of_family[family] < 0
        counted = self.held_by.get(family, frozenset()) if waits else frozenset()
        if counted not in self._ways:
            held = np.zeros(self.placed.problem.n_families, dtype=bool)
            held[[one for one, floors in self.held_by.items() if not floors <= counted]] = True
            ways = _Ways(self.placed, self.worth, self.kin, self.movers, held[self.movers])
            self._ways[counted] = ways
        return self._ways[counted].makes_room(family, place, lacks)


def _held_by(placed: Placed) -> dict[int, frozenset[int]]:
    """Family → the floors that would be missed without it; those that are missed as it is, too."""
    found: dict[int, set[int]] = {}
    for g, (floor, count) in enumerate(zip(placed.problem.floors, placed.floor_counts, strict=True)):
        if count <= floor.least:
            for family in floor.members:
                found.setdefault(int(family), set()).add(g)
    return {family: frozenset(floors) for family, floors in found.items()}


class _Ways:
    """The ways out of every place for `movers`, of whom those that are `held` do not wait."""

    def __init__(self, placed: Placed, worth: Floats, kin: Ints, movers: Ints, held: np.ndarray) -> None:
        self.placed, self.problem = placed, placed.problem
        self.loss = np.full(self.problem.n_families, np.inf)
        self.next_pair = np.full(self.problem.n_families, -1, dtype=np.int64)
        if movers.size:
            self._find(worth, kin, movers, held)
        self.leavers = movers[np.isfinite(self.loss[movers])]

    def _find(self, worth: Floats, kin: Ints, movers: Ints, held: np.ndarray) -> None:
        """Fills `loss` [families], the worth lost when one leaves (inf: it cannot), and `next_pair`."""
        problem, choice = self.problem, self.placed.pair_of_family
        sizes = np.diff(problem.start)[movers]
        first = np.cumsum(sizes) - sizes
        pairs = np.repeat(problem.start[movers] - first, sizes) + np.arange(sizes.sum())
        mine = np.repeat(choice[movers], sizes)
        step = np.maximum(0.0, worth[mine] - worth[pairs])
        step[kin[problem.place[pairs]] == kin[problem.place[mine]]] = np.inf
        for limits in problem.limits:
            row = limits.of_pair[pairs]
            step[(row >= 0) & (limits.amount[pairs] > limits.most[row])] = np.inf
        waits = np.where(held, np.inf, np.maximum(0.0, worth[choice[movers]]))
        where, target = problem.place[choice[movers]], problem.place[pairs]
        enters = np.where(problem.capacity - self.placed.taken > 0, 0.0, np.inf)
        found = waits
        for _ in range(STEPS):
            leaves = np.full(problem.n_places, np.inf)
            np.minimum.at(leaves, where, found)
            lower = np.minimum(enters, leaves)
            better = np.minimum(waits, np.minimum.reduceat(step + lower[target], first))
            if np.array_equal(better, found):
                break
            enters, found = lower, better
        goes = (step + enters[target] == np.repeat(found, sizes)) & np.repeat(found < waits, sizes)
        self.next_pair[np.repeat(movers, sizes)[goes]] = pairs[goes]
        self.loss[movers] = found

    @cached_property
    def _freed(self) -> list[tuple[Ints, Floats]]:
        """[kinds] of each family the limit that it draws on, and what it gives up of it on its way."""
        choice, next_pair, found = self.placed.pair_of_family, self.next_pair, []
        for limits in self.problem.limits:
            row = np.where(choice >= 0, limits.of_pair[choice], -1)
            same = (next_pair >= 0) & (limits.of_pair[next_pair] == row)
            freed = limits.amount[choice] - np.where(same, limits.amount[next_pair], 0.0)
            found.append((row, np.where(row >= 0, freed, 0.0)))
        return found

    @cached_property
    def _pools(self) -> dict[tuple[int, int], Ints]:
        """By place (of the kind -1) and by limit: who has it and may leave, the least loss first."""
        leavers, chosen = self.leavers, self.placed.pair_of_family[self.leavers]
        kinds = [(-1, self.problem.place[chosen])]
        kinds += [(k, limits.of_pair[chosen]) for k, limits in enumerate(self.problem.limits)]
        found: dict[tuple[int, int], Ints] = {}
        for kind, row in kinds if leavers.size else ():
            order = np.lexsort((leavers, self.loss[leavers], row))
            rows, first = np.unique(row[order], return_index=True)
            parts = np.split(leavers[order], first[1:])
            found |= {(kind, int(number)): part for number, part in zip(rows, parts, strict=True)}
        return found

    def makes_room(self, family: int, place: int | None, lacks: Sequence[Lack]) -> Leaver | None:
        other = self._first(lacks[0][:2] if place is None else (-1, place), family, lacks)
        if other is None:
            return None
        return Leaver(other, int(self.next_pair[other]), float(self.loss[other]))

    def _first(self, key: tuple[int, int], family: int, lacks: Sequence[Lack]) -> int | None:
        """The first who gives up all that is lacking."""
        pool = self._pools.get(key)
        if pool is None:
            return None
        for other in pool[:FEW].tolist():
            if other != family and all(
                self._freed[kind][0][other] == number and self._freed[kind][1][other] >= lack * (1 - 1e-9)
                for kind, number, lack in lacks
            ):
                return int(other)
        if len(pool) <= FEW:
            return None
        rest = pool[FEW:]
        enough = rest != family
        for kind, number, lack in lacks:
            row, freed = self._freed[kind]
            enough &= (row[rest] == number) & (freed[rest] >= lack * (1 - 1e-9))
        return int(rest[enough.argmax()]) if enough.any() else None
