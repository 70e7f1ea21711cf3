"""The directory and the page of one service: open to everyone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from maarag.kernel.access.kept import kept_page
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import holds_somewhere, permits
from maarag.kernel.people.models import Sector
from maarag.kernel.places.models import Place, PlaceKind
from maarag.kernel.places.queries import authority_of
from maarag.kernel.taxonomy.models import Term, Vocabulary
from maarag.kernel.taxonomy.queries import term_by_code
from maarag.ui.figures import name_in_language

from ..evidence import evidence_in_words
from ..models import Service, ServiceStatus
from ..queries import similar_to, with_everything
from ..scope import may_edit, may_judge
from ..search import DirectoryPage, Facet, revision_in_use, search_directory, why_found
from ..words import LANGUAGES, age_in_words, hours_in_words, language_in_words

PER_PAGE = 20
DISTANCES = (2, 5, 10, 25, 50)
GROUPS = (
    (PlaceKind.NATION, PlaceKind.DISTRICT, PlaceKind.CLUSTER),
    (PlaceKind.AUTHORITY,),
)


@dataclass
class Asked:
    """What an address asks of the directory; what makes no sense is left out and said in `faults`."""

    query: str
    terms: list[Term]
    place: Place | None
    within_km: float | None
    sector: str
    language: str
    page: int
    faults: list[str]

    @classmethod
    def of(cls, given: QueryDict) -> Asked:
        faults: list[str] = []
        terms = {}
        for code in filter(None, given.getlist("term")):
            if term := term_by_code(code):
                terms[term.pk] = term
            else:
                faults.append(_("No term has the code %(code)s; it was left out.") % {"code": code})
        place = None
        if code := given.get("place", "").strip():
            place = Place.objects.filter(code=code).first()
            if place is None:
                faults.append(_("No place has the code %(code)s; it was left out.") % {"code": code})
        within = _number(given.get("within_km", ""))
        if within is not None and (place is None or place.latitude is None):
            faults.append(_("Choose a place on the map to search by distance; the distance was left out."))
            within = None
        sector = given.get("sector", "")
        page = _number(given.get("page", ""))
        return cls(
            query=given.get("q", "").strip()[:200],
            terms=list(terms.values()),
            place=place,
            within_km=within,
            sector=sector if sector in Sector.values else "",
            language=given.get("language", "") if given.get("language", "") in LANGUAGES else "",
            page=min(max(int(page or 1), 1), 100_000),
            faults=faults,
        )

    def address(self, **changes: Any) -> str:
        """The shortest address of this view with some of it changed; it opens the same view for anybody."""
        parts: dict[str, Any] = {
            "q": self.query,
            "term": [term.code for term in self.terms],
            "place": self.place.code if self.place else "",
            "within_km": f"{self.within_km:g}" if self.within_km else "",
            "sector": self.sector,
            "language": self.language,
        } | changes
        query = QueryDict(mutable=True)
        for name, value in parts.items():
            query.setlist(name, [part for part in (value if isinstance(value, list) else [value]) if part])
        shown = query.urlencode()
        return reverse("services:index") + (f"?{shown}" if shown else "")


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 < number < 1_000_000 else None


class _Known(Paginator):
    """Numbers of pages for results that the search has already cut."""

    def __init__(self, found: DirectoryPage) -> None:
        super().__init__(range(found.total), PER_PAGE)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Search, facets and results; the same page serves htmx, which takes the results out of it."""
    return kept_page(
        request, "services/index.html", lambda: _directory_context(request), also=revision_in_use()
    )


