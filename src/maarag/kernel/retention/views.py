"""Pages under /retention/: what the rules are, what is due, and what was approved."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.kernel.places.models import Place, PlaceKind
from maarag.ui import figures
from maarag.ui.choices import asked_text
from maarag.ui.tables import Column, Table

from .actions import AlreadyOpen, NothingDue, NotWaiting, approve, make_preview, withdraw
from .models import Preview, PreviewState
from .queries import (
    Standing,
    authorities_in_full,
    authorities_of,
    decides_in,
    holds,
    preview_of,
    previews,
    standings,
    technical,
)
from .rules import RULES
from .words import duration, status_of, title_of


@require_safe
@needs_permission(Permission.VIEW_AUDIT)
def index(request: HttpRequest) -> HttpResponse:
    """Every rule in words, what is due now, and the previews."""
    viewer = account_of(request)
    seen, full = authorities_of(viewer), authorities_in_full(viewer)
    decides = {place.pk for place in seen if decides_in(viewer, place)}
    context = {
        "is_hidden": len(full) < len(seen),
        "sees_files": bool(full),
        "rules": [_rule(request, standing, decides) for standing in standings(viewer)],
        "previews": _previews(previews(viewer)),
        "technical": _technical(),
        "holds": _holds(viewer),
    }
    return render(request, "retention/index.html", context)


def _rule(request: HttpRequest, standing: Standing, decides: set[int]) -> dict[str, Any]:
    rule = standing.rule
    rows = [
        {
            "place": one.authority,
            "count": one.count,
            "first": one.first,
            "last": one.last,
            "actions": render_to_string(
                "retention/make.html", {"rule": rule.code, "authority": one.authority}, request
            )
            if one.authority.pk in decides
            else "",
        }
        for one in standing.due
    ]
    return {
        "title": rule.title,
        "facts": [
            (_("Kept for"), duration(rule.keep)),
            (_("Counted from"), str(rule.counted_from)),
            (_("Why"), str(rule.basis)),
        ],
        "table": Table(
            columns=[
                Column("place", _("Local authority"), "name", heading=True),
                Column("count", _("Due now"), "number"),
                Column("first", _("Counted from the first"), "date"),
                Column("last", _("Counted from the last"), "date"),
                Column("actions", _("Actions"), "actions"),
            ],
            rows=rows,
            caption=rule.title,
            caption_hidden=True,
            empty=_("Nothing is due."),
            dense=True,
        ),
    }


def _previews(found: list[Preview]) -> Table:
    return Table(
        columns=[
            Column("title", _("Rule"), heading=True, link="url"),
            Column("place", _("Local authority"), "name"),
            Column("count", _("Rows"), "number"),
            Column("made", _("Made"), "moment"),
            Column("by", _("Made by")),
            Column("status", _("State"), "status"),
        ],
        rows=[
            {
                "title": title_of(preview),
                "url": reverse("retention:preview", args=[preview.pk]),
                "place": preview.authority,
                "count": preview.count,
                "made": preview.made_at,
                "by": preview.made_by.name,
                "status": status_of(preview),
            }
            for preview in found
        ],
        caption=_("Previews"),
        caption_hidden=True,
        empty=_("No preview was made yet."),
        dense=True,
    )


def _technical() -> Table:
    return Table(
        columns=[
            Column("title", _("Rows"), heading=True),
            Column("keep", _("Kept for")),
            Column("counted", _("Counted from")),
            Column("basis", _("Why")),
            Column("count", _("Removed in the coming night"), "number"),
        ],
        rows=[
            {
                "title": rule.title,
                "keep": duration(rule.keep),
                "counted": rule.counted_from,
                "basis": rule.basis,
                "count": count,
            }
            for rule, count in technical()
        ],
        caption=_("Technical rows"),
        caption_hidden=True,
        dense=True,
    )


def _holds(viewer: Account) -> Table:
    return Table(
        columns=[
            Column("place", _("Local authority"), "name", heading=True),
            Column("until", _("Until"), "date"),
            Column("by", _("Placed by")),
        ],
        rows=[{"place": place, "until": until, "by": by} for place, until, by in holds(viewer)],
        caption=_("Files that must not be erased"),
        caption_hidden=True,
        empty=_("No file is held."),
        dense=True,
    )


@require_POST
@needs_permission(Permission.MANAGE_ACCESS)
def make(request: HttpRequest) -> HttpResponse:
    """Make a preview of what is due by a rule in an authority."""
    by = account_of(request)
    code = asked_text(request.POST, "authority")
    rule = RULES.get(asked_text(request.POST, "rule"))
    place = Place.objects.filter(kind=PlaceKind.AUTHORITY, code=code).defer("outline").first()
    if rule is None or place is None:
        raise Http404
    try:
        preview = make_preview(by=by, rule=rule, authority=place)
    except NothingDue:
        messages.info(request, _("Nothing is due there any more."))
    except AlreadyOpen:
        messages.error(request, _("A preview of this rule waits there already; decide on it first."))
    else:
        return redirect("retention:preview", pk=preview.pk)
    return redirect("retention:index")


@require_safe
@needs_permission(Permission.VIEW_AUDIT)
def preview(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What would be erased: file numbers and dates, no names."""
    viewer = account_of(request)
    found = _found(viewer, pk)
    facts = [
        (_("Local authority"), figures.name_in_language(found.authority)),
        (_("Rows"), figures.number(found.count)),
        (_("Made"), f"{figures.moment(found.made_at)} · {found.made_by.name}"),
    ]
    if found.approved_by:
        facts.append(
            (
                pgettext("list of rows to erase", "Approved"),
                f"{figures.moment(found.approved_at)} · {found.approved_by.name}",
            )
        )
    if found.withdrawn_by:
        facts.append((_("Withdrawn"), f"{figures.moment(found.withdrawn_at)} · {found.withdrawn_by.name}"))
    if found.done_at:
        facts += [
            (_("Erased on"), figures.moment(found.done_at)),
            (_("Erased"), figures.number(found.erased)),
            (_("Kept, because no longer due or held"), figures.number(found.count - found.erased)),
        ]
    table = Table(
        columns=[
            Column("number", _("File number"), heading=True),
            Column("since", _("Counted from"), "date"),
        ],
        rows=[
            {"number": row["number"] or row["row"][:8], "since": date.fromisoformat(row["since"])}
            for row in found.rows
        ],
        caption=_("Rows that are due"),
        caption_hidden=True,
        dense=True,
        tall=True,
    )
    decides = decides_in(viewer, found.authority)
    context = {
        "preview": found,
        "title": title_of(found),
        "status": status_of(found),
        "facts": facts,
        "table": table,
        "may_approve": decides and found.state == PreviewState.WAITING,
        "may_withdraw": decides and found.state in (PreviewState.WAITING, PreviewState.APPROVED),
        "crumbs": [(_("Retention"), reverse("retention:index")), (title_of(found), "")],
    }
    return render(request, "retention/preview.html", context)


@require_POST
@needs_permission(Permission.MANAGE_ACCESS)
def approve_preview(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let the coming night erase what the preview names."""
    viewer = account_of(request)
    try:
        approve(by=viewer, preview=_found(viewer, pk))
    except NotWaiting:
        messages.error(request, _("Somebody decided on this preview meanwhile."))
    else:
        messages.success(request, _("Approved: the coming night erases what is still due then."))
    return redirect("retention:preview", pk=pk)


@require_POST
@needs_permission(Permission.MANAGE_ACCESS)
def withdraw_preview(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a preview back."""
    viewer = account_of(request)
    try:
        withdraw(by=viewer, preview=_found(viewer, pk))
    except NotWaiting:
        messages.error(request, _("Somebody decided on this preview meanwhile."))
    else:
        messages.success(request, _("Withdrawn: nothing is erased by it."))
    return redirect("retention:preview", pk=pk)


def _found(viewer: Account, pk: UUID) -> Preview:
    found = preview_of(viewer, pk)
    if found is None:
        raise Http404
    return found
