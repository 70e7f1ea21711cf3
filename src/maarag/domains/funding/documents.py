"""A budget as a workbook and as a report: the same statement as the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from maarag.ui import figures
from maarag.ui.documents.excel import workbook
from maarag.ui.documents.pdf import Report, ReportTile
from maarag.ui.documents.pdf import pdf as report_as_pdf
from maarag.ui.documents.tables import DocumentColumn, DocumentTable
from maarag.ui.figures import name_in_language
from maarag.values import Money

from .models import Part
from .months import Month
from .statement import STAGES, Row, Statement
from .words import stage_labels, status_of


def tables(found: Statement, months: Sequence[Month] = ()) -> list[DocumentTable]:
    """The programmes, the envelope, the funders, and plan against use by month."""
    made = []
    if found.lines_of(Part.BASKET):
        made.append(_lines(found, Part.BASKET, _("Baskets of responses by programme"), by_families=True))
    if found.lines_of(Part.ENVELOPE):
        made.append(_lines(found, Part.ENVELOPE, _("Envelope"), by_families=False))
    if found.funders:
        made.append(_funders(found))
    if found.shows_use and months:
        made.append(_months(months))
    return made or [_lines(found, Part.BASKET, _("Baskets of responses by programme"), by_families=True)]


def _money_columns(found: Statement) -> list[DocumentColumn]:
    used = stage_labels() if found.shows_use else {}
    labels = [_("Budgeted"), _("Granted"), _("Given to authorities"), *used.values()]
    return [DocumentColumn(label, "money") for label in labels]


def _money_cells(found: Statement, row: Row) -> list[Any]:
    cells: list[Any] = [row.budgeted, row.granted, row.given_on]
    return cells + ([getattr(row, stage) for stage in STAGES] if found.shows_use else [])


def _lines(found: Statement, part: Part, title: str, *, by_families: bool) -> DocumentTable:
    counted = [DocumentColumn(_("Families"), "integer"), DocumentColumn(_("Cost of a basket"), "money")]
    rows = [
        [
            name_in_language(row.line),
            *([row.line.families, row.line.unit_cost] if by_families else []),
            *_money_cells(found, row.row),
        ]
        for row in found.lines_of(part)
    ]
    whole = found.part(part)
    rows.append([_("Total"), *([whole.families, None] if by_families else []), *_money_cells(found, whole)])
    return DocumentTable(
        title,
        [
            DocumentColumn(_("Programme") if by_families else _("Item")),
            *(counted if by_families else []),
            *_money_columns(found),
        ],
        rows,
        notes=notes(found),
    )


def _funders(found: Statement) -> DocumentTable:
    rows = [
        [
            name_in_language(funder.organisation),
            str(funder.part.label),
            f"{float(funder.share) * 100:g}%",
            funder.row.budgeted,
            funder.row.granted,
        ]
        for funder in found.funders
    ]
    rows += [
        [name_in_language(total.organisation), _("All parts"), None, total.budgeted, None]
        for total in found.funder_totals
    ]
    columns = [
        DocumentColumn(_("Funder")),
        DocumentColumn(_("Part of the budget")),
        DocumentColumn(_("Share of the part")),
        DocumentColumn(_("Budgeted"), "money"),
        DocumentColumn(_("Granted"), "money"),
    ]
    return DocumentTable(_("Funders"), columns, rows, notes=notes(found))


def _months(months: Sequence[Month]) -> DocumentTable:
    labels = (_("Plan"), _("Plan so far"), _("Used"), _("Used so far"), stage_labels()["paid"])
    rows: list[list[Any]] = []
    plan = used = Money(0)
    for month in months:
        plan, used = plan + month.plan, used + month.used
        rows.append([f"{month.first:%m/%Y}", month.plan, plan, month.used, used, month.paid])
    return DocumentTable(
        _("Plan and use by month"),
        [DocumentColumn(_("Month")), *(DocumentColumn(label, "money") for label in labels)],
        rows,
        notes=[
            _("The plan is spread evenly over the days of the budget; used is approved, committed or paid.")
        ],
    )


def notes(found: Statement) -> list[str]:
    """Where the figures come from."""
    source = name_in_language(found.budget.source)
    words = [_("Source: %(source)s") % {"source": source}]
    if found.budget.is_fictional:
        words.append(_("Fictional: an invented place for demonstration."))
    return words


def as_workbook(found: Statement, months: Sequence[Month] = ()) -> bytes:
    return workbook(tables(found, months))


def as_report(found: Statement, months: Sequence[Month] = ()) -> bytes:
    """A report to print, right to left in Hebrew and Arabic."""
    budget = found.budget
    period = f"{figures.day(budget.starts)} – {figures.day(budget.ends)}"
    tiles = [
        ReportTile(_("Whole budget"), figures.money(found.total.budgeted)),
        *(ReportTile(str(row.part.label), figures.money(row.row.budgeted)) for row in found.parts),
    ]
    if found.shows_use:
        tiles.append(ReportTile(stage_labels()["free"], figures.money(found.total.free)))
    return report_as_pdf(
        Report(
            name_in_language(budget),
            f"{name_in_language(budget.place)} · {period} · {status_of(budget).word}",
            tiles=tiles,
            tables=tables(found, months),
            banner=_("Fictional: an invented place for demonstration.") if budget.is_fictional else "",
            landscape=True,
        )
    )
