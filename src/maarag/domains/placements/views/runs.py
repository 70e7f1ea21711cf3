"""Runs: all of them, a new one and one that keeps decisions, how far it is, stopping it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maarag.domains.programmes.models import Programme
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission, places_permitted
from maarag.kernel.matches.actions import CUT_OFF, cancel_run
from maarag.kernel.matches.holding import held_among
from maarag.kernel.matches.models import Run, RunState
from maarag.kernel.matches.queries import cut_off
from maarag.kernel.places.models import PlaceKind
from maarag.ui import figures
from maarag.ui.choices import asked_number, asked_text
from maarag.ui.tables import Column, Table

from ..actions import mend, rerun, start_run
from ..asked import Asked, asked
from ..errors import PlacementsError
from ..forms import RunForm
from ..queries.groups_asked import floor_groups
from ..queries.listed import counts_of
from ..scope import runs_of, sees_names
from ..told import fault_in_words, step_in_words
from .shown import floors_in_words, room_tabs, run_name, run_page, status_of_run

PER_PAGE = 25
KINDS = (PlaceKind.AUTHORITY, PlaceKind.CLUSTER, PlaceKind.DISTRICT, PlaceKind.NATION)


@require_safe
@needs_permission(Permission.RUN_PLACEMENTS)
def index(request: HttpRequest) -> HttpResponse:
    """The runs that the account may see, newest first."""
    account = account_of(request)
    page = Paginator(runs_of(account), PER_PAGE).get_page(request.GET.get("page"))
    counts = counts_of(account, list(page))
    broken = cut_off(page)
    rows = [
        {
            "when": run_name(run),
            "url": reverse("placements:progress" if run.state != RunState.DONE else first_page(account, run),
                           args=[run.pk]),
            "families": counts[run.pk].families,
            "placed": counts[run.pk].placed,
            "floors": floors_in_words(Asked.of(run.settings).floors) or "–",
            "by": run.asked_by.name,
            "status": status_of_run(run, is_cut_off=run.pk in broken),
        }
        for run in page
    ]  # fmt: skip
    count = page.paginator.count
    table = Table(
        columns=[
            Column("when", _("Run"), heading=True, link="url"),
            Column("families", _("Families without a place"), "number"),
            Column("placed", _("Proposed a place"), "number"),
            Column("floors", _("Floors for groups")),
            Column("by", _("Asked by")),
            Column("status", _("State"), "status"),
        ],
        rows=rows,
        caption=_("Runs"),
        caption_hidden=True,
        foot=ngettext("%(count)s run", "%(count)s runs", count) % {"count": figures.number(count)},
    )
    context = {
        "tabs": room_tabs(account, "index"),
        "table": table,
        "page": page,
        "runs_title": _("Runs"),
        "working": any(run.is_open and run.pk not in broken for run in page),
        "may_ask": _places(account).exists(),
        "fictional": any(run.place.is_fictional for run in page),
    }
    return render(request, "placements/index.html", context)


def first_page(account: Account, run: Run) -> str:
    """Where a run that is done opens: its board, or its figures for who sees no names."""
    return "placements:run" if sees_names(account, run) else "placements:whole"


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.RUN_PLACEMENTS)
def new(request: HttpRequest) -> HttpResponse:
    """Match anew."""
    return _settings_page(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.RUN_PLACEMENTS)
def again(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Match once more, keeping what was decided, maybe with a floor that mends a difference."""
    run = run_of(request, pk)
    if run.is_open and not cut_off([run]):
        raise Http404
    return _settings_page(request, run)


