"""Two sides with wishes of their own: deferred acceptance with quotas (Gale and Shapley 1962).

Families (or board candidates, or volunteers) rank places; places rank families. A matching is stable when no
family and place would both rather have each other than what they have. Where families propose, each gets the
best place that it has in any stable matching, and none gains by hiding its wishes; where places propose, the
other way round.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from maarag.engines.matching.errors import PlacementError

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Wishes:
    """`wishes`: each family's places, dearest first; a place left out is worse than none. `priority`: for
    each of these, how much the place wants the family (more is better; nothing given: all alike).
    `quotas` [places]. Equal priorities are parted by a lottery drawn from `seed`, one for all places."""

    wishes: Sequence[Sequence[int]]
    quotas: Sequence[int]
    priority: Sequence[Sequence[float]] | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        for i, ranked in enumerate(self.wishes):
            if len(set(ranked)) != len(ranked):
                raise PlacementError(f"family {i} names a place twice", i)
            if any(not 0 <= j < len(self.quotas) for j in ranked):
                raise PlacementError(f"family {i} names a place that does not exist", i)
            if self.priority is not None and len(self.priority[i]) != len(ranked):
                raise PlacementError(f"family {i} has {len(ranked)} wishes but other priorities", i)
        if any(quota < 0 for quota in self.quotas):
            raise PlacementError("a quota is negative")

    def standing(self) -> list[dict[int, tuple[float, int]]]:
        """For each place, the families that wish it, with how they stand: greater is better, none alike."""
        lot = np.random.default_rng(self.seed).permutation(len(self.wishes))
        found: list[dict[int, tuple[float, int]]] = [{} for _ in self.quotas]
        for i, ranked in enumerate(self.wishes):
            for k, j in enumerate(ranked):
                want = float(self.priority[i][k]) if self.priority is not None else 0.0
                found[j][i] = (want, int(lot[i]))
        return found


def accept_in_turn(wishes: Wishes, proposing: Literal["families", "places"] = "families") -> Ints:
    """[families] the place of each, -1 for none: the stable matching best for the side that proposes."""
    if proposing == "families":
        return _families_propose(wishes)
    if proposing == "places":
        return _places_propose(wishes)
    raise PlacementError(f"either families or places propose, not {proposing!r}")


def _families_propose(wishes: Wishes) -> Ints:
    standing = wishes.standing()
    held: list[list[tuple[tuple[float, int], int]]] = [[] for _ in wishes.quotas]
    matched, upto = np.full(len(wishes.wishes), -1, dtype=np.int64), [0] * len(wishes.wishes)
    asking = list(range(len(wishes.wishes)))
    while asking:
        i = asking.pop()
        while upto[i] < len(wishes.wishes[i]):
            j = wishes.wishes[i][upto[i]]
            upto[i] += 1
            if len(held[j]) < wishes.quotas[j]:
                heapq.heappush(held[j], (standing[j][i], i))
                matched[i] = j
                break
            if held[j] and held[j][0][0] < standing[j][i]:
                other = heapq.heapreplace(held[j], (standing[j][i], i))[1]
                matched[other], matched[i] = -1, j
                asking.append(other)
                break
    return matched


def _places_propose(wishes: Wishes) -> Ints:
    ranks = [{j: k for k, j in enumerate(ranked)} for ranked in wishes.wishes]
    order = [sorted(those, key=those.__getitem__, reverse=True) for those in wishes.standing()]
    matched, upto = np.full(len(wishes.wishes), -1, dtype=np.int64), [0] * len(wishes.quotas)
    left = list(wishes.quotas)
    asking = [j for j, quota in enumerate(left) if quota > 0]
    while asking:
        j = asking.pop()
        while left[j] > 0 and upto[j] < len(order[j]):
            i = order[j][upto[j]]
            upto[j] += 1
            old = int(matched[i])
            if old >= 0 and ranks[i][old] < ranks[i][j]:
                continue
            matched[i] = j
            left[j] -= 1
            if old >= 0:
                left[old] += 1
                asking.append(old)
    return matched


def blocking_pairs(wishes: Wishes, matched: npt.ArrayLike) -> list[tuple[int, int]]:
    """Families and places that would both rather have each other: empty when the matching is stable."""
    place_of, standing = np.asarray(matched, dtype=np.int64), wishes.standing()
    worst: list[tuple[float, int] | None] = []
    for j, quota in enumerate(wishes.quotas):
        inside = [standing[j][int(i)] for i in np.flatnonzero(place_of == j)]
        full = len(inside) >= quota
        worst.append(min(inside, default=(np.inf, 0)) if full else None)
    found = []
    for i, ranked in enumerate(wishes.wishes):
        for j in ranked:
            if place_of[i] == j:
                break
            limit = worst[j]
            if limit is None or standing[j][i] > limit:
                found.append((i, j))
    return found
