"""Weighing the community against leaving home: what is considered, the alternatives, the decision."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maarag.domains.families.actions import read_words
from maarag.domains.families.parts import page_of
from maarag.domains.families.scope import may
from maarag.domains.programmes.models import Method, Programme
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.ui import figures
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Column, Table
from maarag.values import Money

from ..actions import add_option, change_option, consider, decide_alternative, remove_option
from ..errors import PlacementsError
from ..forms import ChoiceForm, ConsiderForm, OptionForm
from ..models import Alternative, AlternativeOption, Barrier, Incentive
from ..scope import alternatives_of
from .filed import PART, family_of, form_page, tell
from .shown import share, status_of_choice

COMMUNITY_ABOUT = (
    lambda: _("What the community could do instead is written beside it, also what stands in its way."),
    lambda: _(
        "Barriers are counted over all families without names: so the department sees what is lacking."
    ),
)


def title_of(option: AlternativeOption) -> str:
    if option.programme is not None:
        return name_in_language(option.programme)
    if option.method is not None:
        return name_in_language(option.method)
    return option.words[:80]


def member_name(row: Alternative) -> str:
    return f"{row.member.first_name} {row.member.last_name}".strip() if row.member else ""


def yearly(agorot: int | None) -> Money | None:
    return None if agorot is None else Money(agorot)


def shown_alternative(row: Alternative, edits: bool) -> dict[str, Any]:
    """An alternative as its card in the file shows it: out of the home beside each in the community."""
    options = list(row.options.all())
    rows: list[dict[str, Any]] = [
        {
            "what": title_of(one),
            "fit": share(one.fit),
            "barriers": ", ".join(str(Barrier(code).label) for code in one.barriers) or "–",
            "incentives": ", ".join(str(Incentive(code).label) for code in one.incentives) or "–",
            "yearly": yearly(one.yearly_agorot),
        }
        for one in options
    ]
    columns = [
        Column("what", _("In the community"), heading=True),
        Column("fit", _("Fit"), "coverage"),
        Column("incentives", _("What speaks for it")),
        Column("barriers", _("What stands in its way")),
        Column("yearly", _("A year"), "money"),
    ]
    return {
        "pk": row.pk,
        "member": member_name(row),
        "response": name_in_language(row.response),
        "since": row.opened_on,
        "by": row.opened_by.name,
        "yearly": yearly(row.yearly_agorot),
        "status": status_of_choice(row.choice),
        "why": row.why,
        "reason": row.reason,
        "options": options,
        "table": Table(columns, rows, _("Alternatives in the community"), caption_hidden=True, dense=True),
        "may_edit": edits and row.is_open,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def consider_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write down that leaving home is considered."""
    found = family_of(request, pk, Permission.EDIT_FAMILIES)
    form, status = ConsiderForm(request.POST or None, family=found), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            try:
                row = consider(
                    by=account_of(request),
                    family=found,
                    response=given["response"],
                    why=given["why"],
                    member=given["member"],
                    yearly_cost=given["yearly"],
                    day=given["day"],
                )
            except (PlacementsError, ValidationError) as error:
                tell(form, error)
            else:
                messages.success(request, _("Written down. Now add what the community could do instead."))
                return redirect("placements:alternative", pk=row.pk)
    about = [words() for words in COMMUNITY_ABOUT]
    return form_page(request, found, form, _("Leaving home is considered"), status, about=about)


