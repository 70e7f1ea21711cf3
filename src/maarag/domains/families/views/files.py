"""The pages of families' files: for whoever keeps them, of their own authorities."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.kernel.drafts.actions import forget_draft
from maarag.kernel.places.models import Place
from maarag.ui import figures
from maarag.ui.choices import asked_text
from maarag.ui.figures import name_in_language
from maarag.ui.navigation import addresses
from maarag.ui.tables import Column, Table

from ..actions import (
    AlreadyClosed,
    ChangedMeanwhile,
    StillOpen,
    change_family,
    close_family,
    open_family,
    read_family,
    reopen_family,
    tell_apart,
    version_of,
)
from ..duplicates import Probable
from ..forms import ClosingForm, FamilyForm, MemberFormSet, initial_of
from ..forms.merging import ApartForm
from ..listing import Asked, families
from ..models import Family, FamilyStatus
from ..parts import summaries, tabs
from ..queries import found_by, history, listed, to_justify, waiting_for
from ..scope import authorities_with, authority_ids, may
from ..words import age_of, status_of
from .merging import covers, merges_of, probable_for, shown_as_probable, warn_of_resembling
from .shares import shares_table

STATES_SHOWN = (FamilyStatus.OPEN, FamilyStatus.CLOSED)
PER_PAGE = 30
SUGGESTIONS = 8
NAMES = ("name_he", "name_ar", "name_en")


@require_safe
@needs_permission(Permission.VIEW_FAMILIES)
def index(request: HttpRequest) -> HttpResponse:
    """The families of my authorities."""
    asked, account = Asked.of(request.GET), account_of(request)
    supervises = account.may_somewhere(Permission.REVIEW_READING)
    page = Paginator(families(request.user, asked), PER_PAGE).get_page(request.GET.get("page"))
    readable = authority_ids(request.user, Permission.VIEW_FAMILIES)
    authorities = _authorities(readable, list(page))
    columns = [
        Column("name", _("Family"), heading=True, link="url", sortable=True),
        Column("number", _("File number"), "text", sortable=True),
        Column("place", _("Place"), "name"),
        Column("people", _("People"), "number"),
        Column("worker", _("Social worker"), sortable=True),
        Column("review", _("Next review"), "date", sortable=True),
        Column("status", _("State"), "status"),
    ]
    count, today = page.paginator.count, timezone.localdate()
    address = addresses("families:detail")
    context = {
        "table": Table(
            columns=columns,
            rows=[_line(family, address(family.pk), today) for family in page],
            caption=_("Families"),
            caption_hidden=True,
            empty=_("No family matches. Names are found by their parts, an id or a phone only as a whole."),
            sort=asked.sort,
            region="results",
            foot=ngettext("%(count)s family", "%(count)s families", count) % {"count": figures.number(count)},
        ),
        "page": page,
        "asked": asked,
        "whose": [("", _("All of my places")), ("mine", pgettext("file of a family", "Mine"))],
        "states": [(one.value, one.label) for one in STATES_SHOWN] + [("all", _("All"))],
        "places": [("", _("Every place")), *((one.code, name_in_language(one)) for one in authorities)],
        "may_open": bool(authority_ids(request.user, Permission.EDIT_FAMILIES)),
        "may_open_foreign": account.may_somewhere(Permission.OPEN_FOREIGN_FILES),
        "supervises": supervises,
        "openings_waiting": waiting_for(account) if supervises else 0,
        "waiting": to_justify(account),
        "fictional": any(place.is_fictional for place in authorities),
    }
    return render(request, "families/index.html", context)


def _authorities(readable: list[int], shown: list[Family]) -> list[Place]:
    """The authorities of the list; where there is but one, each of its families brought it along."""
    if shown and readable == [shown[0].authority_id]:
        return [shown[0].authority]
    return list(Place.objects.filter(pk__in=readable).only("code", "is_fictional", *NAMES))


def _line(family: Family, url: str, today: date) -> dict[str, Any]:
    return {
        "name": family.name,
        "url": url,
        "number": str(family.number),
        "place": family.neighbourhood or family.authority,
        "people": family.people,  # type: ignore[attr-defined]
        "worker": family.worker.name,
        "review": family.review_on,
        "status": status_of(family, today),
    }


@require_safe
@needs_permission(Permission.VIEW_FAMILIES)
def find(request: HttpRequest) -> HttpResponse:
    """The first families that a text finds, for fields that complete what is typed."""
    text = asked_text(request.GET, "q", 120)
    found = found_by(listed(request.user), text)[:SUGGESTIONS] if text else []
    return JsonResponse(
        {"items": [{"id": str(one.pk), "name": one.name, "number": one.number} for one in found]}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def open_new(request: HttpRequest) -> HttpResponse:
    """Open a file."""
    by = account_of(request)
    if request.method != "POST":
        authorities = authorities_with(by, Permission.EDIT_FAMILIES)
        only = authorities.get().code if authorities.count() == 1 else ""
        form = FamilyForm(by=by, initial={"authority": only, "worker": by.pk})
        return _form_page(request, form, MemberFormSet(prefix="people"))
    form, people = FamilyForm(request.POST, by=by), MemberFormSet(request.POST, prefix="people")
    if "more" in request.POST:
        return _form_page(request, form, _with_another(request))
    if form.is_valid() & people.is_valid():
        probable = probable_for(by, form.cleaned_data, people.drafts())
        apart = ApartForm(request.POST if "apart-of" in request.POST else None, prefix="apart")
        if probable and not (covers(request, probable) and apart.is_valid()):
            return _form_page(request, form, people, probable=probable, apart=apart, status=409)
        try:
            with transaction.atomic():
                family = open_family(by=by, members=people.drafts(), **form.cleaned_data)
                if probable:
                    others = [one.family for one in probable]
                    tell_apart(by=by, family=family, others=others, **apart.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            forget_draft(request)
            messages.success(request, _("The file was opened."))
            return redirect("families:detail", pk=family.pk)
    return _form_page(request, form, people, status=422)


@require_safe
@needs_permission(Permission.VIEW_FAMILIES)
def detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One file: the household, its people, what happened to it. Whoever opens it is recorded."""
    return _detail_page(request, _family(request, pk), ClosingForm())


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a file and its people."""
    family, by = _family(request, pk, Permission.EDIT_FAMILIES), account_of(request)
    if family.status != FamilyStatus.OPEN:
        messages.info(request, _("The file is closed; open it again before you change it."))
        return redirect("families:detail", pk=pk)
    if request.method != "POST":
        initial = {name: getattr(family, name) for name in ("name", "address", "review_on")}
        initial |= {"worker": family.worker_id, "neighbourhood": getattr(family.neighbourhood, "code", "")}
        people = MemberFormSet(prefix="people", initial=initial_of(list(family.members.all())))
        return _form_page(request, FamilyForm(by=by, family=family, initial=initial), people, family=family)
    seen = request.POST.get("seen", "")
    form = FamilyForm(request.POST, by=by, family=family)
    people = _members_of(request, family)
    if "more" in request.POST:
        return _form_page(request, form, _with_another(request), family=family, seen=seen)
    if form.is_valid() & people.is_valid():
        try:
            change_family(by=by, family=family, members=_kept(people), seen=seen, **form.cleaned_data)
        except ChangedMeanwhile:
            return _form_page(request, form, people, family=_family(request, pk), changed=True, status=409)
        except AlreadyClosed:
            messages.error(request, _("Somebody closed the file meanwhile; your change was not saved."))
            return redirect("families:detail", pk=pk)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            forget_draft(request)
            messages.success(request, _("The file was saved."))
            warn_of_resembling(request, family)
            return redirect("families:detail", pk=pk)
    return _form_page(request, form, people, family=family, seen=seen, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def close(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Close a file for a reason."""
    family = _family(request, pk, Permission.EDIT_FAMILIES)
    if request.method != "POST":
        return redirect("families:detail", pk=pk)
    form = ClosingForm(request.POST)
    if not form.is_valid():
        return _detail_page(request, family, form, status=422)
    try:
        close_family(by=account_of(request), family=family, **form.cleaned_data)
    except AlreadyClosed:
        messages.error(request, _("Somebody closed the file meanwhile."))
    except ValidationError as error:
        form.add_error(None, error.messages)
        return _detail_page(request, family, form, status=422)
    else:
        messages.success(request, _("The file was closed."))
    return redirect("families:detail", pk=pk)


