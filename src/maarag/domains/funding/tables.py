"""Tables of budgets, from a statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from maarag.ui.figures import day
from maarag.ui.tables import Column, Table
from maarag.values import Money

from .links import links_of
from .models import Budget, Part
from .months import Month
from .statement import STAGES, LineRow, Row, Statement
from .words import stage_labels, status_of


def budgets_table(budgets: Sequence[tuple[Budget, Row]], caption: str) -> Table:
    return Table(
        columns=[
            Column("name", _("Budget"), "name", heading=True, link="url"),
            Column("place", _("Place"), "name"),
            Column("period", _("Period")),
            Column("families", _("Families"), "number"),
            Column("amount", _("Whole budget"), "money"),
            Column("status", _("State"), "status"),
        ],
        rows=[
            {
                "name": budget,
                "url": reverse("funding:budget", args=[budget.code]),
                "place": budget.place,
                "period": f"{day(budget.starts)} – {day(budget.ends)}",
                "families": row.families,
                "amount": row.budgeted,
                "status": status_of(budget),
            }
            for budget, row in budgets
        ],
        caption=caption,
        caption_hidden=True,
        empty=_("No budget has been recorded yet."),
    )


def programmes_table(found: Statement) -> Table:
    """As the budget was set: families × cost of a basket, and what of it lies with authorities."""
    urls = links_of([row.line for row in found.lines])
    whole = found.part(Part.BASKET)
    return Table(
        columns=[
            Column("name", _("Programme"), "name", heading=True, link="url"),
            Column("families", _("Families"), "number"),
            Column("unit_cost", _("Cost of a basket"), "money"),
            Column("budgeted", _("Budgeted"), "money"),
            Column("given_on", _("Given to authorities"), "money"),
        ],
        rows=[_line(found, row, urls) for row in found.lines_of(Part.BASKET)],
        totals={
            "name": _("Total"),
            "families": whole.families,
            "budgeted": whole.budgeted,
            "given_on": whole.given_on,
        },
        caption=_("Baskets of responses by programme"),
        caption_hidden=True,
    )


def envelope_table(found: Statement) -> Table:
    urls = links_of([row.line for row in found.lines])
    return Table(
        columns=[
            Column("name", _("Item"), "name", heading=True, link="url"),
            Column("budgeted", _("Budgeted"), "money"),
        ],
        rows=[_line(found, row, urls) for row in found.lines_of(Part.ENVELOPE)],
        totals={"name": _("Total"), "budgeted": found.part(Part.ENVELOPE).budgeted},
        caption=_("Envelope"),
        caption_hidden=True,
    )


def use_table(found: Statement) -> Table:
    """What became of the granted money, line by line, and of each part together."""
    rows: list[dict[str, Any]] = []
    for part in found.parts:
        rows += [
            {"name": row.line, "granted": row.row.granted, **row.row.use} for row in found.lines_of(part.part)
        ]
        whole = _("%(part)s together") % {"part": part.part.label}
        rows.append({"name": whole, "granted": part.row.granted, **part.row.use})
    total: dict[str, Any] = {"name": _("Total"), "granted": found.total.granted, **found.total.use}
    return Table(
        columns=[
            Column("name", _("Line"), "name", heading=True),
            Column("granted", _("Granted"), "money"),
            *(Column(stage, label, "money") for stage, label in stage_labels().items()),
        ],
        rows=rows,
        totals=total,
        caption=_("What became of the money"),
        caption_hidden=True,
        dense=True,
    )


def funders_table(found: Statement) -> Table:
    use = found.shows_use
    rows = [
        {
            "name": funder.organisation,
            "part": funder.part.label,
            "share": f"{float(funder.share) * 100:g}%",
            "budgeted": funder.row.budgeted,
            **{stage: getattr(funder.row, stage) for stage in STAGES},
        }
        for funder in found.funders
    ]
    return Table(
        columns=[
            Column("name", _("Funder"), "name", heading=True),
            Column("part", _("Part of the budget")),
            Column("share", _("Share of the part")),
            Column("budgeted", _("Budgeted"), "money"),
            *([Column(stage, stage_labels()[stage], "money") for stage in ("paid", "free")] if use else []),
        ],
        rows=rows,
        totals={"name": _("Total"), "budgeted": _all(found)},
        caption=_("Funders"),
        caption_hidden=True,
    )


def _all(found: Statement) -> Money:
    return sum((funder.row.budgeted for funder in found.funders), Money(0))


def months_table(months: Sequence[Month]) -> Table:
    rows = []
    plan = used = Money(0)
    for month in months:
        plan, used = plan + month.plan, used + month.used
        rows.append(
            {
                "month": f"{month.first:%m/%Y}",
                "plan": month.plan,
                "used": month.used,
                "plan_so_far": plan,
                "used_so_far": used,
            }
        )
    return Table(
        columns=[
            Column("month", _("Month"), heading=True),
            Column("plan", _("Plan"), "money"),
            Column("used", _("Used"), "money"),
            Column("plan_so_far", _("Plan so far"), "money"),
            Column("used_so_far", _("Used so far"), "money"),
        ],
        rows=rows,
        caption=_("Plan and use by month"),
        caption_hidden=True,
        dense=True,
    )


def _line(found: Statement, row: LineRow, urls: dict[int, str]) -> dict[str, Any]:
    own = reverse("funding:line", args=[found.budget.code, row.line.code])
    return {
        "name": row.line,
        "url": urls.get(row.line.pk, own),
        "families": row.line.families,
        "unit_cost": row.line.unit_cost,
        "budgeted": row.row.budgeted,
        "given_on": row.row.given_on,
    }
