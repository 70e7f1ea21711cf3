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

from maarag.engines.matching.placement import EXACT_SECONDS, place
from maarag.engines.matching.placement_ahead import Ahead
from maarag.engines.matching.placement_draft import Stop
from maarag.engines.matching.placement_leaving import Lack, Leaving
from maarag.engines.matching.placement_model import Ints, Placed
from maarag.engines.matching.placement_one_more import PLACE, OneMore, one_more


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
    def leaving(self) -> Leaving:
        return Leaving(self.placed, self.worth, self.kin)

    @cached_property
    def ahead(self) -> Ahead:
        return Ahead(self.placed, self.worth, self.kin)

    @cached_property
    def one_more(self) -> dict[tuple[int, int], OneMore]:
        """By (kind, number) what one more of each limit brings that binds; places have the kind PLACE."""
        return one_more(self.placed)

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
            elif not data["better_fitting"] and not data["fixed"]:
                # all its fits are 0 or less, as much as no place
                against.append({"kind": "does not fit"})
            return speaks, against
        problem = self.problem
        if data["better_fitting"] == 0:
            speaks.append({"kind": "best fit"})
        else:
            against.append({"kind": "others fit better", "places": data["better_fitting"]})
        if self.gain[i] > 0:
            speaks.append({"kind": "floor", "worth": float(self.gain[i])})
        more = self.one_more.get((PLACE, int(problem.place[pair])))
        if more is not None and more.brings > 0:
            against.append({"kind": "place in demand", "price": more.price, "exact": more.exact})
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
        """`would_change`: what is lacking there, all of it together, and of each how many families come
        `before` this one to more of it; or, last and alone, more fit, where somebody could be displaced by it
        (`about`: it need not be enough). Empty where nothing but a decision of people stands in the way.

        `enough`: everybody was placed anew with what is lacking, and the family had the place.
        """
        problem = self.problem
        j = int(problem.place[other])
        is_full, lacks = self.room[j] <= 0, self._lacks(pair, other)
        because: list[dict[str, Any]] = [{"kind": "decided"}] if fixed else []
        change: list[dict[str, Any]] = []
        reason: dict[str, Any] = {"kind": "full", "capacity": int(problem.capacity[j])}
        if is_full:
            if self.held_by_floor[j] >= 0:
                reason["floor_holds"] = int(self.held_by_floor[j])
            because.append(reason)
            change.append({"kind": "place", "more": 1, "before": int(self.ahead.at_places[other])})
        for k, row, lack in lacks:
            kind, needs = problem.limits[k].kind, float(problem.limits[k].amount[other])
            because.append({"kind": kind, "limit": row, "needs": needs, "left": needs - lack})
            before = int(self.ahead.at_limits[k][other])
            change.append({"kind": kind, "limit": row, "more": lack, "before": before})
        lacking = [(PLACE, j, 1.0), *lacks] if is_full else lacks
        enough = None if fixed else self._is_enough(i, j, lacking)
        if len(change) == 1 and enough is not None:
            change[0]["before"] = 0 if enough else max(1, change[0]["before"])
        data: dict[str, Any] = {"place": j, "fit": float(problem.fit[other]), "because": because}
        data["would_change"], data["enough"] = change, bool(enough)
        if fixed:
            return data
        # One more here means one less there: the worth by which this family is behind.
        standing = float(self.worth[pair]) if pair >= 0 else 0.0
        behind = standing - float(self.worth[other])
        if is_full or lacks:
            leaver = self.leaving.makes_room(i, j if is_full else None, lacks)
            if leaver is None:
                if is_full and self.leaving.held_in[j] >= 0:
                    reason["floor_holds"] = int(self.leaving.held_in[j])
                return data
            behind += leaver.loses
            if is_full:
                target = leaver.next_pair
                data["displaced"] = {
                    "family": leaver.family,
                    "goes_to": int(problem.place[target]) if target >= 0 else None,
                    "loses": leaver.loses,
                }
        is_about = bool(problem.limits) or not self.placed.facts.get("exact")
        change.append({"kind": "fit", "more": max(0.0, behind), "about": is_about})
        return data

    def _is_enough(self, i: int, j: int, lacks: list[Lack]) -> bool | None:
        """Whether the family has the place when everybody is placed anew with the one thing that it lacks;
        None where that was not tried."""
        if len(lacks) != 1:
            return None
        kind, number, lack = lacks[0]
        more = self.one_more.get((kind, number))
        if more is None or more.choice is None or abs(more.more - lack) > 1e-9 * max(1.0, lack):
            return None
        pair = int(more.choice[i])
        return pair >= 0 and bool(self.kin[self.problem.place[pair]] == self.kin[j])

    def _lacks(self, pair: int, other: int) -> list[Lack]:
        """What `other` lacks of its limits when `pair` (-1: none) is given up."""
        found = []
        for k, limits in enumerate(self.problem.limits):
            row, needs = int(limits.of_pair[other]), float(limits.amount[other])
            if row < 0:
                continue
            left = float(self.left[k][row])
            if pair >= 0 and limits.of_pair[pair] == row:
                left += float(limits.amount[pair])
            if needs - left > 1e-9 * max(1.0, needs):
                found.append((k, row, needs - left))
        return found

    def whole(
        self,
        *,
        cost_of_floors: bool = True,
        cancelled: Stop | None = None,
        exact_seconds: float = EXACT_SECONDS,
    ) -> dict[str, Any]:
        """The whole: what binds, the price of one more of each, who waits and why, what the floors cost.

        `binding`: `more` of the limit (1 place, or so many cases or so much money as somebody lacks) brings
        `brings` of fit, `price` each. `exact`: everybody was placed anew with it; else it is about so much,
        for small changes. `lifts`: floors that were missed and reach so many `more`, be it at a loss of fit.

        `floors`: where one is not kept, `proved` says that no placement lacks fewer of their members.

        `cost_of_floors` places everybody once more without floors; `cancelled` and `exact_seconds` as of the
        placement that it is set beside. Raises PlacementCancelled.
        """
        placed, problem = self.placed, self.problem
        binding = [self._binding(k, number, more) for (k, number), more in sorted(self.one_more.items())]
        counts = placed.floor_counts
        floors = [
            {"floor": g, "least": one.least, "members": len(one.members), "placed": int(counts[g]),
             "kept": bool(counts[g] >= one.least), "proved": bool(placed.facts.get("fewest")),
             "price": float(placed.prices.floors[g])}
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

    def _binding(self, kind: int, number: int, more: OneMore) -> dict[str, Any]:
        is_place, floors = kind == PLACE, self.problem.floors
        return {
            "kind": "place" if is_place else self.problem.limits[kind].kind,
            "number": number,
            "price": more.price,
            "left": int(self.room[number]) if is_place else float(self.left[kind][number]),
            "more": more.more,
            "brings": more.brings,
            "exact": more.exact,
            "lifts": [
                {"floor": g, "more": n, "kept": bool(self.placed.floor_counts[g] + n >= floors[g].least)}
                for g, n in more.lifts.items()
            ],
        }

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
        suits = best > 0
        counts["does not fit"] = int((free & (sizes > 0) & ~suits).sum())
        free &= suits
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
        counts["does not fit"] += len(rest)
        return {kind: number for kind, number in counts.items() if number}
