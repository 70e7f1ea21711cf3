"""Which services, and in which order, an endpoint's parameters ask for."""

from __future__ import annotations

from math import asin, cos, degrees, radians, sin, sqrt
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from maarag.domains.services.models import Service, ServiceAtLocation, ServiceTerm
from maarag.domains.services.search import directory_index
from maarag.kernel.people.models import Organisation
from maarag.kernel.taxonomy.models import Term
from maarag.kernel.taxonomy.queries import with_children

from .parameters import Near, Parameters

EARTH_METRES = 6_371_008.8


def metres_between(latitude: float, longitude: float, near: Near) -> float:
    """The distance over a sphere."""
    up, across = radians(latitude - near.latitude), radians(longitude - near.longitude)
    half = sin(up / 2) ** 2 + cos(radians(latitude)) * cos(radians(near.latitude)) * sin(across / 2) ** 2
    return 2 * EARTH_METRES * asin(min(1.0, sqrt(half)))


def links_near(near: Near) -> dict[int, int]:
    """Services at locations no further than asked: key of the link → key of the service."""
    high = degrees(near.metres / EARTH_METRES)
    widest = cos(radians(min(89.9, abs(near.latitude) + high)))
    wide = min(360.0, high / widest)
    rows = ServiceAtLocation.objects.filter(
        location__latitude__range=(near.latitude - high, near.latitude + high),
        location__longitude__range=(near.longitude - wide, near.longitude + wide),
    ).values_list("pk", "service_id", "location__latitude", "location__longitude")
    return {
        pk: service
        for pk, service, latitude, longitude in rows
        if latitude is not None
        and longitude is not None
        and metres_between(latitude, longitude, near) <= near.metres
    }


def _terms(parameters: Parameters) -> QuerySet[Term] | None:
    term, vocabulary = parameters.term(), parameters.vocabulary()
    if term is None and not vocabulary:
        return None
    terms = with_children([term]) if term else Term.objects.all()
    return terms.filter(vocabulary=vocabulary) if vocabulary else terms


def services(parameters: Parameters) -> list[int]:
    """The keys of the services that the parameters ask for: as search ranks them, else in order of code."""
    found = Service.objects.all()
    if organisation := parameters.organisation():
        found = found.filter(organisation=organisation)
    if (terms := _terms(parameters)) is not None:
        found = found.filter(Exists(ServiceTerm.objects.filter(service=OuterRef("pk"), term__in=terms)))
    if moment := parameters.moment("modified_after"):
        found = found.filter(modified_at__gte=moment)
    if near := parameters.near():
        found = found.filter(pk__in=set(links_near(near).values()))
    query = parameters.text("search")
    if not query:
        return list(found.order_by("code").values_list("pk", flat=True))
    index = directory_index()
    ranked = [int(hit.id) for hit in index.search(query, limit=max(1, len(index))).hits]
    kept = set(found.filter(pk__in=ranked).values_list("pk", flat=True))
    return [pk for pk in ranked if pk in kept]


def at_locations(parameters: Parameters) -> list[int]:
    """The keys of services at locations that the parameters ask for."""
    order = {pk: place for place, pk in enumerate(services(parameters))}
    links = ServiceAtLocation.objects.filter(service__in=order)
    if near := parameters.near():
        links = links.filter(pk__in=links_near(near))
    rows: list[Any] = list(links.order_by("location__code").values_list("pk", "service_id"))
    rows.sort(key=lambda row: order[row[1]])
    return [pk for pk, _service in rows]


def organisations(parameters: Parameters) -> list[int]:
    """The keys of organisations with the words in their name, and with services of the term."""
    found = Organisation.objects.all()
    for word in parameters.text("search").split():
        found = found.filter(pk__in=_with_word(word))
    if (terms := _terms(parameters)) is not None:
        giving = ServiceTerm.objects.filter(service__organisation=OuterRef("pk"), term__in=terms)
        found = found.filter(Exists(giving))
    return list(found.order_by("code").values_list("pk", flat=True))


def _with_word(word: str) -> QuerySet[Organisation]:
    found = Organisation.objects.none()
    for field in ("name_he", "name_ar", "name_en", "description", "code"):
        found = found | Organisation.objects.filter(**{f"{field}__icontains": word})
    return found.values("pk")  # type: ignore[return-value]
