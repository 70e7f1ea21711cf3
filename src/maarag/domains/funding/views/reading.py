"""Reading budgets: the list, one budget with what became of it, and its documents."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import holds_somewhere
from maarag.kernel.audit.queries import told_of
from maarag.ui import figures
from maarag.ui.charts import Bar, grouped_bars, stacked_bar
from maarag.ui.charts import Part as ChartPart
from maarag.ui.documents.attached import attached
from maarag.ui.figures import name_in_language
from maarag.values import Money

from ..documents import as_report, as_workbook
from ..models import Budget, BudgetState, Part
from ..months import by_month
from ..scope import manages, visible_to
from ..statement import Row, Statement, statement
from ..tables import budgets_table, envelope_table, funders_table, months_table, programmes_table, use_table
from ..words import stage_labels, status_of

TONES = {"paid": "series-1", "committed": "series-2", "approved": "series-3", "free": "tone-neutral"}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The budgets that the viewer sees, those of real places apart from invented ones."""
    budgets = [(budget, statement(budget, request.user).total) for budget in visible_to(request.user).all()]
    real = [pair for pair in budgets if not pair[0].is_fictional]
    invented = [pair for pair in budgets if pair[0].is_fictional]
    may_add = request.user.is_authenticated and holds_somewhere(request.user, Permission.MANAGE_BUDGETS)
    context = {
        "real": budgets_table(real, _("Budgets")),
        "invented": budgets_table(invented, _("Budgets of invented places")) if invented else None,
        "may_add": may_add,
    }
    return render(request, "funding/index.html", context)


def budget_seen(request: HttpRequest, code: str) -> Budget:
    """The budget of the address; Http404 where the viewer sees none of this code."""
    budget = visible_to(request.user).filter(code=code).first()
    if budget is None:
        raise Http404
    return budget


@require_safe
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """One budget: as it was set, who bears it, and what became of it."""
    budget = budget_seen(request, code)
    found = statement(budget, request.user)
    months = by_month(budget, found.total.budgeted) if shows_months(found) else []
    may_manage = manages(request.user, budget)
    context: dict[str, Any] = {
        "budget": budget,
        "status": status_of(budget),
        "found": found,
        "basket": found.part(Part.BASKET),
        "envelope": found.part(Part.ENVELOPE),
        "programmes": programmes_table(found) if found.lines_of(Part.BASKET) else None,
        "items": envelope_table(found) if found.lines_of(Part.ENVELOPE) else None,
        "use": use_table(found) if found.shows_use and budget.state != BudgetState.PLAN else None,
        "funders": funders_table(found) if found.funders else None,
        "funder_totals": found.funder_totals,
        "standing": _standing(found),
        "months": months_table(months) if months else None,
        "month_bars": _month_bars(months),
        "history": [{"when": told.when, "title": told.title, "who": told.who} for told in told_of(budget)],
        "may_manage": may_manage,
        "is_plan": budget.state == BudgetState.PLAN,
        "is_granted": budget.state == BudgetState.APPROVED,
        "is_empty": not found.lines,
        "crumbs": [(_("Budgets"), reverse("funding:index")), (name_in_language(budget), "")],
    }
    return render(request, "funding/budget.html", context)


def shows_months(found: Statement) -> bool:
    """Months are told where the whole is told and something of it may be used."""
    told = all(isinstance(amount, Money) for amount in found.total.use.values())
    return found.shows_use and found.budget.state != BudgetState.PLAN and told and bool(found.total.budgeted)


def _standing(found: Statement) -> Any:
    """One bar: where the granted money stands; for the public, how much of it lies with authorities."""
    total: Row = found.total
    if not total.granted:
        return ""
    described = {"described_by": "use-table" if found.shows_use else "programmes-table"}
    if not found.shows_use or not isinstance(total.free, Money):
        left = total.granted - total.given_on
        parts = [
            ChartPart(_("Given to authorities"), float(total.given_on.shekels), "series-1"),
            ChartPart(_("Not given on"), float(left.shekels), "tone-neutral"),
        ]
        return stacked_bar(parts, _("How much was given to authorities, in shekels"), **described)
    labels = stage_labels()
    parts = [
        ChartPart(labels[stage], float(amount.shekels), css)
        for stage, css in TONES.items()
        if isinstance(amount := getattr(total, stage), Money)
    ]
    return stacked_bar(parts, _("Where the granted money stands, in shekels"), **described)


def _month_bars(months: Any) -> Any:
    if not months:
        return ""
    bars = [
        Bar(f"{month.first:%m/%Y}", [round(float(month.plan.shekels)), round(float(month.used.shekels))])
        for month in months
    ]
    return grouped_bars(
        bars,
        [_("Plan"), _("Used")],
        _("Plan and use by month, in shekels"),
        described_by="months-table",
        label_width=70,
    )


@require_safe
def export(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """The same statement as a workbook or a report."""
    budget = budget_seen(request, code)
    found = statement(budget, request.user)
    months = by_month(budget, found.total.budgeted) if shows_months(found) else []
    content = as_workbook(found, months) if form == "xlsx" else as_report(found, months)
    day = figures.day(timezone.localdate()).replace(".", "-")
    return attached(content, f"{budget.code}-{day}.{form}")
