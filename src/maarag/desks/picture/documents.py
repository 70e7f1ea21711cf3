"""The picture as documents: a workbook with every row, and a report to hand round."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from maarag.domains.services.evidence import evidence_in_words
from maarag.domains.services.models import OverlapFinding
from maarag.domains.services.queries import overlaps
from maarag.ui import figures
from maarag.ui.documents.excel import workbook
from maarag.ui.documents.pdf import Report, ReportTile
from maarag.ui.documents.pdf import pdf as report_as_pdf
from maarag.ui.documents.tables import DocumentColumn, DocumentTable

from . import panels, summary
from .assemble import Picture, Row, remedies

PDF_ROWS = 60
PDF_FINDINGS = 20


def excel(view: Picture) -> bytes:
    """Every row, what would close the gaps, the duplicates and where the figures come from."""
    return workbook(
        [
            _rows_table(view.rows, _title(view), with_details=True),
            _rows_table(view.by_topic, _("By topic"), with_details=True),
            _closing_table(view, None),
            _duplicates_table(overlaps(view.place, topic=view.filters.topic)),
        ]
    )


def pdf(view: Picture) -> bytes:
    """A report of a few pages: the main figures, the widest gaps, what would close them, the duplicates."""
    line = summary.whole(view)
    offered = summary.responses(view)
    findings = overlaps(view.place, topic=view.filters.topic, standing=True)
    widest = view.gaps[:PDF_ROWS]
    return report_as_pdf(
        Report(
            title=_title(view),
            subtitle=_("The integrated picture, as of %(day)s") % {"day": figures.day(view.as_of)},
            banner=_("Fictional: an invented place for demonstration.") if view.place.is_fictional else "",
            tiles=[
                ReportTile(_("Needs"), figures.number(line.need)),
                ReportTile(_("Responses within reach"), figures.number(offered.services)),
                ReportTile(_("Gaps"), figures.number(len(view.gaps)), tone="critical"),
                ReportTile(_("Duplicates to check"), figures.number(findings.count()), tone="attention"),
            ],
            tables=[
                _rows_table(view.by_topic, _("By topic"), with_details=False),
                _rows_table(widest, _("Widest gaps"), with_details=False),
                _closing_table(view, PDF_FINDINGS),
                _duplicates_table(findings[:PDF_FINDINGS]),
            ],
            notes=[*_notes(), *_cut(len(view.gaps), len(widest))],
            footer=_("Maarag · the integrated picture"),
            landscape=True,
        )
    )


def _title(view: Picture) -> str:
    name = figures.name_in_language(view.place)
    if view.filters.topic:
        return f"{name} · {figures.name_in_language(view.filters.topic)}"
    return name


def _rows_table(rows: Iterable[Row], title: str, *, with_details: bool) -> DocumentTable:
    columns = [
        DocumentColumn(_("Place"), "text"),
        DocumentColumn(_("Topic"), "text"),
        DocumentColumn(_("Counted in"), "text"),
        DocumentColumn(_("Need"), "integer"),
        DocumentColumn(_("Services"), "integer"),
        DocumentColumn(_("Places in services"), "integer"),
        DocumentColumn(_("Coverage"), "percent"),
        DocumentColumn(_("Gap"), "integer"),
        DocumentColumn(_("Status"), "text"),
    ]
    if with_details:
        columns += [
            DocumentColumn(_("At least"), "integer"),
            DocumentColumn(_("At most"), "integer"),
            DocumentColumn(_("Yearly cost of closing the gap"), "money"),
            DocumentColumn(_("Certainty"), "text"),
            DocumentColumn(_("Oldest figure"), "date"),
            DocumentColumn(_("Newest figure"), "date"),
            DocumentColumn(_("Code of place"), "text"),
        ]
    return DocumentTable(title, columns, [_row(row, with_details) for row in rows], notes=_notes())


def _row(row: Row, with_details: bool) -> list[Any]:
    cells: list[Any] = [
        figures.name_in_language(row.place),
        figures.name_in_language(row.topic),
        panels.unit_name(row.unit),
        row.need,
        row.services,
        row.places_in_services,
        row.coverage,
        row.gap,
        str(panels.status(row.status).word),
    ]
    if with_details:
        certainty = panels.certainty_name(row.certainty)
        cells += [row.lowest, row.highest, row.gap_cost, certainty, row.oldest, row.newest, row.place.code]
    return cells


def _closing_table(view: Picture, limit: int | None) -> DocumentTable:
    found = remedies(view)[:limit]
    services, places = panels.names_in(found)
    return DocumentTable(
        _("What would close the gaps"),
        [
            DocumentColumn(_("Topic"), "text"),
            DocumentColumn(_("Places to add"), "integer"),
            DocumentColumn(_("Counted in"), "text"),
            DocumentColumn(_("At which service"), "text"),
            DocumentColumn(_("In which place"), "text"),
            DocumentColumn(_("Places helped"), "integer"),
        ],
        [
            [
                figures.name_in_language(remedy.topic),
                remedy.added,
                panels.unit_name(remedy.unit),
                figures.name_in_language(services[remedy.service]) if remedy.service else _("a new response"),
                figures.name_in_language(places[remedy.place]),
                len(remedy.serves),
            ]
            for remedy in found
        ],
    )


def _duplicates_table(findings: Iterable[OverlapFinding]) -> DocumentTable:
    return DocumentTable(
        _("Services that may duplicate each other"),
        [
            DocumentColumn(_("First service"), "text"),
            DocumentColumn(_("Organisation"), "text"),
            DocumentColumn(_("Second service"), "text"),
            DocumentColumn(_("Organisation"), "text"),
            DocumentColumn(_("Likeness"), "percent"),
            DocumentColumn(_("Reasons"), "text"),
        ],
        [
            [
                figures.name_in_language(finding.first),
                figures.name_in_language(finding.first.organisation),
                figures.name_in_language(finding.second),
                figures.name_in_language(finding.second.organisation),
                finding.score,
                " ".join(reason.words for reason in evidence_in_words(finding.evidence)[:4]),
            ]
            for finding in findings
        ],
    )


def _notes() -> list[str]:
    return [
        _("Coverage: the share of the need that the places of the services within reach can answer."),
        _("Counts below 5, and what would give them away, are hidden from everyone above the authority."),
    ]


def _cut(every: int, shown: int) -> list[str]:
    if shown == every:
        return []
    return [
        _("The %(shown)s widest of %(every)s gaps are shown; the Excel file has them all.")
        % {"shown": figures.number(shown), "every": figures.number(every)}
    ]
