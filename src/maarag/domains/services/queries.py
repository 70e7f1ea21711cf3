"""Reading the directory and what was found to overlap."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from maarag.kernel.people.models import Organisation
from maarag.kernel.places.models import Place, PlaceKind
from maarag.kernel.taxonomy.models import Topic
from maarag.kernel.taxonomy.queries import with_children

from .engine_data import OFFERED
from .models import (
    OverlapFinding,
    OverlapRun,
    Service,
    ServiceArea,
    ServiceAtLocation,
    ServiceTerm,
    Verdict,
)

LEAST_SCORE = 0.5
Finding = Any
"""An OverlapFinding with what `overlaps` adds to it: verdict, reason, judged_by_name, judged_at."""


def offered() -> QuerySet[Service]:
    """The services that the directory offers."""
    return Service.objects.filter(status__in=OFFERED)


def with_facts(services: QuerySet[Service]) -> QuerySet[Service]:
    """With all that a list of services shows, in a fixed number of queries."""
    return services.select_related("organisation", "source").prefetch_related(
        Prefetch("service_terms", ServiceTerm.objects.select_related("term").order_by("term__code")),
        Prefetch("areas", ServiceArea.objects.select_related("place")),
        Prefetch("at_locations", ServiceAtLocation.objects.select_related("location__place")),
        "languages",
    )


def with_everything(services: QuerySet[Service]) -> QuerySet[Service]:
    """With all that the page of one service shows."""
    return (
        with_facts(services)
        .select_related("programme", "organisation__place")
        .prefetch_related(
            "phones",
            "schedules",
            "capacities__location",
            "at_locations__location__phones",
            "at_locations__location__schedules",
        )
    )


def inside(place: Place) -> QuerySet[Service]:
    """The services that are for, or given in, the place or a place within it.

    A service of a larger place is not among them: that of the whole nation belongs to the nation. A service
    with neither area nor location is where its organisation is.
    """
    # Plain IN, which PostgreSQL hashes once, and not EXISTS for each service.
    areas = ServiceArea.objects.filter(place__contained_in__ancestor=place)
    locations = ServiceAtLocation.objects.filter(location__place__contained_in__ancestor=place)
    local = Organisation.objects.filter(place__contained_in__ancestor=place)
    without_any = ~Exists(ServiceArea.objects.filter(service=OuterRef("pk"))) & ~Exists(
        ServiceAtLocation.objects.filter(service=OuterRef("pk"))
    )
    return Service.objects.filter(
        Q(pk__in=areas.values("service"))
        | Q(pk__in=locations.values("service"))
        | (Q(organisation__in=local) & without_any)
    )


def latest_run() -> OverlapRun | None:
    return OverlapRun.objects.first()


def overlaps(
    place: Place | None = None,
    topic: Topic | None = None,
    *,
    min_score: float = LEAST_SCORE,
    standing: bool = False,
    verdict: str | None = None,
) -> QuerySet[Finding]:
    """The findings, likeliest first, each with `verdict`, `reason`, `judged_by_name`, `judged_at` (or None).

    `place`: either service is inside it (see `inside`); the nation has all. `topic`: either gives a response
    of it. `min_score`: of the engine; what a person judged a duplicate is shown whatever its score.
    `standing`: without what people judged to be complementary. `verdict`: only those so judged; "open" for
    those not judged.
    """
    findings: QuerySet[Finding] = OverlapFinding.objects.annotate(
        verdict=F("judged__verdict"),
        reason=F("judged__reason"),
        judged_by_name=F("judged__judged_by__name"),
        judged_at=F("judged__judged_at"),
    ).select_related("first__organisation", "second__organisation", "run")
    findings = findings.filter(Q(score__gte=min_score) | Q(verdict=Verdict.DUPLICATE))
    findings = findings.filter(first__status__in=OFFERED, second__status__in=OFFERED)
    if place is not None:
        findings = findings.filter(
            first__is_fictional=place.is_fictional, second__is_fictional=place.is_fictional
        )
    if place is not None and place.kind != PlaceKind.NATION:
        # Keys rather than a subquery: with them the findings are read by index.
        here = list(inside(place).values_list("pk", flat=True))
        findings = findings.filter(Q(first__in=here) | Q(second__in=here))
    if topic is not None:
        giving = ServiceTerm.objects.filter(term__in=with_children(topic.responses.all())).values("service")
        findings = findings.filter(Q(first__in=giving) | Q(second__in=giving))
    if standing:
        findings = findings.filter(Q(verdict=None) | ~Q(verdict=Verdict.COMPLEMENTARY))
    if verdict == "open":
        findings = findings.filter(verdict=None)
    elif verdict:
        findings = findings.filter(verdict=verdict)
    return findings


def similar_to(service: Service) -> QuerySet[Finding]:
    """The findings that a service is part of."""
    return overlaps().filter(Q(first=service) | Q(second=service))
