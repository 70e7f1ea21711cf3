"""The pages of community over out-of-home care: one for each place that has a desk."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from maarag.domains.placements.models import Alternative, Choice
from maarag.domains.placements.views.shown import status_of_choice
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.kernel.places.models import Place
from maarag.ui.choices import asked_number
from maarag.ui.documents.attached import attached
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Column, Table

from ..scope import place_for, reads_files, sees_exact
from ..shown import place_tabs, places_above
from . import tables
from .assemble import Community, community
from .documents import excel, pdf
from .people import EVERY, LISTS, weighed
from .words import notes

WRITERS = {"xlsx": excel, "pdf": pdf}
PER_PAGE = 50


@require_safe
@needs_permission(Permission.VIEW_STAFF_FIGURES)
def page(request: HttpRequest, code: str) -> HttpResponse:
    """What stands in the way of the community, and what speaks for it, of a whole place."""
    account = account_of(request)
    view = _asked(request, account, code)
    context = {
        "view": view,
        "place": view.place,
        "whole": view.whole,
        "crumbs": _crumbs(account, view.place),
        "rooms": place_tabs(account, view.place, _page_of),
        "years": [(str(year), str(year)) for year in view.years],
        "saved": tables.costs_of(view.whole)["saved"],
        "decisions": tables.decisions_table(view),
        "decisions_chart": tables.decisions_chart(view),
        "barriers": tables.barriers_table(view),
        "barriers_chart": tables.barriers_chart(view),
        "incentives": tables.incentives_table(view),
        "costs": tables.costs_table(view),
        "districts": tables.places_table(view, view.districts, _("Districts")) if view.districts else None,
        "authorities": tables.places_table(view, view.authorities, _("Local authorities"))
        if view.place.is_above_authority
        else None,
        "barriers_by_place": tables.barriers_by_place(view),
        "responses": tables.responses_table(view),
        "barriers_by_response": tables.barriers_by_response(view),
        "lacking": tables.lacking_table(view),
        "across": "" if view.across == view.place else name_in_language(view.across),
        "notes": notes(view),
        "lists": _lists(account, view),
    }
    return render(request, "array/community.html", context)


@require_safe
@needs_permission(Permission.VIEW_STAFF_FIGURES)
def export(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """The page as a workbook or a report, with what the viewer may see."""
    if form not in WRITERS:
        raise Http404
    view = _asked(request, account_of(request), code)
    return attached(WRITERS[form](view), f"community-{view.place.code}-{view.year}.{form}")


@require_safe
@needs_permission(Permission.VIEW_FAMILIES)
def families(request: HttpRequest, code: str, of: str) -> HttpResponse:
    """The families of the own authority for which leaving home was considered, by what was decided."""
    account = account_of(request)
    found = place_for(account, code[:40])
    if found is None or of not in LISTS or not reads_files(account, found):
        raise Http404
    view = _asked(request, account, code)
    rows = Paginator(weighed(account, found, of, year=view.year), PER_PAGE).get_page(request.GET.get("page"))
    title = _list_titles()[of]
    context = {
        "place": found,
        "title": title,
        "table": _families_table(list(rows), title),
        "page": rows,
        "crumbs": [
            (_("Array of programmes"), reverse("array:index")),
            (name_in_language(found), reverse("array:place", args=[found.code])),
            (_("Community over out-of-home care"), tables.address(view, found.code)),
            (title, ""),
        ],
    }
    return render(request, "array/families.html", context)


def _asked(request: HttpRequest, account: Account, code: str) -> Community:
    found = place_for(account, code[:40])
    if found is None:
        raise Http404
    return community(
        found,
        exact=sees_exact(account, found),
        year=asked_number(request.GET, "year"),
    )


def _crumbs(account: Account, place: Place) -> list[tuple[str, str]]:
    return [
        (_("Array of programmes"), reverse("array:index")),
        *places_above(account, place, _page_of),
        (name_in_language(place), reverse("array:place", args=[place.code])),
        (_("Community over out-of-home care"), ""),
    ]


def _page_of(place: Place) -> str:
    return reverse("array:community", args=[place.code])


def _list_titles() -> dict[str, str]:
    return {
        EVERY: _("Families for which leaving home was considered"),
        **{code: f"{_('Leaving home was considered')}: {Choice(code).label}" for code in Choice.values},
    }


def _lists(account: Account, view: Community) -> list[tuple[str, str]]:
    """The lists of families that the viewer may open: all, and those that wait for a decision."""
    if not view.exact or view.is_empty or not reads_files(account, view.place):
        return []
    wanted = {EVERY: _("All these families"), Choice.OPEN.value: _("Families that wait for a decision")}
    query = tables.address(view, view.place.code).partition("?")[2]
    return [
        (title, reverse("array:weighed", args=[view.place.code, of]) + (f"?{query}" if query else ""))
        for of, title in wanted.items()
    ]


def _families_table(rows: list[Alternative], title: str) -> Table:
    return Table(
        columns=[
            Column("name", _("Family"), heading=True, link="url"),
            Column("response", _("Response out of the home"), "name"),
            Column("since", _("Considered since"), "date"),
            Column("status", _("Decision"), "status"),
            Column("worker", _("Worker")),
        ],
        rows=[
            {
                "name": row.family.name,
                "url": reverse("placements:alternative", args=[row.pk]),
                "response": row.response,
                "since": row.opened_on,
                "status": status_of_choice(row.choice),
                "worker": row.family.worker.name,
            }
            for row in rows
        ],
        caption=title,
        caption_hidden=True,
        empty=_("There is no such family now."),
    )
