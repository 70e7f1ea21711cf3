"""What the picture is made of, as the database has it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from maarag.domains.needs.models import Certainty, NeedEstimate
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
from maarag.kernel.places.models import Containment, Place, PlaceKind
from maarag.kernel.taxonomy.models import Term, Topic, Vocabulary
from maarag.kernel.taxonomy.queries import topics_of_terms

CERTAINTIES = list(Certainty)


@dataclass(frozen=True)
class Spot:
    """A place as the computation needs it."""

    id: int
    code: str
    kind: str
    latitude: float | None
    longitude: float | None
    is_fictional: bool
    authority: int | None


@dataclass(frozen=True)
class Geography:
    """All authorities and neighbourhoods by id, and for each place above or equal the spots inside it."""

    spots: dict[int, Spot]
    inside: dict[int, frozenset[int]]


@dataclass(frozen=True)
class Demand:
    """People or families of one population group in one place who need responses of one topic."""

    place: int
    topic: int
    unit: str
    population: int | None
    situations: frozenset[int]
    number: int
    lowest: int | None
    highest: int | None
    certainty: str
    oldest: date
    newest: date
    estimates: int


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


def geography() -> Geography:
    """Every authority and neighbourhood, with what lies in what."""
    kinds = (PlaceKind.AUTHORITY, PlaceKind.NEIGHBOURHOOD)
    links = Containment.objects.filter(descendant__kind__in=kinds).values_list(
        "ancestor_id", "descendant_id", "ancestor__kind"
    )
    inside: dict[int, set[int]] = defaultdict(set)
    authority: dict[int, int] = {}
    for ancestor, descendant, kind in links:
        inside[ancestor].add(descendant)
        if kind == PlaceKind.AUTHORITY:
            authority[descendant] = ancestor
    spots = {
        pk: Spot(pk, code, kind, latitude, longitude, fictional, authority.get(pk))
        for pk, code, kind, latitude, longitude, fictional in Place.objects.filter(
            kind__in=kinds
        ).values_list("pk", "code", "kind", "latitude", "longitude", "is_fictional")
    }
    return Geography(spots, {place: frozenset(within) for place, within in inside.items()})


def demand(viewer: Viewer, as_of: date, places: Geography) -> list[Demand]:
    """The newest visible estimates, summed over situations.

    Where an authority's need for a topic is known by neighbourhood, the figure for the whole authority is
    left out, so that nobody is counted twice. Estimates for districts and clusters are sources, not rows.
    """
    gathered: dict[DemandKey, list[DemandFigures]] = defaultdict(list)
    rows = newest(visible_to(viewer), as_of).values_list(
        "place_id",
        "topic_id",
        "unit",
        "population_id",
        "situation_id",
        "number",
        "lowest",
        "highest",
        "certainty",
        "as_of",
    )
    for place, topic, unit, population, *figures in rows:
        if place in places.spots:
            gathered[place, topic, unit, population].append(tuple(figures))
    by_neighbourhood = {
        (places.spots[place].authority, topic, unit)
        for place, topic, unit, _population in gathered
        if places.spots[place].kind == PlaceKind.NEIGHBOURHOOD
    }
    return [
        _summed(key, figures)
        for key, figures in gathered.items()
        if places.spots[key[0]].kind == PlaceKind.NEIGHBOURHOOD or key[:3] not in by_neighbourhood
    ]


DemandKey = tuple[int, int, str, int | None]
DemandFigures = tuple[int, int, int | None, int | None, str, date]


def _summed(key: DemandKey, figures: list[DemandFigures]) -> Demand:
    has_range = any(low is not None or high is not None for _s, _n, low, high, *_rest in figures)
    dates = [as_of for *_rest, as_of in figures]
    return Demand(
        *key,
        situations=frozenset(situation for situation, *_rest in figures),
        number=sum(number for _situation, number, *_rest in figures),
        lowest=sum(n if low is None else low for _s, n, low, *_rest in figures) if has_range else None,
        highest=sum(n if high is None else high for _s, n, _l, high, *_rest in figures)
        if has_range
        else None,
        certainty=max((row[4] for row in figures), key=lambda value: CERTAINTIES.index(Certainty(value))),
        oldest=min(dates),
        newest=max(dates),
        estimates=len(figures),
    )


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
