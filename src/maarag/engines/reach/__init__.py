"""Reach: can people reach the responses they need, and what would close the gaps?

    from maarag.engines.reach import Pairs, Prepared, Rule, pairs_by_distance

    pairs = pairs_by_distance(place_lat, place_lon, service_lat, service_lon, max_km=30)
    answer = Prepared(pairs, Rule("e2sfca")).measure(people, capacity)
    answer.access, answer.coverage, answer.gap, answer.close(), answer.explain(0)

Arrays follow the order of the places (origins) and services (destinations) given. Pure computation: no
Django, no files. See docs/engines/reach.md for what each number means.
"""

from maarag.engines.reach.catchment import Catchment, Weights, catchment
from maarag.engines.reach.closing import Addition, Closing, close_gaps
from maarag.engines.reach.decay import E2SFCA_DEFAULT, THREE_STEP_DEFAULT, Decay
from maarag.engines.reach.errors import (
    CoordinateError,
    CostError,
    DecayError,
    DuplicatePairError,
    IndexOutOfRange,
    MethodError,
    QuantityError,
    ReachError,
    ShapeError,
)
from maarag.engines.reach.model import Prepared, Reach, Rule
from maarag.engines.reach.pairs import Pairs, haversine_km, pairs_by_distance
from maarag.engines.reach.raam import Raam, raam
from maarag.engines.reach.shares import Group, Shares, fair_shares

__all__ = [
    "E2SFCA_DEFAULT",
    "THREE_STEP_DEFAULT",
    "Addition",
    "Catchment",
    "Closing",
    "CoordinateError",
    "CostError",
    "Decay",
    "DecayError",
    "DuplicatePairError",
    "Group",
    "IndexOutOfRange",
    "MethodError",
    "Pairs",
    "Prepared",
    "QuantityError",
    "Raam",
    "Reach",
    "ReachError",
    "Rule",
    "ShapeError",
    "Shares",
    "Weights",
    "catchment",
    "close_gaps",
    "fair_shares",
    "haversine_km",
    "pairs_by_distance",
    "raam",
]
