"""From the prices of the jobs to assignments: agent after agent keeps the knapsack that the prices agree on.

After each agent that is settled the prices of the jobs left are raised again, as in the diving heuristics
of column generation: Sadykov, Vanderbeck, Pessoa, Tahiri and Uchoa, "Primal heuristics for branch and
price", INFORMS Journal on Computing 31 (2019). Some agents may keep the jobs of an assignment already
known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from maarag.engines.matching.assignment_bound import price, raise_bound
from maarag.engines.matching.errors import InfeasibleError
from maarag.engines.matching.instances import AssignmentInstance
from maarag.language.catalogue import N_

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Owners = npt.NDArray[np.int32]

#: A job in the knapsack of an agent in less than this share of the rounds does not follow it there.
LEAST_SHARE = 0.3
#: Cells of the dynamic program (jobs × largest capacity) beyond which knapsacks are not solved.
MOST_CELLS = 60_000_000
#: Rounds in which the capacities are priced at first, and pairs looked at in all of them at most.
ROUNDS, PRICED = 4000, 2_000_000_000


@dataclass(frozen=True)
class Prepared:
    """An instance as the compiled search takes it; tables are jobs × agents.

    cost is infinite where a job alone exceeds the agent's capacity. prices: what a unit of capacity is
    worth; reduced: cost plus priced need; choices: the promising agents of each job, best first; bound: of
    the linear relaxation.
    """

    cost: Floats
    need: Ints
    capacity: Ints
    prices: Floats
    reduced: Floats
    choices: npt.NDArray[np.int32]
    n_choices: npt.NDArray[np.int32]
    bound: float
    knapsacks: bool

    @property
    def penalty(self) -> Floats:
        """What a unit of overload costs before it is scaled."""
        floor = 0.5 * float(self.prices.mean()) + 1e-3 * float(
            np.abs(self.cost[np.isfinite(self.cost)]).mean()
        )
        return np.maximum(self.prices, floor + 1e-6)


def prepare(instance: AssignmentInstance, most_choices: int = 12) -> Prepared:
    """Raises InfeasibleError where a job fits no agent or all jobs together exceed all capacities."""
    cost = np.ascontiguousarray(instance.cost.T.astype(np.float64))
    need = np.ascontiguousarray(instance.resource.T)
    # A capacity beyond all jobs together is no limit; so the programs over capacities stay small.
    capacity = np.minimum(instance.capacity, instance.resource.sum(axis=1))
    fits = need <= capacity
    if not fits.any(axis=1).all():
        job = int((~fits.any(axis=1)).argmax())
        raise InfeasibleError(N_("job %(job)d takes more than the capacity of every agent."), job=job + 1)
    least = int(np.where(fits, need, np.iinfo(np.int64).max).min(axis=1).sum())
    if least > int(capacity.sum()):
        raise InfeasibleError(
            N_("all jobs take at least %(least)d together, and all capacities are %(all)d."),
            least=least, all=int(capacity.sum()),
        )  # fmt: skip
    cost[~fits] = np.inf
    prices = np.zeros(len(capacity))
    bound = float(price(cost, need, capacity, prices, min(ROUNDS, PRICED // cost.size + 1)))
    dearest = float(np.where(fits, cost, -np.inf).max(axis=1).sum())
    if bound > dearest + 1e-6 * abs(dearest) + 1.0:
        # Prices rise without end only where even shared jobs would not fit.
        raise InfeasibleError(N_("no assignment keeps within the capacities."))
    reduced = cost + prices * need
    # Where only agents with room are promising, a tight problem may have no way out: keep some by need.
    most = min(most_choices, instance.agents)
    choices = np.ascontiguousarray(np.argsort(reduced, axis=1, kind="stable")[:, :most].astype(np.int32))
    n_choices = np.minimum(fits.sum(axis=1), most).astype(np.int32)
    knapsacks = (instance.jobs + 1) * (int(capacity.max()) + 1) <= MOST_CELLS
    return Prepared(cost, need, capacity, prices, reduced, choices, n_choices, bound, knapsacks)


def in_order_of_regret(problem: Prepared) -> Owners | None:
    """Each job to the best agent that has room, those first that lose most by their second best.

    Where a job finds no room, once more with room weighing more; None if it never does. It takes no time to
    speak of, also where nothing else comes to an end.
    """
    fits = np.isfinite(problem.reduced)
    unit = float(problem.reduced[fits].std()) / max(float(problem.need[fits].mean()), 1.0)
    for weight in (0.0, 0.5, 2.0, 8.0):
        owner = _in_order(problem, problem.reduced + weight * unit * problem.need)
        if owner is not None:
            return owner
    return None


def _in_order(problem: Prepared, score: Floats) -> Owners | None:
    best = np.sort(score, axis=1)[:, :2]
    room = problem.capacity.copy()
    owner = np.full(len(score), -1, np.int32)
    for j in np.argsort(best[:, 0] - best[:, -1], kind="stable"):
        open_ = np.where(problem.need[j] <= room, score[j], np.inf)
        agent = int(open_.argmin())
        if not np.isfinite(open_[agent]):
            return None
        owner[j] = agent
        room[agent] -= problem.need[j, agent]
    return owner


class Prices:
    """The prices of the jobs with which the knapsacks of all agents give the best bound so far."""

    def __init__(self, problem: Prepared) -> None:
        jobs, agents = problem.cost.shape
        self.problem = problem
        self.worth = problem.reduced.min(axis=1)
        self.margin = np.full(agents, 2.0 + 0.01 * float(np.abs(self.worth).mean()))
        self.share = np.zeros((jobs, agents))
        # Of each knapsack at these prices: price of capacity, what its linear relaxation exceeds it by.
        self.critical = np.zeros((agents, 2))
        self.step = np.array([1.0])
        self.bound = problem.bound
        self._of_worth = -np.inf

    def raise_by(self, rounds: int, above: float) -> None:
        """`rounds` subgradient steps towards `above`, a value that the bound is not expected to pass."""
        free = np.ones(len(self.worth), np.bool_)
        found = raise_bound(
            self.problem.cost, self.problem.need, self.problem.capacity, free, self.worth, self.margin,
            self.critical, self.share, self.step, rounds, above, 0.95,
        )  # fmt: skip
        self._of_worth = float(found)
        self.bound = max(self.bound, self._of_worth)

    def least_with(self) -> Floats:
        """Jobs × agents: no assignment in which the agent has the job costs less than this.

        A knapsack against its choice loses at least what the linear relaxation loses, less what that
        exceeds the knapsack by; a job with one agent is without every other (Posta, Ferland and Michelon,
        Computational Optimization and Applications 52, 2012).
        """
        problem = self.problem
        above = problem.reduced - problem.reduced.min(axis=1, keepdims=True)
        least = problem.bound + above
        if np.isfinite(self._of_worth):
            price, excess = self.critical.T
            gain = self.worth[:, None] - problem.cost - price * problem.need
            # Infinite costs stand for pairs that cannot be: never chosen, nothing lost without them.
            chosen = np.maximum(-gain - excess, 0.0)
            without = np.maximum(np.where(np.isfinite(gain), gain, 0.0) - excess, 0.0)
            others = without.sum(axis=1, keepdims=True) - without
            least = np.maximum(least, self._of_worth + chosen + others)
        return least


def dive(
    prices: Prices,
    random: np.random.Generator,
    rounds: int,
    noise: float,
    stopped: Callable[[], bool],
    known: Owners | None = None,
    kept: npt.NDArray[np.bool_] | None = None,
) -> Owners | None:
    """An assignment, which may exceed capacities; None when stopped.

    rounds: subgradient steps between agents; noise: how far from the best agent the next one is drawn, in
    units of cost. known, kept: an assignment and the agents that keep their jobs of it.
    """
    problem = prices.problem
    cost, need = problem.cost, problem.need
    jobs, agents = cost.shape
    worth, margin = prices.worth.copy(), prices.margin.copy()
    free, capacity = np.ones(jobs, np.bool_), problem.capacity.copy()
    open_ = np.ones(agents, np.bool_)
    owner = np.full(jobs, -1, np.int32)
    settled = 0.0
    if known is not None and kept is not None:
        held = kept[known]
        owner[held] = known[held]
        free &= ~held
        open_ &= ~kept
        capacity[kept] = 0
        settled = float(cost[held, known[held]].sum())
    share, critical = np.zeros((jobs, agents)), np.zeros((agents, 2))
    steps = 3 * rounds
    at_once = max(1, int(open_.sum()) // 24)
    while free.any() and open_.any():
        done = 0
        while done < steps:
            if stopped():
                return None
            part = min(steps - done, max(1, 4000 // jobs))
            above = prices.bound + 0.0005 * abs(prices.bound) - settled
            raise_bound(
                cost, need, capacity, free, worth, margin, critical, share, np.array([0.4]), part, above, 0.9,
            )  # fmt: skip
            done += part
        steps = rounds
        scores = np.full(agents, -np.inf)
        bundles: dict[int, list[int]] = {}
        for i in np.flatnonzero(open_).tolist():
            bundles[i], doubt = _bundle(share[:, i], need[:, i], int(capacity[i]), float(problem.prices[i]))
            scores[i] = noise * random.gumbel() - doubt
        for i in np.argsort(-scores)[:at_once].tolist():
            if not open_[i]:
                continue
            bundle = [j for j in bundles[i] if free[j]]
            owner[bundle] = i
            free[bundle] = False
            settled += float(cost[bundle, i].sum())
            open_[i] = False
            capacity[i] = 0
        share[~free] = 0.0
    return np.where(owner < 0, problem.choices[:, 0], owner).astype(np.int32)


def _bundle(share: Floats, need: Ints, room: int, price_of_room: float) -> tuple[list[int], float]:
    """The jobs an agent keeps, most agreed first, and how doubtful they are: disagreement plus room lost."""
    bundle: list[int] = []
    doubt = 0.0
    candidates = np.flatnonzero(share >= LEAST_SHARE)
    for j in candidates[np.argsort(-share[candidates], kind="stable")]:
        if need[j] <= room:
            bundle.append(int(j))
            room -= int(need[j])
            doubt += 1.0 - float(share[j])
    return bundle, doubt + price_of_room * room
