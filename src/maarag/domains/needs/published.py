"""Which sums of need estimates anybody can read: what the hiding of small counts has to reckon with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from maarag.engines.indicators import ALL
from maarag.kernel.places.models import Containment, PlaceKind

from .demand import Geography, without_doubles
from .models import NeedEstimate
from .queries import NEWEST_FIRST, SAME_NEED

DATES_SHOWN = 12
"""Pictures of earlier days than these hide every sum that is not published of a later day too."""


@dataclass(frozen=True)
class Known:
    """One estimate as far as it decides what is published with it."""

    pk: int
    place: int
    topic: int
    situation: int
    population: int | None
    unit: str
    number: int
    certainty: str
    as_of: date
    recorded_at: object
    is_public: bool


def every_estimate() -> list[Known]:
    """All estimates, of each need the newest first."""
    fields = ("pk", "place_id", "topic_id", "situation_id", "population_id", "unit", "number")
    rows = NeedEstimate.objects.order_by(*SAME_NEED, *NEWEST_FIRST)
    return [
        Known(*row)
        for row in rows.values_list(*fields, "certainty", "as_of", "recorded_at", "is_public").iterator()
    ]


def stages(estimates: Sequence[Known], places: Geography) -> list[set[frozenset[int]]]:
    """What was there to be read, day by day, each cell as the ids of the estimates that it adds up.

    Every estimate by itself (the list of needs), and for every day on which anything was estimated all sums
    of the picture of that day: as the public sees it and as national staff do, who see unpublished ones too.
    """
    above = levels_above()
    days = sorted({estimate.as_of for estimate in estimates})
    found: list[set[frozenset[int]]] = []
    for position, day in enumerate(days):
        stage = {frozenset({estimate.pk}) for estimate in estimates if estimate.as_of == day}
        if position >= len(days) - DATES_SHOWN:
            until = [estimate for estimate in estimates if estimate.as_of <= day]
            public = _newest(estimate for estimate in until if estimate.is_public)
            stage |= _sums(public, places, above)
            if len(public) < len(until) and (every := _newest(until)) != public:
                stage |= _sums(every, places, above)
        found.append(stage)
    return found


def _newest(estimates: Iterable[Known]) -> list[Known]:
    """Of each need the first: the estimates come with the newest first."""
    first: dict[Hashable, Known] = {}
    for estimate in estimates:
        key = (estimate.place, estimate.topic, estimate.situation, estimate.population, estimate.unit)
        first.setdefault(key, estimate)
    return list(first.values())


def _sums(
    estimates: Iterable[Known], places: Geography, above: dict[int, frozenset[int]]
) -> set[frozenset[int]]:
    """All sums that a picture made of these estimates shows: by place × topic × unit × population group.

    Places: neighbourhood, authority, what the authority has only as a whole, district, cluster and nation;
    the units of a topic are added up too, and all topics; a population group by itself, and everybody.
    """
    cells: dict[Hashable, set[int]] = defaultdict(set)
    at_place = [estimate for estimate in estimates if estimate.place in places.spots]
    for estimate in without_doubles(at_place, places):
        spot = places.spots[estimate.place]
        where: set[Hashable] = {("itself", estimate.place)}
        if spot.authority:
            where |= {spot.authority, *above.get(spot.authority, ())}
        what = ((estimate.topic, estimate.unit), (estimate.topic, ALL), (ALL, ALL))
        for place in where:
            for about in what:
                cells[place, about, ALL].add(estimate.pk)
                if estimate.population is not None:
                    cells[place, about, estimate.population].add(estimate.pk)
    return {frozenset(cell) for cell in cells.values()}


def levels_above() -> dict[int, frozenset[int]]:
    """For each authority the nation, districts and clusters it lies in."""
    found: dict[int, set[int]] = defaultdict(set)
    links = Containment.objects.filter(
        descendant__kind=PlaceKind.AUTHORITY,
        ancestor__kind__in=[PlaceKind.NATION, PlaceKind.DISTRICT, PlaceKind.CLUSTER],
    )
    for ancestor, descendant in links.values_list("ancestor_id", "descendant_id"):
        found[descendant].add(ancestor)
    return {place: frozenset(ancestors) for place, ancestors in found.items()}
