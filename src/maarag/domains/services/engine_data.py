"""The directory as the engines take it: services to be compared, documents to be searched."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, field

import maarag
from maarag.engines import overlap
from maarag.engines.search import Document
from maarag.kernel.places.models import Containment, Place
from maarag.kernel.taxonomy.models import Term, Vocabulary

from .models import (
    Language,
    OverlapVerdict,
    Service,
    ServiceArea,
    ServiceAtLocation,
    ServiceStatus,
    ServiceTerm,
)

OFFERED = (ServiceStatus.ACTIVE, ServiceStatus.TEMPORARILY_CLOSED)
NATION = "IL"
WAY_OF_ASKING = 2
"""Raised when what is asked of the overlap engine, or kept of its answer, changes."""
SAME_SPOT_DEGREES = 0.05
"""Locations of one service that lie within some five kilometres stand for one point."""


@dataclass
class Around:
    """What a service's rows say besides its own, gathered for all services in few queries."""

    terms: dict[int, list[Term]] = field(default_factory=lambda: defaultdict(list))
    areas: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    points: dict[int, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))
    given_at: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    addresses: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    languages: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    place_names: dict[str, str] = field(default_factory=dict)
    place_points: dict[str, tuple[float, float]] = field(default_factory=dict)


def around_services() -> Around:
    """Terms, areas, points and languages of every service on offer."""
    found = Around()
    for code, he, ar, en, lat, lon in Place.objects.values_list(
        "code", "name_he", "name_ar", "name_en", "latitude", "longitude"
    ):
        found.place_names[code] = " | ".join(filter(None, (he, ar, en)))
        if lat is not None and lon is not None:
            found.place_points[code] = (lat, lon)
    terms = {term.pk: term for term in Term.objects.all()}
    offered = {"service__status__in": OFFERED}
    for service, term in (
        ServiceTerm.objects.filter(**offered).order_by("pk").values_list("service_id", "term_id")
    ):
        found.terms[service].append(terms[term])
    for service, code in (
        ServiceArea.objects.filter(**offered).order_by("pk").values_list("service_id", "place__code")
    ):
        found.areas[service].append(code)
    for service, code, lat, lon, address in (
        ServiceAtLocation.objects.filter(**offered)
        .order_by("pk")
        .values_list(
            "service_id",
            "location__place__code",
            "location__latitude",
            "location__longitude",
            "location__address",
        )
    ):
        found.given_at[service].append(code)
        if lat is not None and lon is not None:
            found.points[service].append((lat, lon))
        if address:
            found.addresses[service].append(address)
    for service, code in (
        Language.objects.filter(**offered).order_by("code").values_list("service_id", "code")
    ):
        found.languages[service].append(code)
    return found


def offered_services() -> Iterator[Service]:
    """Every service that the directory offers, in the order of its key."""
    return (
        Service.objects.filter(status__in=OFFERED)
        .select_related("organisation")
        .order_by("pk")
        .iterator(2000)
    )


def _insides() -> dict[str, list[str]]:
    """For each place that has places inside it: their codes, its own first."""
    inside: dict[str, list[str]] = defaultdict(list)
    for outer, inner in (
        Containment.objects.exclude(ancestor__kind="nation")
        .order_by("depth", "pk")
        .values_list("ancestor__code", "descendant__code")
    ):
        inside[outer].append(inner)
    return inside


def one_point(points: Sequence[tuple[float, float]]) -> tuple[float, float] | None:
    """The middle of points that lie close together; None where there are none or they are scattered."""
    if not points:
        return None
    lats, lons = [lat for lat, _lon in points], [lon for _lat, lon in points]
    if max(max(lats) - min(lats), max(lons) - min(lons)) > SAME_SPOT_DEGREES:
        return None
    return (sum(lats) / len(lats), sum(lons) / len(lons))


