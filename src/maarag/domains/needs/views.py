"""The pages of needs: public estimates for everyone, staff estimates for whoever works there."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from maarag.kernel.access.kept import kept_page
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, holds_somewhere, needs_permission, permits, require
from maarag.kernel.audit.queries import told_of
from maarag.kernel.places.models import Place, PlaceKind
from maarag.kernel.sources.actions import save_source
from maarag.kernel.sources.models import Source
from maarag.kernel.taxonomy.models import Topic
from maarag.ui import figures
from maarag.ui.choices import asked_text
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Column, Status, Table
from maarag.values import Suppressed

from .actions import ChangedMeanwhile, EstimateDraft, change_estimate, remove_estimate, save_estimate
from .forms import EstimateForm, RemovalForm
from .listing import Asked, Told, estimates, old_before, told
from .models import Certainty, NeedEstimate
from .queries import visible_to
from .suppression import hidden_estimates

PER_PAGE = 30


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The list of estimates with its filters."""
    return kept_page(request, "needs/index.html", lambda: _list_context(request))


def _list_context(request: HttpRequest) -> dict[str, Any]:
    asked = Asked.of(request.GET)
    found, hidden = estimates(request.user, asked)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    count = page.paginator.count
    table = Table(
        columns=[
            Column("place", _("Place"), "name", heading=True, link="url", sortable=True),
            Column("topic", _("Topic"), "name", sortable=True),
            Column("situation", _("Situation"), "name", sortable=True),
            Column("population", _("Population group"), "name"),
            Column("number", _("Number"), "number", sortable=True),
            Column("unit", _("Counted in")),
            Column("certainty", _("Certainty"), sortable=True),
            Column("as_of", _("As of"), "date", sortable=True),
            Column("age", _("Age"), "status"),
            Column("source", _("Source"), "name", sortable=True),
        ],
        rows=[_line(estimate, hidden) for estimate in page],
        caption=_("Estimates of need"),
        caption_hidden=True,
        empty=_("No estimate matches. Choose a wider place or fewer filters."),
        sort=asked.sort,
        region="results",
        foot=ngettext("%(count)s estimate", "%(count)s estimates", count) % {"count": figures.number(count)},
    )
    return {
        "table": table,
        "page": page,
        "asked": asked,
        "places": _place_choices(asked.place),
        "topics": [("", _("All topics")), *_named(Topic.objects.all())],
        "sources": [
            ("", _("All sources")),
            *_named(Source.objects.filter(need_estimates__isnull=False).distinct()),
        ],
        "certainties": [("", _("Any certainty")), *Certainty.choices],
        "ages": [("newest", _("The newest of each")), ("old", _("Old ones")), ("all", _("All"))],
        "may_add": _may_somewhere(request),
    }


def _may_somewhere(request: HttpRequest) -> bool:
    return request.user.is_authenticated and holds_somewhere(request.user, Permission.EDIT_NEEDS)


def _line(estimate: NeedEstimate, hidden: dict[int, Suppressed]) -> dict[str, Any]:
    return {
        "place": estimate.place,
        "url": reverse("needs:detail", args=[estimate.pk]),
        "topic": estimate.topic,
        "situation": estimate.situation,
        "population": estimate.population,
        "number": told(estimate, hidden).number,
        "unit": estimate.get_unit_display(),
        "certainty": estimate.get_certainty_display(),
        "as_of": estimate.as_of,
        "age": _age(estimate),
        "source": estimate.source,
    }


def _age(estimate: NeedEstimate) -> Status:
    if estimate.as_of < old_before(timezone.localdate()):
        return Status(_("Old"), "attention")
    return Status(_("Recent"), "ok")


def _named(rows: Any) -> list[tuple[str, str]]:
    return sorted(((row.code, name_in_language(row)) for row in rows), key=lambda choice: choice[1])


