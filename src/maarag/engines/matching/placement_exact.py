"""Small problems to the end: a mixed-integer programme (HiGHS, as SciPy carries it) on chosen pairs.

SciPy's own copy of HiGHS shares a process with OR-Tools; the package highspy does not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from maarag.engines.matching.placement_model import Floats, Ints, PlacementProblem

#: Up to so many pairs are searched to the end.
EXACT_PAIRS = 6_000


@dataclass(frozen=True, eq=False)
class Found:
    """`choice` [families] pairs, -1 for waiting; None where nothing was found in time. `most`: no choice
    with as many members of floors lacking is worth more. `proved`: nothing is better."""

    choice: Ints | None
    most: float
    proved: bool


def search(
    problem: PlacementProblem, pairs: Ints, unit: float, seconds: float, *, precision: float = 0.0
) -> Found:
    """The best choice among `pairs`; floors as far as they go. `unit`: the size of a fit. Ends when proved
    within `precision` (a share) or after `seconds`."""
    family, n, k = problem.family[pairs], problem.n_families, len(pairs)
    floors = [floor for floor in problem.floors if floor.least > 0]
    width = k + len(floors)
    parts, most = [], []
    parts.append(_matrix(family, np.ones(k), n, width))
    most.append(np.ones(n))
    parts.append(_matrix(problem.place[pairs], np.ones(k), problem.n_places, width))
    most.append(problem.capacity.astype(float))
    for limits in problem.limits:
        whose = limits.of_pair[pairs]
        # in shares of the limit: money in millions would drown the solver's tolerances
        size = np.maximum(1.0, np.minimum(limits.most, limits.amount.sum()))
        drawn = whose >= 0
        amounts = np.where(drawn, limits.amount[pairs], 0.0) / size[whose]
        parts.append(_matrix(np.where(drawn, whose, 0), amounts, len(size), width))
        most.append(np.minimum(limits.most / size, 1e9))
    lower = [np.full(len(part), -np.inf) for part in most]
    for g, floor in enumerate(floors):
        inside = np.flatnonzero(np.isin(family, floor.members))
        columns = np.append(inside, k + g)
        row = (np.ones(len(columns)), (np.zeros(len(columns), np.int64), columns))
        parts.append(sparse.csr_array(row, shape=(1, width)))
        most.append(np.array([np.inf]))
        lower.append(np.array([float(floor.least)]))
    worth = problem.fit[pairs] / unit
    dear = 2.0 * (np.abs(worth).sum() + 1) if n < 50 else 50.0
    result = milp(
        np.concatenate([-worth, np.full(len(floors), dear)]),
        integrality=np.ones(width),
        bounds=Bounds(0, np.concatenate([np.ones(k), [floor.least for floor in floors]])),
        constraints=LinearConstraint(
            sparse.vstack(parts).tocsr(), np.concatenate(lower), np.concatenate(most)
        ),
        options={"time_limit": seconds, "mip_rel_gap": precision, "disp": False},
    )
    if result.x is None:
        return Found(None, np.inf, False)
    chosen = pairs[result.x[:k] > 0.5]
    choice = np.full(n, -1, dtype=np.int64)
    choice[problem.family[chosen]] = chosen
    lacking = float(np.rint(result.x[k:]).sum())
    bound = result.mip_dual_bound if result.mip_dual_bound is not None else -np.inf
    # the solver's own tolerance, so that the bound stays one
    least_bound = (dear * lacking - bound) * unit * (1 + 1e-9) + 1e-7 * unit
    return Found(choice, float(least_bound), bool(result.status == 0) and precision == 0)


def worth_looking(problem: PlacementProblem, value: float, worth: Floats, bound: float, unit: float) -> Ints:
    """Pairs that a placement better than `value` may hold: choosing one costs its lag behind the family's
    best, at the prices that proved `bound` and made `worth` (in units of `unit`)."""
    best = np.zeros(problem.n_families)
    np.maximum.at(best, problem.family, worth)
    lag = (best[problem.family] - worth) * unit
    return np.flatnonzero(bound - lag >= value - 1e-9 * abs(bound))


def _matrix(rows: Ints, amounts: Floats, height: int, width: int) -> sparse.csr_array:
    return sparse.csr_array((amounts, (rows, np.arange(len(rows)))), shape=(height, width))