@require_safe
@needs_permission(Permission.VIEW_FAMILIES)
def alternative(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Leaving home beside the community's alternatives."""
    return alternative_page(request, alternative_of(request, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def option_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Add an alternative in the community."""
    return _option_page(request, alternative_of(request, pk, Permission.EDIT_FAMILIES), None)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def option_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Correct an alternative in the community, or take it off."""
    account = account_of(request)
    row = AlternativeOption.objects.filter(alternative__in=alternatives_of(account), pk=pk).first()
    if row is None:
        raise Http404
    return _option_page(request, alternative_of(request, row.alternative_id, Permission.EDIT_FAMILIES), row)


def _option_page(request: HttpRequest, held: Alternative, row: AlternativeOption | None) -> HttpResponse:
    programmes = list(Programme.objects.filter(is_active=True).order_by("name_he"))
    initial = OptionForm.initial_of(row) if row else {}
    form, status = OptionForm(request.POST or None, programmes=programmes, initial=initial), 200
    back = reverse("placements:alternative", args=[held.pk])
    if request.method == "POST":
        status = 422
        remove = row is not None and request.POST.get("act") == "remove"
        if remove or form.is_valid():
            try:
                if remove and row is not None:
                    remove_option(by=account_of(request), option=row)
                else:
                    _write(request, held, row, form)
            except (PlacementsError, ValidationError) as error:
                tell(form, error)
            else:
                messages.success(request, _("Saved."))
                return redirect(back)
    title = _("An alternative in the community")
    return form_page(request, held.family, form, title, status, back=back)


def _write(request: HttpRequest, held: Alternative, row: AlternativeOption | None, form: OptionForm) -> None:
    given = form.cleaned_data
    what = form.found.get(given["what"])
    fields: dict[str, Any] = {
        "programme": what if isinstance(what, Programme) else None,
        "method": what if isinstance(what, Method) else None,
        **{name: given[name] for name in ("words", "barriers", "barrier_words", "incentives")},
        "incentive_words": given["incentive_words"],
        "yearly_cost": given["yearly"],
    }
    if row is None:
        add_option(by=account_of(request), alternative=held, **fields)
    else:
        change_option(by=account_of(request), option=row, **fields)


@require_POST
@needs_permission(Permission.DECIDE_PLACEMENTS)
def choose(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Decide between the community and leaving home."""
    held = alternative_of(request, pk, Permission.DECIDE_PLACEMENTS)
    options = [(row, title_of(row)) for row in held.options.all()]
    form = ChoiceForm(request.POST, alternative=held, options=options)
    if form.is_valid():
        given = form.cleaned_data
        try:
            decide_alternative(
                by=account_of(request),
                alternative=held,
                choice=given["choice"],
                reason=given["reason"],
                chosen=form.options.get(given["chosen"]),
            )
        except (PlacementsError, ValidationError) as error:
            tell(form, error)
        else:
            messages.success(request, _("The decision was written down."))
            return redirect("placements:alternative", pk=held.pk)
    return alternative_page(request, held, form, status=422)


def alternative_page(
    request: HttpRequest, held: Alternative, form: ChoiceForm | None = None, *, status: int = 200
) -> HttpResponse:
    """The page of one alternative; `form` is a decision that was not understood."""
    options = list(held.options.all())
    edits = may(request.user, Permission.EDIT_FAMILIES, held.family) and held.is_open
    decides = may(request.user, Permission.DECIDE_PLACEMENTS, held.family) and held.is_open
    titled = [(row, title_of(row)) for row in options]
    who = member_name(held) or _("The household")
    title = _("%(who)s: the community beside leaving home") % {"who": who}
    context = {
        **page_of(request, held.family, PART, crumb=title),
        "title": title,
        "alternative": held,
        "alternative_status": status_of_choice(held.choice),
        "out_facts": [
            (_("For whom"), who),
            (_("A year"), figures.money(yearly(held.yearly_agorot))),
        ],
        "options": [_option(row, held, edits) for row in options],
        "form": (form or ChoiceForm(alternative=held, options=titled)) if decides else None,
        "waits_for_decision": edits and not decides,
        "may_edit": edits,
    }
    return render(request, "placements/alternative.html", context, status=status)


def _option(row: AlternativeOption, held: Alternative, edits: bool) -> dict[str, Any]:
    return {
        "title": title_of(row),
        "words": row.words if row.programme_id or row.method_id else "",
        "chosen": held.chosen_id == row.pk,
        "facts": [
            *([(_("Fit"), figures.percent(row.fit / 100))] if row.fit is not None else []),
            *([(_("A year"), figures.money(yearly(row.yearly_agorot)))] if row.yearly_agorot else []),
        ],
        "incentives": [Incentive(code).label for code in row.incentives] + _words(row.incentive_words),
        "barriers": [Barrier(code).label for code in row.barriers] + _words(row.barrier_words),
        "url": reverse("placements:option", args=[row.pk]) if edits else "",
    }


def _words(text: str) -> list[str]:
    return [text] if text else []


def alternative_of(
    request: HttpRequest, pk: UUID, permission: Permission = Permission.VIEW_FAMILIES
) -> Alternative:
    """That the family's file is read is recorded. Raises Http404."""
    account = account_of(request)
    found = alternatives_of(account).filter(pk=pk).first()
    if found is None or not may(account, permission, found.family):
        raise Http404
    read_words(by=account, rows=[found])
    return found
