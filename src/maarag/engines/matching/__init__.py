"""Matching: who goes where, within what each place can take.

    from maarag.engines.matching import read_instance, solve_assignment

    answer = solve_assignment(read_instance("d20200"), seconds=30)
    answer.objective, answer.bound, answer.assignment   # the agent of each job, from 0

    from maarag.engines.matching import Explained, PlacementProblem, place

    placed = place(PlacementProblem.from_pairs(family, place, fit, n_families=n, capacity=capacity))
    placed.place_of_family, placed.value, placed.bound, Explained(placed).family_explained(0)

Pure computation: no Django, no database.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from maarag.engines.matching.assignment import Assigned, Progress, solve_assignment
from maarag.engines.matching.errors import (
    FixedDecisionError,
    InfeasibleError,
    InstanceError,
    MatchingError,
    NotFoundError,
    PlacementCancelled,
    PlacementError,
    SeveralProblemsError,
)
from maarag.engines.matching.instances import AssignmentInstance, parse_instance, read_instance

if TYPE_CHECKING:
    from maarag.engines.matching.arrivals import Arrivals, answer_arrivals, before_those_to_come
    from maarag.engines.matching.arrivals_explained import answers_explained
    from maarag.engines.matching.fairness import (
        Group,
        Interval,
        fairness_report,
        group_rates,
        newcombe,
        wilson,
    )
    from maarag.engines.matching.placement import place
    from maarag.engines.matching.placement_explained import Explained
    from maarag.engines.matching.placement_fixed import room_for
    from maarag.engines.matching.placement_model import Floor, Limits, Placed, PlacementProblem, Prices
    from maarag.engines.matching.placement_one_more import PLACE
    from maarag.engines.matching.preferences import Wishes, accept_in_turn, blocking_pairs

__all__ = [
    "PLACE",
    "Arrivals",
    "Assigned",
    "AssignmentInstance",
    "Explained",
    "FixedDecisionError",
    "Floor",
    "Group",
    "InfeasibleError",
    "InstanceError",
    "Interval",
    "Limits",
    "MatchingError",
    "NotFoundError",
    "Placed",
    "PlacementCancelled",
    "PlacementError",
    "PlacementProblem",
    "Prices",
    "Progress",
    "SeveralProblemsError",
    "Wishes",
    "accept_in_turn",
    "answer_arrivals",
    "answers_explained",
    "before_those_to_come",
    "blocking_pairs",
    "fairness_report",
    "group_rates",
    "load_compiled",
    "newcombe",
    "parse_instance",
    "place",
    "read_instance",
    "room_for",
    "solve_assignment",
    "wilson",
]

#: Where names are that are loaded when they are asked for: OR-Tools and SciPy's solvers take half a second.
_LATER = {
    "arrivals": ("Arrivals", "answer_arrivals", "before_those_to_come"),
    "arrivals_explained": ("answers_explained",),
    "fairness": ("Group", "Interval", "fairness_report", "group_rates", "newcombe", "wilson"),
    "placement": ("place",),
    "placement_explained": ("Explained",),
    "placement_fixed": ("room_for",),
    "placement_model": ("Floor", "Limits", "Placed", "PlacementProblem", "Prices"),
    "placement_one_more": ("PLACE",),
    "preferences": ("Wishes", "accept_in_turn", "blocking_pairs"),
}


def __getattr__(name: str) -> Any:
    for module, names in _LATER.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def load_compiled() -> None:
    """Load what is compiled; the very first time on a machine it is compiled, for some 20 seconds."""
    for module in ("assignment_walk", "placement"):
        import_module(f"{__name__}.{module}")
