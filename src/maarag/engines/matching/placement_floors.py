"""Floors that the first prices did not keep: how many members must lack a place, and a placement in which no
more of them do.

How many can be placed is asked of the members alone, for whom all others make way: that is a smaller problem,
without fit. Then everybody is placed with floors that can be kept, whatever that costs the others.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from maarag.engines.matching.placement_draft import Draft, Stop, lacking
from maarag.engines.matching.placement_exact import EXACT_PAIRS, fewest_lacking
from maarag.engines.matching.placement_fixed import Rest
from maarag.engines.matching.placement_model import Floor, Ints, PlacementProblem
from maarag.engines.matching.placement_prices import DEAREST, Rows, find_prices


def with_fewest_lacking(draft: Draft, seconds: float, cancelled: Stop | None) -> tuple[Draft, bool]:
    """`draft`, or one that lacks fewer members of floors; and whether it is proved that none lacks fewer."""
    choice, at_least = find_fewest(draft.problem, seconds, cancelled)
    if lacking(draft.problem, choice) < draft.lacking:
        draft = _with_members(draft.problem, choice, cancelled)
    return draft, draft.lacking <= at_least


def find_fewest(problem: PlacementProblem, seconds: float, cancelled: Stop | None = None) -> tuple[Ints, int]:
    """A choice for members of floors alone that lacks few of them; and how many lack one in any choice."""
    counted = np.zeros(problem.n_families, dtype=bool)
    for floor in problem.floors:
        if floor.least > 0:
            counted[floor.members] = True
    pairs = np.flatnonzero(counted[problem.family])
    nobody = np.full(problem.n_families, -1, dtype=np.int64)
    if not len(pairs):
        return nobody, lacking(problem, nobody)
    if seconds > 0 and len(pairs) <= EXACT_PAIRS:
        choice, at_least = fewest_lacking(problem, pairs, seconds)
        if choice is not None:
            return choice, at_least
    part = Rest.part(problem, nobody, pairs)
    part = replace(part, fit=np.zeros(len(pairs)))
    # a member lacking is all that counts, so it costs 1
    draft = _drafted(part, replace(Rows.of(part), dearest=1.0), cancelled)
    return _of_part(nobody, draft, pairs), max(0, int(np.ceil(-draft.bound - 1e-6)))


def _with_members(problem: PlacementProblem, members: Ints, cancelled: Stop | None) -> Draft:
    """Everybody placed, and of every floor as many as in the choice of `members`."""
    placed = members >= 0
    kept = tuple(Floor(one.members, min(one.least, int(placed[one.members].sum()))) for one in problem.floors)
    # one member can displace everybody: so dear it may be, and no dearer
    rows = replace(Rows.of(replace(problem, floors=kept)), dearest=max(2 * DEAREST, problem.n_families + 1.0))
    draft = _drafted(problem, rows, cancelled)
    if draft.lacking > lacking(problem, members):
        others = np.flatnonzero(~placed[problem.family])
        part = replace(Rest.part(problem, members, others), floors=())
        around = _drafted(part, Rows.of(part), cancelled)
        draft.take(_of_part(members, around, others))
        draft.improve(cancelled)
    return draft


def _drafted(problem: PlacementProblem, rows: Rows, cancelled: Stop | None) -> Draft:
    draft = Draft(problem, rows, find_prices(rows, cancelled=cancelled))
    draft.choose()
    draft.repair(cancelled)
    return draft


def _of_part(choice: Ints, draft: Draft, pairs: Ints) -> Ints:
    """`choice` together with that of a part, whose pairs have these numbers in the whole."""
    found, placed = choice.copy(), draft.choice >= 0
    found[placed] = pairs[draft.choice[placed]]
    return found
