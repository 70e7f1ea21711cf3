"""Budgets through the API: the same statement as the page. Amounts are whole agorot (1/100 shekel)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema
from ninja.errors import HttpError

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, holds_somewhere
from maarag.values import Money

from .actions import NotAPlan, NotGranted, Wanted, approve_budget, change_line
from .data import as_data, summary_as_data
from .models import Budget
from .months import by_month
from .scope import manages, visible_to
from .statement import statement
from .views.reading import shows_months
from .words import REFUSALS, refusal_in_words

router = Router(tags=["funding"])


class BudgetAmountsOut(Schema):
    """Amounts in agorot; those of use are null where they are not told to this account."""

    families: int | None
    budgeted: int
    granted: int
    given_on: int = Field(description="What of it lies with authorities, as their quotas.")
    planned: int | None
    approved: int | None
    committed: int | None
    paid: int | None
    free: int | None


class BudgetLineOut(BudgetAmountsOut):
    code: str
    name: str
    part: str = Field(description="basket or envelope.")
    unit_cost: int | None


class BudgetPartOut(BudgetAmountsOut):
    part: str


class FunderOut(BudgetAmountsOut):
    part: str
    organisation: str
    name: str
    weight: int
    share: float = Field(description="Of one.")


class FunderTotalOut(Schema):
    organisation: str
    name: str
    budgeted: int


class BudgetSummary(Schema):
    """What a budget is, without its figures."""

    code: str
    name: str
    place: str
    starts: date
    ends: date
    state: str = Field(description="plan, approved or closed.")
    is_public: bool
    is_fictional: bool
    source: str


class BudgetOut(BudgetSummary):
    """A budget with what became of it."""

    decision: str
    shows_use: bool = Field(description="Whether this account is told what is used.")
    lines: list[BudgetLineOut]
    parts: list[BudgetPartOut]
    funders: list[FunderOut]
    funder_totals: list[FunderTotalOut]
    total: BudgetAmountsOut


class BudgetMonthOut(Schema):
    """Plan and use of a month, in agorot."""

    month: date
    plan: int
    approved: int
    committed: int
    paid: int


class BudgetDecisionIn(Schema):
    """By which decision; who decides is the account."""

    what: str = Field(min_length=1, max_length=200)
    why: str = Field(min_length=1, max_length=500)
    document: str = Field("", max_length=300)


class BudgetLineChangeIn(BudgetDecisionIn):
    """What a granted line should be of; what is left out stays."""

    families: int | None = Field(None, ge=0, le=2_000_000)
    unit_cost: int | None = Field(None, ge=0, le=10**14, description="In agorot.")
    fixed_sum: int | None = Field(None, ge=0, le=10**14, description="In agorot.")


def _budget(request: HttpRequest, code: str) -> Budget:
    budget = visible_to(request.user).filter(code=code).first()
    if budget is None:
        raise HttpError(404, _("There is no such budget."))
    return budget


def _managed(request: HttpRequest, code: str) -> Budget:
    if not holds_somewhere(request.user, Permission.MANAGE_BUDGETS):
        raise HttpError(403, _("Your account has no role that decides about budgets."))
    budget = _budget(request, code)
    if not manages(request.user, budget):
        raise HttpError(404, _("There is no such budget."))
    return budget


@router.get("/budgets", response=list[BudgetSummary], auth=None, summary="Budgets", url_name="budgets")
def list_budgets(request: HttpRequest) -> list[dict[str, Any]]:
    """Public budgets, and those of the places whose staff figures the account sees; the newest first."""
    return [summary_as_data(budget) for budget in visible_to(request.user)]


@router.get("/budgets/{code}", response=BudgetOut, auth=None, summary="One budget", url_name="budget")
def one_budget(request: HttpRequest, code: str) -> dict[str, Any]:
    """A budget by line, part and funder: what was set, granted and used, the same as its page."""
    return as_data(statement(_budget(request, code), request.user))


@router.get(
    "/budgets/{code}/months",
    response=list[BudgetMonthOut],
    summary="Plan and use of a budget by month",
    url_name="budget_months",
)
def months(request: HttpRequest, code: str) -> list[dict[str, Any]]:
    """Plan and use by month; empty for a plan, and where they would tell of a handful of families."""
    found = statement(_budget(request, code), request.user)
    if not found.shows_use:
        raise HttpError(403, _("What is used of this budget is told to whoever works in its place."))
    if not shows_months(found):
        return []
    return [
        {
            "month": month.first,
            **{name: getattr(month, name).agorot for name in ("plan", "approved", "committed", "paid")},
        }
        for month in by_month(found.budget, found.total.budgeted)
    ]


@router.post("/budgets/{code}/grant", response=BudgetOut, summary="Grant a budget", url_name="budget_grant")
def grant(request: HttpRequest, code: str, body: BudgetDecisionIn) -> dict[str, Any]:
    """Grant a plan by a decision; 409 where it is granted already, or the books of today are closed."""
    budget = _managed(request, code)
    try:
        granted = approve_budget(by=account_of(request), budget=budget, **body.dict())
    except NotAPlan as error:
        raise HttpError(409, str(error)) from None
    except REFUSALS as error:
        raise HttpError(409, refusal_in_words(error)) from None
    except ValidationError as error:
        raise HttpError(422, " ".join(error.messages)) from None
    return as_data(statement(granted, request.user))


@router.patch(
    "/budgets/{code}/lines/{line}",
    response=BudgetOut,
    summary="Change a granted line by a decision",
    url_name="budget_line_change",
)
def change(request: HttpRequest, code: str, line: str, body: BudgetLineChangeIn) -> dict[str, Any]:
    """Change what a granted line is of; 409 where the money is in use or the budget is no granted one."""
    budget = _managed(request, code)
    found = budget.lines.filter(code=line).select_related("budget").first()
    if found is None:
        raise HttpError(404, _("There is no such line in this budget."))
    cost, fixed = (None if n is None else Money(n) for n in (body.unit_cost, body.fixed_sum))
    words = body.dict(include={"what", "why", "document"})
    try:
        change_line(by=account_of(request), line=found, wanted=Wanted(body.families, cost, fixed), **words)
    except NotGranted as error:
        raise HttpError(409, str(error)) from None
    except REFUSALS as error:
        raise HttpError(409, refusal_in_words(error)) from None
    except ValidationError as error:
        raise HttpError(422, " ".join(error.messages)) from None
    except Http404:
        raise HttpError(404, _("There is no such budget.")) from None
    return as_data(statement(_budget(request, code), request.user))
