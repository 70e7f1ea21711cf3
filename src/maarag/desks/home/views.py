"""The first page: what Maarag is, the first question answered, the ways in."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from maarag.desks.picture.assemble import picture
from maarag.domains.missions.models import MissionStatus
from maarag.domains.missions.queries import visible_to as visible_missions
from maarag.domains.missions.words import status_of
from maarag.domains.services.models import Service
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.queries import in_force
from maarag.kernel.access.scope import holds_somewhere
from maarag.kernel.places.models import Place, PlaceKind
from maarag.kernel.places.names import PlaceNames
from maarag.kernel.places.queries import UnknownPlace, resolve
from maarag.ui.choices import asked_text

MISSIONS_SHOWN = 6
CANDIDATES_SHOWN = 12
LEAST_CONFIDENCE = 0.9
"""From here up a name is taken as meant; below it the candidates are listed."""


@require_safe
def index(request: HttpRequest) -> HttpResponseBase:
    """The first page; `?place=` is a name in any language, answered by its picture or by candidates."""
    asked = asked_text(request.GET, "place")
    candidates: list[Place] = []
    if asked:
        found, candidates = find_place(asked)
        if found is not None:
            return redirect("picture:place", found.code)
    nation = Place.objects.filter(code="IL").defer("outline").first()
    context: dict[str, Any] = {
        "asked": asked,
        "candidates": candidates,
        "nation": nation,
        "services": Service.objects.count() if nation else 0,
        **(_first_question(nation, request) if nation else {}),
        **_own(request),
    }
    return render(request, "home/index.html", context)


def find_place(text: str) -> tuple[Place | None, list[Place]]:
    """The one place that a text surely means; else None and the places it may mean, best first."""
    try:
        return resolve(text), []
    except UnknownPlace:
        pass
    named = Q()
    for field in ("name_he", "name_ar", "name_en"):
        named |= Q(**{f"{field}__iexact": text})
    exact = list(Place.objects.filter(named).defer("outline")[:CANDIDATES_SHOWN])
    if len(exact) == 1:
        return exact[0], []
    match = PlaceNames.load().match(text)
    if not exact and match.place is not None and match.confidence >= LEAST_CONFIDENCE:
        return match.place, []
    partly = Q()
    for field in ("name_he", "name_ar", "name_en"):
        partly |= Q(**{f"{field}__icontains": text})
    near = list(Place.objects.filter(partly).defer("outline").order_by("kind", "name_he")[:CANDIDATES_SHOWN])
    every = {place.pk: place for place in [*exact, *(place for place, _c in match.candidates), *near]}
    return None, list(every.values())[:CANDIDATES_SHOWN]


def _first_question(nation: Place, request: HttpRequest) -> dict[str, Any]:
    """Which authorities have families in need and no programme within reach."""
    view = picture(nation, viewer=request.user, as_of=timezone.localdate())
    rows = [row for row in view.without_response if row.unit == "families"] or view.without_response
    places = {row.place.pk: row.place for row in rows if row.place.kind == PlaceKind.AUTHORITY}
    known = {row.place.pk for row in view.rows if row.need not in (None, 0)}
    return {
        "without_response": len(places),
        "known": len(known),
        "examples": sorted(places.values(), key=lambda place: -(place.population or 0))[:5],
    }


def _own(request: HttpRequest) -> dict[str, Any]:
    """What somebody who is signed in comes back to: their places and their open missions."""
    if not request.user.is_authenticated:
        return {}
    grants = request.user.grants.filter(in_force(), place__isnull=False).select_related("place")
    places = {grant.place_id: grant.place for grant in grants.defer("place__outline")}
    missions = (
        visible_missions(request.user)
        .filter(owner=request.user, status=MissionStatus.OPEN)
        .order_by("due", "pk")[:MISSIONS_SHOWN]
    )
    return {
        "places": list(places.values()),
        "missions": [(mission, status_of(mission)) for mission in missions],
        "may_open_missions": holds_somewhere(request.user, Permission.OPEN_MISSIONS),
        "may_import": holds_somewhere(request.user, Permission.IMPORT_DATA),
        "keeps_files": holds_somewhere(request.user, Permission.VIEW_FAMILIES),  # who has a morning
        "may_see_counts": holds_somewhere(request.user, Permission.VIEW_STAFF_FIGURES),
    }
