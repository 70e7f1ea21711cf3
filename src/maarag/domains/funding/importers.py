"""A budget from a table: one row for each line, by families and cost or by a sum. Totals are left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from maarag.kernel.imports import parsing
from maarag.kernel.imports.importer import (
    Existing,
    Field,
    Importer,
    NotUnderstood,
    Problem,
    Row,
    RowRefused,
    Understood,
    register,
)
from maarag.kernel.imports.lookups import stable_code
from maarag.language import normalise
from maarag.values import Money

from .actions import LineDraft, save_lines
from .models import Budget, BudgetLine, BudgetState, Part
from .scope import visible_to

PARTS = {
    Part.BASKET: ("סל מענים", "סל", "סלי מענים", "basket", "baskets", "سلة"),
    Part.ENVELOPE: ("מעטפת", "envelope", "غلاف"),
}


def shekels(cell: Any) -> Money:
    """An amount of shekels: 8000, “8,000 ₪”, 199,275.50."""
    found = parsing.number(cell, may_be_thousands=True)
    if found < 0:
        raise NotUnderstood(_("An amount cannot be below zero."))
    try:
        return Money.from_shekels(f"{found:.4f}")
    except ValueError:
        raise NotUnderstood(_("“%(cell)s” is no whole number of agorot.") % {"cell": cell}) from None


@dataclass(frozen=True)
class _Target:
    budget: Budget
    draft: LineDraft


@register
class BudgetLines(Importer):
    """The lines of budgets that are plans: a data steward prepares them, and whoever manages
    budgets grants them.
    """

    kind = "budget-lines"
    title = _l("Lines of a budget")
    description = _l(
        "The lines of a budget that was begun and is not granted yet: families and cost, or a sum."
    )
    fields = (
        Field(
            "budget",
            _l("Budget"),
            ("תקציב", "קוד תקציב", "budget", "الميزانية"),
            required=True,
            help=_l("The code or the name of a budget that was begun and is not granted yet."),
        ),
        Field("part", _l("Part of the budget"), ("חלק", "סוג", "part", "الجزء"), parsing.choice(PARTS)),
        Field("code", _l("Code"), ("קוד", "קוד סעיף", "code")),
        Field(
            "name", _l("Line"), ("סעיף", "תכנית", "תוכנית", "שם", "line", "programme", "البند"), required=True
        ),
        Field("families", _l("Families"), ("משפחות", "מספר משפחות", "families", "عائلات"), parsing.whole()),
        Field(
            "unit_cost",
            _l("Cost of a family"),
            ("עלות סל", "עלות", "עלות למשפחה", "unit cost", "كلفة السلة"),
            shekels,
        ),
        Field("sum", _l("Sum"), ("סכום", "סה״כ", "sum", "amount", "المبلغ"), shekels),
    )
    example = (
        {"budget": "baskets-2027", "part": "סל מענים", "name": "נושמים", "families": 80, "unit_cost": 8000},
        {"budget": "baskets-2027", "part": "מעטפת", "name": "הכשרות", "sum": 60000},
    )

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._budgets: dict[str, Budget] = {}
        for budget in visible_to(self.by):
            for name in filter(None, (budget.code, budget.name_he, budget.name_ar, budget.name_en)):
                self._budgets.setdefault(normalise(name), budget)
        lines = BudgetLine.objects.filter(budget__state=BudgetState.PLAN)
        self._known = {(line.budget_id, normalise(line.name_he)): line.code for line in lines}

    def understand(self, row: Row) -> Understood:
        budget = self._budgets.get(normalise(row.get("budget")))
        if budget is None:
            raise RowRefused(
                Problem(
                    "budget",
                    _("There is no budget “%(text)s”.") % {"text": row.get("budget")},
                    _("Begin it on the page Budgets, and write its code here."),
                )
            )
        if budget.state != BudgetState.PLAN:
            reason = _("The budget is granted: its lines change only by a decision.")
            raise RowRefused(Problem("budget", reason))
        families, cost, fixed = (row.get(name) for name in ("families", "unit_cost", "sum"))
        problems, notes = _checked(families, cost, fixed)
        if problems:
            raise RowRefused(*problems)
        by_families = families is not None
        part = row.get("part") or (Part.BASKET if by_families else Part.ENVELOPE)
        if not row.get("part"):
            notes.append(_("The row does not say which part it is: taken by how it is counted."))
        name = row.get("name")
        code = row.get("code") or self._known.get((budget.pk, normalise(name))) or stable_code("line", name)
        draft = LineDraft(
            code=code,
            part=str(part),
            names={"name_he": name},
            families=families,
            unit_cost=cost if by_families else None,
            fixed_sum=None if by_families else fixed,
            source_row=str(row.number),
        )
        return Understood(
            f"{budget.code}|{code}"[:300],
            _shown(budget, draft.part, name, families, draft.unit_cost, draft.amount),
            _Target(budget, draft),
            frozenset({budget.place_id}),
            tuple(notes),
        )

    def existing(self, keys: Sequence[str]) -> Mapping[str, Existing]:
        wanted = set(keys)
        lines = BudgetLine.objects.filter(budget__code__in={key.partition("|")[0] for key in keys})
        found = {}
        for line in lines.select_related("budget"):
            if (key := f"{line.budget.code}|{line.code}") in wanted:
                words = (line.part, line.name_he, line.families, line.unit_cost, line.amount)
                found[key] = Existing(_shown(line.budget, *words), frozenset({line.budget.place_id}))
        return found

    def apply(self, rows: Sequence[Understood]) -> None:
        by_budget: dict[int, list[_Target]] = {}
        for row in rows:
            by_budget.setdefault(row.target.budget.pk, []).append(row.target)
        for targets in by_budget.values():
            try:
                save_lines(by=self.by, budget=targets[0].budget, drafts=[target.draft for target in targets])
            except ValueError as error:
                raise ValidationError(str(error)) from error


def _checked(
    families: int | None, cost: Money | None, fixed: Money | None
) -> tuple[list[Problem], list[str]]:
    """What is wrong with the amounts of a row, and what to look at."""
    if families is None and cost is None and fixed is None:
        return [Problem("sum", _("The row has no amount."), _("Write families and cost, or a sum."))], []
    if (families is None) != (cost is None):
        missing = "families" if families is None else "unit_cost"
        return [Problem(missing, _("A line by families needs both: how many, and what one costs."))], []
    if families is not None and cost is not None and fixed is not None:
        if cost * families != fixed:
            reason = _("%(families)s × %(cost)s are %(product)s, and the row says %(sum)s.") % {
                "families": families,
                "cost": cost,
                "product": cost * families,
                "sum": fixed,
            }
            return [Problem("sum", reason, _("Correct whichever of the three is wrong."))], []
        return [], [_("The sum of the row agrees; it is computed from families and cost.")]
    return [], []


def _shown(
    budget: Budget, part: str, name: str, families: int | None, cost: Money | None, amount: Money
) -> dict[str, Any]:
    return {
        "budget": budget.code,
        "part": part,
        "name": name,
        "families": families,
        "unit_cost": str(cost.shekels) if cost is not None else None,
        "sum": str(amount.shekels),
    }
