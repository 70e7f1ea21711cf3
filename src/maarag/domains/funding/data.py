"""A statement as plain data: what the API answers and what the command prints. Amounts are whole agorot."""

from __future__ import annotations

from typing import Any

from maarag.ui.figures import name_in_language
from maarag.values import Money

from .models import Budget
from .statement import STAGES, Amount, Row, Statement


def agorot(amount: Amount) -> int | None:
    """None where the amount is hidden or not told to this viewer."""
    return amount.agorot if isinstance(amount, Money) else None


def row_as_data(row: Row) -> dict[str, Any]:
    return {
        "families": row.families,
        **{name: agorot(getattr(row, name)) for name in ("budgeted", "granted", "given_on", *STAGES)},
    }


def summary_as_data(budget: Budget) -> dict[str, Any]:
    """What a budget is, without its figures."""
    return {
        "code": budget.code,
        "name": name_in_language(budget),
        "place": budget.place.code,
        "starts": budget.starts,
        "ends": budget.ends,
        "state": str(budget.state),
        "is_public": budget.is_public,
        "is_fictional": budget.is_fictional,
        "source": budget.source.code,
    }


def as_data(found: Statement) -> dict[str, Any]:
    """The statement with names in the active language."""
    budget = found.budget
    return {
        **summary_as_data(budget),
        "decision": str(budget.decision.what) if budget.decision else "",
        "shows_use": found.shows_use,
        "lines": [
            {
                "code": row.line.code,
                "name": name_in_language(row.line),
                "part": row.line.part,
                "unit_cost": agorot(row.line.unit_cost),
                **row_as_data(row.row),
            }
            for row in found.lines
        ],
        "parts": [{"part": row.part.value, **row_as_data(row.row)} for row in found.parts],
        "funders": [
            {
                "part": funder.part.value,
                "organisation": funder.organisation.code,
                "name": name_in_language(funder.organisation),
                "weight": funder.weight,
                "share": float(funder.share),
                **row_as_data(funder.row),
            }
            for funder in found.funders
        ],
        "funder_totals": [
            {
                "organisation": total.organisation.code,
                "name": name_in_language(total.organisation),
                "budgeted": total.budgeted.agorot,
            }
            for total in found.funder_totals
        ],
        "total": row_as_data(found.total),
    }
