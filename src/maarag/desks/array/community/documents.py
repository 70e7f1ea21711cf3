"""Community over out-of-home care as a workbook with every figure, and as a report of a page or two."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from maarag.ui import figures
from maarag.ui.documents.excel import workbook
from maarag.ui.documents.pdf import Report, ReportTile
from maarag.ui.documents.pdf import pdf as report_as_pdf
from maarag.ui.documents.tables import DocumentColumn, DocumentTable
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Table, value_in

from . import tables
from .assemble import Community
from .words import notes

KINDS = {"number": "integer", "percent": "percent", "money": "money"}


def excel(view: Community) -> bytes:
    found = [_document(title, table) for title, table in _tables(view)]
    return workbook(
        [DocumentTable(found[0].title, found[0].columns, found[0].rows, notes=notes(view)), *found[1:]]
    )


def pdf(view: Community) -> bytes:
    whole, costs = view.whole, tables.costs_of(view.whole)
    return report_as_pdf(
        Report(
            title=_("Community over out-of-home care: %(place)s") % {"place": name_in_language(view.place)},
            subtitle=_("Leaving home was considered in %(year)s, as of %(day)s")
            % {"year": view.year, "day": figures.day(view.day)},
            banner=_("Fictional: an invented place for demonstration.") if view.fictional else "",
            tiles=[
                ReportTile(_("Considered"), figures.number(whole.considered)),
                ReportTile(_("Stays in the community"), figures.percent(whole.stays)),
                ReportTile(_("Days"), figures.number(whole.half)),
                ReportTile(_("Difference, a year"), figures.money_short(costs["saved"])),
            ],
            tables=[_document(title, table) for title, table in _tables(view)],
            notes=notes(view),
            footer=_("Maarag · the array of programmes"),
            landscape=True,
        )
    )


def _tables(view: Community) -> list[tuple[str, Table]]:
    across = name_in_language(view.across)
    found: list[tuple[str, Table | None]] = [
        (_("What was decided"), tables.decisions_table(view)),
        (_("What stands in the way"), tables.barriers_table(view)),
        (_("What speaks for it"), tables.incentives_table(view)),
        (_("Yearly cost"), tables.costs_table(view)),
        (_("Districts"), tables.places_table(view, view.districts, "") if view.districts else None),
        (_("Local authorities"), None if view.exact else tables.places_table(view, view.authorities, "")),
        (_("Barriers by place"), tables.barriers_by_place(view)),
        (_("By response: %(place)s") % {"place": across}, tables.responses_table(view)),
        (_("Barriers by response: %(place)s") % {"place": across}, tables.barriers_by_response(view)),
        (_("What is lacking: %(place)s") % {"place": across}, tables.lacking_table(view)),
    ]
    return [(title, table) for title, table in found if table is not None and table.rows]


def _document(title: str, table: Table) -> DocumentTable:
    columns = [column for column in table.columns if column.key != "door"]
    rows = [*table.rows, *([table.totals] if table.totals else [])]
    return DocumentTable(
        title,
        [DocumentColumn(str(column.label), KINDS.get(column.kind, "text")) for column in columns],
        [[_cell(row, column.key, column.kind) for column in columns] for row in rows],
    )


def _cell(row: Any, key: str, kind: str) -> Any:
    value = value_in(row, key)
    if kind == "name" and not isinstance(value, str):
        return name_in_language(value)
    return str(value) if kind == "text" and value is not None else value
