"""The pages of the array of programmes: one desk for each place."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from maarag.domains.guidance.queries import without_shared_guidance
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission, permits
from maarag.ui.choices import asked_number, asked_text
from maarag.ui.documents.attached import attached
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Column, Table

from . import charts, tables
from .assemble import Desk, desk
from .documents import excel, pdf
from .people import LISTS, Behind, families_behind
from .scope import desks_of, place_for, reads_files, sees_exact
from .shown import place_tabs, places_above
from .words import notes

WRITERS = {"xlsx": excel, "pdf": pdf}
SHOWN = 12
"""Authorities until all are asked for: each is a card on a phone."""
PER_PAGE = 50


@require_safe
@needs_permission(Permission.VIEW_STAFF_FIGURES)
def index(request: HttpRequest) -> HttpResponse:
    """Whoever works somewhere starts at the widest of their places."""
    places = desks_of(account_of(request))
    if places:
        return redirect("array:place", places[0].code)
    return render(request, "array/empty.html")


@require_safe
@needs_permission(Permission.VIEW_STAFF_FIGURES)
def place(request: HttpRequest, code: str) -> HttpResponse:
    """The desk of a nation, a district, a cluster or an authority."""
    account = account_of(request)
    view = _asked(request, account, code)
    sort = asked_text(request.GET, "sort", 20)
    every = "all" in request.GET
    shown = tables.in_order(view.authorities, sort)
    context = {
        "view": view,
        "place": view.place,
        "crumbs": _crumbs(account, view),
        "rooms": place_tabs(account, view.place, lambda one: reverse("array:place", args=[one.code])),
        "choices": _choices(view),
        "whole": view.whole,
        "all_places": view.whole.places + view.whole.not_given,
        "programmes": tables.programmes_table(view),
        "programmes_chart": charts.places_chart(view),
        "districts": tables.places_table(view, view.districts, caption=_("Districts"), sort=sort)
        if view.districts
        else None,
        "authorities": tables.places_table(
            view, shown if every else shown[:SHOWN], caption=_("Local authorities"), sort=sort
        )
        if shown
        else None,
        "every_authority": 0 if every else len(shown),
        "map": charts.places_map(view),
        "money": tables.money_table(view),
        "money_chart": charts.money_chart(view),
        "times": tables.times_table(view),
        "endings": tables.endings_table(view),
        "targets": tables.targets_table(view),
        "methods": tables.methods_table(view.methods) if any(line.method for line in view.methods) else None,
        "workers": tables.workers_table(view.workers) if view.exact else None,
        "notes": notes(view),
        "lists": _lists(account, view),
        "guidance_due": len(without_shared_guidance(account, view.place)),
        "may_guide": permits(account, Permission.GUIDE_PROGRAMMES, place=view.place),
    }
    return render(request, "array/place.html", context)


@require_safe
@needs_permission(Permission.VIEW_STAFF_FIGURES)
def export(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """The desk as a workbook or a report, with what the viewer may see."""
    if form not in WRITERS:
        raise Http404
    view = _asked(request, account_of(request), code)
    return attached(WRITERS[form](view), f"array-{view.place.code}-{view.year}.{form}")


@require_safe
@needs_permission(Permission.VIEW_FAMILIES)
def families(request: HttpRequest, code: str, of: str) -> HttpResponse:
    """The families behind a figure of the own authority: with a place, waiting, or without a response."""
    account = account_of(request)
    view = _asked(request, account, code)
    if of not in LISTS or not reads_files(account, view.place):
        raise Http404
    rows = families_behind(account, view.place, of, year=view.year, programme=view.chosen)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    title = _list_titles()[of]
    context = {
        "place": view.place,
        "chosen": view.chosen,
        "title": title,
        "table": _families_table(list(page), title),
        "page": page,
        "crumbs": [
            (_("Array of programmes"), reverse("array:index")),
            (name_in_language(view.place), tables.address(view)),
            (title, ""),
        ],
    }
    return render(request, "array/families.html", context)


def _asked(request: HttpRequest, account: Account, code: str) -> Desk:
    found = place_for(account, code[:40])
    if found is None:
        raise Http404
    return desk(
        found,
        exact=sees_exact(account, found),
        year=asked_number(request.GET, "year"),
        programme=asked_text(request.GET, "programme", 80),
    )


def _crumbs(account: Account, view: Desk) -> list[tuple[str, str]]:
    """From the widest place whose desk the viewer opens to this one."""
    start = [
        (_("Array of programmes"), reverse("array:index")),
        *places_above(account, view.place, lambda one: tables.address(view, one)),
    ]
    if view.chosen is None:
        return [*start, (name_in_language(view.place), "")]
    here = (name_in_language(view.place), tables.address(view, programme=""))
    return [*start, here, (name_in_language(view.chosen), "")]


def _choices(view: Desk) -> dict[str, Any]:
    names = sorted((name_in_language(line.key), line.key.code) for line in view.programmes)
    return {
        "programmes": [("", _("All programmes")), *((code, name) for name, code in names)],
        "years": [(str(year), str(year)) for year in view.years],
        "programme": view.chosen.code if view.chosen else "",
        "year": str(view.year),
    }


def _list_titles() -> dict[str, str]:
    return {
        "taken": _("Families with a place"),
        "waits": _("Families that wait"),
        "unanswered": _("Families without a first response"),
    }


def _lists(account: Account, view: Desk) -> list[tuple[str, str]]:
    """The lists of families that the viewer may open from this desk."""
    if not view.exact or not reads_files(account, view.place):
        return []
    query = tables.address(view).partition("?")[2]
    return [
        (title, reverse("array:families", args=[view.place.code, of]) + (f"?{query}" if query else ""))
        for of, title in _list_titles().items()
    ]


def _families_table(rows: list[Behind], title: str) -> Table:
    return Table(
        columns=[
            Column("name", _("Family"), heading=True, link="url"),
            Column("programme", _("Programme"), "name"),
            Column("since", _("Since"), "date"),
            Column("worker", _("Worker")),
        ],
        rows=[
            {
                "name": row.family.name,
                "url": reverse("families:detail", args=[row.family.pk]),
                "programme": row.programme,
                "since": row.since,
                "worker": row.family.worker.name,
            }
            for row in rows
        ],
        caption=title,
        caption_hidden=True,
        empty=_("There is no such family now."),
    )