@require_POST
@needs_permission(Permission.EDIT_FAMILIES)
def reopen(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open a closed file again."""
    family = _family(request, pk, Permission.EDIT_FAMILIES)
    try:
        reopen_family(by=account_of(request), family=family)
    except StillOpen:
        messages.info(request, _("The file is open already."))
    else:
        messages.success(request, _("The file was opened again."))
    return redirect("families:detail", pk=pk)


def _family(request: HttpRequest, pk: UUID, permission: Permission | None = None) -> Family:
    family = read_family(by=account_of(request), pk=pk)
    if family is None or (permission and not may(request.user, permission, family)):
        raise Http404
    return family


def _members_of(request: HttpRequest, family: Family) -> Any:
    initial = initial_of(list(family.members.all()))
    return MemberFormSet(request.POST, prefix="people", initial=initial)


def _kept(people: Any) -> list[Any]:
    """The people who stay, whether or not their form was changed."""
    forms = [form for form in people.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
    return [form.draft() for form in forms if form.cleaned_data.get("first_name")]


def _with_another(request: HttpRequest) -> Any:
    """The people as typed so far, with one empty form more; nothing is checked yet."""
    typed = request.POST.copy()
    typed["people-TOTAL_FORMS"] = str(int(typed.get("people-TOTAL_FORMS") or 0) + 1)
    return MemberFormSet(typed, prefix="people")


def _detail_page(request: HttpRequest, family: Family, form: ClosingForm, status: int = 200) -> HttpResponse:
    facts = [
        (_("File number"), str(family.number)),
        (_("Local authority"), name_in_language(family.authority)),
        (_("Neighbourhood"), name_in_language(family.neighbourhood) if family.neighbourhood else ""),
        (_("Address"), family.address),
        (_("Social worker"), family.worker.name),
        (_("Opened"), figures.day(family.opened_on)),
        (_("Next review"), figures.day(family.review_on)),
    ]
    if family.closed_on:
        facts += [
            (_("Closed on"), figures.day(family.closed_on)),
            (_("Reason for closing"), family.get_closing_reason_display()),
        ]
    people = Table(
        columns=[
            Column("name", _("Name"), heading=True),
            Column("relation", _("In the family")),
            Column("age", pgettext("of a person", "Age"), "number"),
            Column("gender", _("Gender")),
            Column("national_id", _("National id")),
            Column("phone", _("Phone")),
        ],
        rows=[
            {
                "name": str(member),
                "relation": member.get_relation_display(),
                "age": age_of(member),
                "gender": member.get_gender_display(),
                "national_id": member.national_id,
                "phone": member.phone,
            }
            for member in family.members.all()
        ],
        caption=_("People of the family"),
        caption_hidden=True,
    )
    may_share = may(request.user, Permission.SHARE_FAMILIES, family)
    context = {
        "family": family,
        "status": status_of(family),
        "open": family.status == FamilyStatus.OPEN,
        "may_edit": may(request.user, Permission.EDIT_FAMILIES, family),
        "facts": [fact for fact in facts if fact[1]],
        "people": people,
        "may_share": may_share,
        "shares": shares_table(family, may_share=may_share),
        "form": form,
        "history": history(family),
        "merges": merges_of(request, family),
        "tabs": tabs(family, ""),
        "summaries": summaries(request.user, family),
        "crumbs": [(_("Families"), reverse("families:index")), (family.name, "")],
    }
    return render(request, "families/detail.html", context, status=status)


def _form_page(
    request: HttpRequest,
    form: FamilyForm,
    people: Any,
    *,
    family: Family | None = None,
    changed: bool = False,
    seen: str = "",
    probable: list[Probable] | None = None,
    apart: ApartForm | None = None,
    status: int = 200,
) -> HttpResponse:
    heading = _("Change the file") if family else _("Open a family's file")
    context = {
        "form": form,
        "people": people,
        "family": family,
        "heading": heading,
        "changed": changed,
        "probable": shown_as_probable(probable or []),
        "apart_form": apart,
        "seen": seen or (version_of(family) if family else ""),
        "back": reverse("families:detail", args=[family.pk]) if family else reverse("families:index"),
        "crumbs": [(_("Families"), reverse("families:index")), (heading, "")],
    }
    return render(request, "families/form.html", context, status=status)
