"""Sessions of guidance: the list, one of them, planning, holding and cancelling."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from maarag.domains.programmes.models import Programme
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission, permits, places_permitted
from maarag.kernel.audit.queries import told_of
from maarag.kernel.places.models import Place, PlaceKind
from maarag.ui import figures
from maarag.ui.choices import asked_text
from maarag.ui.documents.attached import attached
from maarag.ui.documents.excel import workbook
from maarag.ui.figures import name_in_language

from ..actions import AlreadyEnded, cancel_session, change_session, hold_session, plan_session
from ..forms import CancelForm, HoldForm, SessionForm
from ..models import Session, SessionState
from ..queries import (
    programmes_by_authority,
    programmes_to_guide,
    visible_to,
    within,
    without_shared_guidance,
)
from ..tables import missing_table, sessions_document, sessions_table
from ..words import programmes_in_words, status_of

PER_PAGE = 30
MISSING_SHOWN = 10


@require_safe
@needs_permission(Permission.VIEW_STAFF_FIGURES)
def index(request: HttpRequest) -> HttpResponse:
    """The sessions of my places: those ahead, the nearest first; those that were held, the newest first."""
    rows, asked, place = _asked(request)
    missing = without_shared_guidance(request.user, place)
    may_guide = account_of(request).may_somewhere(Permission.GUIDE_PROGRAMMES)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "tabs": room_tabs("sessions"),
        "table": sessions_table(page, _("No session of guidance matches.")),
        "page": page,
        "asked": asked,
        "states": [
            ("", pgettext("sessions of guidance", "Ahead")),
            ("held", pgettext("sessions of guidance", "Held")),
            ("cancelled", pgettext("sessions of guidance", "Cancelled")),
            ("all", _("All")),
        ],
        "programmes": [
            ("", _("Every programme")),
            *((one.code, name_in_language(one)) for one in programmes_to_guide()),
        ],
        "places": _place_choices(request),
        "missing": missing_table(missing[:MISSING_SHOWN], may_guide) if missing else None,
        "missing_count": len(missing),
        "may_guide": may_guide,
        "fictional": any(one.authority.is_fictional for one in page),
    }
    return render(request, "guidance/index.html", context)


@require_safe
@needs_permission(Permission.VIEW_STAFF_FIGURES)
def export(request: HttpRequest) -> HttpResponse:
    """The sessions of the list as a workbook."""
    rows, _asked_for, _place = _asked(request)
    return attached(workbook([sessions_document(rows)]), "guidance.xlsx")


def _asked(request: HttpRequest) -> tuple[QuerySet[Session], dict[str, str], Place | None]:
    """The rows that the address asks for, what it asks, and the place."""
    rows = visible_to(request.user)
    state, programme = asked_text(request.GET, "state"), asked_text(request.GET, "programme")
    code = asked_text(request.GET, "place")
    place = Place.objects.defer("outline").filter(code=code).first() if code else None
    if place is not None:
        rows = within(rows, place)
    if programme:
        rows = rows.filter(programmes__code=programme)
    if state in (SessionState.HELD, SessionState.CANCELLED):
        rows = rows.filter(state=state)
    elif state != "all":
        state, rows = "", rows.filter(state=SessionState.PLANNED).order_by("day", "pk")
    return rows, {"state": state, "programme": programme, "place": place.code if place else ""}, place


def _place_choices(request: HttpRequest) -> list[tuple[str, str]]:
    places = places_permitted(request.user, Permission.VIEW_STAFF_FIGURES).exclude(
        kind=PlaceKind.NEIGHBOURHOOD
    )
    named = sorted((name_in_language(place), place.code) for place in places.defer("outline"))
    return [("", _("Every place")), *((code, name) for name, code in named)]


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.GUIDE_PROGRAMMES)
def plan(request: HttpRequest) -> HttpResponse:
    """Plan a session; from a department's line its programmes come chosen."""
    account = account_of(request)
    if request.method != "POST":
        code = asked_text(request.GET, "place")
        place = Place.objects.filter(code=code, kind=PlaceKind.AUTHORITY).first() if code else None
        chosen = programmes_by_authority([place.pk]).get(place.pk, set()) if place else set()
        codes = Programme.objects.filter(pk__in=chosen).values_list("code", flat=True)
        initial = {"authority": place.code if place else "", "programmes": list(codes)}
        return _form_page(request, SessionForm(viewer=account, initial=initial))
    form = SessionForm(request.POST, viewer=account)
    if form.is_valid():
        given = form.cleaned_data
        try:
            made = plan_session(by=account, **{**given, "programmes": list(given["programmes"])})
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, _("The session was planned."))
            return redirect("guidance:detail", pk=made.pk)
    return _form_page(request, form, status=422)


