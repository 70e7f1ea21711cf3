"""The pages of programmes: what each is, where it has places, and giving authorities their quotas."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from maarag.domains.funding.actions import NotGranted
from maarag.domains.funding.models import BudgetLine, BudgetState
from maarag.domains.funding.scope import manages
from maarag.domains.funding.words import REFUSALS, refusal_in_words
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import (
    account_of,
    holds_somewhere,
    needs_permission,
    places_permitted,
    require,
)
from maarag.kernel.places.models import Place, PlaceKind
from maarag.ui.figures import money, name_in_language, number

from ..actions import QuotaDraft, set_quotas
from ..engine_data import rules_of
from ..forms import QuotaForm
from ..links import links_of
from ..model_tables import methods_table, rules_table, staff_table
from ..models import Programme, Quota
from ..queries import balances_of, history_of, lines_of, methods_of, places_left, quotas_of
from ..scope import may_write
from ..tables import mine_table, programmes_table, quotas_table, told
from ..toolbox import staffing_of
from ..use import rows_for


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every programme, and the quotas of the authorities where the viewer works."""
    programmes = Programme.objects.select_related("organisation").order_by("-is_active", "name_he", "code")
    places: list[int] = []
    if request.user.is_authenticated:
        places = list(
            places_permitted(request.user, Permission.VIEW_EXACT_COUNTS)
            .filter(kind=PlaceKind.AUTHORITY)
            .values_list("pk", flat=True)
        )
    mine = list(
        Quota.objects.filter(authority__in=places, families__gt=0).select_related(
            "programme", "authority", "line__budget", "pot"
        )
    )
    staff = request.user.is_authenticated and holds_somewhere(request.user, Permission.VIEW_STAFF_FIGURES)
    context = {
        "may_write": may_write(request.user),
        "sees_toolboxes": staff,
        "table": programmes_table([(one, lines_of(one, request.user)) for one in programmes]),
        "mine": mine_table(rows_for(request.user, mine)) if mine else None,
    }
    return render(request, "programmes/index.html", context)


@require_safe
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """One programme: for whom, and its places by authority in every budget that pays for it."""
    programme = _programme(code)
    parts = [_part(request, programme, line) for line in lines_of(programme, request.user)]
    writer = may_write(request.user)
    rules = rules_of([programme.pk])
    context = {
        "programme": programme,
        "may_write": writer,
        "methods": methods_table(methods_of(programme)),
        "rules": rules_table(programme, rules, may_write=writer),
        "workers": staff_table(programme, staffing_of(programme, request.user)),
        "links": links_of(programme, request.user),
        "parts": [part for part in parts if not part["is_fictional"]],
        "invented": [part for part in parts if part["is_fictional"]],
        "facts": [
            (_("For whom"), name_in_language(programme, "for_whom")),
            (_("Organisation"), name_in_language(programme.organisation)),
        ],
        "description": name_in_language(programme, "description"),
        "crumbs": [(_("Programmes"), reverse("programmes:index")), (name_in_language(programme), "")],
    }
    return render(request, "programmes/detail.html", context)


def _programme(code: str) -> Programme:
    return get_object_or_404(Programme.objects.select_related("organisation", "listing"), code=code)


