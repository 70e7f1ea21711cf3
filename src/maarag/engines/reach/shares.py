"""Coverage: how many of the people in need can be served at once, shared as evenly as reach allows.

No service serves more people than its capacity, no place gets more than it needs, only pairs within reach
count. Among all ways to do so the one is taken that (1) serves the most people and (2) lifts the lowest
coverage first, then the next lowest, and so on. Both can be had together, and the coverage of each place is
then unique: the amounts that can be served form a polymatroid, and its lexicographically optimal base
(Fujishige 1980, Mathematics of Operations Research 5:186) has the greatest total.

Computed by decomposition: offer every place of a set the same share of its need; if the services cannot place
all their capacity that way, a smallest cut parts the places that can have more from those that must have
less, and each part is taken on its own. What remains together is a *group*: places that share the same
services at one ratio, capacity / people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from maarag.engines.reach.pairs import Pairs

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]

#: From this many pairs the compiled flow is worth its import.
COMPILED_FROM = 30_000
#: Amounts below this share of the total count as nothing (rounding).
TINY = 1e-12


@dataclass(frozen=True)
class Group:
    """Places that share the capacity of the same services; `coverage` is capacity / people, at most 1."""

    places: tuple[int, ...]
    services: tuple[int, ...]
    people: float
    capacity: float
    coverage: float


@dataclass(frozen=True, eq=False)
class Shares:
    """`coverage` (0 to 1) of each origin, `served` people per pair, `group_of` (index into `groups`, -1 when
    nobody there needs anything)."""

    coverage: Floats
    served: Floats
    group_of: Longs
    groups: tuple[Group, ...]


def fair_shares(pairs: Pairs, people: Floats, capacity: Floats, *, compiled: bool | None = None) -> Shares:
    """Shares over pairs that are all within reach (and unique); people and capacity both in people, 0 or
    more.

    A place where nobody is in need has coverage 1; a place that reaches no capacity has 0.
    """
    work = _Work(pairs, people, capacity, len(pairs) >= COMPILED_FROM if compiled is None else compiled)
    work.run()
    return Shares(work.coverage, work.flow, work.group_of, tuple(work.groups))


class _Work:
    def __init__(self, pairs: Pairs, people: Floats, capacity: Floats, compiled: bool) -> None:
        self.people, self.capacity, self.compiled = people, capacity, compiled
        self.place, self.service = pairs.origin.astype(np.int64), pairs.destination.astype(np.int64)
        self.coverage = np.where(people > 0, 0.0, 1.0)
        self.flow = np.zeros(len(pairs))
        self.group_of = np.full(pairs.n_origins, -1, dtype=np.int64)
        self.groups: list[Group] = []
        self.n_services = pairs.n_destinations

    def run(self) -> None:
        live = np.flatnonzero((self.people[self.place] > 0) & (self.capacity[self.service] > 0))
        reached = np.zeros(len(self.people), dtype=np.bool_)
        reached[self.place[live]] = True
        for place in np.flatnonzero((self.people > 0) & ~reached):
            self._close(np.array([place]), np.zeros(0, dtype=np.int64), 0.0)
        if not live.size:
            return
        # First the whole need: what still has capacity to spare is fully covered and needs no further
        # parting.
        rich, poor = self._part(live, 1.0)
        if rich.size:
            self._close(np.unique(self.place[rich]), np.unique(self.service[rich]), 1.0)
        todo = [poor] if poor.size else []
        while todo:
            edges = todo.pop()
            places, services = np.unique(self.place[edges]), np.unique(self.service[edges])
            share = min(1.0, float(self.capacity[services].sum() / self.people[places].sum()))
            rich, poor = self._part(edges, share) if len(places) > 1 else (edges[:0], edges)
            if rich.size == 0 or poor.size == 0:
                if len(places) == 1:
                    self.flow[edges] = self.capacity[self.service[edges]]
                self._close(places, services, share)
            else:
                todo += [rich, poor]

    def _close(self, places: Longs, services: Longs, coverage: float) -> None:
        self.coverage[places] = coverage
        self.group_of[places] = len(self.groups)
        people, capacity = float(self.people[places].sum()), float(self.capacity[services].sum())
        self.groups.append(
            Group(tuple(places.tolist()), tuple(services.tolist()), people, capacity, coverage)
        )

    def _part(self, edges: Longs, share: float) -> tuple[Longs, Longs]:
        """Edges of the places that can have more than `share` of their need, and of the others.

        Edges from a service of the others to a place that can have more are dropped: its capacity goes to the
        poorer.
        """
        places, place = np.unique(self.place[edges], return_inverse=True)
        services, service = np.unique(self.service[edges], return_inverse=True)
        n, m = len(places), len(services)
        need, supply = share * self.people[places], self.capacity[services].copy()
        tiny = TINY * max(float(need.sum()), float(supply.sum()))
        flow = _start(place, service, need, supply, n, m)
        place_left = np.maximum(need - np.bincount(place, flow, n), 0.0)
        service_left = np.maximum(supply - np.bincount(service, flow, m), 0.0)
        order = np.argsort(service, kind="stable")
        graph = [_offsets(place, n), service, _offsets(service, m), order, place, flow]
        graph += [place_left, service_left]
        graph += [np.zeros(size, dtype=np.int64) for size in (n, m, n, m, m, 2 * (n + m))]
        if self.compiled:
            from maarag.engines.reach.compiled_flow import push

            arguments: list[Any] = [*graph, tiny]
            push(*arguments)
        else:
            from maarag.engines.reach.flow import push as plain

            arguments = [*(array.tolist() for array in graph), tiny]
            plain(*arguments)
        self.flow[edges] = np.asarray(arguments[5])
        more_place, more_service = np.asarray(arguments[8]) >= 0, np.asarray(arguments[9]) >= 0
        if not more_service.any():
            return edges[:0], edges
        rich = more_service[service]
        poor = ~more_place[place]
        self.flow[edges[~rich & ~poor]] = 0.0
        return edges[rich], edges[poor]


def _start(place: Longs, service: Longs, need: Floats, supply: Floats, n: int, m: int) -> Floats:
    """A feasible flow to begin with: every service divides its capacity by need, cut down where a place is
    full."""
    wanted = np.bincount(service, need[place], m)
    offer = supply[service] * need[place] / wanted[service]
    offered = np.bincount(place, offer, n)
    result: Floats = offer * np.minimum(1.0, need / offered)[place]
    return result


def _offsets(index: Longs, size: int) -> Longs:
    return np.concatenate(([0], np.cumsum(np.bincount(index, minlength=size)))).astype(np.int64)
