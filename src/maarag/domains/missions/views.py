"""The pages of missions: for whoever may open them, of the places where they may."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission, require
from maarag.kernel.places.models import Place
from maarag.kernel.taxonomy.models import Topic
from maarag.ui import figures
from maarag.ui.choices import asked_text
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Column, Table

from .actions import AlreadyClosed, ChangedMeanwhile, change_mission, close_mission, open_mission, version_of
from .forms import ClosingForm, FindingForm, MissionForm
from .models import Mission, MissionOrigin, MissionStatus
from .queries import history, ids_of_places, listed, visible_to, within
from .words import status_of, suggested_title

PER_PAGE = 30
NAMES = ("name_he", "name_ar", "name_en")
ORDERS = {"due": "due", "title": "title", "place": "place__name_he", "owner": "owner__name"}


@require_safe
@needs_permission(Permission.OPEN_MISSIONS)
def index(request: HttpRequest) -> HttpResponse:
    """The missions of my places, those that end first on top."""
    asked = request.GET
    missions = listed(request.user)
    faults: list[str] = []
    whose = asked.get("whose", "")
    if whose == "mine":
        missions = missions.filter(owner=account_of(request))
    state = asked.get("state", "open")
    today = timezone.localdate()
    if state == "overdue":
        missions = missions.filter(status=MissionStatus.OPEN, due__lt=today)
    elif state in MissionStatus.values:
        missions = missions.filter(status=state)
    elif state != "all":
        state, missions = "open", missions.filter(status=MissionStatus.OPEN)
    place = None
    if code := asked_text(asked, "place"):
        place = Place.objects.filter(code=code).first()
        if place is None:
            faults.append(_("No place has the code %(code)s; it was left out.") % {"code": code})
        else:
            missions = within(missions, place)
    sort = asked.get("sort", "due")
    if sort.lstrip("-") not in ORDERS:
        sort = "due"
    order = ("-" if sort.startswith("-") else "") + ORDERS[sort.lstrip("-")]
    page = Paginator(missions.order_by(order, "due", "pk"), PER_PAGE).get_page(asked.get("page"))
    columns = [
        Column("title", _("Mission"), heading=True, link="url", sortable=True),
        Column("place", _("Place"), "name", sortable=True),
        Column("topic", _("Topic"), "name"),
        Column("owner", _("Owner"), sortable=True),
        Column("due", _("Due"), "date", sortable=True),
        Column("status", _("State"), "status"),
    ]
    count = page.paginator.count
    table = Table(
        columns=columns,
        rows=[_line(mission) for mission in page],
        caption=_("Missions"),
        caption_hidden=True,
        empty=_("No mission matches. Missions are opened from a gap or a duplicate in the picture, or here."),
        sort=sort,
        region="results",
        foot=ngettext("%(count)s mission", "%(count)s missions", count) % {"count": figures.number(count)},
    )
    context = {
        "table": table,
        "page": page,
        "faults": faults,
        "asked": {"whose": whose, "state": state, "place": place.code if place else ""},
        "whose": [("", _("All of my places")), ("mine", _("Mine"))],
        "states": [("open", _("Open")), ("overdue", _("Overdue")), ("done", _("Done")),
                   ("cancelled", _("Cancelled")), ("all", _("All"))],
        "places": _place_choices(request),
    }  # fmt: skip
    return render(request, "missions/index.html", context)


def _line(mission: Mission) -> dict[str, Any]:
    return {
        "title": mission.title,
        "url": reverse("missions:detail", args=[mission.pk]),
        "place": mission.place,
        "topic": mission.topic,
        "owner": mission.owner.name,
        "due": mission.due,
        "status": status_of(mission),
    }


def _place_choices(request: HttpRequest) -> list[tuple[str, str]]:
    places = Place.objects.filter(pk__in=ids_of_places(request.user)).order_by()
    named = sorted((name_in_language(place), place["code"]) for place in places.values("code", *NAMES))
    return [("", _("Every place")), *((code, name) for name, code in named)]


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.OPEN_MISSIONS)
def open_new(request: HttpRequest) -> HttpResponse:
    """Open a mission; from a finding the form comes filled in (origin, key, place, topic)."""
    if request.method == "POST":
        form, finding = MissionForm(request.POST, by=account_of(request)), FindingForm(request.POST)
        if finding.is_valid() & form.is_valid():
            given = form.cleaned_data
            try:
                mission = open_mission(
                    by=account_of(request),
                    origin=finding.cleaned_data["origin"] or MissionOrigin.OTHER,
                    origin_key=finding.cleaned_data["key"],
                    **given,
                )
            except ValidationError as error:
                form.add_error(None, error.messages)
            else:
                messages.success(request, _("The mission was opened."))
                return redirect("missions:detail", pk=mission.pk)
        return _form_page(request, form, finding=finding, status=422)
    asked = request.GET
    place = Place.objects.filter(code=asked_text(asked, "place")).first()
    if place is not None:
        require(request.user, Permission.OPEN_MISSIONS, place=place)
    topic = Topic.objects.filter(code=asked_text(asked, "topic")).first()
    origin = asked.get("origin", "")
    if origin not in MissionOrigin.values:
        origin = MissionOrigin.OTHER
    title = asked_text(asked, "title", 200) or suggested_title(origin, place, topic)
    form = MissionForm(
        by=account_of(request),
        initial={
            "title": title,
            "place": place.code if place else "",
            "topic": topic.code if topic else "",
            "owner": request.user.pk,
        },
    )
    key = asked_text(asked, "key", 200) or asked_text(asked, "origin_key", 200)
    return _form_page(request, form, finding=FindingForm(initial={"origin": origin, "key": key}))


@require_safe
@needs_permission(Permission.OPEN_MISSIONS)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One mission: what, who, until when, where it came from, what happened to it."""
    mission = _mission(request, pk)
    return _detail_page(request, mission, ClosingForm(initial={"status": MissionStatus.DONE}))


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.OPEN_MISSIONS)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what is to be done, its owner or its date."""
    mission = _mission(request, pk)
    if mission.status != MissionStatus.OPEN:
        messages.info(request, _("The mission is closed and cannot be changed any more."))
        return redirect("missions:detail", pk=pk)
    if request.method != "POST":
        form = MissionForm(
            by=account_of(request),
            mission=mission,
            initial={
                "title": mission.title,
                "topic": mission.topic.code if mission.topic else "",
                "owner": mission.owner_id,
                "due": mission.due,
                "details": mission.details,
            },
        )
        return _form_page(request, form, mission=mission)
    form = MissionForm(request.POST, by=account_of(request), mission=mission)
    if form.is_valid():
        try:
            change_mission(
                by=account_of(request),
                mission=mission,
                seen=request.POST.get("seen", ""),
                **form.cleaned_data,
            )
        except ChangedMeanwhile:
            return _form_page(request, form, mission=_mission(request, pk), changed=True, status=409)
        except AlreadyClosed:
            messages.error(request, _("Somebody closed the mission meanwhile; your change was not saved."))
            return redirect("missions:detail", pk=pk)
        messages.success(request, _("The mission was saved."))
        return redirect("missions:detail", pk=pk)
    return _form_page(request, form, mission=mission, seen=request.POST.get("seen", ""), status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.OPEN_MISSIONS)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a mission with its outcome."""
    mission = _mission(request, pk)
    if request.method != "POST":
        return redirect("missions:detail", pk=pk)
    form = ClosingForm(request.POST)
    if not form.is_valid():
        return _detail_page(request, mission, form, status=422)
    try:
        close_mission(by=account_of(request), mission=mission, **form.cleaned_data)
    except AlreadyClosed:
        messages.error(request, _("Somebody closed the mission meanwhile; below is what they wrote."))
    else:
        messages.success(request, _("The mission was closed."))
    return redirect("missions:detail", pk=pk)


