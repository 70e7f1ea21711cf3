"""The directory through the API: search, one service, overlaps and verdicts."""

from __future__ import annotations

from typing import Any, Literal

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router
from ninja.errors import HttpError

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import holds_somewhere
from maarag.kernel.people.models import Sector
from maarag.kernel.places.models import Place
from maarag.kernel.places.queries import UnknownPlace, resolve
from maarag.kernel.taxonomy.models import Topic
from maarag.kernel.taxonomy.queries import term_by_code

from .actions import judge_overlap
from .evidence import evidence_in_words
from .models import Service
from .queries import Finding, overlaps, with_everything
from .schemas import (
    CapacityOut,
    Coded,
    EvidenceOut,
    FacetCount,
    LocationOut,
    Meant,
    OverlapOut,
    OverlapPage,
    PhoneOut,
    ScheduleOut,
    ServiceFull,
    ServicePage,
    ServiceShort,
    Text,
    VerdictIn,
)
from .scope import require_judge
from .search import search_directory

router = Router(tags=["services"])


def _text(row: Any, name: str = "name") -> Text:
    return Text(**{code: getattr(row, f"{name}_{code}", "") or "" for code in ("he", "ar", "en")})


def _coded(row: Any) -> Coded:
    return Coded(code=row.code, name=_text(row))


def _short(service: Service) -> dict[str, Any]:
    return {
        "code": service.code,
        "name": _text(service),
        "organisation": _coded(service.organisation),
        "sector": service.organisation.sector,
        "status": service.status,
        "terms": [_coded(link.term) for link in service.service_terms.all()],
        "areas": [_coded(area.place) for area in service.areas.all()],
        "is_fictional": service.is_fictional,
    }


def _place(code: str | None) -> Place | None:
    if not code:
        return None
    try:
        return resolve(code)
    except UnknownPlace:
        raise HttpError(422, _("No place has the code %(code)s.") % {"code": code}) from None


def _near(text: str | None) -> tuple[float, float] | None:
    if not text:
        return None
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError:
        raise HttpError(422, _("Write near as latitude,longitude in degrees: 32.08,34.78.")) from None
    return (latitude, longitude)


@router.get("/", response=ServicePage, auth=None, summary="Search the directory", url_name="services_search")
def search(
    request: HttpRequest,
    q: str = Query("", max_length=200, description="Words in Hebrew, Arabic or English."),
    term: list[str] = Query(  # noqa: B008
        default_factory=list, description="Codes of terms, all of which must hold; parents include children."
    ),
    place: str | None = Query(None, description="Code of a place: services that its people may use."),
    near: str | None = Query(None, description="latitude,longitude in degrees."),
    within_km: float | None = Query(
        None, gt=0, le=1000, description="No further than this from near or place."
    ),
    sector: str | None = Query(None, description="Sector of the organisation."),
    language: str | None = Query(None, description="Language in which the service is given, ISO 639-1."),
    limit: int = Query(20, ge=1, le=200),
    offset: int = Query(0, ge=0, le=1_000_000),
) -> ServicePage:
    """Services that answer a query, the best first, with facets. Open to everyone."""
    if sector and sector not in Sector.values:
        raise HttpError(422, _("No sector is called %(sector)s.") % {"sector": sector})
    terms = []
    for code in filter(None, term):
        if (known := term_by_code(code)) is None:
            raise HttpError(422, _("No term has the code %(code)s.") % {"code": code})
        terms.append(known.code)
    try:
        page = search_directory(
            q,
            term=terms,
            place=_place(place),
            near=_near(near),
            within_km=within_km,
            sector=sector,
            language=language,
            limit=limit,
            offset=offset,
        )
    except ValueError as error:
        raise HttpError(422, str(error)) from None
    return ServicePage(
        total=page.total,
        limit=limit,
        offset=offset,
        services=[
            ServiceShort(
                **_short(row.service),
                distance_km=row.distance_km,
                matched=list(dict.fromkeys(match.found for match in row.matched)),
            )
            for row in page.rows
        ],
        facets={
            name: [
                FacetCount(term=_coded(f.term), count=f.count, selected=f.selected, depth=f.depth)
                for f in facets
            ]
            for name, facets in page.facets.items()
        },
        corrections=[Meant(typed=c.typed, meant=c.meant) for c in page.corrections],
    )


