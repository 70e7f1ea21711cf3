"""What would close the gaps: the smallest added capacity, and where.

Let d_i be the people that place i lacks to its target under the fair shares (`shares`). Then D = Σ d_i is the
smallest total that can be added:

- *Not less.* People served with all capacities are the value of a smallest cut between services and places.
Adding x to a
  service raises any cut by at most x, so it serves at most x more; and the shares already serve the most.
- *Enough.* Leave the present shares as they are and add, at any site that reaches place i, d_i for it.

So every choice of sites that reaches all places in want costs the same D, and only *where* is open. Sites are
taken one after the other, each the one that reaches the most people still in want (ties: an existing service
first, then the shorter way); afterwards each place goes to the nearest site taken. Few sites result; the
fewest possible are not promised (that is the set cover problem).
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import sparse

from maarag.engines.reach.errors import MethodError, ShapeError
from maarag.engines.reach.pairs import Pairs

Floats = npt.NDArray[np.float64]
Where = Literal["existing", "new", "both"]


@dataclass(frozen=True)
class Addition:
    """Capacity to add at one site. `site` is the index of a service (kind "existing") or of a place (kind
    "new")."""

    kind: Literal["existing", "new"]
    site: int
    added_people: float
    places: tuple[int, ...]
    people_by_place: tuple[float, ...]

    def as_data(self) -> dict[str, object]:
        served = [{"place": p, "people": n} for p, n in zip(self.places, self.people_by_place, strict=True)]
        return {"kind": self.kind, "site": self.site, "added_people": self.added_people, "serves": served}


@dataclass(frozen=True)
class Closing:
    """`total_people` is the smallest addition that closes what can be closed; `open_places` reach no
    candidate site."""

    additions: tuple[Addition, ...]
    total_people: float
    open_places: tuple[int, ...]
    target: float


def missing_people(people: Floats, coverage: Floats, target: float) -> Floats:
    """People each place lacks to `target` (a share above 0, at most 1)."""
    if not 0 < target <= 1:
        raise MethodError(f"the target coverage must be above 0 and at most 1, not {target}")
    if people.shape != coverage.shape:
        raise ShapeError(f"{people.size} places have people but {coverage.size} have a coverage")
    return people * np.maximum(0.0, target - coverage)


def close_gaps(
    people: Floats,
    coverage: Floats,
    reached: Pairs,
    *,
    target: float = 1.0,
    where: Where = "both",
    new_points: Pairs | None = None,
) -> Closing:
    """The smallest additions that lift every place to `target`.

    `reached`: pairs of place and existing service within reach. `new_points`: pairs of place and place within
    reach, for new sites in a place; without it a new site serves its own place only.
    """
    if where not in ("existing", "new", "both"):
        raise MethodError(f"where must be existing, new or both, not {where!r}")
    want = missing_people(people, coverage, target)
    place, site, cost, n_existing = _candidates(reached, where, new_points, len(people))
    keep = want[place] > 0
    place, site, cost = place[keep], site[keep], cost[keep]
    chosen = _choose(place, site, cost, want, n_existing)
    nearest = _nearest(place, site, cost, chosen, len(people))
    additions = []
    for index in dict.fromkeys(chosen):
        mine = np.flatnonzero(nearest == index)
        if mine.size:
            kind: Literal["existing", "new"] = "existing" if index < n_existing else "new"
            number = index if index < n_existing else index - n_existing
            amounts = want[mine]
            additions.append(
                Addition(kind, number, float(amounts.sum()), tuple(mine.tolist()), tuple(amounts.tolist()))
            )
    additions.sort(key=lambda addition: (-addition.added_people, addition.kind, addition.site))
    left = np.flatnonzero((want > 0) & (nearest < 0))
    return Closing(
        tuple(additions), float(sum(a.added_people for a in additions)), tuple(left.tolist()), target
    )


def _candidates(
    reached: Pairs, where: Where, new_points: Pairs | None, n_places: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats, int]:
    n_existing = reached.n_destinations
    places, sites, costs = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0)]
    if where != "new":
        places.append(reached.origin.astype(np.int64))
        sites.append(reached.destination.astype(np.int64))
        costs.append(reached.cost)
    if where != "existing":
        own = np.arange(n_places)
        places.append(own)
        sites.append(n_existing + own)
        costs.append(np.zeros(n_places))
        if new_points is not None:
            if new_points.n_origins != n_places or new_points.n_destinations != n_places:
                raise ShapeError("the pairs for new points must join the places with themselves")
            other = new_points.origin != new_points.destination
            places.append(new_points.origin[other].astype(np.int64))
            sites.append(n_existing + new_points.destination[other].astype(np.int64))
            costs.append(new_points.cost[other])
    return np.concatenate(places), np.concatenate(sites), np.concatenate(costs), n_existing


def _choose(
    place: npt.NDArray[np.int64], site: npt.NDArray[np.int64], cost: Floats, want: Floats, n_existing: int
) -> list[int]:
    """Sites in the order taken: most people still in want first (lazy greedy: a site's use only ever
    falls)."""
    if not place.size:
        return []
    n_sites = int(site.max()) + 1
    reach = sparse.csr_array((cost, (site, place)), shape=(n_sites, len(want)))
    starts, members, ways = reach.indptr, reach.indices, reach.data
    left = want.copy()

    def rank(candidate: int) -> tuple[float, bool, float, int]:
        part = slice(starts[candidate], starts[candidate + 1])
        people = left[members[part]]
        return -float(people.sum()), candidate >= n_existing, float((people * ways[part]).sum()), candidate

    heap = [rank(candidate) for candidate in np.unique(site).tolist()]
    heapq.heapify(heap)
    chosen = []
    while heap and heap[0][0] < 0:
        candidate = heap[0][3]
        now = rank(candidate)
        if now != heap[0]:
            heapq.heapreplace(heap, now)
            continue
        heapq.heappop(heap)
        chosen.append(candidate)
        left[members[starts[candidate] : starts[candidate + 1]]] = 0.0
    return chosen


def _nearest(
    place: npt.NDArray[np.int64], site: npt.NDArray[np.int64], cost: Floats, chosen: list[int], n_places: int
) -> npt.NDArray[np.int64]:
    """For each place the nearest chosen site, -1 where there is none or nothing is missing."""
    result = np.full(n_places, -1, dtype=np.int64)
    usable = np.flatnonzero(np.isin(site, chosen))
    order = usable[np.lexsort((site[usable], cost[usable], place[usable]))]
    first = np.unique(place[order], return_index=True)[1]
    result[place[order][first]] = site[order][first]
    return result
