"""The pairs that could still improve, by a general MIP solver: where `assignment_tree` is too large."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from maarag.engines.matching.assignment_dive import Owners, Prepared, Prices


@dataclass(frozen=True)
class Closed:
    """owner: an assignment, if any; proved: no assignment of these pairs is better."""

    owner: Owners | None
    proved: bool


def promising(prices: Prices, below: float, most: int) -> tuple[npt.NDArray[np.bool_], float]:
    """Jobs × agents: the (about `most`) pairs that an assignment below a limit may have; and the limit.

    The limit is `below` (infinite where no objective is known), or less where that leaves too many pairs, but
    always above the bound.
    """
    least = prices.least_with()
    fits = np.isfinite(prices.problem.cost)
    values = least[fits]
    slack = 1e-6 * max(1.0, abs(prices.bound))
    limit = below
    if int((values <= below - 1 + slack).sum()) > most:
        limit = float(np.floor(np.partition(values, most)[most]) + 1.0)
        limit = min(max(limit, np.ceil(prices.bound - slack) + 1.0), below)
    return fits & (least <= limit - 1 + slack), limit


def close(problem: Prepared, pairs: npt.NDArray[np.bool_], seconds: float) -> Closed:
    """The best assignment of these pairs (jobs × agents), looked for during so many seconds."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    job, agent = np.nonzero(pairs)
    jobs, agents = problem.cost.shape
    if len(np.unique(job)) < jobs:
        return Closed(None, proved=True)
    columns, one = np.arange(len(job)), np.ones(len(job))
    cost = problem.cost[job, agent]
    once = csr_array((one, (job, columns)), (jobs, len(job)))
    loads = csr_array((problem.need[job, agent].astype(np.float64), (agent, columns)), (agents, len(job)))
    limits = [LinearConstraint(once, 1, 1), LinearConstraint(loads, -np.inf, problem.capacity)]
    options = {"time_limit": max(seconds, 0.01), "mip_rel_gap": 0.0}
    answer = milp(cost, integrality=one, bounds=Bounds(0, 1), constraints=limits, options=options)
    if answer.status == 2:
        return Closed(None, proved=True)
    if answer.x is None:
        return Closed(None, proved=False)
    owner = np.full(jobs, -1, np.int32)
    chosen = answer.x > 0.5
    owner[job[chosen]] = agent[chosen]
    return Closed(owner if (owner >= 0).all() else None, proved=answer.status == 0)
