"""Planning a budget in the browser: what it is, its lines, who bears them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission, require
from maarag.ui.figures import name_in_language

from ..actions import LineDraft, NotAPlan, ShareDraft, save_budget, save_lines, save_shares
from ..forms import BudgetForm, FunderForm, LineForm
from ..models import Budget, BudgetState
from ..statement import statement
from ..tables import funders_table
from .reading import budget_seen

NAMES = ("name_he", "name_ar", "name_en")
PER_PERCENT = 100
"""A share is typed in per cent with two decimals: 12.5 is a weight of 1,250."""


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.MANAGE_BUDGETS)
def create(request: HttpRequest) -> HttpResponse:
    """Begin a budget: a plan without lines."""
    by = account_of(request)
    form = BudgetForm(request.POST if request.method == "POST" else None, by=by)
    if request.method == "POST" and form.is_valid():
        try:
            budget = save_budget(by=by, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, _("The budget was begun. Add its lines now."))
            return redirect("funding:budget", code=budget.code)
    return form_page(request, form, heading=_("Begin a budget"), back=reverse("funding:index"))


def managed(request: HttpRequest, code: str) -> Budget:
    """The budget of the address, for whoever manages it; Http404 for others."""
    budget = budget_seen(request, code)
    require(request.user, Permission.MANAGE_BUDGETS, place=budget.place)
    return budget


def is_plan(request: HttpRequest, budget: Budget) -> bool:
    """Whether lines may be typed still; says so where not."""
    if budget.state == BudgetState.PLAN:
        return True
    messages.info(request, _("The budget is granted: its lines change only by a decision."))
    return False


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.MANAGE_BUDGETS)
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Correct what a plan is called, its period and its source."""
    budget, by = managed(request, code), account_of(request)
    if not is_plan(request, budget):
        return redirect("funding:budget", code=code)
    names = (*NAMES, "starts", "ends", "is_public", "note")
    initial = {name: getattr(budget, name) for name in names} | {"source": budget.source.code}
    form = BudgetForm(
        request.POST if request.method == "POST" else None, by=by, budget=budget, initial=initial
    )
    if request.method == "POST" and form.is_valid():
        try:
            save_budget(by=by, code=budget.code, place=budget.place, **form.cleaned_data)
        except (ValidationError, NotAPlan) as error:
            add_to(form, error)
        else:
            messages.success(request, _("The budget was saved."))
            return redirect("funding:budget", code=code)
    return form_page(request, form, heading=_("Correct the plan"), budget=budget)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.MANAGE_BUDGETS)
def add_line(request: HttpRequest, code: str) -> HttpResponse:
    """Add a line to a plan."""
    budget, by = managed(request, code), account_of(request)
    if not is_plan(request, budget):
        return redirect("funding:budget", code=code)
    form = LineForm(request.POST if request.method == "POST" else None, budget=budget)
    if request.method == "POST" and form.is_valid():
        try:
            save_lines(by=by, budget=budget, drafts=[line_draft(form.cleaned_data)])
        except (ValidationError, NotAPlan) as error:
            add_to(form, error)
        else:
            messages.success(request, _("The line was added."))
            return redirect("funding:budget", code=code)
    return form_page(request, form, heading=_("Add a line"), budget=budget)


def line_draft(given: dict[str, Any], code: str = "") -> LineDraft:
    """The draft of a line from its form."""
    return LineDraft(
        code=code or given["code"],
        part=given["part"],
        names={name: given[name] for name in NAMES},
        families=given["families"],
        unit_cost=given["unit_cost"],
        fixed_sum=given["fixed_sum"],
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.MANAGE_BUDGETS)
def funders(request: HttpRequest, code: str) -> HttpResponse:
    """Say who bears each part of a plan, one funder at a time."""
    budget, by = managed(request, code), account_of(request)
    if not is_plan(request, budget):
        return redirect("funding:budget", code=code)
    form = FunderForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        same = (given["part"], given["organisation"].pk)
        known = budget.shares.select_related("organisation")
        drafts = [
            ShareDraft(share.part, share.organisation, share.weight)
            for share in known
            if (share.part, share.organisation_id) != same
        ]
        if weight := round(given["percent"] * PER_PERCENT):
            drafts.append(ShareDraft(given["part"], given["organisation"], weight))
        try:
            save_shares(by=by, budget=budget, drafts=drafts)
        except (ValidationError, NotAPlan) as error:
            add_to(form, error)
        else:
            messages.success(request, _("The funders were saved."))
            return redirect("funding:funders", code=code)
    table = funders_table(statement(budget, request.user))
    return form_page(request, form, heading=_("Who bears the budget"), budget=budget, table=table)


def add_to(form: Form, error: Exception) -> None:
    """Tell the form what an action refused."""
    form.add_error(None, error.messages if isinstance(error, ValidationError) else str(error))


def form_page(
    request: HttpRequest,
    form: Form,
    *,
    heading: str,
    budget: Budget | None = None,
    back: str = "",
    **more: Any,
) -> HttpResponse:
    """One form, with the budget that it belongs to."""
    own = [(name_in_language(budget), reverse("funding:budget", args=[budget.code]))] if budget else []
    context = {
        "form": form,
        "heading": heading,
        "budget": budget,
        "back": back or (own[0][1] if own else reverse("funding:index")),
        "crumbs": [(_("Budgets"), reverse("funding:index")), *own, (heading, "")],
        **more,
    }
    return render(request, "funding/form.html", context, status=422 if form.errors else 200)
