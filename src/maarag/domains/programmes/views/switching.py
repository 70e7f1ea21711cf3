"""The toolbox of a department: its methods in one list, and the switch to it with what it changes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission, permits, places_permitted, require
from maarag.kernel.places.models import Place, PlaceKind
from maarag.ui.figures import day, name_in_language, number
from maarag.ui.tables import Column, Status, Table

from ..actions import end_toolbox, switch_toolbox
from ..forms import BackForm, SwitchForm
from ..model_tables import changes_table, tools_table
from ..models import Quota, ToolboxSwitch
from ..queries import switch_of, toolbox_authorities
from ..toolbox import toolbox_of
from ..words import period_words
from .pages import Crumbs, crumbs_of, tell


@require_safe
@needs_permission(Permission.VIEW_STAFF_FIGURES)
def toolboxes(request: HttpRequest) -> HttpResponse:
    """The departments of the viewer's places that have places in programmes, and how each works."""
    today = timezone.localdate()
    seen = places_permitted(request.user, Permission.VIEW_STAFF_FIGURES)
    running = Quota.objects.filter(starts__lte=today, ends__gte=today, families__gt=0)
    places = list(
        seen.filter(kind=PlaceKind.AUTHORITY, pk__in=running.values("authority"))
        .defer("outline")
        .order_by("name_he", "code")
    )
    if len(places) == 1:
        return redirect("programmes:toolbox", authority=places[0].code)
    switched = toolbox_authorities(today)
    programmes: dict[int, set[int]] = {}
    for authority, programme in running.values_list("authority_id", "programme_id"):
        programmes.setdefault(authority, set()).add(programme)
    table = Table(
        columns=[
            Column("place", _("Local authority"), "name", heading=True, link="url"),
            Column("programmes", _("Programmes"), "number"),
            Column("way", _("How the department works"), "status"),
        ],
        rows=[
            {
                "place": place,
                "url": reverse("programmes:toolbox", args=[place.code]),
                "programmes": len(programmes[place.pk]),
                "way": _way(place.pk in switched),
            }
            for place in places
        ],
        caption=_("Departments"),
        caption_hidden=True,
        empty=_("No authority of yours has places in a programme today."),
    )
    context = {"table": table, "crumbs": crumbs_of(None, (_("Toolboxes"), ""))}
    return render(request, "programmes/toolboxes.html", context)


def _way(is_toolbox: bool) -> Status:
    return Status(_("By one toolbox"), "ok") if is_toolbox else Status(_("By programmes"), "neutral")


@require_safe
@needs_permission(Permission.VIEW_STAFF_FIGURES)
def toolbox(request: HttpRequest, authority: str) -> HttpResponse:
    """One list of the department's methods: who uses what, how many places, who works, who pays."""
    place = _seen(request, authority)
    today = timezone.localdate()
    tells = permits(request.user, Permission.VIEW_EXACT_COUNTS, place=place)
    found = toolbox_of(place, today, tells_taken=tells)
    history = ToolboxSwitch.objects.filter(authority=place).select_related("decided_by", "ended_by")
    context = {
        **_of(place),
        "table": tools_table(found),
        "found": found,
        "way": _way(switch_of(place, today) is not None),
        "facts": [
            (_("Methods"), number(len(found.tools))),
            (_("Places"), number(found.families)),
            (pgettext("of a programme", "Workers"), number(found.people)),
        ],
        "without": [(one, reverse("programmes:detail", args=[one.code])) for one in found.without_methods],
        "history": [_told(row) for row in history.order_by("-starts")],
        "planned": history.filter(starts__gt=today, ends=None).first(),
        "may_switch": permits(request.user, Permission.STAFF_PROGRAMMES, place=place),
        "crumbs": _crumbs(),
    }
    context["is_open"] = history.filter(ends=None).exists()
    return render(request, "programmes/toolbox.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.STAFF_PROGRAMMES)
def switch(request: HttpRequest, authority: str) -> HttpResponse:
    """What would change from a day on, and the decision."""
    place = _staffed(request, authority)
    today = timezone.localdate()
    if ToolboxSwitch.objects.filter(authority=place, ends=None).exists():
        messages.info(request, _("The department works by a toolbox already."))
        return redirect("programmes:toolbox", authority=authority)
    form = SwitchForm(request.POST if request.method == "POST" else None, initial={"starts": today})
    if request.method == "POST" and form.is_valid():
        try:
            row = switch_toolbox(by=account_of(request), authority=place, **form.cleaned_data)
        except ValidationError as error:
            tell(form, error)
        else:
            words = _("From %(day)s the department works by one toolbox.")
            messages.success(request, words % {"day": day(row.starts)})
            return redirect("programmes:toolbox", authority=authority)
    found = toolbox_of(place, today)
    context = {
        **_of(place),
        "form": form,
        "found": found,
        "table": changes_table(found),
        "changes": _changes(found),
        "crumbs": [*_crumbs(), (name_in_language(place), reverse("programmes:toolbox", args=[authority]))],
    }
    return render(request, "programmes/switch.html", context, status=422 if form.errors else 200)


def _changes(found: Any) -> list[str]:
    """In sentences: how many methods stand in the list, which were doubled, who reaches how many."""
    n = len(found.tools)
    told = [
        ngettext(
            "%(n)s method stands in one list, open to every team of the department.",
            "%(n)s methods stand in one list, open to every team of the department.",
            n,
        )
        % {"n": number(n)}
    ]
    if found.shared:
        n = len(found.shared)
        told.append(
            ngettext(
                "%(n)s method that several programmes use stands once instead of several times.",
                "%(n)s methods that several programmes use stand once instead of several times.",
                n,
            )
            % {"n": number(n)}
        )
    told.append(_("Proposals for families name the method first, and then whose place pays for it."))
    return told


@require_POST
@needs_permission(Permission.STAFF_PROGRAMMES)
def back(request: HttpRequest, authority: str) -> HttpResponse:
    """Go back to programmes, from tomorrow on; a switch that has not begun is called off."""
    place = _staffed(request, authority)
    row = ToolboxSwitch.objects.filter(authority=place, ends=None).select_related("authority").first()
    if row is None:
        raise Http404
    form = BackForm(request.POST)
    if form.is_valid():
        end_toolbox(by=account_of(request), switch=row, why=form.cleaned_data["why"])
        messages.success(request, _("The department goes back to programmes; what was is kept."))
    else:
        messages.error(request, _("Say why the department goes back: those who come later will ask."))
    return redirect("programmes:toolbox", authority=authority)


def _seen(request: HttpRequest, authority: str) -> Place:
    place = get_object_or_404(Place.objects.defer("outline"), code=authority, kind=PlaceKind.AUTHORITY)
    require(request.user, Permission.VIEW_STAFF_FIGURES, place=place)
    return place


def _staffed(request: HttpRequest, authority: str) -> Place:
    place = _seen(request, authority)
    require(request.user, Permission.STAFF_PROGRAMMES, place=place)
    return place


def _of(place: Place) -> dict[str, Any]:
    return {"place": place, "is_fictional": place.is_fictional}


def _crumbs() -> Crumbs:
    return crumbs_of(None, (_("Toolboxes"), reverse("programmes:toolboxes")))


def _told(row: ToolboxSwitch) -> dict[str, Any]:
    text = row.why if row.ends is None else f"{row.why} · {row.ended_why}"
    title = _("One toolbox %(period)s") % {"period": period_words(row.starts, row.ends)}
    return {"when": row.decided_at, "title": title, "who": row.decided_by.name, "text": text}
