"""Families that arrive one by one: each is answered at once, by prices learned from those before.

The prices of the places say what a place is worth to families still to come (Agrawal, Wang and Ye 2014). They
are learned from a sample or a past year, and again as families arrive, each time for what is left of every
limit and the number of families still expected. `answer_arrivals` does so for a whole stream;
`before_those_to_come` for a list of today, whose prices answer whoever comes until they are learned again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from maarag.engines.matching.errors import PlacementError
from maarag.engines.matching.placement_fixed import Rest
from maarag.engines.matching.placement_model import Floats, Ints, Limits, PlacementProblem
from maarag.engines.matching.placement_moves import move, open_for
from maarag.engines.matching.placement_prices import Rows, find_prices, follow_prices, raw_amounts

#: Prices are learned anew so many times in a stream.
TIMES = 30
#: Families that prices are learned from at most: the newest.
POOL = 40_000


class Arrivals:
    """A stream of families before the same places and limits.

    `stream`: the families in the order in which they come; nothing of a family is read before its turn.
    `history`: families of the past or a sample, with the same places and limits (their capacities are not
    read). Floors are not promised in a stream.
    """

    def __init__(
        self, stream: PlacementProblem, history: PlacementProblem | None = None, *, times: int = TIMES
    ) -> None:
        if history is not None and (
            history.n_places != stream.n_places
            or [len(one.most) for one in history.limits] != [len(one.most) for one in stream.limits]
        ):
            raise PlacementError("the history has other places or limits than the stream")
        self.stream, self.expected = stream, stream.n_families
        self.past = 0 if history is None else history.n_families
        together = replace(stream, floors=())
        if history is not None:
            together = _joined(history, together)
        self._rows = Rows.of(together)
        self._amounts, self._most = raw_amounts(together)
        self._used = np.zeros(len(self._most))
        self._choice = np.full(together.n_families, -1, dtype=np.int64)
        self._every = max(1, self.expected // times)
        self._price: Floats | None = None

    def run(self) -> Ints:
        """[families of the stream] the number of each one's pair, -1 where it is told to wait."""
        rows, offset = self._rows, int(self._rows.start[self.past])
        for i in range(self.expected):
            if i % self._every == 0:
                self._learn(i)
            self._answer(self.past + i)
        found = self._choice[self.past :]
        self.used = self._used[: len(rows.most) - 1]
        return np.where(found >= 0, found - offset, -1)

    def _learn(self, arrived: int) -> None:
        seen = self.past + arrived
        if seen == 0:
            return
        pool = self._rows.sample(np.arange(max(0, seen - POOL), seen))
        left = np.maximum(self._most - self._used, 0.0) / self._rows.size
        pool.most = left * (min(seen, POOL) / (self.expected - arrived))
        pool.most[-1] = 0.0
        self._price = find_prices(pool) if self._price is None else follow_prices(pool, self._price)

    def _answer(self, i: int) -> None:
        rows = self._rows
        part = slice(int(rows.start[i]), int(rows.start[i + 1]))
        worth = rows.fit[part].copy()
        if self._price is not None:
            worth -= (rows.amounts[part] * self._price[rows.rows[part]]).sum(axis=1)
        for at in np.argsort(-worth):
            if worth[at] <= 0:
                return
            pair = part.start + int(at)
            if open_for(pair, -1, rows.rows, self._amounts, self._used, self._most):
                move(i, pair, rows.rows, self._amounts, self._used, self._choice)
                return


def answer_arrivals(
    stream: PlacementProblem, history: PlacementProblem | None = None, *, times: int = TIMES
) -> npt.NDArray[np.int64]:
    """[families] the pair given to each family of the stream at its turn, -1 for none."""
    return Arrivals(stream, history, times=times).run()


def before_those_to_come(
    seen: PlacementProblem,
    waits: npt.ArrayLike,
    came: npt.ArrayLike,
    ahead: npt.ArrayLike,
    fixed: Mapping[int, int | None] | None = None,
) -> PlacementProblem:
    """The families that were seen, before their share of what is left: they stand for all who will want it.

    `waits` [families] whether it is there now; `came` [families] whether it came within the last year, so
    that another like it comes in each year ahead; `ahead` [places] years for which what is left of the place
    is to last. Each limit is held against those who may draw on it, a limit of several places for the longest
    time of them; a place that is left stays at least one. Those for whom something is `fixed` have it, and
    stand for nobody. Of a placement of the result the `losses` are what places are worth to whoever comes.
    Raises FixedDecisionError.
    """
    left = Rest.of(seen, fixed or {}).problem
    now, yearly = np.asarray(waits, dtype=np.float64), np.asarray(came, dtype=np.float64)
    years = np.asarray(ahead, dtype=np.float64)
    family = left.family
    capacity = np.rint(left.capacity * _share(left.place, family, now, yearly, years)).astype(np.int64)
    capacity = np.where(left.capacity > 0, np.maximum(capacity, 1), 0)
    limits = []
    for one in left.limits:
        drawn = one.of_pair >= 0
        row = one.of_pair[drawn]
        longest = np.zeros(len(one.most))
        np.maximum.at(longest, row, years[left.place[drawn]])
        limits.append(replace(one, most=one.most * _share(row, family[drawn], now, yearly, longest)))
    return replace(left, capacity=capacity, limits=tuple(limits))


def _share(row: Ints, family: Ints, now: Floats, yearly: Floats, years: Floats) -> Floats:
    """[rows] families seen that may draw on each, for every family that is expected to; 1 where none may."""
    number = len(years)
    families, rows = np.divmod(np.unique(family * number + row), max(1, number))
    seen, expected = np.bincount(rows, minlength=number), np.zeros(number)
    np.add.at(expected, rows, now[families] + yearly[families] * years[rows])
    return np.divide(seen, expected, out=np.ones(number), where=expected > 0)


def _joined(first: PlacementProblem, second: PlacementProblem) -> PlacementProblem:
    """Families of the first, then of the second; places and limits of the second."""
    limits = tuple(
        Limits(b.kind, b.most, np.concatenate([a.of_pair, b.of_pair]), np.concatenate([a.amount, b.amount]))
        for a, b in zip(first.limits, second.limits, strict=True)
    )
    return PlacementProblem(
        np.concatenate([first.start[:-1], second.start + first.start[-1]]),
        np.concatenate([first.place, second.place]),
        np.concatenate([first.fit, second.fit]),
        second.capacity,
        limits,
    )