@require_safe
@needs_permission(Permission.VIEW_STAFF_FIGURES)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One session: of whom, when, on what; and for who guides, how it went."""
    session = _session(request, pk)
    return _detail_page(request, session, HoldForm(session=session), CancelForm())


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.GUIDE_PROGRAMMES)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a planned session."""
    session = _to_guide(request, pk)
    if not session.is_open:
        messages.info(request, _("The session is over and cannot be changed any more."))
        return redirect("guidance:detail", pk=pk)
    account = account_of(request)
    if request.method != "POST":
        initial = {
            "programmes": [one.code for one in session.programmes.all()],
            **{name: getattr(session, name) for name in ("day", "minutes", "topic", "guide")},
        }
        return _form_page(request, SessionForm(viewer=account, session=session, initial=initial), session)
    form = SessionForm(request.POST, viewer=account, session=session)
    if form.is_valid():
        given = form.cleaned_data
        try:
            change_session(by=account, session=session, **{**given, "programmes": list(given["programmes"])})
        except AlreadyEnded:
            messages.error(request, _("Somebody closed the session meanwhile; your change was not saved."))
            return redirect("guidance:detail", pk=pk)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, _("The session was saved."))
            return redirect("guidance:detail", pk=pk)
    return _form_page(request, form, session, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.GUIDE_PROGRAMMES)
def hold(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down that the session took place."""
    session = _to_guide(request, pk)
    if request.method != "POST":
        return redirect("guidance:detail", pk=pk)
    form = HoldForm(request.POST, session=session)
    if form.is_valid():
        try:
            hold_session(by=account_of(request), session=session, **form.cleaned_data)
        except AlreadyEnded:
            messages.error(request, _("Somebody closed the session meanwhile; below is what they wrote."))
            return redirect("guidance:detail", pk=pk)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, _("The session was written down."))
            return redirect("guidance:detail", pk=pk)
    return _detail_page(request, session, form, CancelForm(), status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.GUIDE_PROGRAMMES)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that the session does not take place."""
    session = _to_guide(request, pk)
    if request.method != "POST":
        return redirect("guidance:detail", pk=pk)
    form = CancelForm(request.POST)
    if not form.is_valid():
        return _detail_page(request, session, HoldForm(session=session), form, status=422)
    try:
        cancel_session(by=account_of(request), session=session, why=form.cleaned_data["why"])
    except AlreadyEnded:
        messages.error(request, _("Somebody closed the session meanwhile; below is what they wrote."))
    else:
        messages.success(request, _("The session was cancelled."))
    return redirect("guidance:detail", pk=pk)


def _session(request: HttpRequest, pk: int) -> Session:
    found = visible_to(request.user).filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise Http404
    return found


def _to_guide(request: HttpRequest, pk: int) -> Session:
    session = _session(request, pk)
    if not permits(request.user, Permission.GUIDE_PROGRAMMES, place=session.authority):
        raise Http404
    return session


def _detail_page(
    request: HttpRequest, session: Session, form: HoldForm, cancel_form: CancelForm, status: int = 200
) -> HttpResponse:
    may_guide = permits(request.user, Permission.GUIDE_PROGRAMMES, place=session.authority)
    facts: list[tuple[Any, Any]] = [
        (_("Local authority"), name_in_language(session.authority)),
        (_("Programmes"), programmes_in_words(session)),
        (_("Kind"), session.get_kind_display()),
        (_("Day"), figures.day(session.day)),
        (_("Minutes"), figures.number(session.minutes)),
        (_("Who guides"), session.guide),
        (_("Planned by"), session.planned_by.name),
    ]
    context = {
        "session": session,
        "status": status_of(session),
        "facts": facts,
        "form": form,
        "cancel_form": cancel_form,
        "may_guide": may_guide and session.is_open,
        "may_hold": session.day <= timezone.localdate(),
        "before": session.follows,
        "after": Session.objects.filter(follows=session).first(),
        "history": told_of(session),
        "crumbs": [(_("Guidance"), reverse("guidance:index")), (session.topic, "")],
    }
    return render(request, "guidance/detail.html", context, status=status)


def _form_page(
    request: HttpRequest, form: SessionForm, session: Session | None = None, status: int = 200
) -> HttpResponse:
    heading = _("Change the session") if session else _("Plan a session")
    back = reverse("guidance:detail", args=[session.pk]) if session else reverse("guidance:index")
    context = {
        "form": form,
        "heading": heading,
        "over": session.authority if session else None,
        "back": back,
        "crumbs": [(_("Guidance"), reverse("guidance:index")), (heading, "")],
    }
    return render(request, "guidance/form.html", context, status=status)


def room_tabs(current: str) -> list[dict[str, Any]]:
    """The two pages of the room."""
    rooms = (
        ("sessions", pgettext("guidance", "Sessions"), "guidance:index"),
        ("targets", _("Targets"), "guidance:targets"),
    )
    return [{"label": label, "url": reverse(name), "current": code == current} for code, label, name in rooms]
