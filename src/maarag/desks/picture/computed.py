"""The computation behind every picture: all places and topics at once, kept until anything changes."""

from __future__ import annotations

import threading
from collections import OrderedDict, defaultdict
from dataclasses import dataclass, field
from datetime import date
from time import perf_counter
from typing import Any

from maarag.engines.indicators import Sum, suppress
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import Viewer, grants_of
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.places.models import Containment, PlaceKind
from maarag.kernel.taxonomy.models import Topic
from maarag.values import Suppressed

from . import queries
from .engine_data import Layer, TopicRule, layers
from .queries import Demand, Geography

KEPT = 8

HiddenKey = tuple[int, int | None, str, int | None]
"""Place, topic (None: all topics), unit, population group (None: everybody)."""


@dataclass(frozen=True, eq=False)
class Computed:
    """Everything that pictures of one moment, seen by one kind of viewer, are cut from."""

    geography: Geography
    layers: list[Layer]
    topics: dict[int, Topic]
    hidden: dict[HiddenKey, Suppressed]
    seconds: float
    pictures: dict[Any, Any] = field(default_factory=dict)
    """Pictures cut from it so far, kept with it by `assemble`."""


_kept: OrderedDict[tuple[object, ...], Computed] = OrderedDict()
_lock = threading.Lock()


def computed(viewer: Viewer, as_of: date, sector: str = "") -> Computed:
    """What this viewer may see at this date, with the services of one sector or of all."""
    key = (_revision(), _kind_of_viewer(viewer), as_of, sector)
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


def _revision() -> int:
    """Every write leaves an audit event, so the newest one tells whether anything has changed."""
    return AuditEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _kind_of_viewer(viewer: Viewer) -> tuple[object, ...]:
    """Viewers of one kind see the same need estimates."""
    if getattr(viewer, "is_system", False):
        return ("system",)
    places = grants_of(viewer, Permission.VIEW_STAFF_FIGURES).filter(place__isnull=False)
    return tuple(sorted(set(places.values_list("place_id", flat=True))))


def _compute(viewer: Viewer, as_of: date, sector: str) -> Computed:
    began = perf_counter()
    geography = queries.geography()
    topics = {topic.pk: topic for topic in Topic.objects.all()}
    demands = queries.demand(viewer, as_of, geography)
    found = layers(
        geography,
        demands,
        queries.supply(as_of, sector),
        [TopicRule(topic.pk, topic.reach_km, topic.yearly_cost_per_place) for topic in topics.values()],
        queries.situations(),
    )
    hidden = _hidden(demands, geography)
    return Computed(geography, found, topics, hidden, perf_counter() - began)


def _hidden(demands: list[Demand], geography: Geography) -> dict[HiddenKey, Suppressed]:
    """The counts of need that may not be shown above the authority, so that no sum gives one away.

    Sums: a place is its parts, all people are the population groups, all topics are the topics.
    """
    counts: dict[HiddenKey, float] = defaultdict(float)
    above = _parents()
    for demand in demands:
        spot = geography.spots[demand.place]
        places = {demand.place, *above.get(demand.place, ())}
        if spot.authority:
            places |= {spot.authority, *above.get(spot.authority, ())}
        for place in places:
            for topic in (demand.topic, None):
                for population in {demand.population, None}:
                    counts[place, topic, demand.unit, population] += demand.number
    parts: dict[HiddenKey, set[HiddenKey]] = defaultdict(set)
    groups: dict[HiddenKey, set[HiddenKey]] = defaultdict(set)
    by_topic: dict[HiddenKey, set[HiddenKey]] = defaultdict(set)
    for cell in counts:
        place, topic, unit, population = cell
        spot = geography.spots.get(place)
        owners = above.get(place, frozenset())
        if spot and spot.kind == PlaceKind.NEIGHBOURHOOD and spot.authority:
            owners = frozenset({spot.authority})
        for owner in owners:
            parts[owner, topic, unit, population].add(cell)
        if population is not None:
            groups[place, topic, unit, None].add(cell)
        if topic is not None:
            by_topic[place, None, unit, population].add(cell)
    sums = [
        Sum(total, tuple(sorted(cells, key=str)))
        for relation in (parts, groups, by_topic)
        for total, cells in relation.items()
        # Part of the people may belong to no group; then the groups are not the whole.
        if total in counts and sum(counts[cell] for cell in cells) == counts[total]
    ]
    return suppress(counts, sums)


def _parents() -> dict[int, frozenset[int]]:
    """For each authority the nation, districts and clusters it lies in."""
    found: dict[int, set[int]] = defaultdict(set)
    links = Containment.objects.filter(
        descendant__kind=PlaceKind.AUTHORITY,
        ancestor__kind__in=[PlaceKind.NATION, PlaceKind.DISTRICT, PlaceKind.CLUSTER],
    )
    for ancestor, descendant in links.values_list("ancestor_id", "descendant_id"):
        found[descendant].add(ancestor)
    return {place: frozenset(ancestors) for place, ancestors in found.items()}