@router.get(
    "/overlaps",
    response=OverlapPage,
    auth=None,
    summary="Services that may overlap",
    url_name="services_overlaps",
)
def list_overlaps(
    request: HttpRequest,
    place: str | None = Query(None, description="Code of a place that either service is inside."),
    topic: str | None = Query(None, description="Code of a topic that either gives a response of."),
    min_score: float = Query(0.5, ge=0, le=1),
    verdict: Literal["open", "duplicate", "complementary", "unclear"] | None = None,
    limit: int = Query(50, ge=1, le=500),
    offset: int = Query(0, ge=0, le=1_000_000),
) -> OverlapPage:
    """Findings of the last search for overlaps, the likeliest first, with evidence and verdicts."""
    subject = None
    if topic and (subject := Topic.objects.filter(code=topic).first()) is None:
        raise HttpError(422, _("No topic has the code %(code)s.") % {"code": topic})
    found = overlaps(_place(place), subject, min_score=min_score, verdict=verdict)
    page = list(found[offset : offset + limit])
    return OverlapPage(
        total=found.count(),
        limit=limit,
        offset=offset,
        computed_at=page[0].run.computed_at if page else None,
        overlaps=[_overlap(finding) for finding in page],
    )


def _overlap(finding: Finding) -> OverlapOut:
    reasons = evidence_in_words(finding.evidence)
    return OverlapOut(
        first=_coded(finding.first),
        second=_coded(finding.second),
        score=finding.score,
        verdict=finding.verdict,
        reason=finding.reason,
        group=finding.group,
        evidence=[
            EvidenceOut(code=reason.code, words=reason.words, value=value, weight=weight)
            for reason, (_code, value, weight) in zip(reasons, finding.evidence, strict=True)
        ],
    )


@router.post(
    "/overlaps/verdict",
    response=OverlapOut,
    summary="Say whether two services duplicate each other",
    url_name="services_verdict",
)
def give_verdict(request: HttpRequest, given: VerdictIn) -> OverlapOut:
    """Needs a session and its CSRF token, and the permission to judge overlaps for a place of either service.

    403 without the permission anywhere; 404 for services of other places or unknown, or a pair never found.
    """
    if not holds_somewhere(request.user, Permission.JUDGE_OVERLAPS):
        raise HttpError(403, _("Your account has no role that judges overlaps."))
    found = {
        service.code: service for service in Service.objects.filter(code__in=[given.first, given.second])
    }
    first, second = found.get(given.first), found.get(given.second)
    if first is None or second is None:
        raise Http404
    require_judge(request.user, first, second)
    low, high = sorted((first.pk, second.pk))
    finding = overlaps(min_score=0).filter(first_id=low, second_id=high)
    if not finding.exists():
        raise Http404
    try:
        judge_overlap(
            by=request.user,  # type: ignore[arg-type]
            first=first,
            second=second,
            verdict=given.verdict,
            reason=given.reason,
        )
    except PermissionDenied:
        raise Http404 from None
    except ValidationError as error:
        raise HttpError(422, "; ".join(error.messages)) from None
    return _overlap(finding.get())


@router.get("/{code}", response=ServiceFull, auth=None, summary="One service", url_name="services_service")
def one(request: HttpRequest, code: str) -> ServiceFull:
    """Everything that is known of a service, with its source and date. 404 where no service has the code."""
    service = with_everything(Service.objects.all()).filter(code=code).first()
    if service is None:
        raise Http404
    return ServiceFull(
        **_short(service),
        description=_text(service, "description"),
        languages=[row.code for row in service.languages.all()],
        locations=[
            LocationOut(
                code=at.location.code,
                name=_text(at.location),
                place=_coded(at.location.place),
                address=at.location.address,
                latitude=at.location.latitude,
                longitude=at.location.longitude,
                note=at.description,
            )
            for at in service.at_locations.all()
        ],
        capacities=[
            CapacityOut(
                unit=row.unit,
                maximum=row.maximum,
                available=row.available,
                is_estimate=row.is_estimate,
                as_of=row.as_of,
                location=row.location.code if row.location else None,
            )
            for row in service.capacities.all()
        ],
        phones=[
            PhoneOut(number=row.number, extension=row.extension, description=row.description)
            for row in service.phones.all()
        ],
        schedules=[
            ScheduleOut(
                days=row.days,
                opens_at=row.opens_at.strftime("%H:%M") if row.opens_at else None,
                closes_at=row.closes_at.strftime("%H:%M") if row.closes_at else None,
                description=row.description,
            )
            for row in service.schedules.all()
        ],
        source=_coded(service.source),
        **{
            name: getattr(service, name)
            for name in (
                "purpose",
                "eligibility",
                "minimum_age",
                "maximum_age",
                "fees",
                "application_process",
                "website",
                "email",
                "as_of",
                "modified_at",
            )
        },
    )
