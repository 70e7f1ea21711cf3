"""What is left to decide beside decisions that are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from maarag.engines.matching.errors import FixedDecisionError
from maarag.engines.matching.placement_model import Floor, Ints, Limits, Placed, PlacementProblem, Prices


def room_for(
    problem: PlacementProblem, fixed: Mapping[int, int | None]
) -> tuple[PlacementProblem, list[tuple[str, int]]]:
    """The problem with room for the fixed decisions where they alone pass a limit, and which those are.

    Each is "place" or the kind of the limit, with its number. Raises FixedDecisionError.
    """
    pair, is_fixed = _pairs(problem, fixed)
    decided = Placed(problem, pair, 0.0, Prices(np.zeros(0)), is_fixed)
    passed = [("place", int(j)) for j in np.flatnonzero(decided.taken > problem.capacity)]
    limits = []
    for k, one in enumerate(problem.limits):
        used = decided.used(k)
        passed += [(one.kind, int(row)) for row in np.flatnonzero(used > one.most * (1 + 1e-12) + 1e-9)]
        limits.append(replace(one, most=np.maximum(one.most, used)))
    if not passed:
        return problem, []
    capacity = np.maximum(problem.capacity, decided.taken)
    return replace(problem, capacity=capacity, limits=tuple(limits)), passed


def _pairs(problem: PlacementProblem, fixed: Mapping[int, int | None]) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """[families] the pair of each fixed decision, -1 for none; and for whom something is fixed."""
    n = problem.n_families
    pair, is_fixed = np.full(n, -1, dtype=np.int64), np.zeros(n, dtype=bool)
    for family, where in fixed.items():
        if not 0 <= family < n:
            raise FixedDecisionError(f"family {family} does not exist", family)
        is_fixed[family] = True
        if where is not None:
            pair[family] = problem.pair(family, where)
            if pair[family] < 0:
                raise FixedDecisionError(f"family {family} may not have place {where}", family)
    return pair, is_fixed


@dataclass(eq=False)
class Rest:
    """What is left to decide beside the fixed decisions."""

    whole_problem: PlacementProblem
    problem: PlacementProblem
    kept: Ints
    fixed_pair: Ints
    is_fixed: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, problem: PlacementProblem, fixed: Mapping[int, int | None]) -> Rest:
        pair, is_fixed = _pairs(problem, fixed)
        if not fixed:
            return cls(problem, problem, np.arange(len(problem.place)), pair, is_fixed)
        for broken in Placed(problem, pair, 0.0, Prices(np.zeros(0)), is_fixed).broken():
            raise FixedDecisionError(f"the fixed decisions alone pass {broken}")
        kept = np.flatnonzero(np.repeat(~is_fixed, np.diff(problem.start)))
        return cls(problem, cls.part(problem, pair, kept), kept, pair, is_fixed)

    @staticmethod
    def part(problem: PlacementProblem, decided: Ints, kept: Ints) -> PlacementProblem:
        """The problem of the pairs `kept` (rising numbers), with what the `decided` pairs leave of it."""
        known = Placed(problem, decided, 0.0, Prices(np.zeros(0)), np.zeros(0, dtype=bool))
        limits = tuple(
            Limits(one.kind, np.maximum(one.most - known.used(k), 0.0), one.of_pair[kept], one.amount[kept])
            for k, one in enumerate(problem.limits)
        )
        floors = tuple(
            Floor(one.members, max(0, one.least - int(count)))
            for one, count in zip(problem.floors, known.floor_counts, strict=True)
        )
        sizes = np.bincount(problem.family[kept], minlength=problem.n_families)
        start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        room = problem.capacity - known.taken
        return PlacementProblem(start, problem.place[kept], problem.fit[kept], room, limits, floors)

    def whole(
        self, choice: Ints, bound: float, prices: Prices, losses: Prices, facts: dict[str, Any]
    ) -> Placed:
        pair = self.fixed_pair.copy()
        placed = choice >= 0
        pair[placed] = self.kept[choice[placed]]
        fixed_value = float(self.whole_problem.fit[self.fixed_pair[self.fixed_pair >= 0]].sum())
        found = Placed(self.whole_problem, pair, 0.0, prices, self.is_fixed, facts, losses)
        # Sums in another order differ in their last digits; the bound is never below what was found.
        return replace(found, bound=max(found.value, bound + fixed_value + 1e-9 * abs(bound)))
