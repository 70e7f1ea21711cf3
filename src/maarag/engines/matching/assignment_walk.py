"""One search for good assignments: dives, and annealing of the best, until it is stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from maarag.engines.matching.assignment_dive import Owners, Prepared, Prices, dive, in_order_of_regret
from maarag.engines.matching.assignment_exchange import exchange

#: Steps of temperature of one annealing, and steps of one job at a time after each pair of agents.
STAGES, SINGLES = 96, 20
#: Pairs of agents visited for each job, by a unit of effort.
PAIRS = 120
#: What a unit beyond a capacity weighs in units of its price: first, last, and last where loads were loose.
OVER, FIRM, FIRMEST = 1.5, 5.0, 20.0
#: The time that each way has before it finds anything: dives, and annealing again.
SHARES = np.array([1.0, 0.02])


@dataclass
class Walk:
    """The best assignment that one search has met since it began anew, and how it goes on. One thread each.

    record, recorded: the objective and the assignment of all that it met. latest: what it met last.
    """

    problem: Prepared
    seed: int
    stopped: Callable[[], bool]
    best: Owners | None = None
    objective: float = float("inf")
    record: float = float("inf")
    recorded: Owners | None = None
    latest: Owners | None = None
    random: np.random.Generator = field(init=False)
    _state: npt.NDArray[np.uint64] = field(init=False)
    _scale: float = field(init=False)
    _turn: int = 0

    def __post_init__(self) -> None:
        self.random = np.random.default_rng([self.seed, 20])
        self._state = self.random.integers(1, 2**63, 1, dtype=np.uint64)
        reduced = np.sort(self.problem.reduced, axis=1)
        spread = reduced[:, 1] - reduced[:, 0] if reduced.shape[1] > 1 else np.ones(len(reduced))
        finite = spread[np.isfinite(spread)]
        # Whole numbers differ by 1 at least, so there is no use in much less heat than that.
        self._scale = max(float(finite.mean()) if len(finite) else 1.0, 0.5)

    def offer(self, owner: Owners, objective: float) -> bool:
        """Take an assignment within the capacities if it is the best so far."""
        if objective < self.objective - 0.5:
            self.best, self.objective = owner.copy(), objective
            if objective < self.record:
                self.record, self.recorded = objective, self.best
            return True
        return False

    def begin_anew(self) -> None:
        """Leave the best for others to come; the record stays."""
        self.best, self.objective, self._turn = None, float("inf"), 0

    def first(self) -> None:
        """Some assignment, soon: in order of regret; each job to its most promising agent, then annealed."""
        owner = in_order_of_regret(self.problem)
        if owner is not None:
            self.offer(owner, float(self.problem.cost[np.arange(len(owner)), owner].sum()))
        ordered = self.objective
        start = np.ascontiguousarray(self.problem.choices[:, 0])
        for effort in (1, 4, 16):
            self.anneal(start, hot=1.0, cold=0.4, effort=effort, soft=0.03)
            if self.objective < ordered or self.stopped():
                return

    def rounds(self, prices: Prices) -> Iterator[None]:
        """Endless: a dive, or the best annealed again; the way that finds more in its time is given more."""
        spent, found = np.full(2, 1e-3), SHARES
        while not self.stopped():
            self._turn += 1
            way = int(np.argmin(spent / found)) if self.problem.knapsacks else 1
            began, known = time.monotonic(), self.objective
            if way == 0:
                self._dive(prices, whole=self._turn <= 2)
            else:
                self.anneal_again()
            spent[way] += time.monotonic() - began
            found = SHARES + 0.9 * (found - SHARES)
            if self.objective < known:
                found[way] += 1.0
            yield

    def _dive(self, prices: Prices, *, whole: bool) -> None:
        """A dive of all agents or, more often, of some round the best; then annealed."""
        known, kept = None, None
        agents = len(self.problem.capacity)
        some = self.random.random() < 0.65 and agents > 3
        if self.best is not None and some and not whole:
            least = max(3, min(agents // 5, 8))
            free = int(self.random.integers(least, max(min(agents // 2, 16), least + 1) + 1))
            known, kept = self.best, self.kept(self.best, free)
        rounds = int(self.random.integers(12, 30))
        owner = dive(prices, self.random, rounds, 0.5 * self._scale, self.stopped, known, kept)
        if owner is not None:
            self.anneal(owner, hot=float(self.random.choice([0.4, 0.8, 1.2])), cold=0.25, effort=1)

    def anneal_again(self) -> None:
        """The best (or the most promising agents), loosened more or less, for a short or a longer time."""
        hot, soft = float(self.random.choice([0.6, 1.0])), float(self.random.choice([0.02, 0.1, 0.4]))
        start = self.best if self.best is not None else np.ascontiguousarray(self.problem.choices[:, 0])
        self.anneal(start, hot=hot, cold=0.4, effort=int(self.random.choice([1, 2, 4, 8, 16])), soft=soft)

    def kept(self, owner: Owners, free: int) -> npt.NDArray[np.bool_]:
        """All agents but `free` that could well exchange jobs with one drawn at random."""
        agents = len(self.problem.capacity)
        centre = int(self.random.integers(agents))
        held = np.flatnonzero(owner == centre)
        above = self.problem.reduced[held] - self.problem.reduced[held].min(axis=1, keepdims=True)
        nearness = np.exp(-above / (3.0 * self._scale)).sum(axis=0) + 1e-3
        nearness[centre] = np.inf
        order = np.argsort(-(np.log(nearness) + self.random.gumbel(size=agents)))
        kept = np.ones(agents, np.bool_)
        kept[order[:free]] = False
        return kept

    def anneal(self, start: Owners, hot: float, cold: float, effort: int, soft: float = 1.0) -> None:
        """Anneal from an assignment, between temperatures in units of the instance's own scale.

        soft: what loads off the capacities weigh at first, as a share of what they cost; rises to the whole.
        """
        problem = self.problem
        jobs, agents = problem.cost.shape
        owner = start.astype(np.int32, copy=True)
        load = np.zeros(agents, np.int64)
        np.add.at(load, owner, problem.need[np.arange(jobs), owner])
        member, count, place = _members(owner, agents)
        totals = np.array([problem.cost[np.arange(jobs), owner].sum(), np.inf])
        best = owner.copy()
        pairs = max(1, effort * jobs * PAIRS // STAGES)
        last = max(min(cold, 0.3 / self._scale) * self._scale, 1e-3)
        first = max(hot * self._scale, last)
        # Where capacity is worth next to nothing, a load beyond it is still to weigh more than the last heat;
        # agents whose load stays beyond weigh more and more.
        base = np.maximum(problem.penalty, 0.1 * self._scale)
        stubborn = np.ones(agents)
        # what was loose has to find its way back within the capacities
        firm = FIRMEST if soft < 1.0 else FIRM
        for stage in range(STAGES):
            part = stage / (STAGES - 1)
            heat = first * (last / first) ** part
            weight = soft * (1.0 / soft) ** part
            over = base * stubborn * (weight * OVER * (firm / OVER) ** part)
            left = pairs
            while left > 0:
                if self.stopped():
                    break
                now = min(left, 2000)
                exchange(
                    problem.cost, problem.reduced, problem.need, problem.capacity, problem.choices,
                    problem.n_choices, over, problem.prices * weight, owner, load, member, count, place, best,
                    totals, heat, now, SINGLES, self._state,
                )  # fmt: skip
                left -= now
            if part > 0.5:
                stubborn = np.where(load > problem.capacity, stubborn * 1.3, stubborn / 1.14).clip(0.5, 5.0)
        if np.isfinite(totals[1]):
            self.latest = best
            self.offer(best, float(totals[1]))


def _members(
    owner: Owners, agents: int
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """The jobs of each agent, how many they are, and where each job stands among them."""
    member = np.zeros((agents, len(owner)), np.int32)
    count = np.zeros(agents, np.int32)
    place = np.zeros(len(owner), np.int32)
    for job, agent in enumerate(owner):
        member[agent, count[agent]] = job
        place[job] = count[agent]
        count[agent] += 1
    return member, count, place
