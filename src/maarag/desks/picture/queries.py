"""What the picture is made of, as the database has it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from maarag.domains.needs.demand import Geography
from maarag.domains.needs.models import NeedEstimate
from maarag.domains.needs.queries import newest, visible_to
from maarag.domains.services.models import (
    Location,
    Service,
    ServiceArea,
    ServiceAtLocation,
    ServiceCapacity,
    ServiceStatus,
    ServiceTerm,
)
from maarag.kernel.access.scope import Viewer
from maarag.kernel.taxonomy.models import Term, Topic, Vocabulary
from maarag.kernel.taxonomy.queries import topics_of_terms


@dataclass(frozen=True)
class Supply:
    """What one service offers at one of its locations to one topic.

    `capacity` is None where nobody published one; `areas` is empty where the service is for whoever reaches
    it; the point is None where it has no location, and then everybody in its areas reaches it.
    """

    service: int
    location: int | None
    topic: int
    sector: str
    latitude: float | None
    longitude: float | None
    place: int | None
    areas: frozenset[int]
    situations: frozenset[int]
    capacity: dict[str, float]
    is_estimate: bool
    is_fictional: bool

    def is_from_afar(self, geography: Geography) -> bool:
        """Given without a place of its own to people of more than an authority, as a help line is."""
        return self.location is None and not (self.areas and self.areas <= geography.spots.keys())


def supply(as_of: date, sector: str = "") -> list[Supply]:
    """Every active service at each of its locations, once for each topic that its responses belong to.

    A capacity that is not tied to a location is divided evenly over the service's locations, and a service
    that answers several topics divides its places evenly among them.
    """
    services = Service.objects.filter(status=ServiceStatus.ACTIVE, as_of__lte=as_of)
    if sector:
        services = services.filter(organisation__sector=sector)
    facts = {
        pk: (kind, fictional)
        for pk, kind, fictional in services.values_list("pk", "organisation__sector", "is_fictional")
    }
    topics, meant_for = _topics_and_situations(facts)
    locations: dict[int, list[int]] = defaultdict(list)
    for service, location in ServiceAtLocation.objects.values_list("service_id", "location_id"):
        locations[service].append(location)
    points = {
        pk: point for pk, *point in Location.objects.values_list("pk", "latitude", "longitude", "place_id")
    }
    areas: dict[int, set[int]] = defaultdict(set)
    for service, place in ServiceArea.objects.values_list("service_id", "place_id"):
        areas[service].add(place)
    capacities: dict[int, list[tuple[int | None, str, int, bool]]] = defaultdict(list)
    for service, *capacity in ServiceCapacity.objects.values_list(
        "service_id", "location_id", "unit", "maximum", "is_estimate"
    ):
        capacities[service].append(tuple(capacity))
    found: list[Supply] = []
    for service, (sector_of, fictional) in facts.items():
        where: list[int | None] = [*locations[service]] or [None]
        for topic in topics.get(service, ()):
            for location in where:
                latitude, longitude, place = points[location] if location is not None else (None, None, None)
                capacity, estimated = _capacity_at(
                    location, capacities[service], len(where), len(topics[service])
                )
                found.append(
                    Supply(
                        service=service,
                        location=location,
                        topic=topic,
                        sector=sector_of,
                        latitude=latitude,
                        longitude=longitude,
                        place=place,
                        areas=frozenset(areas.get(service, ())),
                        situations=meant_for.get(service, frozenset()),
                        capacity=capacity,
                        is_estimate=estimated,
                        is_fictional=fictional,
                    )
                )
    return found


def _capacity_at(
    location: int | None, rows: Iterable[tuple[int | None, str, int, bool]], locations: int, topics: int
) -> tuple[dict[str, float], bool]:
    capacity: dict[str, float] = defaultdict(float)
    estimated = False
    for at, unit, maximum, is_estimate in rows:
        if at == location:
            capacity[unit] += maximum / topics
        elif at is None:
            capacity[unit] += maximum / locations / topics
        else:
            continue
        estimated = estimated or is_estimate
    return dict(capacity), estimated


def _topics_and_situations(
    services: Iterable[int],
) -> tuple[dict[int, frozenset[int]], dict[int, frozenset[int]]]:
    """For each service: the topics its responses belong to, and the situations it is meant for."""
    wanted = set(services)
    of_term = topics_of_terms()
    topics: dict[int, set[int]] = defaultdict(set)
    meant_for: dict[int, set[int]] = defaultdict(set)
    for service, term, vocabulary in ServiceTerm.objects.values_list(
        "service_id", "term_id", "term__vocabulary"
    ):
        if service not in wanted:
            continue
        if vocabulary == Vocabulary.RESPONSE:
            topics[service] |= of_term.get(term, frozenset())
        elif vocabulary == Vocabulary.SITUATION:
            meant_for[service].add(term)
    return (
        {service: frozenset(found) for service, found in topics.items()},
        {service: frozenset(found) for service, found in meant_for.items()},
    )


@dataclass(frozen=True)
class Situations:
    """How situations belong together: each one's branch, and itself with the terms above and below it."""

    branch: dict[int, str]
    family: dict[int, frozenset[int]]


def situations() -> Situations:
    """All situations of the taxonomy; a branch is the first step below the root."""
    codes = dict(Term.objects.filter(vocabulary=Vocabulary.SITUATION).values_list("code", "pk"))
    branch = {pk: code.split(":")[1] if ":" in code else "" for code, pk in codes.items()}
    family: dict[int, set[int]] = {pk: {pk} for pk in codes.values()}
    for code, pk in codes.items():
        path = code
        while path.count(":") > 1:
            path = path.rpartition(":")[0]
            if path in codes:
                family[pk].add(codes[path])
                family[codes[path]].add(pk)
    return Situations(branch, {pk: frozenset(members) for pk, members in family.items()})


def estimates_behind(
    viewer: Viewer, places: Iterable[int], topic: Topic, unit: str, as_of: date
) -> list[NeedEstimate]:
    """The estimates that a row of the picture stands on."""
    rows = newest(visible_to(viewer), as_of).filter(place__in=list(places), topic=topic, unit=unit)
    return list(rows.select_related("place", "situation", "population", "source").order_by("place__name_he"))