def to_compare() -> tuple[list[overlap.Service], frozenset[str]]:
    """Every service on offer for the overlap engine, its id being its key; and the ids of the fictional."""
    around, inside = around_services(), _insides()
    services, fictional = [], set()
    for service in offered_services():
        terms = around.terms[service.pk]
        areas = around.areas[service.pk]
        point = one_point(around.points[service.pk])
        if not areas and not around.points[service.pk]:
            areas = around.given_at[service.pk]
        services.append(
            overlap.Service(
                id=str(service.pk),
                name=service.name.in_language("he"),
                description=" ".join(filter(None, (service.description.in_language("he"), service.purpose))),
                organisation=service.organisation.name_he,
                terms=tuple(sorted(t.code for t in terms if t.vocabulary == Vocabulary.RESPONSE)),
                population=tuple(sorted(t.code for t in terms if t.vocabulary == Vocabulary.SITUATION)),
                lat=point[0] if point else None,
                lon=point[1] if point else None,
                area_codes=tuple(
                    dict.fromkeys(inner for code in areas for inner in inside.get(code, [code]))
                ),
                languages=tuple(around.languages[service.pk]),
            )
        )
        if service.is_fictional:
            fictional.add(str(service.pk))
    return services, frozenset(fictional)


def share_people(one: overlap.Service, other: overlap.Service) -> bool:
    """Whether the two may serve the same people; what is for one authority is not for its neighbour."""
    if not one.area_codes or not other.area_codes or NATION in (*one.area_codes, *other.area_codes):
        return True
    return not set(one.area_codes).isdisjoint(other.area_codes)


def verdicts_to_learn_from() -> list[overlap.Verdict]:
    """Every verdict, as the engine takes it."""
    return [
        overlap.Verdict(str(first), str(second), overlap.Judgement(verdict), features)
        for first, second, verdict, features in OverlapVerdict.objects.order_by("pk").values_list(
            "first_id", "second_id", "verdict", "features"
        )
    ]


def engine_version() -> str:
    """Changes with the program, with how it asks, and with the engine's weights."""
    weights = json.dumps([WAY_OF_ASKING, sorted(overlap.DEFAULT_WEIGHTS.items())])
    return f"{maarag.__version__}+{hashlib.sha256(weights.encode()).hexdigest()[:8]}"


def inputs_hash(
    services: Iterable[overlap.Service], fictional: frozenset[str], verdicts: Iterable[overlap.Verdict]
) -> str:
    """A fingerprint of everything that a run stands on."""
    digest = hashlib.sha256(engine_version().encode())
    for service in services:
        digest.update(repr(astuple(service)).encode())
    digest.update(repr(sorted(fictional)).encode())
    for verdict in verdicts:
        digest.update(repr((verdict.key, verdict.judgement.value, sorted(verdict.features.items()))).encode())
    return digest.hexdigest()


def to_search() -> tuple[list[Document], dict[str, list[str]]]:
    """Every service on offer as a document of the search, and the names of every term."""
    around = around_services()
    names_of = {
        term.code: list(filter(None, (term.name_he, term.name_ar, term.name_en)))
        for term in Term.objects.all()
    }
    documents = []
    for service in offered_services():
        areas, given_at = around.areas[service.pk], around.given_at[service.pk]
        points = around.points[service.pk]
        point = (
            points[0]
            if points
            else next((around.place_points[c] for c in given_at if c in around.place_points), None)
        )
        if point is None and len(areas) == 1:
            point = around.place_points.get(areas[0])
        organisation = service.organisation
        documents.append(
            Document(
                id=str(service.pk),
                name=" | ".join(filter(None, (service.name_he, service.name_ar, service.name_en))),
                description=" ".join(
                    filter(
                        None,
                        (
                            service.description_he,
                            service.description_ar,
                            service.description_en,
                            service.purpose,
                        ),
                    )
                ),
                organisation=" | ".join(
                    filter(None, (organisation.name_he, organisation.name_ar, organisation.name_en))
                ),
                terms=tuple(term.code for term in around.terms[service.pk]),
                lat=point[0] if point else None,
                lon=point[1] if point else None,
                place=" | ".join(around.place_names[code] for code in dict.fromkeys([*given_at, *areas])),
                extra=" ".join(filter(None, (service.eligibility, *around.addresses[service.pk]))),
                attributes={
                    "sector": (organisation.sector,),
                    "language": tuple(around.languages[service.pk]),
                    "reach": (*(f"area:{code}" for code in areas), *(f"at:{code}" for code in given_at)),
                },
            )
        )
    return documents, names_of
