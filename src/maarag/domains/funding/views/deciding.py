"""Deciding about money in the browser: granting a plan, changing a granted line, closing a budget."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.ui.figures import money, name_in_language, number

from ..actions import NotAPlan, NotGranted, Wanted, approve_budget, change_line, close_budget, save_lines
from ..forms import ClosingForm, DecisionForm, LineChangeForm, LineForm
from ..models import BudgetLine, BudgetState, LineChange
from ..queries import history_of
from ..scope import manages
from ..statement import Row, statement
from ..words import REFUSALS, refusal_in_words, stage_labels
from .planning import NAMES, add_to, form_page, line_draft, managed
from .reading import budget_seen


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.MANAGE_BUDGETS)
def approve(request: HttpRequest, code: str) -> HttpResponse:
    """Grant a plan by a decision."""
    budget = managed(request, code)
    form = DecisionForm(
        request.POST if request.method == "POST" else None, initial={"what": name_in_language(budget)}
    )
    if request.method == "POST" and form.is_valid():
        try:
            approve_budget(by=account_of(request), budget=budget, **form.cleaned_data)
        except NotAPlan:
            messages.info(request, _("Somebody granted the budget already; nothing was granted twice."))
            return redirect("funding:budget", code=code)
        except (ValidationError, *REFUSALS) as error:
            form.add_error(
                None, error.messages if isinstance(error, ValidationError) else refusal_in_words(error)
            )
        else:
            messages.success(request, _("The budget was granted: its money is in the ledger."))
            return redirect("funding:budget", code=code)
    total = statement(budget, request.user).total.budgeted
    about = [(_("Budget"), name_in_language(budget)), (_("Whole budget"), money(total))]
    return form_page(request, form, heading=_("Grant the budget"), budget=budget, about=about)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.MANAGE_BUDGETS)
def close(request: HttpRequest, code: str) -> HttpResponse:
    """Close a granted budget."""
    budget = managed(request, code)
    form = ClosingForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            close_budget(by=account_of(request), budget=budget, **form.cleaned_data)
        except NotGranted as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request, _("The budget was closed: nothing of it is granted or changed any more.")
            )
            return redirect("funding:budget", code=code)
    return form_page(request, form, heading=_("Close the budget"), budget=budget)


@require_http_methods(["GET", "HEAD", "POST"])
def line(request: HttpRequest, code: str, line: str) -> HttpResponseBase:
    """One line: what it is of, what decisions changed, and a form for whoever manages the budget."""
    budget = budget_seen(request, code)
    found = budget.lines.filter(code=line).select_related("pot", "budget", "budget__place").first()
    if found is None:
        raise Http404
    may_manage = manages(request.user, budget) and budget.state != BudgetState.CLOSED
    if request.method == "POST" and not may_manage:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        raise Http404
    form = _form_of(request, found) if may_manage else None
    if request.method == "POST" and form is not None and form.is_valid() and _saved(request, found, form):
        return redirect("funding:line", code=code, line=line)
    shown = next(row.row for row in statement(budget, request.user).lines if row.line.pk == found.pk)
    context = {
        "budget": budget,
        "line": found,
        "facts": _facts(found, shown),
        "form": form,
        "is_plan": budget.state == BudgetState.PLAN,
        "history": [_told(change) for change in history_of(found)],
        "crumbs": [
            (_("Budgets"), reverse("funding:index")),
            (name_in_language(budget), reverse("funding:budget", args=[code])),
            (name_in_language(found), ""),
        ],
    }
    return render(request, "funding/line.html", context, status=422 if form and form.errors else 200)


def _form_of(request: HttpRequest, line: BudgetLine) -> Any:
    names = ("families", "unit_cost", "fixed_sum")
    initial = {name: getattr(line, name) for name in (*names, *NAMES, "part")}
    data = request.POST if request.method == "POST" else None
    if line.budget.state == BudgetState.PLAN:
        return LineForm(data, budget=line.budget, line=line, initial=initial)
    return LineChangeForm(data, line=line, initial=initial)


def _saved(request: HttpRequest, line: BudgetLine, form: Any) -> bool:
    given, by = dict(form.cleaned_data), account_of(request)
    try:
        if line.budget.state == BudgetState.PLAN:
            save_lines(by=by, budget=line.budget, drafts=[line_draft(given, line.code)])
        else:
            words = {name: given.pop(name) for name in ("what", "why", "document")}
            change_line(by=by, line=line, wanted=Wanted(**given), **words)
    except REFUSALS as error:
        form.add_error(None, refusal_in_words(error))
        return False
    except (ValidationError, NotAPlan, NotGranted) as error:
        add_to(form, error)
        return False
    messages.success(request, _("The line was saved."))
    return True


def _facts(line: BudgetLine, row: Row) -> list[tuple[str, Any]]:
    facts: list[tuple[str, Any]] = [(_("Part of the budget"), line.get_part_display())]
    if line.families is not None:
        facts += [(_("Families"), number(line.families)), (_("Cost of a family"), money(line.unit_cost))]
    facts += [
        (_("Budgeted"), money(row.budgeted)),
        (_("Granted"), money(row.granted)),
        (_("Given to authorities"), money(row.given_on)),
    ]
    if row.free is not None:
        facts += [(label, money(getattr(row, stage))) for stage, label in stage_labels().items()]
    if line.source_row:
        facts.append((_("Row of the source"), line.source_row))
    return facts


def _told(change: LineChange) -> dict[str, Any]:
    """A change as a timeline shows it."""
    text = _("%(after)s (before: %(before)s). %(why)s") % {
        "after": money(change.amount_after),
        "before": money(change.amount_before),
        "why": change.decision.why,
    }
    document = f" · {change.decision.document}" if change.decision.document else ""
    return {
        "when": change.changed_at,
        "title": change.decision.what,
        "who": change.changed_by.name,
        "text": text + document,
    }
