"""Small counts of need: which may not be shown to whom, so that none can be worked back."""

from __future__ import annotations

import threading
from collections import OrderedDict, defaultdict
from datetime import date

from maarag.engines.indicators import Sum, suppress
from maarag.engines.indicators.suppression import THRESHOLD
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import Viewer, grants_of, places_permitted
from maarag.kernel.audit.queries import newest_event
from maarag.kernel.places.models import Containment, PlaceKind
from maarag.values import Suppressed

from .demand import Demand, Geography
from .demand import demand as read_demand
from .demand import geography as read_geography
from .queries import kind_of_viewer, newest, visible_to

KEPT = 8

HiddenKey = tuple[int, int | None, str, int | None]
"""Place, topic (None: all topics), unit, population group (None: everybody)."""


def hidden_cells(demands: list[Demand], geography: Geography) -> dict[HiddenKey, Suppressed]:
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
        its_spot = geography.spots.get(place)
        owners = above.get(place, frozenset())
        if its_spot and its_spot.kind == PlaceKind.NEIGHBOURHOOD and its_spot.authority:
            owners = frozenset({its_spot.authority})
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


def hidden_counts(viewer: Viewer, as_of: date) -> dict[HiddenKey, Suppressed]:
    """The cells whose count this viewer may not see where they hold no VIEW_EXACT_COUNTS."""
    places = read_geography()
    return hidden_cells(read_demand(viewer, as_of, places), places)


_kept: OrderedDict[tuple[object, ...], dict[int, Suppressed]] = OrderedDict()
_lock = threading.Lock()


def hidden_estimates(viewer: Viewer, as_of: date) -> dict[int, Suppressed]:
    """The estimates, by id, whose number this viewer may not see: small ones, those of hidden cells, and what
    would tell a small one by the sum that the picture shows.
    """
    if getattr(viewer, "is_system", False):
        return {}
    exact_grants = grants_of(viewer, Permission.VIEW_EXACT_COUNTS).values_list("place_id", flat=True)
    key = (newest_event(), kind_of_viewer(viewer), tuple(sorted(filter(None, exact_grants))), as_of)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    found = _hidden_estimates(viewer, as_of)
    with _lock:
        _kept[key] = found
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return found


def _hidden_estimates(viewer: Viewer, as_of: date) -> dict[int, Suppressed]:
    cells = hidden_counts(viewer, as_of)
    exact = set(places_permitted(viewer, Permission.VIEW_EXACT_COUNTS).values_list("pk", flat=True))
    current = set(newest(visible_to(viewer), as_of).values_list("pk", flat=True))
    found: dict[int, Suppressed] = {}
    summed: dict[HiddenKey, list[tuple[int, int]]] = defaultdict(list)
    rows = visible_to(viewer).values_list("pk", "place_id", "topic_id", "unit", "population_id", "number")
    for pk, place, topic, unit, population, number in rows:
        if place in exact:
            continue
        cell = (place, topic, unit, population)
        if 0 < number < THRESHOLD:
            found[pk] = Suppressed(THRESHOLD)
        elif cell in cells:
            found[pk] = Suppressed(THRESHOLD, primary=False)
        if pk in current:
            summed[cell].append((number, pk))
    for summed_cell, estimates in summed.items():
        hidden = [number for number, pk in estimates if pk in found]
        others = sorted((number, pk) for number, pk in estimates if pk not in found and number)
        # The picture shows their sum: one small number among the situations would be what is left of it.
        while (
            hidden
            and summed_cell not in cells
            and others
            and (len(hidden) < 2 or sum(hidden) < 2 * THRESHOLD)
        ):
            number, pk = others.pop(0)
            found[pk] = Suppressed(THRESHOLD, primary=False)
            hidden.append(number)
    return found