def _settings_page(request: HttpRequest, before: Run | None) -> HttpResponse:
    account = account_of(request)
    places = _places(account) if before is None else places_of_again(account, before)
    order = {kind: number for number, kind in enumerate(KINDS)}
    whole = before.place_id if before else None
    first = min(
        places, key=lambda one: (one.pk != whole, order[PlaceKind(one.kind)], one.name_he), default=None
    )
    if first is None:
        raise Http404
    wanted = asked_text(request.POST or request.GET, "place") or first.code
    place = next((one for one in places if one.code == wanted), first)
    groups = floor_groups(account, place, before)
    form = RunForm(
        request.POST or None,
        places=places.order_by("name_he"),
        programmes=Programme.objects.filter(is_active=True).order_by("name_he"),
        groups=groups,
        again=before is not None,
        initial={"place": place.code, **_initial(before, request)},
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                run = _start(account, form, before, asked_text(request.POST, "mends"))
            except (PlacementsError, ValidationError) as error:
                words = error.messages if isinstance(error, ValidationError) else error.in_words()
                form.add_error(None, words)
            else:
                return _after(request, account, run)
    context = {
        "tabs": [],
        "title": _("Run again, keeping what was decided") if before else _("Begin a new run"),
        "form": form,
        "floors": form.parts(),
        "mends": asked_text(request.POST or request.GET, "mends"),
        "fictional": place.is_fictional,
        "crumbs": [
            (_("Placing families"), reverse("placements:index")),
            (run_name(before) if before else _("New run"), ""),
        ],
    }
    return render(request, "placements/new.html", context, status=status)


def _start(account: Account, form: RunForm, before: Run | None, mends: str) -> Run:
    """Begin the run; `mends`: attribute:value of the difference that its floor answers."""
    given = form.cleaned_data
    floors = form.floors()
    settings = asked(
        who=given["who"],
        least_fit=given["least_fit"],
        floors=floors,
        programmes=[one.pk for one in given["programmes"]],
    )
    if before is None:
        return start_run(by=account, place=given["place"], settings=settings)
    attribute, _colon, value = mends.partition(":")
    floor = next((one for one in floors if (one.attribute, one.value) == (attribute, value)), None)
    if floor is not None:
        return mend(
            by=account,
            run=before,
            attribute=attribute,
            value=value,
            percent=floor.percent,
            number=floor.number,
            settings=settings,
            keep=given["keep"],
            place=given["place"],
        )
    return rerun(by=account, run=before, place=given["place"], settings=settings, keep=given["keep"])


def _after(request: HttpRequest, account: Account, run: Run) -> HttpResponse:
    if run.state == RunState.DONE:
        messages.success(request, _("Matched. Nothing is decided yet: look at what is proposed."))
        return redirect(first_page(account, run), pk=run.pk)
    return redirect("placements:progress", pk=run.pk)


def _initial(before: Run | None, request: HttpRequest) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if before is not None:
        settings = Asked.of(before.settings)
        codes = Programme.objects.filter(pk__in=settings.programmes).values_list("code", flat=True)
        found = {"who": settings.who, "least_fit": settings.least_fit, "programmes": list(codes)}
        found |= {f"floor-{one.attribute}-{one.value}": one.percent for one in settings.floors}
        found |= {f"least-{one.attribute}-{one.value}": one.number for one in settings.floors}
    mends, least = asked_text(request.GET, "mends"), asked_number(request.GET, "least", 3)
    attribute, _colon, value = mends.partition(":")
    if value and least is not None:
        found[f"floor-{attribute}-{value}"] = least
        found.pop(f"least-{attribute}-{value}", None)
    return found


@require_safe
@needs_permission(Permission.RUN_PLACEMENTS)
def progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far the run is; leads on when it is done."""
    run = run_of(request, pk)
    account = account_of(request)
    if run.state == RunState.DONE and not request.headers.get("HX-Request"):
        return redirect(first_page(account, run), pk=run.pk)
    is_cut_off = bool(cut_off([run]))
    context = {
        **run_page(run, "progress", _("Matching"), named=False, is_cut_off=is_cut_off),
        "tabs": [],
        "is_cut_off": is_cut_off,
        "begins_anew": run.state == RunState.RUNNING and not is_cut_off and not held_among([run.pk]),
        "step": step_in_words(run.step),
        "fault": fault_in_words(CUT_OFF if is_cut_off else run.fault),
        "done_url": reverse(first_page(account, run), args=[run.pk]),
        "may_ask": places_of_again(account, run).exists(),
        "in_force": _in_force(account, run),
    }
    return render(request, "placements/progress.html", context)


def _in_force(account: Account, run: Run) -> tuple[str, str] | None:
    """Name and address of what is proposed for the place, where this run came to nothing."""
    found = runs_of(account).filter(place=run.place_id, state=RunState.DONE).first()
    return (run_name(found), reverse(first_page(account, found), args=[found.pk])) if found else None


@require_POST
@needs_permission(Permission.RUN_PLACEMENTS)
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stop a run that waits or runs."""
    run = cancel_run(by=account_of(request), run=run_of(request, pk))
    if run.is_open:
        messages.info(request, _("It is being stopped; nothing of it will be kept."))
    elif run.state == RunState.CANCELLED:
        messages.success(request, _("It is stopped; nothing of it is kept."))
    else:
        messages.info(request, _("It had ended already."))
    return redirect("placements:progress", pk=run.pk)


def run_of(request: HttpRequest, pk: UUID, *, done: bool = False) -> Run:
    """The run, if the account may see it; raises Http404."""
    found = runs_of(account_of(request)).filter(pk=pk).select_related("based_on").first()
    if found is None or (done and found.state != RunState.DONE):
        raise Http404
    return found


def named_run_of(request: HttpRequest, pk: UUID) -> Run:
    """A run that is done and shows the account names; raises Http404."""
    run = run_of(request, pk, done=True)
    if not sees_names(account_of(request), run):
        raise Http404
    return run


def places_of_again(account: Account, run: Run) -> Any:
    """For which places of the run the account may run again: all of it, or departments in it."""
    return _places(account).filter(Q(pk=run.place_id) | Q(pk__in=run.authorities))


def _places(account: Account) -> Any:
    return places_permitted(account, Permission.RUN_PLACEMENTS).filter(kind__in=KINDS).defer("outline")