def _place_choices(chosen: Place | None) -> list[tuple[str, str]]:
    """The nation and its parts, then authorities; and the place chosen."""
    places = list(Place.objects.exclude(kind=PlaceKind.NEIGHBOURHOOD).defer("outline"))
    if chosen is not None and chosen not in places:
        places.append(chosen)
    places.sort(key=lambda place: (place.kind != PlaceKind.NATION, name_in_language(place)))
    return [("", _("Every place")), *((place.code, name_in_language(place)) for place in places)]


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One estimate: everything it says, where it is from, what happened to it."""
    estimate = _estimate(request, pk)
    shown = _told(request, estimate)
    context = {
        "estimate": estimate,
        "shown": shown,
        "facts": _facts(estimate),
        "age": _age(estimate),
        "history": told_of(estimate, exact=not shown.is_hidden),
        "may_edit": request.user.is_authenticated
        and permits(request.user, Permission.EDIT_NEEDS, place=estimate.place),
        "crumbs": [(_("Needs"), reverse("needs:index")), (name_in_language(estimate.place), "")],
        "row_url": reverse("picture:row", args=[estimate.place.code, estimate.topic.code, estimate.unit]),
    }
    return render(request, "needs/detail.html", context)


def _facts(estimate: NeedEstimate) -> list[tuple[str, Any]]:
    return [
        (_("Place"), name_in_language(estimate.place)),
        (_("Topic"), name_in_language(estimate.topic)),
        (_("Situation"), name_in_language(estimate.situation)),
        (_("Population group"), name_in_language(estimate.population) or _("All people")),
        (_("Counted in"), estimate.get_unit_display()),
        (_("As of"), figures.day(estimate.as_of)),
        (_("Certainty"), estimate.get_certainty_display()),
        (_("Source"), name_in_language(estimate.source)),
        (_("Row or page of the source"), estimate.source_row),
        (_("Who may see it"), _("Everyone") if estimate.is_public else _("Whoever works in the place")),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_NEEDS)
def create(request: HttpRequest) -> HttpResponse:
    """Add an estimate for one of the places whose needs the account may write."""
    for code in filter(None, (asked_text(request.POST, "place"), asked_text(request.GET, "place"))):
        if (place := Place.objects.filter(code=code).first()) is not None:
            require(request.user, Permission.EDIT_NEEDS, place=place)
    if request.method == "POST":
        form = EstimateForm(request.POST, by=account_of(request))
        if form.is_valid() and (estimate := _add(request, form)):
            messages.success(request, _("The estimate was added."))
            return redirect("needs:detail", pk=estimate.pk)
        return _form_page(request, form, status=422)
    initial = {name: request.GET.get(name, "") for name in ("place", "topic", "situation", "unit")}
    return _form_page(request, EstimateForm(by=account_of(request), initial=initial | {"is_public": True}))


def _add(request: HttpRequest, form: EstimateForm) -> NeedEstimate | None:
    given = dict(form.cleaned_data)
    source, written = given.pop("source"), given.pop("new_source")
    try:
        with transaction.atomic():
            if source is None:
                code = f"written-{secrets.token_hex(5)}"
                source = save_source(by=account_of(request), code=code, name_he=written)
            return save_estimate(by=account_of(request), source=source, draft=EstimateDraft(**given))
    except ValidationError as error:
        form.add_error(None, error.messages)
        return None


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_NEEDS)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct an estimate; what somebody else changed meanwhile is shown, never overwritten unseen."""
    estimate = _editable(request, pk)
    shown = _told(request, estimate)
    if request.method != "POST":
        names = ("number", "lowest", "highest", "certainty", "source_row", "note", "is_public")
        form = EstimateForm(
            by=account_of(request),
            estimate=estimate,
            counts_hidden=shown.is_hidden,
            initial={name: getattr(estimate, name) for name in names},
        )
        return _form_page(request, form, estimate=estimate)
    form = EstimateForm(
        request.POST, by=account_of(request), estimate=estimate, counts_hidden=shown.is_hidden
    )
    if form.is_valid():
        try:
            change_estimate(
                by=account_of(request), estimate=estimate, seen=_seen(request), **form.cleaned_data
            )
        except ChangedMeanwhile:
            return _form_page(request, form, estimate=_editable(request, pk), changed=True, status=409)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, _("The estimate was saved."))
            return redirect("needs:detail", pk=pk)
    return _form_page(request, form, estimate=estimate, seen=request.POST.get("seen", ""), status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_NEEDS)
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove an estimate, with the reason."""
    estimate = _editable(request, pk)
    form = RemovalForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            remove_estimate(
                by=account_of(request),
                estimate=estimate,
                seen=_seen(request),
                reason=form.cleaned_data["reason"],
            )
        except ChangedMeanwhile:
            messages.error(request, _("Somebody else changed the estimate meanwhile; look at it again."))
            return redirect("needs:detail", pk=pk)
        messages.success(request, _("The estimate was removed; the audit keeps what it said."))
        return redirect("needs:index")
    context = {
        "form": form,
        "estimate": estimate,
        "shown": _told(request, estimate),
        "facts": _facts(estimate),
        "seen": request.POST.get("seen", "") or estimate.recorded_at.isoformat(),
        "crumbs": _crumbs(_("Remove the estimate"), estimate),
    }
    return render(request, "needs/remove.html", context, status=422 if form.errors else 200)


def _estimate(request: HttpRequest, pk: int) -> NeedEstimate:
    related = ("place", "topic", "situation", "population", "source")
    found = visible_to(request.user).select_related(*related).filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise Http404
    return found


def _editable(request: HttpRequest, pk: int) -> NeedEstimate:
    estimate = _estimate(request, pk)
    require(request.user, Permission.EDIT_NEEDS, place=estimate.place)
    return estimate


def _told(request: HttpRequest, estimate: NeedEstimate) -> Told:
    return told(estimate, hidden_estimates(request.user))


def _seen(request: HttpRequest) -> datetime:
    """When the estimate had been recorded as the form was made; a form without it is taken for an old one."""
    try:
        return datetime.fromisoformat(request.POST.get("seen", ""))
    except ValueError:
        return datetime.min.replace(tzinfo=timezone.get_current_timezone())


def _crumbs(heading: str, estimate: NeedEstimate | None) -> list[tuple[str, str]]:
    own = (
        [(name_in_language(estimate.place), reverse("needs:detail", args=[estimate.pk]))] if estimate else []
    )
    return [(_("Needs"), reverse("needs:index")), *own, (heading, "")]


def _form_page(
    request: HttpRequest,
    form: EstimateForm,
    *,
    estimate: NeedEstimate | None = None,
    changed: bool = False,
    seen: str = "",
    status: int = 200,
) -> HttpResponse:
    heading = _("Correct the estimate") if estimate else _("Add an estimate of need")
    shown = _told(request, estimate) if estimate else None
    stored: list[tuple[str, Any]] = []
    if changed and estimate and shown:
        stored = [
            (_("Number"), figures.number(shown.number)),
            (_("At least"), figures.number(shown.lowest)),
            (_("At most"), figures.number(shown.highest)),
            (_("Certainty"), estimate.get_certainty_display()),
            (_("Row or page of the source"), estimate.source_row),
            (_("Note"), shown.note),
            (_("Everyone may see it"), _("yes") if estimate.is_public else _("no")),
        ]
    context = {
        "form": form,
        "estimate": estimate,
        "heading": heading,
        "about": _facts(estimate)[:6] if estimate else [],
        "counts_hidden": bool(shown and shown.is_hidden),
        "stored": stored,
        "seen": seen or (estimate.recorded_at.isoformat() if estimate else ""),
        "back": reverse("needs:detail", args=[estimate.pk]) if estimate else reverse("needs:index"),
        "crumbs": _crumbs(heading, estimate),
    }
    return render(request, "needs/form.html", context, status=status)
