"""The desks as documents: a workbook with every figure, and a report to hand round."""

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
from maarag.values import is_suppressed

from .assemble import Desk
from .lines import USED, Line
from .words import notes, status_of_places, target_rows

PDF_PLACES = 40


def excel(desk: Desk) -> bytes:
    """Every line with all of its figures, the targets, and inside the authority the workers."""
    tables = [
        _lines_table(_("By programme"), _("Programme"), desk, (desk.whole, *desk.programmes)),
        *([_lines_table(_("By place"), _("Place"), desk, desk.places)] if desk.places else []),
        _targets_table(desk),
    ]
    if desk.methods:
        tables.append(_methods_table(desk))
    if desk.exact:
        tables.append(_workers_table(desk))
    return workbook(tables)


def pdf(desk: Desk) -> bytes:
    """A report of a few pages: the main figures, programmes, targets, and the places with most waiting."""
    whole = desk.whole
    shown = sorted(desk.places, key=lambda line: (-_size(line.waits), -line.places))[:PDF_PLACES]
    tables = [_short_table(_("By programme"), _("Programme"), desk.programmes)]
    if shown:
        tables.append(_short_table(_("By place"), _("Place"), shown))
    tables.append(_targets_table(desk))
    return report_as_pdf(
        Report(
            title=title_of(desk),
            subtitle=_("The array of programmes, %(year)s, as of %(day)s")
            % {"year": desk.year, "day": figures.day(desk.day)},
            banner=_("Fictional: an invented place for demonstration.") if desk.fictional else "",
            tiles=[
                ReportTile(_("Places"), figures.number(whole.places + whole.not_given)),
                ReportTile(_("Taken"), figures.number(whole.taken)),
                ReportTile(_("Free"), figures.number(whole.free)),
                ReportTile(_("Waiting"), figures.number(whole.waits)),
                ReportTile(_("Granted"), figures.money_short(whole.granted)),
                ReportTile(_("Used"), figures.percent(whole.share_used)),
            ],
            tables=tables,
            notes=[*notes(desk), *_cut(len(desk.places), len(shown))],
            footer=_("Maarag · the array of programmes"),
            landscape=True,
        )
    )


def title_of(desk: Desk) -> str:
    """The place, and the programme where one was chosen."""
    name = name_in_language(desk.place)
    return f"{name} · {name_in_language(desk.chosen)}" if desk.chosen else name


def _size(value: Any) -> int:
    return 0 if is_suppressed(value) or value is None else int(value)


def _cut(every: int, shown: int) -> list[str]:
    if shown == every:
        return []
    return [
        _("%(shown)s of %(every)s places are shown; the Excel file has them all.")
        % {"shown": figures.number(shown), "every": figures.number(every)}
    ]


def _name(line: Line, desk: Desk) -> str:
    if line is desk.whole:
        return name_in_language(desk.chosen) if desk.chosen else _("All programmes")
    return name_in_language(line.key)


def _lines_table(title: str, first: str, desk: Desk, lines: Sequence[Line]) -> DocumentTable:
    columns = [
        DocumentColumn(first),
        DocumentColumn(_("Code")),
        DocumentColumn(_("Places"), "integer"),
        DocumentColumn(_("Not given yet"), "integer"),
        DocumentColumn(_("Estimate")),
        DocumentColumn(_("Taken"), "integer"),
        DocumentColumn(_("Free"), "integer"),
        DocumentColumn(_("Waiting"), "integer"),
        DocumentColumn(_("Families that workers may carry"), "integer"),
        DocumentColumn(_("Workers carry, by weight"), "decimal"),
        DocumentColumn(_("Granted"), "money"),
        DocumentColumn(_("Approved"), "money"),
        DocumentColumn(_("Committed"), "money"),
        DocumentColumn(_("Paid"), "money"),
        DocumentColumn(_("Money left"), "money"),
        DocumentColumn(_("Days: a quarter"), "integer"),
        DocumentColumn(_("Days: half"), "integer"),
        DocumentColumn(_("Days: three quarters"), "integer"),
        DocumentColumn(_("Families that ended"), "integer"),
        DocumentColumn(_("Goals reached"), "integer"),
        DocumentColumn(_("Loop closure"), "percent"),
        DocumentColumn(_("Help received"), "percent"),
    ]
    rows = [
        [
            _name(line, desk),
            line.key.code,
            line.places,
            line.not_given,
            _("estimate") if line.is_estimate else "",
            line.taken,
            line.free,
            line.waits,
            line.most,
            line.carried,
            line.granted,
            *(line.use[stage] for stage in USED),
            line.use["free"],
            *_quartiles(line),
            line.ended,
            line.reached,
            line.loop,
            line.help,
        ]
        for line in lines
    ]
    return DocumentTable(title, columns, rows, notes=notes(desk))


def _quartiles(line: Line) -> list[Any]:
    if is_suppressed(line.times):
        return [line.times] * 3
    times = line.times
    return [getattr(times, name, None) for name in ("quarter", "half", "three_quarters")]


def _short_table(title: str, first: str, lines: Sequence[Line]) -> DocumentTable:
    columns = [
        DocumentColumn(first),
        DocumentColumn(_("Places"), "integer"),
        DocumentColumn(_("Taken"), "integer"),
        DocumentColumn(_("Free"), "integer"),
        DocumentColumn(_("Waiting"), "integer"),
        DocumentColumn(_("Granted"), "money"),
        DocumentColumn(_("Used"), "percent"),
        DocumentColumn(_("Days: half"), "integer"),
        DocumentColumn(_("State")),
    ]
    rows = [
        [
            name_in_language(line.key),
            line.places + line.not_given,
            line.taken,
            line.free,
            line.waits,
            line.granted,
            line.share_used,
            line.half,
            str(status_of_places(line).word),
        ]
        for line in lines
    ]
    return DocumentTable(title, columns, rows)


def _targets_table(desk: Desk) -> DocumentTable:
    columns = [
        DocumentColumn(_("Measure")),
        DocumentColumn(_("Programme")),
        DocumentColumn(_("Target")),
        DocumentColumn(_("Now")),
        DocumentColumn(_("State")),
    ]
    rows = [[row.measure, str(row.of), row.aim, row.shown, str(row.status.word)] for row in target_rows(desk)]
    return DocumentTable(_("Against the targets"), columns, rows)


def _methods_table(desk: Desk) -> DocumentTable:
    columns = [
        DocumentColumn(_("Method")),
        DocumentColumn(_("Where")),
        DocumentColumn(_("Families"), "integer"),
    ]
    rows = [
        [
            name_in_language(line.method) if line.method else _("No method was chosen"),
            line.method.get_setting_display() if line.method else "",
            line.taken,
        ]
        for line in desk.methods
    ]
    return DocumentTable(_("By method"), columns, rows)


def _workers_table(desk: Desk) -> DocumentTable:
    columns = [
        DocumentColumn(_("Worker")),
        DocumentColumn(_("Programme")),
        DocumentColumn(_("Families"), "integer"),
        DocumentColumn(_("By weight"), "decimal"),
        DocumentColumn(_("At most"), "integer"),
    ]
    rows = [
        [
            line.account.name if line.account else _("Nobody of the team"),
            name_in_language(line.programme),
            line.families,
            line.carried,
            line.most,
        ]
        for line in desk.workers
    ]
    return DocumentTable(_("Workers' load"), columns, rows)
