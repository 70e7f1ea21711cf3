"""Place all families at once: prices, then a flow for whoever they leave undecided, then a small repair."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from maarag.engines.matching.placement_draft import Draft, Stop, go_on
from maarag.engines.matching.placement_fixed import Rest
from maarag.engines.matching.placement_floors import with_fewest_lacking
from maarag.engines.matching.placement_model import Placed, PlacementProblem
from maarag.engines.matching.placement_prices import Rows, find_prices

Progress = Callable[[float, str], None]

#: The best placement of few pairs (EXACT_PAIRS) is looked for to the end, for at most so long.
EXACT_SECONDS = 2.0
#: Families up to whose number the last undecided pairs are weighed against each other; with more of them the
#: gain is below a ten-thousandth.
POLISHED = 20_000


def place(
    problem: PlacementProblem,
    fixed: Mapping[int, int | None] | None = None,
    progress: Progress | None = None,
    cancelled: Stop | None = None,
    *,
    exact_seconds: float = EXACT_SECONDS,
) -> Placed:
    """The most fit within every capacity, budget and load, and floors as far as they can be kept.

    `fixed`: decisions to keep, family → place, or None for a family that is to wait. `progress(share, words)`
    is called as it goes. Raises PlacementError, FixedDecisionError, PlacementCancelled.
    """
    say = progress or (lambda _share, _words: None)
    rest = Rest.of(problem, fixed or {})
    say(0.05, "prices of places, budgets and floors")
    rows = Rows.of(rest.problem)
    draft = Draft(rest.problem, rows, find_prices(rows, cancelled=cancelled))
    say(0.6, "families that the prices leave undecided")
    draft.choose()
    go_on(cancelled)
    say(0.8, "repair")
    draft.repair(cancelled)
    facts: dict[str, Any] = {"exact": False, "fewest": True}
    if draft.lacking:
        say(0.85, "floors that are not kept yet")
        draft, facts["fewest"] = with_fewest_lacking(draft, exact_seconds / 2, cancelled)
    if rest.problem.n_families <= POLISHED:
        draft.polish(exact_seconds / 2)
    # prices prove a bound of what keeps the floors that they were found for
    most = np.inf if draft.lacking else draft.bound
    if exact_seconds > 0:
        say(0.9, "looking for the best to the end")
        most = draft.finish(most, exact_seconds, facts)
    go_on(cancelled)
    rows, least, greatest = draft.final_prices(cancelled)
    most = min(most, rows.bound(least)[0] * rows.unit)
    say(1.0, "done")
    prices, losses = (rows.as_prices(each, rest.problem) for each in (least, greatest))
    return rest.whole(draft.choice, most, prices, losses, facts)
