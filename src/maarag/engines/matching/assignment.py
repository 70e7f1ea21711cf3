"""Generalized assignment: each job to one agent within the capacities, at the least cost.

`solve_assignment` runs independent searches side by side (`assignment_walk`), raises a lower bound
(`assignment_bound`, then level by level: `assignment_tree`) and stops as soon as the two meet. What a search
found is improved exactly, part by part (`assignment_polish`).
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from maarag.engines.matching.errors import InfeasibleError, NotFoundError
from maarag.engines.matching.instances import AssignmentInstance
from maarag.language.catalogue import N_

#: Seconds kept back for what comes after the search, and more for each pair of agent and job (longer steps),
#: but no more than a part of the time.
RESERVE, RESERVE_OF_PAIR, MOST_RESERVED = 0.15, 4e-6, 0.1
#: How much of its time each search gives to exact improvements, at least.
POLISH = 0.4
#: How much of the whole time one level of the bound may take; and where no more than so many are left, how
#: much of its time each search gives to levels, however long one takes.
PATIENCE, NEAR, NEARLY = 0.1, 10, 0.3
#: Seconds of search even where the very first run has spent the time given on compiling.
LEAST = 0.3


@dataclass(frozen=True)
class Progress:
    """How far a run is: seconds gone, the best objective (None before the first), the bound."""

    seconds: float
    objective: int | None
    bound: int


@dataclass(frozen=True)
class Assigned:
    """An assignment within the capacities.

    assignment: n agents, from 0, one a job. bound: no assignment costs less. seconds: wall time taken.
    """

    objective: int
    bound: int
    assignment: npt.NDArray[np.int64]
    seconds: float

    @property
    def optimal(self) -> bool:
        return self.bound >= self.objective

    @property
    def gap(self) -> float:
        """How much of the objective the bound leaves open, as a share of it."""
        return (self.objective - self.bound) / max(abs(self.objective), 1)


def solve_assignment(
    instance: AssignmentInstance,
    seconds: float,
    seed: int = 0,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    threads: int | None = None,
) -> Assigned:
    """The best assignment found within `seconds` of wall time (loading compiled code included; only the very
    first run on a machine, which compiles for some 40 seconds, may take longer than a shorter time).

    threads: searches side by side; by default one for each free processor, at most 4. `cancelled` is asked
    several times a second; when it says so the best so far is returned. Raises InfeasibleError where there
    is none, and NotFoundError where none was found in time.
    """
    began = time.monotonic()
    reserve = RESERVE + min(RESERVE_OF_PAIR * instance.agents * instance.jobs, MOST_RESERVED * seconds)
    run = _Run(instance, began + max(seconds - reserve, 0.0), seed, threads or _processors())
    run.go(lambda: _tell(run, began, progress), cancelled)
    if run.objective is None:
        if run.proved:
            raise InfeasibleError(N_("no assignment keeps within the capacities."))
        raise NotFoundError(
            N_("no assignment within the capacities was found in %(seconds)g seconds."), seconds=seconds
        )
    owner = run.assignment()
    return Assigned(run.objective, min(run.bound, run.objective), owner, time.monotonic() - began)


def _tell(run: _Run, began: float, progress: Callable[[Progress], None] | None) -> None:
    if progress is not None:
        progress(Progress(time.monotonic() - began, run.objective, run.bound))


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return max(1, min(4, len(os.sched_getaffinity(0))))
    return max(1, min(4, os.cpu_count() or 1))


class _Run:
    """The searches of one call, and what they know together."""

    def __init__(self, instance: AssignmentInstance, end: float, seed: int, threads: int) -> None:
        # Imported here: loading compiled code takes a second, and belongs to the time given.
        from maarag.engines.matching.assignment_dive import Prices, prepare
        from maarag.engines.matching.assignment_polish import Met, Polish
        from maarag.engines.matching.assignment_tree import Levels
        from maarag.engines.matching.assignment_walk import Walk

        self.instance = instance
        # Compiling (the very first run) may have taken all the time given: it still searches.
        self.end = max(end, time.monotonic() + LEAST)
        self.proved = False
        self._stop = threading.Event()
        self.problem = prepare(instance)
        self.walks = [Walk(self.problem, seed * 64 + k, self._stopped) for k in range(threads)]
        self.prices = Prices(self.problem)
        self._priced = threading.Event()
        #: With how many pairs a MIP solver came to no end, and with how many it did.
        self._tried, self._decided = math.inf, 0
        self._error: BaseException | None = None
        self._levels = Levels(self.problem, self.prices)
        #: Seconds that the present level has taken of all searches, and may take.
        self._on_level, self._patience = 0.0, PATIENCE * threads * max(end - time.monotonic(), 0.0)
        #: When searches began, and the seconds that each has given to levels.
        self._began, self._leveled = time.monotonic(), [0.0] * threads
        met = Met(self.walks)
        self._polish = [Polish(walk, self.prices, met) for walk in self.walks]

    @property
    def objective(self) -> int | None:
        best = min(walk.record for walk in self.walks)
        return round(best) if math.isfinite(best) else None

    @property
    def bound(self) -> int:
        if self.proved and self.objective is not None:
            return self.objective
        return math.ceil(self.prices.bound - 1e-6 * max(1.0, abs(self.prices.bound)))

    def assignment(self) -> npt.NDArray[np.int64]:
        best = min(self.walks, key=lambda walk: walk.record)
        assert best.recorded is not None
        return best.recorded.astype(np.int64)

    def go(self, tell: Callable[[], None], cancelled: Callable[[], bool] | None) -> None:
        """Search until the time is over, the bound is met or `cancelled` says so."""
        workers = [
            threading.Thread(target=self._work, args=(k,), daemon=True) for k in range(len(self.walks))
        ]
        for worker in workers:
            worker.start()
        try:
            while any(worker.is_alive() for worker in workers):
                if self._stopped() or (cancelled is not None and cancelled()):
                    break
                tell()
                workers[0].join(0.1)
        finally:
            self._stop.set()
            for worker in workers:
                worker.join()
        if self._error is not None:
            raise self._error
        tell()

    def _stopped(self) -> bool:
        return self._stop.is_set() or time.monotonic() >= self.end

    def _work(self, number: int) -> None:
        try:
            self._search(number)
        except BaseException as error:
            self._error = error
            self._stop.set()

    def _search(self, number: int) -> None:
        walk, polish = self.walks[number], self._polish[number]
        whole = self.end - self._began
        walk.first()
        if number == 0:
            if self.problem.knapsacks:
                self._raise_bound(self._began + 0.15 * whole)
            self._priced.set()
        else:
            while not self._priced.is_set():
                walk.anneal_again()
                if self._over():
                    return
        for _ in walk.rounds(self.prices):
            if self._over():
                return
            self._raise_levels(number)
            if number == 0 and self._levels.too_large:
                gone = self._gone() / whole
                while gone > 0.05 and self._close(early=gone < 0.25) and not self._over():
                    pass
            polish.reunite(self.bound)
            while (polish.is_fruitful or polish.spent < POLISH * self._gone()) and not self._over():
                if not polish.exchange(self.bound):
                    break

    def _gone(self) -> float:
        return time.monotonic() - self._began

    def _over(self) -> bool:
        """Whether there is no more to search; all searches then end."""
        if self._met() or self.proved:
            self._stop.set()
        return self._stopped()

    def _raise_bound(self, until: float) -> None:
        """Raise the bound until its steps are short or the time for it is over."""
        while self.prices.step[0] > 2e-3 and not self._stopped() and time.monotonic() < until:
            known = self.objective
            most = self.prices.bound + 0.01 * abs(self.prices.bound) + 2.0
            self.prices.raise_by(max(1, 2000 // self.instance.jobs), min(most, known) if known else most)
            if self._met():
                return

    def _raise_levels(self, number: int) -> None:
        """Raise the bound level by level, as long as none of them takes long; where few are left, longer."""
        walk = self.walks[number]
        while not self._over() and (self._on_level < self._patience or self._is_worth_longer(number)):
            began, before = time.monotonic(), self.bound
            worked, owner = self._levels.work(before, self.objective)
            if not worked:
                return
            if owner is not None:
                walk.offer(owner, float(self.instance.objective(owner)))
            self.proved |= self._levels.infeasible
            taken = time.monotonic() - began
            self._leveled[number] += taken
            self._on_level = 0.0 if self.bound > before else self._on_level + taken

    def _is_worth_longer(self, number: int) -> bool:
        return self._is_near() and self._leveled[number] < NEARLY * self._gone()

    def _is_near(self) -> bool:
        return self.objective is not None and self.objective - self.bound <= NEAR

    def _met(self) -> bool:
        return self.objective is not None and self.bound >= self.objective

    def _close(self, *, early: bool) -> bool:
        """Where few pairs of job and agent are left that could improve, let a MIP solver decide.

        Of few pairs the cheapest levels first: what has none below a level costs at least as much (Posta,
        Ferland and Michelon, 2012, decide level by level). Otherwise as many as may be decided in some
        seconds, and not `early`. Returns whether anything was decided.
        """
        from maarag.engines.matching.assignment_closing import close, promising

        known, jobs = self.objective, self.instance.jobs
        best = float(known) if known is not None else math.inf
        pairs, limit = promising(self.prices, best, max(4 * jobs, 1000))
        is_near = limit >= best and int(pairs.sum()) <= 4 * jobs
        if is_near:
            pairs, limit = promising(self.prices, best, round(max(1.9 * jobs, 1.5 * self._decided)))
        left = int(pairs.sum())
        if (early and not is_near) or left > 0.9 * self._tried:
            return False
        seconds = self.end - time.monotonic()
        answer = close(self.problem, pairs, min((0.9 if is_near else 0.35) * seconds, seconds - 0.5))
        value = math.inf
        if answer.owner is not None and self.instance.keeps_within(answer.owner):
            value = float(self.instance.objective(answer.owner))
            self.walks[0].offer(answer.owner, value)
        if not answer.proved:
            self._tried = left
            return False
        # Beyond these pairs nothing is below the limit.
        self._decided = left
        proved = min(value, limit)
        if math.isinf(proved):
            self.proved = True
            self._stop.set()
        else:
            self.prices.bound = max(self.prices.bound, proved)
            if self._met():
                self._stop.set()
        return True
