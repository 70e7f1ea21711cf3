"""Why each family has its place and not another, and what binds the whole. Plain data, in numbers.

*Worth* of a pair: its fit less the prices of what it takes, plus the prices of the floors that count the
family. Whoever has the place has more worth there than whoever has not; how much is missing is what would
have to change.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from maarag.engines.matching.placement import EXACT_SECONDS, Stop, place
from maarag.engines.matching.placement_model import Floats, Ints, Placed

Bools = npt.NDArray[np.bool_]


class Explained:
    """Explanations of one placement; what all families need is computed once.

    `kin`: [places] those of one number are the same to a family, so none is the way out of another.
    """

    def __init__(self, placed: Placed, kin: Ints | None = None) -> None:
        self.placed, self.problem = placed, placed.problem
        self.kin = np.arange(placed.problem.n_places) if kin is None else kin
        problem, prices = self.problem, placed.prices
        self.family = problem.family
        taken = prices.places[problem.place].copy()
        for limits, price in zip(problem.limits, prices.limits, strict=True):
            taken += np.where(limits.of_pair >= 0, limits.amount * price[limits.of_pair], 0.0)
        self.gain = np.zeros(problem.n_families)
        for floor, price in zip(problem.floors, prices.floors, strict=True):
            self.gain[floor.members] += price
        self.worth = problem.fit - taken + self.gain[self.family]
        self.room = problem.capacity - placed.taken
        self.left = [limits.most - placed.used(k) for k, limits in enumerate(problem.limits)]

    @cached_property
    def lowest_leaver(self) -> tuple[Ints, Ints, Floats]:
        """[places] the family whose leaving would lose the least worth (-1: nobody who may), the pair it
        would then have (-1: waiting), and the worth lost."""
        problem, choice = self.problem, self.placed.pair_of_family
        others = self.worth.copy()
        has = np.where(choice >= 0, self.kin[problem.place[choice]], -1) if len(others) else choice
        others[self.kin[problem.place] == has[self.family]] = -np.inf
        best, next_pair = np.zeros(problem.n_families), np.full(problem.n_families, -1, dtype=np.int64)
        np.maximum.at(best, self.family, others)
        reached = np.flatnonzero((others > 0) & (others == best[self.family]))
        next_pair[self.family[reached]] = reached
        who = np.flatnonzero((choice >= 0) & ~self.placed.fixed)
        loss = self.worth[choice[who]] - best[who]
        where = problem.place[choice[who]]
        order = np.lexsort((who, loss, where))
        places, first = np.unique(where[order], return_index=True)
        found = np.full(problem.n_places, -1, dtype=np.int64), np.full(problem.n_places, -1, dtype=np.int64)
        losses = np.full(problem.n_places, np.inf)
        found[0][places] = who[order[first]]
        found[1][places] = next_pair[who[order[first]]]
        losses[places] = np.maximum(0.0, loss[order[first]])
        return found[0], found[1], losses

    @cached_property
    def held_by_floor(self) -> Ints:
        """[places] a family that has the place only because a floor asks for its group; -1 where none."""
        chosen = self.placed.chosen
        family = self.family[chosen]
        only = (self.gain[family] > 0) & (self.worth[chosen] - self.gain[family] < -1e-9)
        found = np.full(self.problem.n_places, -1, dtype=np.int64)
        found[self.problem.place[chosen[only]]] = family[only]
        return found

    def family_explained(self, family: int) -> dict[str, Any]:
        """One family: what it has, what speaks for and against it, why no place that fits better, and what
        would have to change for each."""
        if not 0 <= family < self.problem.n_families:
            raise IndexError(f"family {family} does not exist")
        return self._explained(family)

    def families(self) -> Iterator[dict[str, Any]]:
        """All families in order."""
        return (self._explained(i) for i in range(self.problem.n_families))

    def _explained(self, i: int) -> dict[str, Any]:
        problem, pair = self.problem, int(self.placed.pair_of_family[i])
        part = problem.pairs_of(i)
        fits = problem.fit[part]
        now = float(problem.fit[pair]) if pair >= 0 else 0.0
        kin = self.kin[problem.place[part]]
        own = self.kin[problem.place[pair]] if pair >= 0 else -1
        better = part.start + np.flatnonzero((fits > now) & (kin != own))
        better = better[np.argsort(-problem.fit[better], kind="stable")]
        fixed = bool(self.placed.fixed[i])
        why_not = [self._why_not(i, pair, int(p), fixed) for p in better]
        data: dict[str, Any] = {
            "family": i,
            "place": int(problem.place[pair]) if pair >= 0 else None,
            "fit": now if pair >= 0 else None,
            "fixed": fixed,
            "eligible_places": len(set(kin.tolist())),
            "better_fitting": len(set(self.kin[problem.place[better]].tolist())),
            "why_not": why_not,
        }
        data["for"], data["against"] = self._for_and_against(i, pair, data)
        return data

    def _for_and_against(
        self, i: int, pair: int, data: dict[str, Any]
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        speaks: list[dict[str, Any]] = []
        against: list[dict[str, Any]] = []
        if data["fixed"]:
            speaks.append({"kind": "decided"})
        if pair < 0:
            if not data["eligible_places"]:
                against.append({"kind": "no eligible place"})
            return speaks, against
        problem = self.problem
        if data["better_fitting"] == 0:
            speaks.append({"kind": "best fit"})
        else:
            against.append({"kind": "others fit better", "places": data["better_fitting"]})
        if self.gain[i] > 0:
            speaks.append({"kind": "floor", "worth": float(self.gain[i])})
        price = float(self.placed.prices.places[problem.place[pair]])
        if price > 0:
            against.append({"kind": "place in demand", "price": price})
        for k, limits in enumerate(problem.limits):
            row = int(limits.of_pair[pair])
            if row >= 0 and limits.amount[pair] > 0:
                cost = float(self.placed.prices.limits[k][row] * limits.amount[pair])
                where = against if cost > 0 else speaks
                where.append({
                    "kind": limits.kind, "limit": row, "takes": float(limits.amount[pair]), "price": cost,
                })  # fmt: skip
        return speaks, against

    def _why_not(self, i: int, pair: int, other: int, fixed: bool) -> dict[str, Any]:
        problem = self.problem
        j = int(problem.place[other])
        because: list[dict[str, Any]] = []
        change: list[dict[str, Any]] = []
        if self.room[j] <= 0:
            reason: dict[str, Any] = {"kind": "full", "capacity": int(problem.capacity[j])}
            if self.held_by_floor[j] >= 0:
                reason["floor_holds"] = int(self.held_by_floor[j])
            because.append(reason)
            change.append({"kind": "place", "more": 1})
        for k, limits in enumerate(problem.limits):
            row = int(limits.of_pair[other])
            if row < 0:
                continue
            left = float(self.left[k][row])
            if pair >= 0 and limits.of_pair[pair] == row:
                left += float(limits.amount[pair])
            lack = float(limits.amount[other]) - left
            if lack > 1e-9 * max(1.0, float(limits.amount[other])):
                because.append({
                    "kind": limits.kind, "limit": row, "needs": float(limits.amount[other]), "left": left,
                })  # fmt: skip
                change.append({"kind": limits.kind, "limit": row, "more": lack})
        if fixed:
            because.insert(0, {"kind": "decided"})
        data: dict[str, Any] = {"place": j, "fit": float(problem.fit[other]), "because": because}
        who, goes_to, loss = self.lowest_leaver
        standing = float(self.worth[pair]) if pair >= 0 else 0.0
        if who[j] >= 0 and self.room[j] <= 0:
            target = int(goes_to[j])
            data["displaced"] = {
                "family": int(who[j]),
                "goes_to": int(problem.place[target]) if target >= 0 else None,
                "loses": float(loss[j]),
            }
        # One more here means one less there: the worth by which this family is behind.
        behind = standing - float(self.worth[other])
        behind += float(loss[j]) if "displaced" in data else 0.0
        change.append({"kind": "fit", "more": max(0.0, behind)})
        data["would_change"] = change
        return data

    def whole(
        self,
        *,
        cost_of_floors: bool = True,
        cancelled: Stop | None = None,
        exact_seconds: float = EXACT_SECONDS,
    ) -> dict[str, Any]:
        """The whole: what binds, the price of one more of each, who waits and why, what the floors cost.

        `cost_of_floors` places everybody once more without floors; `cancelled` and `exact_seconds` as of the
        placement that it is set beside. Raises PlacementCancelled.
        """
        placed, problem = self.placed, self.problem
        binding = [
            {
                "kind": "place",
                "number": int(j),
                "price": float(placed.prices.places[j]),
                "left": int(self.room[j]),
            }
            for j in np.flatnonzero(placed.prices.places > 0)
        ]
        for k, limits in enumerate(problem.limits):
            binding += [
                {"kind": limits.kind, "number": int(r), "price": float(placed.prices.limits[k][r]),
                 "left": float(self.left[k][r])}
                for r in np.flatnonzero(placed.prices.limits[k] > 0)
            ]  # fmt: skip
        counts = placed.floor_counts
        floors = [
            {"floor": g, "least": one.least, "members": len(one.members), "placed": int(counts[g]),
             "kept": bool(counts[g] >= one.least), "price": float(placed.prices.floors[g])}
            for g, one in enumerate(problem.floors)
        ]  # fmt: skip
        data: dict[str, Any] = {
            "value": placed.value,
            "bound": placed.bound,
            "gap": placed.gap,
            "families": problem.n_families,
            "placed": len(placed.chosen),
            "binding": binding,
            "floors": floors,
            "waiting": self.waiting(),
        }
        if problem.floors and cost_of_floors:
            fixed = {
                int(i): int(j) if j >= 0 else None
                for i, j in zip(
                    np.flatnonzero(placed.fixed), placed.place_of_family[placed.fixed], strict=True
                )
            }
            without = place(
                replace(problem, floors=()), fixed, cancelled=cancelled, exact_seconds=exact_seconds
            )
            data["floors_cost"] = max(0.0, without.value - placed.value)
        return data

    def waiting(self) -> dict[str, int]:
        """Families without a place by what stands in the way of their best-fitting one."""
        problem, placed = self.problem, self.placed
        waits = placed.pair_of_family < 0
        counts = {"decided": int((waits & placed.fixed).sum())}
        free = waits & ~placed.fixed
        sizes = np.diff(problem.start)
        counts["no eligible place"] = int((free & (sizes == 0)).sum())
        best = np.full(problem.n_families, -np.inf)
        np.maximum.at(best, self.family, problem.fit)
        top = np.flatnonzero(free[self.family] & (problem.fit == best[self.family]))
        spent = np.zeros(len(top), dtype=bool)
        for limits, left in zip(problem.limits, self.left, strict=True):
            row = limits.of_pair[top]
            spent |= (row >= 0) & (limits.amount[top] > left[row] + 1e-9)
        # of places that fit as well, the one that could be had soonest
        top = top[np.lexsort((spent, self.room[problem.place[top]] <= 0, self.family[top]))]
        top = top[np.unique(self.family[top], return_index=True)[1]]
        full = self.room[problem.place[top]] <= 0
        counts["full"] = int(full.sum())
        rest = top[~full]
        for k, limits in enumerate(problem.limits):
            row = limits.of_pair[rest]
            spent = (row >= 0) & (limits.amount[rest] > self.left[k][row] + 1e-9)
            counts[limits.kind] = counts.get(limits.kind, 0) + int(spent.sum())
            rest = rest[~spent]
        counts["does not fit"] = len(rest)
        return {kind: number for kind, number in counts.items() if number}