def _mission(request: HttpRequest, pk: int) -> Mission:
    if pk > 2**63 - 1:
        raise Http404
    return get_object_or_404(visible_to(request.user), pk=pk)


def _detail_page(
    request: HttpRequest, mission: Mission, form: ClosingForm, status: int = 200
) -> HttpResponse:
    facts = [
        (_("Place"), name_in_language(mission.place)),
        (_("Topic"), name_in_language(mission.topic)),
        (_("Owner"), mission.owner.name),
        (_("Due"), figures.day(mission.due)),
        (_("Came from"), mission.get_origin_display()),
        (_("Opened by"), f"{mission.opened_by.name}, {figures.day(mission.opened_at)}"),
    ]
    context = {
        "mission": mission,
        "status": status_of(mission),
        "open": mission.status == MissionStatus.OPEN,
        "facts": facts,
        "form": form,
        "history": history(mission),
        "crumbs": [(_("Missions"), reverse("missions:index")), (mission.title, "")],
        "finding_url": _finding_url(mission),
    }
    return render(request, "missions/detail.html", context, status=status)


def _finding_url(mission: Mission) -> str:
    """The picture of the place the finding was in, with its topic."""
    url = reverse("picture:place", args=[mission.place.code])
    return f"{url}?topic={mission.topic.code}" if mission.topic else url


def _form_page(
    request: HttpRequest,
    form: MissionForm,
    *,
    mission: Mission | None = None,
    finding: FindingForm | None = None,
    changed: bool = False,
    seen: str = "",
    status: int = 200,
) -> HttpResponse:
    heading = _("Change the mission") if mission else _("Open a mission")
    context = {
        "form": form,
        "finding": finding,
        "mission": mission,
        "heading": heading,
        "seen": seen or (version_of(mission) if mission else ""),
        "stored": _stored(mission) if changed and mission else None,
        "back": reverse("missions:detail", args=[mission.pk]) if mission else reverse("missions:index"),
        "crumbs": [(_("Missions"), reverse("missions:index")), (heading, "")],
    }
    return render(request, "missions/form.html", context, status=status)


def _stored(mission: Mission) -> list[tuple[str, str]]:
    return [
        (_("What is to be done"), mission.title),
        (_("Topic"), name_in_language(mission.topic)),
        (_("Owner"), mission.owner.name),
        (_("Due"), figures.day(mission.due)),
        (_("Details"), mission.details),
    ]
