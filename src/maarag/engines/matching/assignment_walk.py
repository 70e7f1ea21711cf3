"""One search for good assignments: dives, annealing and partial dives in turn, until it is stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from maarag.engines.matching.assignment_dive import Owners, Prepared, Prices, dive
from maarag.engines.matching.assignment_exchange import exchange

#: Steps of temperature of one annealing.
STAGES = 24


@dataclass
class Walk:
    """The best assignment that one search has met, and how it goes on. One thread each."""

    problem: Prepared
    seed: int
    stopped: Callable[[], bool]
    best: Owners | None = None
    objective: float = float("inf")
    random: np.random.Generator = field(init=False)
    _state: npt.NDArray[np.uint64] = field(init=False)
    _scale: float = field(init=False)

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
            return True
        return False

    def first(self) -> None:
        """Some assignment, soon: each job to its most promising agent, then annealed."""
        start = np.ascontiguousarray(self.problem.choices[:, 0])
        for effort in (1, 4):
            self.anneal(start, hot=3.0, cold=0.3, effort=effort)
            if self.best is not None or self.stopped():
                return

    def rounds(self, prices: Prices) -> Iterator[None]:
        """Endless: a full dive or a partial one round the best, then annealing; sometimes annealing alone."""
        agents = len(self.problem.capacity)
        turn = 0
        while not self.stopped():
            turn += 1
            kind = self.random.random()
            noise = 0.5 * self._scale
            if not self.problem.knapsacks or (self.best is not None and kind < 0.15):
                hot = float(self.random.choice([0.8, 1.5, 3.0]))
                start = self._start()
                self.anneal(start, hot=hot, cold=0.25, effort=4)
                yield
                continue
            known, kept = None, None
            if self.best is not None and turn > 2 and kind < 0.7 and agents > 3:
                known, kept = self.best, self._kept()
            rounds = int(self.random.integers(12, 30))
            found = dive(prices, self.random, rounds, noise, self.stopped, known, kept)
            if found is not None:
                self.anneal(found, hot=float(self.random.choice([0.4, 0.8, 1.2])), cold=0.25, effort=1)
            yield

    def _start(self) -> Owners:
        return self.best if self.best is not None else np.ascontiguousarray(self.problem.choices[:, 0])

    def _kept(self) -> npt.NDArray[np.bool_]:
        """All agents but some that could well exchange jobs with one drawn at random."""
        assert self.best is not None
        agents = len(self.problem.capacity)
        least = max(3, min(agents // 5, 8))
        free = int(self.random.integers(least, max(min(agents // 2, 16), least + 1) + 1))
        centre = int(self.random.integers(agents))
        held = np.flatnonzero(self.best == centre)
        above = self.problem.reduced[held] - self.problem.reduced[held].min(axis=1, keepdims=True)
        nearness = np.exp(-above / (3.0 * self._scale)).sum(axis=0) + 1e-3
        nearness[centre] = np.inf
        order = np.argsort(-(np.log(nearness) + self.random.gumbel(size=agents)))
        kept = np.ones(agents, np.bool_)
        kept[order[:free]] = False
        return kept

    def anneal(self, start: Owners, hot: float, cold: float, effort: int) -> None:
        """Anneal from an assignment, between temperatures in units of the instance's own scale."""
        problem = self.problem
        jobs, agents = problem.cost.shape
        owner = start.astype(np.int32, copy=True)
        load = np.zeros(agents, np.int64)
        np.add.at(load, owner, problem.need[np.arange(jobs), owner])
        member, count, place = _members(owner, agents)
        totals = np.array([problem.cost[np.arange(jobs), owner].sum(), self.objective])
        best = owner.copy()
        pairs = max(1, effort * jobs * 5)
        base = problem.penalty
        last = max(min(cold, 0.3 / self._scale) * self._scale, 1e-3)
        first = max(hot * self._scale, last)
        for stage in range(STAGES):
            part = stage / (STAGES - 1)
            heat = first * (last / first) ** part
            penalty = base * (2.0 * 3.0**part)
            left = pairs
            while left > 0:
                if self.stopped():
                    break
                now = min(left, 2000)
                exchange(
                    problem.cost, problem.need, problem.capacity, problem.choices, problem.n_choices,
                    problem.reduced, penalty, owner, load, member, count, place, best, totals, heat, now, 60,
                    self._state,
                )  # fmt: skip
                left -= now
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
