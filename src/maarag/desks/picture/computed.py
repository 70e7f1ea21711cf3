"""The computation behind every picture: all places and topics at once, kept until anything changes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import date
from time import perf_counter
from typing import Any

from maarag.domains.needs import suppression
from maarag.domains.needs.demand import Geography, demand, geography
from maarag.domains.needs.queries import kind_of_viewer
from maarag.domains.needs.suppression import decided, expected_numbers, kind_of_exact
from maarag.domains.services.models import (
    Location,
    Service,
    ServiceArea,
    ServiceAtLocation,
    ServiceCapacity,
    ServiceTerm,
)
from maarag.engines.indicators import Protection
from maarag.kernel.access.scope import Viewer
from maarag.kernel.audit.queries import newest_change
from maarag.kernel.people.models import Organisation
from maarag.kernel.taxonomy.models import Term, Topic

from . import queries
from .engine_data import Layer, TopicRule, layers

KEPT = 8
COMPUTED_FROM = (
    *suppression.DECIDED_FROM,
    *(Service, ServiceAtLocation, ServiceArea, ServiceCapacity, ServiceTerm, Location, Organisation),
    *(Topic, Topic.responses.through, Topic.situations.through, Term),
)
"""What a picture may change with; who may see what is in the key of its own."""


@dataclass(frozen=True, eq=False)
class Computed:
    """Everything that pictures of one moment, seen by one kind of viewer, are cut from."""

    geography: Geography
    layers: list[Layer]
    topics: dict[int, Topic]
    protection: Protection[int]
    seconds: float
    pictures: dict[Any, Any] = field(default_factory=dict)
    """Pictures cut from it so far, kept with it by `assemble`."""


_kept: OrderedDict[tuple[object, ...], Computed] = OrderedDict()
_lock = threading.Lock()


def computed(viewer: Viewer, as_of: date, sector: str = "") -> Computed:
    """What this viewer may see at this date, with the services of one sector or of all."""
    key = (newest_change(COMPUTED_FROM), kind_of_viewer(viewer), kind_of_exact(viewer), as_of, sector)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    result = _compute(viewer, as_of, sector)
    with _lock:
        _kept[key] = result
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return result


def forget() -> None:
    """Drop what is kept, so that the next picture is computed anew (for benchmarks)."""
    with _lock:
        _kept.clear()


def _compute(viewer: Viewer, as_of: date, sector: str) -> Computed:
    began = perf_counter()
    places = geography()
    topics = {topic.pk: topic for topic in Topic.objects.all()}
    demands = demand(viewer, as_of, places, expected_numbers(viewer))
    found = layers(
        places,
        demands,
        queries.supply(as_of, sector),
        [TopicRule(topic.pk, topic.reach_km, topic.yearly_cost_per_place) for topic in topics.values()],
        queries.situations(),
    )
    return Computed(places, found, topics, decided().protection, perf_counter() - began)
