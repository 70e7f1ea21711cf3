"""Small problems to the end: mixed-integer programmes (HiGHS, as SciPy carries it) on chosen pairs.

Floors come first: `fewest_lacking` says how many members of floors must lack a place, `most_fit` what is the
best with no more of them lacking. So no fit, however much of it a floor costs, is held against a floor.
SciPy's own copy of HiGHS shares a process with OR-Tools; the package highspy does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from maarag.engines.matching.placement_model import Floats, Ints, PlacementProblem

#: Up to so many pairs are searched to the end.
EXACT_PAIRS = 6_000
#: Fit that counts as more, in shares of the greatest: above the solver's tolerance.
MORE = 1e-5

INFEASIBLE = 2


@dataclass(frozen=True, eq=False)
class Found:
    """`choice` [families] pairs, -1 for waiting; None where there is none, or none was found in time. `most`:
    no choice that the search allows is worth more. `proved`: nothing is better."""

    choice: Ints | None
    most: float
    proved: bool


def most_fit(
    problem: PlacementProblem,
    pairs: Ints,
    unit: float,
    seconds: float,
    *,
    lacking: int = 0,
    precision: float = 0.0,
) -> Found:
    """The best choice among `pairs` in which at most so many members of floors are `lacking`. `unit`: the
    size of a fit. Ends when proved within `precision` (a share) or after `seconds`."""
    programme = _Programme(problem, pairs)
    programme.lacking_at_most(lacking)
    programme.aims = -problem.fit[pairs] / unit
    choice, bound, ended = programme.solved(seconds, precision)
    # the solver's own tolerance, so that the bound stays one
    most = -bound * unit * (1 + 1e-9 * np.sign(-bound)) + 1e-7 * unit
    return Found(choice, float(most), ended and precision == 0)


def fewest_lacking(problem: PlacementProblem, pairs: Ints, seconds: float) -> tuple[Ints | None, int]:
    """A choice among `pairs` that lacks as few members of floors as it was found to; and how many lack a
    place in whatever choice."""
    programme = _Programme(problem, pairs)
    programme.aims_lacking = 1.0
    choice, bound, _ended = programme.solved(seconds)
    return choice, max(0, int(np.ceil(bound - 1e-6))) if np.isfinite(bound) else 0


def least_used(
    problem: PlacementProblem,
    limit: tuple[int, int],
    unit: float,
    seconds: float,
    *,
    lacking: int,
    better_than: float | None = None,
) -> Found:
    """The choice that takes least of a limit (kind, number), were there no end to it, with at most so many
    members of floors `lacking` and fit `better_than` so much, where that is given."""
    pairs = np.arange(len(problem.place))
    programme = _Programme(problem, pairs, endless=limit)
    programme.lacking_at_most(lacking)
    if better_than is not None:
        programme.row(problem.fit / unit, better_than / unit + MORE, np.inf)
    limits, number = problem.limits[limit[0]], limit[1]
    amounts = np.where(limits.of_pair == number, limits.amount, 0.0)
    programme.aims = amounts / max(1.0, float(amounts.max(initial=0.0)))
    choice, _bound, ended = programme.solved(seconds)
    return Found(choice, np.inf, ended)


def worth_looking(problem: PlacementProblem, value: float, worth: Floats, bound: float, unit: float) -> Ints:
    """Pairs that a placement better than `value` may hold: choosing one costs its lag behind the family's
    best, at the prices that proved `bound` and made `worth` (in units of `unit`)."""
    best = np.zeros(problem.n_families)
    np.maximum.at(best, problem.family, worth)
    lag = (best[problem.family] - worth) * unit
    return np.flatnonzero(bound - lag >= value - 1e-9 * abs(bound))


class _Programme:
    """What may be chosen of some pairs: a column a pair, and after them a column a floor, of those lacking.

    `aims` [pairs] and `aims_lacking` are made as small as can be. `endless`: a limit that is not held.
    """

    def __init__(
        self, problem: PlacementProblem, pairs: Ints, *, endless: tuple[int, int] | None = None
    ) -> None:
        self.problem, self.pairs = problem, pairs
        self.aims, self.aims_lacking = np.zeros(len(pairs)), 0.0
        self.floors = [floor for floor in problem.floors if floor.least > 0]
        self.width = len(pairs) + len(self.floors)
        self.lacking = np.array([floor.least for floor in self.floors], dtype=np.float64)
        self._parts: list[tuple[Any, Floats, Floats]] = []
        family, ones = problem.family[pairs], np.ones(len(pairs))
        self._rows(family, ones, np.ones(problem.n_families))
        self._rows(problem.place[pairs], ones, problem.capacity.astype(float))
        for kind, limits in enumerate(problem.limits):
            whose = limits.of_pair[pairs]
            # in shares of the limit: money in millions would drown the solver's tolerances
            size = np.maximum(1.0, np.minimum(limits.most, limits.amount.sum()))
            drawn = whose >= 0
            amounts = np.where(drawn, limits.amount[pairs], 0.0) / size[whose]
            most = np.minimum(limits.most / size, 1e9)
            if endless is not None and endless[0] == kind:
                most[endless[1]] = np.inf
            self._rows(np.where(drawn, whose, 0), amounts, most)
        for g, floor in enumerate(self.floors):
            self.row(np.isin(family, floor.members), float(floor.least), np.inf, (g,))

    def _rows(self, rows: Ints, amounts: Floats, most: Floats) -> None:
        shape = (len(most), self.width)
        matrix = sparse.csr_array((amounts, (rows, np.arange(len(rows)))), shape=shape)
        self._parts.append((matrix, np.full(len(most), -np.inf), most))

    def row(self, amounts: Any, least: float, most: float, floors: tuple[int, ...] = ()) -> None:
        """One more row: the `amounts` of the pairs, and each of the `floors`' lacking once."""
        columns = np.append(np.flatnonzero(amounts), [len(self.pairs) + g for g in floors]).astype(np.int64)
        values = np.append(np.asarray(amounts, dtype=np.float64)[amounts != 0], np.ones(len(floors)))
        where = (np.zeros(len(columns), dtype=np.int64), columns)
        matrix = sparse.csr_array((values, where), shape=(1, self.width))
        self._parts.append((matrix, np.array([least]), np.array([most])))

    def lacking_at_most(self, number: int) -> None:
        self.lacking = np.minimum(self.lacking, number)
        if number > 0 and len(self.floors) > 1:
            self.row(np.zeros(len(self.pairs)), 0.0, float(number), tuple(range(len(self.floors))))

    def solved(self, seconds: float, precision: float = 0.0) -> tuple[Ints | None, float, bool]:
        """The choice, if one was found; a bound of what is aimed at; whether the search came to its end."""
        k = len(self.pairs)
        result = milp(
            np.concatenate([self.aims, np.full(len(self.floors), self.aims_lacking)]),
            integrality=np.ones(self.width),
            bounds=Bounds(0, np.concatenate([np.ones(k), self.lacking])),
            constraints=LinearConstraint(
                sparse.vstack([matrix for matrix, _least, _most in self._parts]).tocsr(),
                np.concatenate([least for _matrix, least, _most in self._parts]),
                np.concatenate([most for _matrix, _least, most in self._parts]),
            ),
            options={"time_limit": seconds, "mip_rel_gap": precision, "disp": False},
        )
        bound = result.mip_dual_bound if result.mip_dual_bound is not None else -np.inf
        if result.x is None:
            return None, float(bound), result.status == INFEASIBLE
        chosen = self.pairs[result.x[:k] > 0.5]
        choice = np.full(self.problem.n_families, -1, dtype=np.int64)
        choice[self.problem.family[chosen]] = chosen
        return choice, float(bound), result.status == 0
