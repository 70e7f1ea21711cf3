"""Reading the directory for HSDS: everything an object needs in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from django.db.models import Prefetch, QuerySet

from maarag.domains.services.models import (
    Language,
    Location,
    Phone,
    Programme,
    Schedule,
    Service,
    ServiceArea,
    ServiceAtLocation,
    ServiceCapacity,
    ServiceTerm,
)
from maarag.kernel.people.models import Organisation

from .writing.organizations import organization_full
from .writing.places import PlaceWords
from .writing.services import at_location_full, service_full

BATCH = 500
_LOCATIONS = ("place", "organisation")


def _of_location(prefix: str) -> tuple[Prefetch[Any], ...]:
    return (
        Prefetch(f"{prefix}phones", Phone.objects.order_by("pk")),
        Prefetch(f"{prefix}schedules", Schedule.objects.order_by("pk")),
    )


def short(services: QuerySet[Service]) -> QuerySet[Service]:
    """With what a list of services shows; one query."""
    return services.select_related("organisation__parent", "programme__organisation")


def whole(services: QuerySet[Service]) -> QuerySet[Service]:
    """With everything about services; eleven queries."""
    return services.select_related(
        "organisation__parent", "organisation__place", "programme__organisation", "source"
    ).prefetch_related(
        Prefetch("service_terms", ServiceTerm.objects.select_related("term__parent").order_by("term__code")),
        Prefetch("areas", ServiceArea.objects.select_related("place").order_by("place__code")),
        Prefetch(
            "at_locations",
            ServiceAtLocation.objects.select_related("location__place", "location__organisation").order_by(
                "location__code"
            ),
        ),
        *_of_location("at_locations__location__"),
        Prefetch("languages", Language.objects.order_by("code")),
        Prefetch("phones", Phone.objects.order_by("pk")),
        Prefetch("schedules", Schedule.objects.order_by("pk")),
        Prefetch("capacities", ServiceCapacity.objects.select_related("location").order_by("pk")),
    )


def whole_objects(services: Sequence[Service]) -> list[dict[str, Any]]:
    """The full objects of services from `whole`; one query more for the names around their places."""
    places = PlaceWords(link.location.place_id for row in services for link in row.at_locations.all())
    return [service_full(row, places) for row in services]


def whole_organisations(organisations: QuerySet[Organisation]) -> QuerySet[Organisation]:
    """With programmes, locations and the names of services."""
    return organisations.select_related("parent", "place").prefetch_related(
        Prefetch("programmes", Programme.objects.select_related("organisation").order_by("code")),
        Prefetch("locations", Location.objects.select_related(*_LOCATIONS).order_by("code")),
        *_of_location("locations__"),
        Prefetch("services", Service.objects.order_by("code")),
    )


def organisation_objects(
    organisations: Sequence[Organisation], *, full_service: bool = False
) -> list[dict[str, Any]]:
    """The full objects of organisations from `whole_organisations`."""
    places = PlaceWords(chain.from_iterable((at.place_id for at in o.locations.all()) for o in organisations))
    by_owner: dict[int, list[dict[str, Any]]] = {}
    if full_service:
        rows = list(whole(Service.objects.filter(organisation__in=organisations)).order_by("code"))
        for row, found in zip(rows, whole_objects(rows), strict=True):
            by_owner.setdefault(row.organisation_id, []).append(found)
    return [
        organization_full(row, places, by_owner.get(row.pk, []) if full_service else None)
        for row in organisations
    ]


def at_locations() -> QuerySet[ServiceAtLocation]:
    return ServiceAtLocation.objects.select_related(
        "location__organisation",
        "location__place",
        "service__organisation__parent",
        "service__programme__organisation",
    )


def at_location_objects(rows: Sequence[ServiceAtLocation]) -> list[dict[str, Any]]:
    """The full objects of services at locations."""
    services = whole(Service.objects.all()).in_bulk([row.service_id for row in rows])
    locations = (
        Location.objects.select_related(*_LOCATIONS)
        .prefetch_related(*_of_location(""))
        .in_bulk([row.location_id for row in rows])
    )
    around = {at.place_id for at in locations.values()}
    around |= {link.location.place_id for row in services.values() for link in row.at_locations.all()}
    places = PlaceWords(around)
    for row in rows:
        row.service, row.location = services[row.service_id], locations[row.location_id]
    return [at_location_full(row, places) for row in rows]


def in_batches(pks: Sequence[int], size: int = BATCH) -> Iterator[list[int]]:
    for start in range(0, len(pks), size):
        yield list(pks[start : start + size])
