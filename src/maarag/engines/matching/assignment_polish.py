"""Exact improvements of one search's assignment: the best that some of its jobs can make, the others staying.

Which jobs: all that some agents near each other hold, of as many agents as can mostly be decided in time; and
those on which good assignments disagree, for what they agree on is mostly right (Danna, Rothberg and Le Pape,
Mathematical Programming 102, 2005; Rothberg, INFORMS Journal on Computing 19, 2007).
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from maarag.engines.matching.assignment_dive import Owners, Prices
from maarag.engines.matching.assignment_tree import improved
from maarag.engines.matching.assignment_walk import Walk

#: Nodes of one improvement, and of one that reunites the best of two searches.
NODES, REUNITING = 400, 1500
#: Agents that exchange jobs at first, and at least.
AGENTS, FEWEST = 5.0, 3
#: Jobs on which assignments disagree that are worth deciding anew, and that can be.
LEAST, MOST = 4, 100
#: A search begins anew after exchanges that found nothing in which all agents could have had so many parts.
FRUITLESS = 8.0
#: How many assignments met last, and how many of the best of searches that ended, are remembered.
LAST, ENDED = 10, 8


@dataclass
class Met:
    """What all searches met: the last of dives and annealing, and the best of what was left to begin anew."""

    walks: list[Walk]
    last: deque[Owners] = field(default_factory=lambda: deque(maxlen=LAST))
    ended: list[tuple[float, Owners]] = field(default_factory=list)


class Polish:
    """The exact improvements of one search. One thread each.

    spent: seconds that they took.
    """

    def __init__(self, walk: Walk, prices: Prices, met: Met) -> None:
        self.walk, self.prices, self.met = walk, prices, met
        self.spent = 0.0
        self._size, self._fruitless = AGENTS, 0.0

    def reunite(self, bound: int) -> None:
        """The best with what the search met since; as long as that is soon decided, with others met before.

        bound: no assignment costs less.
        """
        walk, before = self.walk, list(self.met.last)
        latest, walk.latest = walk.latest, None
        if latest is None or walk.best is None or not walk.problem.knapsacks:
            return
        self.met.last.append(latest)
        free = np.zeros(len(latest), np.bool_)
        for other in [latest, *(before[k] for k in walk.random.permutation(len(before)))]:
            free = free | (other != walk.best)
            if free.sum() > MOST or walk.stopped():
                return
            won, decided = self._improve(free, bound, NODES)
            if won or not decided:
                return

    def exchange(self, bound: int) -> bool:
        """Some agents near each other exchange jobs. Returns whether it could be tried.

        bound: no assignment costs less. Where nothing was found for long, the search begins anew.
        """
        walk, agents = self.walk, len(self.walk.problem.capacity)
        if walk.best is None or not walk.problem.knapsacks or agents <= FEWEST:
            return False
        self._work_together()
        self._size = min(max(self._size, FEWEST), agents - 1)
        size = round(self._size)
        won, decided = self._improve(~walk.kept(walk.best, size)[walk.best], bound, NODES)
        self._size *= 1.05 if decided else 0.93
        self._fruitless = 0.0 if won else self._fruitless + size / agents
        if self._fruitless > FRUITLESS:
            self._fruitless = 0.0
            self._reunite_with_the_best(bound)
        return True

    def _work_together(self) -> None:
        """Go on from a better best that is too different to be reunited with."""
        for other in self.met.walks:
            owner, objective = other.best, other.objective
            if (
                owner is not None
                and objective < self.walk.objective
                and (owner != self.walk.best).sum() > MOST
            ):
                self.walk.offer(owner, objective)

    @property
    def is_fruitful(self) -> bool:
        """Whether something was found since all agents had a part."""
        return self.walk.best is not None and self._fruitless < 1.0

    def _reunite_with_the_best(self, bound: int) -> None:
        """The best with those of the other searches and of searches that ended; or else begin anew."""
        walk, met = self.walk, self.met
        assert walk.best is not None
        others = [owner for _objective, owner in met.ended]
        others += [other.best for other in met.walks if other is not walk and other.best is not None]
        for other in others:
            free = other != walk.best
            if free.sum() <= MOST and self._improve(free, bound, REUNITING)[0]:
                return
        ended = [*met.ended, (walk.objective, walk.best)]
        met.ended = sorted(ended, key=lambda one: one[0])[:ENDED]
        walk.begin_anew()
        self._size = AGENTS

    def _improve(self, free: npt.NDArray[np.bool_], bound: int, nodes: int) -> tuple[bool, bool]:
        """Offer the search the best of the free jobs; whether it is better, and whether all was decided."""
        walk = self.walk
        if walk.best is None or free.sum() < LEAST:
            return False, True
        began = time.monotonic()
        owner, decided = improved(self.prices, walk.best, free, bound, nodes, walk.stopped)
        cost = walk.problem.cost[np.arange(len(owner)), owner].sum()
        won = walk.offer(owner, float(cost))
        self.spent += time.monotonic() - began
        return won, decided
