"""The part "the response that suits most" of a family's file: all places ranked, waiting, giving a place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from maarag.domains.baskets.actions import places_left
from maarag.domains.baskets.errors import LEDGER, BasketError
from maarag.domains.baskets.errors import in_words as basket_words
from maarag.domains.baskets.models import Basket, BasketStatus
from maarag.domains.families.actions import read_words
from maarag.domains.families.models import Family, FamilyStatus
from maarag.domains.families.parts import page_of
from maarag.domains.families.scope import may
from maarag.domains.programmes.models import Programme, Quota
from maarag.domains.programmes.words import quota_words
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.kernel.matches.models import RunState
from maarag.ui import figures
from maarag.ui.choices import asked_text
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Column, Table

from ..actions import change_waiting, give_place, stop_waiting, wait
from ..actions.giving import above_room
from ..errors import PlacementsError
from ..forms import ChangeWaitingForm, GiveForm, StopWaitingForm, WaitForm
from ..models import Proposal, Waiting
from ..promised import promised_to_others
from ..queries import ranking
from ..scope import alternatives_of, proposals_for, waitings_of
from ..told import method_of, through_of
from .filed import PART, family_of, form_page, tell
from .ranked import free_words, missing_lines, parts_of_ranking, price_words
from .weighing import shown_alternative


@require_safe
@needs_permission(Permission.VIEW_FAMILIES)
def family(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All programmes before the family. Whoever opens the page is recorded."""
    account = account_of(request)
    found = family_of(request, pk)
    edits = may(account, Permission.EDIT_FAMILIES, found) and found.status == FamilyStatus.OPEN
    context: dict[str, Any] = {
        **page_of(request, found, PART),
        "has": _places_of(found),
        "proposal": _proposal(request, found),
        "alternatives": [
            shown_alternative(row, edits)
            for row in alternatives_of(account).filter(family=found).order_by("-opened_on", "pk")
        ],
        "past": _past(request, found),
        "may_edit": edits,
        "is_closed": found.status != FamilyStatus.OPEN,
    }
    if found.status == FamilyStatus.OPEN:
        answer = ranking(found)
        context |= parts_of_ranking(answer, may_edit=edits)
        context["missing"] = missing_lines(answer, found)
    return render(request, "placements/family.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def put_waiting(request: HttpRequest, pk: UUID, programme: str) -> HttpResponse:
    """Put the family on a programme's list."""
    found = family_of(request, pk, Permission.EDIT_FAMILIES)
    wanted = get_object_or_404(Programme, code=programme, is_active=True)
    form, status = WaitForm(request.POST or None, initial={"why": "proposed"}), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                wait(by=account_of(request), family=found, programme=wanted, **form.cleaned_data)
            except (PlacementsError, ValidationError) as error:
                tell(form, error)
            else:
                messages.success(request, _("The family is on the waiting list."))
                return redirect("placements:family", pk=pk)
    words = _("Waiting list of %(programme)s") % {"programme": name_in_language(wanted)}
    about = [
        _("Whoever matches sees that the family waits, since when and how urgently: it weighs."),
        _("The list is put in order by priority, then by the day. Its position stands in the file."),
    ]
    return form_page(request, found, form, words, status, about=about)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def edit_waiting(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say anew why the family waits and how urgently; since when stays."""
    row = _waiting_of(request, pk)
    initial = {"why": row.why, "priority": row.priority, "note": row.note}
    return _waiting_page(
        request,
        row,
        ChangeWaitingForm(request.POST or None, initial=initial),
        change_waiting,
        title=_("Waiting list of %(programme)s"),
        done=_("The waiting is written anew."),
        about=[_("The list is put in order by priority, then by the day. Its position stands in the file.")],
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def end_waiting(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take the family off a list."""
    return _waiting_page(
        request,
        _waiting_of(request, pk),
        StopWaitingForm(request.POST or None),
        stop_waiting,
        title=_("Off the waiting list of %(programme)s"),
        done=_("The family is off the waiting list."),
    )


def _waiting_page(
    request: HttpRequest,
    row: Waiting,
    form: Form,
    write: Callable[..., Waiting],
    *,
    title: str,
    done: str,
    about: list[str] | None = None,
) -> HttpResponse:
    """A form of a wait, or, when it was understood, `write` with what it says."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                write(by=account_of(request), waiting=row, **form.cleaned_data)
            except (PlacementsError, ValidationError) as error:
                tell(form, error)
            else:
                messages.success(request, done)
                return redirect("placements:family", pk=row.family_id)
    read_words(by=account_of(request), rows=[row])
    words = title % {"programme": name_in_language(row.programme)}
    return form_page(request, row.family, form, words, status, about=about)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def give(request: HttpRequest, pk: UUID, quota: int) -> HttpResponse:
    """Give the family a place at once."""
    found = family_of(request, pk, Permission.EDIT_FAMILIES)
    running = Quota.objects.told_apart().filter(programme__is_active=True)
    place = get_object_or_404(running, pk=quota, authority=found.authority_id)
    above = above_room(found, place)
    form = GiveForm(
        request.POST if request.method == "POST" else None,
        above=bool(above),
        promised=places_left(place) <= promised_to_others(place, found),
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                give_place(by=account_of(request), family=found, quota=place, **form.cleaned_data)
            except (BasketError, *LEDGER) as error:
                form.add_error(None, basket_words(error))
            except (PlacementsError, ValidationError) as error:
                tell(form, error)
            else:
                messages.success(request, _("The family has the place; its basket is open."))
                return redirect("baskets:family", pk=pk)
    about = [
        *(one.in_words() for one in above),
        _("For one family the programme pays %(sum)s.") % {"sum": figures.money(place.line.unit_cost)},
    ]
    if found.status == FamilyStatus.OPEN:
        about = _known(found, place, about, asked_text(request.GET, "method", 80))
    words = _("A place in %(programme)s") % {"programme": quota_words(place)}
    return form_page(request, found, form, words, status, about=about)


def _known(found: Family, place: Quota, about: list[str], code: str) -> list[str]:
    """Also what the ranking says of this quota, with the method of this code where methods are ranked."""
    places = [one for one in ranking(found).every_place if one.quota and one.quota.pk == place.pk]
    one = next((one for one in places if one.method and one.method.code == code), None)
    one = one or next(iter(places), None)
    if one is None:
        return about
    if one.method:
        about.insert(0, _("The method: %(method)s.") % {"method": name_in_language(one.method)})
    about.append(f"{free_words(one)}.")
    if one.waits_before:
        about.append(_("Before this family wait: %(n)s.") % {"n": figures.number(one.waits_before)})
    if words := price_words(one):
        about.append(words)
    return about


def _waiting_of(request: HttpRequest, pk: UUID) -> Waiting:
    row: Waiting | None = waitings_of(account_of(request)).filter(pk=pk, ended_on=None).first()
    if row is None or not may(request.user, Permission.EDIT_FAMILIES, row.family):
        raise Http404
    return row


def _places_of(found: Family) -> list[dict[str, Any]]:
    rows = Basket.objects.filter(family=found, status=BasketStatus.OPEN).select_related("quota__programme")
    return [
        {
            "programme": quota_words(row.quota),
            "since": row.opened_on,
            "url": reverse("baskets:family", args=[found.pk]),
        }
        for row in rows.order_by("opened_on", "pk")
    ]


def _proposal(request: HttpRequest, found: Family) -> dict[str, Any] | None:
    """The newest proposal of a run that is done and not carried out."""
    rows = proposals_for(account_of(request)).filter(family=found, run__state=RunState.DONE, carried_at=None)
    row: Proposal | None = rows.order_by("-run__asked_at").first()
    if row is None:
        return None
    if row.quota is None:
        words = _("The last run leaves the family waiting.")
    else:
        words = _("The last run proposes a place in %(programme)s.") % {"programme": quota_words(row.quota)}
        if method := method_of(row):
            words = _("The last run proposes the method %(method)s, through %(place)s.") % {
                "method": method,
                "place": through_of(row),
            }
    return {"words": words, "url": reverse("placements:proposal", args=[row.pk])}


def _past(request: HttpRequest, found: Family) -> Table | None:
    rows = [
        {
            "programme": row.programme,
            "since": row.since,
            "ended": row.ended_on,
            "outcome": row.get_outcome_display(),
        }
        for row in waitings_of(account_of(request)).filter(family=found).exclude(ended_on=None)
    ]
    columns = [
        Column("programme", _("Programme"), "name", heading=True),
        Column("since", Waiting._meta.get_field("since").verbose_name, "date"),
        Column("ended", _("Until"), "date"),
        Column("outcome", _("How it ended")),
    ]
    return Table(columns, rows, _("What the family waited for before"), caption_hidden=True) if rows else None