def _part(request: HttpRequest, programme: Programme, line: BudgetLine) -> dict[str, Any]:
    quotas = [quota for quota in quotas_of([line]) if quota.families]
    may_manage = manages(request.user, line.budget) and line.budget.state == BudgetState.APPROVED
    left = places_left(line)
    sources = {quota.source for quota in quotas if quota.source}
    return {
        "line": line,
        "budget": line.budget,
        "is_fictional": line.budget.is_fictional,
        "budget_url": reverse("funding:budget", args=[line.budget.code]),
        "line_url": reverse("funding:line", args=[line.budget.code, line.code]),
        "facts": [
            (_("Families"), number(line.families)),
            (_("Cost of a family"), money(line.unit_cost)),
            (_("Budgeted"), money(line.amount)),
            (_("Places given to authorities"), number(sum(quota.families for quota in quotas))),
            (_("Places not given yet"), number(left)),
        ],
        "table": quotas_table(programme, line, rows_for(request.user, quotas), may_manage=may_manage),
        "has_quotas": bool(quotas),
        "is_estimate": any(quota.is_estimate for quota in quotas),
        "sources": sources,
        "give_url": reverse("programmes:give", args=[programme.code, line.budget.code]) if may_manage else "",
    }


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.MANAGE_BUDGETS)
def give(request: HttpRequest, code: str, budget: str) -> HttpResponse:
    """Give a quota to an authority that has none in this budget, or change the one it has."""
    programme, line = _managed(request, code, budget)
    form = QuotaForm(request.POST if request.method == "POST" else None, line=line)
    if request.method == "POST" and form.is_valid():
        authority = form.cleaned_data["authority"]
        if _given(request, line, authority, form):
            return redirect("programmes:detail", code=code)
    return _form_page(request, programme, line, form, heading=_("Give a quota"))


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.MANAGE_BUDGETS)
def quota(request: HttpRequest, code: str, budget: str, authority: str) -> HttpResponse:
    """Change an authority's quota, or take it back; what decisions changed in it before."""
    programme, line = _managed(request, code, budget)
    found = (
        Quota.objects.filter(line=line, authority__code=authority).select_related("authority", "pot").first()
    )
    if found is None:
        raise Http404
    data = request.POST if request.method == "POST" else None
    form = QuotaForm(data, line=line, authority=found.authority, initial={"families": found.families})
    if request.method == "POST" and form.is_valid() and _given(request, line, found.authority, form):
        return redirect("programmes:detail", code=code)
    balance = balances_of([found])[found.pk]
    about = [
        (_("Local authority"), name_in_language(found.authority)),
        (_("Families"), number(found.families)),
        (_("Granted"), money(balance.granted)),
    ]
    history = [told(change) for change in history_of(found)]
    heading = _("Change the quota")
    return _form_page(request, programme, line, form, heading=heading, about=about, history=history)


def _managed(request: HttpRequest, code: str, budget: str) -> tuple[Programme, BudgetLine]:
    """The programme and its line in this budget, for whoever manages the budget; Http404 for others."""
    programme = _programme(code)
    for line in lines_of(programme, request.user):
        if line.budget.code == budget:
            require(request.user, Permission.MANAGE_BUDGETS, place=line.budget.place)
            return programme, line
    raise Http404


def _given(request: HttpRequest, line: BudgetLine, authority: Place, form: QuotaForm) -> bool:
    given = form.cleaned_data
    draft = QuotaDraft(authority, given["families"], given["amount"])
    words = {name: given[name] for name in ("what", "why", "document")}
    try:
        set_quotas(by=account_of(request), line=line, drafts=[draft], **words)
    except REFUSALS as error:
        form.add_error(None, refusal_in_words(error))
    except NotGranted as error:
        form.add_error(None, str(error))
    except ValidationError as error:
        form.add_error(None, error.messages)
    else:
        messages.success(
            request, _("The quota of %(place)s was saved.") % {"place": name_in_language(authority)}
        )
        return True
    return False


def _form_page(
    request: HttpRequest,
    programme: Programme,
    line: BudgetLine,
    form: QuotaForm,
    *,
    heading: str,
    **more: Any,
) -> HttpResponse:
    back = reverse("programmes:detail", args=[programme.code])
    context = {
        "programme": programme,
        "line": line,
        "form": form,
        "heading": heading,
        "left": [
            (_("Budget"), name_in_language(line.budget)),
            (_("Cost of a family"), money(line.unit_cost)),
            (_("Places not given yet"), number(places_left(line))),
        ],
        "back": back,
        "crumbs": [
            (_("Programmes"), reverse("programmes:index")),
            (name_in_language(programme), back),
            (heading, ""),
        ],
        **more,
    }
    return render(request, "programmes/form.html", context, status=422 if form.errors else 200)