def _directory_context(request: HttpRequest) -> dict[str, Any]:
    asked = Asked.of(request.GET)
    found = _found(asked)
    if not found.rows and found.total:  # a page beyond the last
        asked.page = -(-found.total // PER_PAGE)
        found = _found(asked)
    rows = [
        {
            "service": row.service,
            "distance_km": row.distance_km,
            "why": why_found(row.matched),
            "areas": [area.place for area in row.service.areas.all()][:4],
            "more_areas": max(len(row.service.areas.all()) - 4, 0),
            "terms": [link.term for link in row.service.service_terms.all()][:5],
            "closed": row.service.status == ServiceStatus.TEMPORARILY_CLOSED,
        }
        for row in found.rows
    ]
    pages = _Known(found)
    meant = asked.query
    for correction in found.corrections:
        meant = meant.replace(correction.typed, correction.meant)
    return {
        "asked": asked,
        "found": found,
        "rows": rows,
        "page": Page([], asked.page, pages) if found.total else None,
        "facets": [
            (str(Vocabulary(name).label), _facet_links(asked, facets))
            for name, facets in found.facets.items()
        ],
        "chosen": [
            (term, asked.address(term=[other.code for other in asked.terms if other != term]))
            for term in asked.terms
        ],
        "places": place_choices(asked.place),
        "distances": [("", _("Any distance"))]
        + [(km, _("Within %(km)s km") % {"km": km}) for km in DISTANCES],
        "sectors": [("", _("Every sector")), *Sector.choices],
        "languages": [("", _("Every language")), *LANGUAGES.items()],
        "here": asked.address(page=asked.page if asked.page > 1 else ""),
        "clear": reverse("services:index"),
        "meant": meant,
        "may_create": request.user.is_authenticated
        and holds_somewhere(request.user, Permission.EDIT_SERVICES),
    }


def _found(asked: Asked) -> DirectoryPage:
    return search_directory(
        asked.query,
        term=[term.code for term in asked.terms],
        place=asked.place,
        within_km=asked.within_km,
        sector=asked.sector,
        language=asked.language or None,
        limit=PER_PAGE,
        offset=(asked.page - 1) * PER_PAGE,
    )


def _facet_links(asked: Asked, facets: Sequence[Facet]) -> list[dict[str, Any]]:
    """Choosing a term takes the place of another of its vocabulary; choosing it again gives it up."""
    links = []
    for facet in facets:
        kept = [term.code for term in asked.terms if term.vocabulary != facet.term.vocabulary]
        wanted = kept if facet.selected else [*kept, facet.term.code]
        links.append({"facet": facet, "url": asked.address(term=wanted)})
    return links


def place_choices(chosen: Place | None) -> list[tuple[str, str]]:
    """What the list of places offers: the nation and its parts, then authorities; and the one chosen."""
    kinds = [kind for group in GROUPS for kind in group]
    places = list(Place.objects.filter(kind__in=kinds).defer("outline"))
    if chosen is not None and chosen not in places:
        places.append(chosen)
    places.sort(key=lambda place: (place.kind != PlaceKind.NATION, name_in_language(place)))
    return [("", _("Every place")), *((place.code, name_in_language(place)) for place in places)]


@require_safe
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """Everything that is known of one service, with where it is from, and what is like it."""
    service = get_object_or_404(with_everything(Service.objects.all()), code=code)
    terms = [link.term for link in service.service_terms.all()]
    areas = [area.place for area in service.areas.all()]
    place = next(iter(areas), None) or next(
        (at.location.place for at in service.at_locations.all()), service.organisation.place
    )
    similar: list[dict[str, Any]] = []
    for finding in similar_to(service):
        other = finding.second if finding.first_id == service.pk else finding.first
        similar.append(
            {"finding": finding, "other": other, "reasons": evidence_in_words(finding.evidence)[:4]}
        )
    context = {
        "service": service,
        "crumbs": [(_("Services"), reverse("services:index")), (name_in_language(service), "")],
        "responses": [term for term in terms if term.vocabulary == Vocabulary.RESPONSE],
        "situations": [term for term in terms if term.vocabulary == Vocabulary.SITUATION],
        "areas": areas,
        "ages": age_in_words(service.minimum_age, service.maximum_age),
        "languages": [(language_in_words(row.code), row.note) for row in service.languages.all()],
        "hours": hours_in_words(service.schedules.all()),
        "locations": [
            {
                "location": at.location,
                "note": at.description,
                "hours": hours_in_words(at.location.schedules.all()),
                "phones": at.location.phones.all(),
            }
            for at in service.at_locations.all()
        ],
        "similar": similar,
        "open": service.status == ServiceStatus.ACTIVE,
        "may_edit": request.user.is_authenticated and may_edit(request.user, service),
        "may_judge": bool(similar) and any(may_judge(request.user, service, one["other"]) for one in similar),
        "mission_place": _mission_place(request, place),
    }
    return render(request, "services/detail.html", context)


def _mission_place(request: HttpRequest, place: Place | None) -> Place | None:
    """The place for which the reader may open a mission about the service, if any."""
    if place is None or not request.user.is_authenticated:
        return None
    place = authority_of(place) or place
    return place if permits(request.user, Permission.OPEN_MISSIONS, place=place) else None


def service_or_404(code: str) -> Service:
    """The service with this code and its organisation."""
    service = Service.objects.select_related("organisation", "source").filter(code=code).first()
    if service is None:
        raise Http404
    return service
