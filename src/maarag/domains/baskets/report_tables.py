"""Reports of baskets as tables: of a page, a workbook, a printed report, and as plain data."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from maarag.ui.documents.tables import DocumentColumn, DocumentTable
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Column, Table
from maarag.values import Suppressed

from . import report_helped
from .report_rows import PARTS, Report, Row, stages_of

AFTER = "response"
"""The part after which stands what helped."""


def part_titles() -> dict[str, str]:
    return {
        "place": _("By place"),
        "programme": _("By programme"),
        "response": _("By response"),
        "month": _("By month asked for"),
        "payment": _("By month of payment"),
        "funder": _("By funder"),
    }


def stage_titles() -> dict[str, str]:
    return {
        "planned": pgettext("money", "Planned"),
        "approved": pgettext("money", "Approved"),
        "committed": pgettext("money", "Committed"),
        "paid": pgettext("money", "Paid"),
    }


def name_of(row: Row) -> str:
    if isinstance(row.name, date):
        return f"{row.name:%m/%Y}"
    return name_in_language(row.name) or _("All")


def _with_programmes(part: str, report: Report) -> bool:
    return part == "place" and not report.exact


def page_tables(report: Report) -> list[tuple[str, Table]]:
    """(title, table) of each part."""
    titles, stages = part_titles(), stage_titles()
    found = []
    for part in PARTS:
        if part not in report.parts:
            continue
        more = [Column("more", _("Programme"))] if _with_programmes(part, report) else []
        rows = [
            {
                "name": name_of(row),
                "more": name_in_language(row.more) or _("All"),
                "families": row.families,
                "requests": row.requests,
                **row.sums,
            }
            for row in report.parts[part]
        ]
        table = Table(
            columns=[
                Column("name", _first(part), heading=True),
                *more,
                Column("families", _("Families"), "number"),
                Column("requests", _("Requests"), "number"),
                *(Column(stage, stages[stage], "money") for stage in stages_of(part)),
            ],
            rows=rows,
            caption=titles[part],
            caption_hidden=True,
            empty=_("Nothing was paid.") if part == "payment" else _("Nothing was asked for."),
        )
        found.append((titles[part], table))
        if part == AFTER and report.helped is not None:
            found.append((report_helped.title(), report_helped.page_table(report.helped)))
    return found


def _first(part: str) -> str:
    return {
        "place": _("Place"),
        "programme": _("Programme"),
        "response": _("Response"),
        "month": _("Month"),
        "payment": _("Month"),
        "funder": _("Funder"),
    }[part]


def document_tables(report: Report) -> list[DocumentTable]:
    """The parts for a workbook and for print."""
    titles, stages = part_titles(), stage_titles()
    found = []
    for part in PARTS:
        if part not in report.parts:
            continue
        with_programmes = _with_programmes(part, report)
        columns = [
            DocumentColumn(_first(part)),
            *([DocumentColumn(_("Programme"))] if with_programmes else []),
            DocumentColumn(_("Families"), "integer"),
            DocumentColumn(_("Requests"), "integer"),
            *(DocumentColumn(stages[stage], "money") for stage in stages_of(part)),
        ]
        rows = [
            [
                name_of(row),
                *([name_in_language(row.more) or _("All")] if with_programmes else []),
                row.families,
                row.requests,
                *row.sums.values(),
            ]
            for row in report.parts[part]
        ]
        found.append(DocumentTable(titles[part], columns, rows, notes=notes(report)))
        if part == AFTER and report.helped is not None:
            found.append(report_helped.document_table(report.helped))
    return found


def notes(report: Report) -> list[str]:
    if report.exact:
        return []
    return [
        _("What rests on fewer than five families is hidden, so that nobody can be recognised."),
        _("Of the quotas that began in %(year)s.") % {"year": report.year},
        _("By place, programme and funder a family with baskets of several quotas is counted in each."),
        _(
            "In which months it was paid is told inside an authority alone: beside the months in which it was"
            " asked for, it would tell of single families."
        ),
        report_helped.why_not_above(),
    ]


def as_data(report: Report) -> dict[str, Any]:
    """The report as plain data, amounts in agorot; None for what is hidden, and for what is not told."""
    return {
        "exact": report.exact,
        "year": report.year,
        "places": [place.code for place in report.places] if report.exact else [],
        "total": _data(report.total),
        **{part: [_data(row) for row in report.parts[part]] for part in PARTS if part in report.parts},
        "helped": None if report.helped is None else report_helped.as_rows(report.helped),
    }


def _data(row: Row) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": name_of(row),
        "programme": getattr(row.more, "code", None),
        "hidden": row.has_hidden,
        "families": None if isinstance(row.families, Suppressed) else row.families,
        "requests": None if isinstance(row.requests, Suppressed) else row.requests,
        **{
            f"{stage}_agorot": None if isinstance(amount, Suppressed) else amount.agorot
            for stage, amount in row.sums.items()
        },
    }
