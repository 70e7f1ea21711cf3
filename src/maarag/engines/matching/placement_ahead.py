"""Who would come first to more of a limit: of all who want it, those who gain more by it at the prices.

A place more goes to the family that gains most by moving there, what it leaves being sold again at its price;
money and work go to whoever gains most for each unit; and first of all to the members of a floor that is
missed. That is right for small changes of large limits.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from maarag.engines.matching.placement_model import Floats, Ints, Placed

#: Gains nearer to each other than this share of the greatest fit are one.
ALIKE = 1e-7
#: Far above all gains, in these shares.
FIRST = 1 << 50

Flags = npt.NDArray[np.bool_]


class Ahead:
    """[pairs] families that come before the pair's own: `at_places` for one more place, `at_limits` [kinds]
    for more of the limit. `worth` [pairs]; `kin` [places]: nobody wants to move to the like of its place."""

    def __init__(self, placed: Placed, worth: Floats, kin: Ints) -> None:
        problem, choice, family = placed.problem, placed.pair_of_family, placed.problem.family
        unit = float(np.abs(problem.fit).max(initial=0.0)) or 1.0
        own = choice[family]
        has = own >= 0
        gain = (worth - np.where(has, worth[own], 0.0)) / unit
        moves = ~placed.fixed[family]
        moves[has] &= kin[problem.place[has]] != kin[problem.place[own[has]]]
        missed = np.zeros(problem.n_families, dtype=bool)
        for floor, kept in zip(problem.floors, placed.floors_kept, strict=True):
            if not kept:
                missed[floor.members] = True
        first = (missed & (choice < 0))[family]
        at = placed.prices.places[problem.place] / unit
        self.at_places = _ahead(problem.place, gain + at, family, moves, first)
        self.at_limits = []
        for limits, prices in zip(problem.limits, placed.prices.limits, strict=True):
            row = limits.of_pair
            same = has & (row[own] == row)
            needs = limits.amount - np.where(same, limits.amount[own], 0.0)
            usual = float(np.abs(limits.amount).max(initial=0.0)) or 1.0
            draws = moves & (row >= 0) & (needs > 1e-9 * usual)
            each = np.zeros(len(row))
            each[draws] = gain[draws] * usual / needs[draws] + prices[row[draws]] * usual / unit
            self.at_limits.append(_ahead(row, each, family, draws, first))


def _ahead(key: Ints, score: Floats, family: Ints, wants: Flags, first: Flags) -> Ints:
    """[pairs] how many other families want something of the same key with a score that is higher; those who
    are to be `first` stand above all others."""
    pairs = np.flatnonzero(wants & (first | (score > ALIKE)))
    level = np.rint(score / ALIKE).astype(np.int64) + first * FIRST
    # a family stands in a queue once, by the best that it wants there
    code = family * (int(key.max(initial=0)) + 2) + key + 1
    order = pairs[np.lexsort((-level[pairs], code[pairs]))]
    codes, at = np.unique(code[order], return_index=True)
    best = order[at]
    levels = np.unique(level)
    rank, width = np.searchsorted(levels, level), len(levels) + 1
    queue = np.sort(key[best] * width + rank[best])
    found = np.searchsorted(queue, (key + 1) * width) - np.searchsorted(queue, key * width + rank, "right")
    # nobody comes before itself
    at = np.minimum(np.searchsorted(codes, code), max(0, len(codes) - 1))
    itself = (codes[at] == code) & (rank[best][at] > rank) if len(codes) else np.zeros(len(key), dtype=bool)
    return np.maximum(0, found - itself)
