"""Is there an assignment of at most so much cost? Asked of all agents, level by level, and of some of them.

A question is a tree of open nodes (`assignment_branching`) that is worked at piece by piece. What is refused
is a bound; what is found at the first level that is not refused is the best (Posta, Ferland and Michelon,
Computational Optimization and Applications 52, 2012).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from copy import copy

import numpy as np
import numpy.typing as npt

from maarag.engines.matching.assignment_branching import branch
from maarag.engines.matching.assignment_dive import Floats, Ints, Owners, Prepared, Prices

#: Parts of a unit of cost, at most, and the largest sum in such parts.
UNIT, LARGEST = 1024, 2**28
#: A tree of more pairs, or with more cells in one agent's dynamic program, is too large.
MOST_PAIRS, MOST_CELLS = 6000, 20_000_000
#: About so many cells of dynamic programs are filled between two questions whether to stop.
CELLS_AT_ONCE = 2e8
#: Levels rise faster while no more than so many nodes refuse one.
EASY = 10


class Tree:
    """The open question whether some of the pairs (jobs × agents) make an assignment of at most `level`.

    cost, need: jobs × agents. worth: prices of the jobs to begin with. owner: such an assignment once it is
    found. over: nothing is left to look at; without an owner there is none. fits: not too large to be asked.
    """

    def __init__(
        self,
        cost: Floats,
        need: Ints,
        capacity: Ints,
        pairs: npt.NDArray[np.bool_],
        worth: Floats,
        level: int,
    ) -> None:
        self.owner: Owners | None = None
        self.nodes = 0
        self.over = not pairs.any(axis=1).all()
        self.fits = self.over
        if self.over:
            return
        jobs, agents = pairs.shape
        # Sorted by agent.
        agent, job = (np.ascontiguousarray(one) for one in np.nonzero(pairs.T))
        start = np.searchsorted(agent, np.arange(agents + 1))
        # Each job's own least cost is left out, so that the numbers stay small.
        least = np.where(pairs, cost, np.inf).min(axis=1)
        above = cost[job, agent] - least[job]
        spread = max(float(above.max()), float(np.abs(worth - least).max()))
        unit = min(UNIT, int(LARGEST / (jobs * spread + 1.0)))
        cells = int((np.diff(start).max() + 1) * (capacity.max() + 1))
        self.fits = unit >= 1 and len(job) <= MOST_PAIRS and cells <= MOST_CELLS
        if not self.fits:
            return
        self._pairs = start, job, agent, (above * unit).astype(np.int32), need[job, agent], capacity
        self._level, self._unit = round(level - float(least.sum())) * unit, unit
        size = len(job) + 1
        self._states, self._worths = np.zeros((size, len(job)), np.int8), np.zeros((size, jobs), np.int32)
        self._states[0], self._worths[0] = 1, np.rint((worth - least) * unit)
        self._origins, self._rises = np.full((size, 2), -1), np.zeros((len(job), 2))
        self._found = np.zeros(jobs, np.int64)
        self._depth = 1
        self._at_once = int(min(max(CELLS_AT_ONCE / (30.0 * cells * agents), 1), 200))

    def part(self) -> Tree | None:
        """The open node nearest the root, below which most is left, as a tree of its own (None: the last)."""
        if self._depth < 2:
            return None
        other = copy(self)
        other.nodes, other._depth = 0, 1
        other._found, other._rises = self._found.copy(), self._rises.copy()
        for name in ("_states", "_worths", "_origins"):
            own = getattr(self, name)
            given = np.empty_like(own)
            given[0] = own[0]
            own[: self._depth - 1] = own[1 : self._depth].copy()
            setattr(other, name, given)
        self._depth -= 1
        return other

    def search(self) -> None:
        """Look at some nodes more."""
        left = np.array([self._at_once])
        self._depth = branch(
            *self._pairs, self._level, self._unit, self._states, self._worths, self._origins, self._rises,
            self._found, self._depth, left,
        )  # fmt: skip
        self.nodes += self._at_once - int(left[0])
        self.over = self._depth <= 0
        if self._depth < 0:
            self.owner = self._found.astype(np.int32)


class Levels:
    """One tree after the other of a whole instance, from the bound upwards; several threads may work at one.

    infeasible: even the dearest level was refused. too_large: for a tree; nothing can be asked.
    """

    def __init__(self, problem: Prepared, prices: Prices) -> None:
        self.problem, self.prices = problem, prices
        self.infeasible, self.too_large = False, not problem.knapsacks
        self._dearest = float(np.where(np.isfinite(problem.cost), problem.cost, -np.inf).max(axis=1).sum())
        self._step = 1
        self._lock = threading.Lock()
        #: The question now (its number, level and nodes so far), and the parts of its tree that nobody is at.
        self._question, self._level, self._nodes = 0, -1, 0
        self._parts: list[Tree] = []
        self._at_work = 0

    def work(self, bound: int, known: int | None) -> tuple[bool, Owners | None]:
        """Look at some nodes more. bound, known: what the best costs at least, and at most (if known).

        Returns whether there was something to look at (all that is open may be with other threads), and an
        assignment if one was found. Raises the bound of the prices when a level is refused.
        """
        with self._lock:
            if not self.too_large and (self._is_settled() or (known is not None and known <= self._level)):
                self._ask(bound, known)
            if not self._parts:
                return False, None
            tree, question = self._parts.pop(), self._question
            self._at_work += 1
        before = tree.nodes
        if not tree.over:
            tree.search()
        with self._lock:
            if question == self._question:
                self._at_work -= 1
                self._nodes += tree.nodes - before
                self._put_back(tree, known)
        return True, tree.owner

    def _is_settled(self) -> bool:
        return not self._parts and not self._at_work

    def _ask(self, bound: int, known: int | None) -> None:
        self._level = bound + self._step - 1
        if known is not None:
            self._level = min(self._level, known - 1)
        problem = self.problem
        pairs = np.isfinite(problem.cost) & _within(self.prices.least_with(), self._level)
        tree = Tree(problem.cost, problem.need, problem.capacity, pairs, self.prices.worth, self._level)
        self.too_large = not tree.fits
        self._question, self._nodes, self._at_work = self._question + 1, 0, 0
        self._parts = [tree] if tree.fits else []

    def _put_back(self, tree: Tree, known: int | None) -> None:
        """What is left of a tree; what lies nearest the root for whoever comes meanwhile."""
        if tree.owner is not None:
            self._parts = []
            self._question += 1
            self._at_work = 0
        elif not tree.over:
            if not self._parts and (part := tree.part()):
                self._parts.append(part)
            self._parts.append(tree)
        if self._is_settled():
            self._step = 2 * self._step if self._nodes <= EASY else max(self._step // 2, 1)
            if tree.owner is None:
                self.prices.bound = max(self.prices.bound, self._level + 1.0)
                self.infeasible = known is None and self._level >= self._dearest


def improved(
    prices: Prices,
    owner: Owners,
    free: npt.NDArray[np.bool_],
    bound: int,
    nodes: int,
    stopped: Callable[[], bool],
) -> tuple[Owners, bool]:
    """The best that can be made of the `free` jobs (a flag each); the others stay where they are.

    bound: no assignment costs less. Levels are halved between what is refused and what is known; one on
    which the last of the nodes is spent counts as refused. Returns the assignment, which may be the one
    given, and whether none is better.
    """
    problem = prices.problem
    held, stay = np.flatnonzero(free), np.flatnonzero(~free)
    room = problem.capacity.copy()
    np.subtract.at(room, owner[stay], problem.need[stay, owner[stay]])
    cost, need = problem.cost[held], problem.need[held]
    high = round(float(problem.cost[held, owner[held]].sum()))
    rest = round(float(problem.cost[stay, owner[stay]].sum()))
    low = bound - rest
    least = np.where(need <= room, prices.least_with()[held] - rest, np.inf)
    best, proved = owner, True
    while low < high and nodes > 0:
        level = (low + high - 1) // 2
        tree = Tree(cost, need, room, _within(least, level), prices.worth[held], level)
        while tree.fits and not tree.over and tree.nodes < nodes and not stopped():
            tree.search()
        nodes -= max(tree.nodes, 1)
        if tree.owner is None:
            low = level + 1
            proved &= tree.over
        else:
            best = best.copy()
            best[held] = tree.owner
            high = round(float(problem.cost[held, best[held]].sum()))
    return best, proved and low >= high


def _within(least: Floats, level: int) -> npt.NDArray[np.bool_]:
    """Whether at most the level, but for rounding."""
    return least <= level + 1e-6 * max(1.0, abs(level))
