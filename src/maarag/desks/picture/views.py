"""The pages of the picture."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from maarag.domains.missions.queries import visible_to as visible_missions
from maarag.domains.missions.queries import within as missions_within
from maarag.domains.services.queries import overlaps
from maarag.kernel.access.kept import kept_page
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import grants_of, permits
from maarag.kernel.people.models import Sector
from maarag.kernel.people.queries import forces
from maarag.kernel.places.models import Place, PlaceKind
from maarag.kernel.places.queries import UnknownPlace, above, resolve
from maarag.kernel.taxonomy.models import Term, Topic
from maarag.ui import figures
from maarag.ui.documents.attached import attached

from . import links, maps, panels, summary
from .assemble import Filters, Picture, picture
from .documents import excel, pdf
from .explain import explain_row
from .scope import BadRequestForPicture, read_date, read_filters

GAPS_SHOWN = 5
DUPLICATES_SHOWN = 4


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Whoever works somewhere starts there; everybody else with the nation."""
    grant = (
        grants_of(request.user, Permission.VIEW_STAFF_FIGURES)
        .filter(place__isnull=False)
        .select_related("place")
        .first()
    )
    if grant and grant.place:
        return redirect("picture:place", grant.place.code)
    if Place.objects.filter(code="IL").exists():
        return redirect("picture:place", "IL")
    return render(request, "picture/empty.html")


@require_safe
def place(request: HttpRequest, code: str) -> HttpResponse:
    """The integrated picture of one place."""
    try:
        return kept_page(request, "picture/place.html", lambda: _place_context(request, code))
    except BadRequestForPicture as error:
        return _refused(request, error)


def _place_context(request: HttpRequest, code: str) -> dict[str, Any]:
    view = _asked(request, code)
    findings = overlaps(view.place, topic=view.filters.topic, standing=True)
    line = summary.whole(view)
    return {
        "view": view,
        "place": view.place,
        "crumbs": _crumbs(view),
        "filters": _filter_choices(view),
        "line": line,
        "every_place": len({row.place.pk for row in view.rows}),
        "status": panels.status(line.status),
        "responses": summary.responses(view),
        "freshness": summary.freshness(view),
        "gap_count": len(view.gaps),
        "unreached": sorted(view.without_response, key=lambda row: -panels.size(row.need)),
        "unreached_needs": _sum_of_needs(view),
        "duplicate_count": findings.count(),
        "map": maps.drawing(view)[0],
        "map_tells": maps.drawing(view)[1],
        "places_table": panels.places_table(view, request.GET.get("sort", ""), every="all" in request.GET),
        "topics_chart": panels.topics_chart(view),
        "topics_table": panels.topics_table(view),
        "gaps": panels.gaps(view, GAPS_SHOWN),
        "duplicates": panels.duplicates(findings[:DUPLICATES_SHOWN], view),
        "unknown_groups": panels.unknown_groups(view),
        "similar_table": panels.similar_table(view),
        "forces": forces(view.place, view.as_of)[:12] if not view.place.is_above_authority else (),
        "missions": missions_within(visible_missions(request.user), view.place).filter(status="open")[:8],
        "may_open_missions": request.user.is_authenticated
        and permits(request.user, Permission.OPEN_MISSIONS, place=view.place),
        "query": links.query(view),
    }


@require_safe
def row(request: HttpRequest, code: str, topic: str, unit: str) -> HttpResponse:
    """Behind one figure: the estimates, the services within reach, and the computation."""
    try:
        view = _asked(request, code, topic=topic)
    except BadRequestForPicture:
        raise Http404 from None
    found = next((row for row in view.rows if row.unit == unit and row.place == view.place), None)
    found = found or next((row for row in view.by_topic if row.unit == unit), None)
    if found is None:
        raise Http404
    context = {
        "view": view,
        "row": found,
        "place": view.place,
        "crumbs": [*_crumbs(view), (figures.name_in_language(found.topic), "")],
        "every_place": len({row.place.pk for row in view.rows}),
        "status": panels.status(found.status),
        "unit": panels.unit_name(unit),
        **explain_row(found, view),
    }
    return render(request, "picture/row.html", context)


@require_safe
def export(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """The picture as an Excel workbook or a PDF document, as this viewer sees it."""
    try:
        view = _asked(request, code)
    except BadRequestForPicture as error:
        return _refused(request, error)
    name = f"maarag-{view.place.code}-{view.as_of.isoformat()}.{form}"
    return attached(excel(view) if form == "xlsx" else pdf(view), name)


def _asked(request: HttpRequest, code: str, **fixed: str) -> Picture:
    try:
        where = resolve(code)
    except UnknownPlace:
        raise Http404 from None
    asked = {**request.GET.dict(), **fixed}
    filters: Filters = read_filters(asked)
    as_of: date = read_date(asked.get("as_of"))
    return picture(where, viewer=request.user, as_of=as_of, filters=filters)


def _refused(request: HttpRequest, error: BadRequestForPicture) -> HttpResponse:
    response = render(request, "picture/refused.html", {"error": str(error)})
    response.status_code = HttpResponseBadRequest.status_code
    return response


def _crumbs(view: Picture) -> list[tuple[str, str]]:
    """From the widest place to this one; of several districts and clusters each."""
    order = [PlaceKind.NATION, PlaceKind.DISTRICT, PlaceKind.CLUSTER, PlaceKind.AUTHORITY]
    ancestors = sorted(above(view.place), key=lambda place: order.index(PlaceKind(place.kind)))
    found = [(figures.name_in_language(ancestor), links.place_url(ancestor, view)) for ancestor in ancestors]
    return [*found, (figures.name_in_language(view.place), "")] if found else []


def _sum_of_needs(view: Picture) -> float:
    return sum(row.need for row in view.without_response if isinstance(row.need, int))


def _filter_choices(view: Picture) -> dict[str, Any]:
    """What may be chosen: topics, population groups that somebody has counted, sectors."""
    groups = {
        entry.demand.population
        for layer in view.whole.layers
        for entry in layer.entries
        if entry.demand and entry.demand.population
    }
    populations = sorted(
        ((term.code, figures.name_in_language(term)) for term in Term.objects.filter(pk__in=groups)),
        key=lambda choice: choice[1],
    )
    return {
        "topics": [
            ("", _("All topics")),
            *((topic.code, figures.name_in_language(topic)) for topic in Topic.objects.all()),
        ],
        "populations": [("", _("All people")), *populations],
        "sectors": [("", _("All sectors")), *((value, str(label)) for value, label in Sector.choices)],
    }
