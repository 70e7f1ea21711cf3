"""Placing families as files: the board and the waiting lists with names, the whole of a run without."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from maarag.domains.programmes.words import quota_words
from maarag.kernel.imports.exports import as_csv
from maarag.ui import figures
from maarag.ui.documents.excel import workbook
from maarag.ui.documents.pdf import Report, ReportTile
from maarag.ui.documents.pdf import pdf as report_as_pdf
from maarag.ui.documents.tables import DocumentColumn, DocumentTable
from maarag.ui.figures import name_in_language

from .errors import stale_words
from .groups import attribute_label
from .queries import Attribute, Board, Figures, WaitLine
from .tables import binding_lines, figures_by_method, groups_table, waits_lines
from .told import Keys, lines_in_words, method_of, place_words


def personal_note() -> str:
    return _("Personal: keep it closed, and delete it when you are done.")


def board_as_file(found: Board, form: str) -> bytes:
    """The board: who is proposed what, why, and what was decided; and how the places fill.

    Where methods are chosen, the method stands in a column before its place.
    """
    keys = Keys.in_explanations(line.proposal.explanation for line in found.lines)
    by_method = found.by_method
    columns = [
        DocumentColumn(_("Rank"), "integer"),
        DocumentColumn(_("Family")),
        DocumentColumn(_("File number")),
        *([DocumentColumn(pgettext("of intervention", "Method"))] if by_method else []),
        DocumentColumn(_("Place")),
        DocumentColumn(_("Fit"), "integer"),
        DocumentColumn(_("The run proposed")),
        DocumentColumn(_("Worker of the programme")),
        DocumentColumn(_("Decision")),
        DocumentColumn(_("Decided by")),
        DocumentColumn(_("Reason")),
        DocumentColumn(_("What speaks for it"), width=50),
        DocumentColumn(_("What speaks against it"), width=50),
        DocumentColumn(_("State")),
    ]
    rows: list[list[Any]] = []
    for line in found.lines:
        row, told = line.proposal, line.proposal.explanation
        rows.append(
            [
                row.rank,
                row.family.name,
                str(row.family.number),
                *([method_of(row)] if by_method else []),
                place_words(row.quota),
                row.fit,
                place_words(row.proposed, keys.methods.get(row.proposed_method, "")),
                row.worker.name if row.worker else "",
                row.get_verdict_display(),
                row.decided_by.name if row.decided_by else "",
                row.reason,
                " ".join(lines_in_words(told.get("for", ()), keys)),
                " ".join(lines_in_words(told.get("against", ()), keys)),
                stale_words(line.stale) if line.stale else "",
            ]
        )
    proposals = DocumentTable(_("Proposals of the run"), columns, rows, notes=[personal_note()])
    if form == "csv":
        return _csv(proposals)
    places = DocumentTable(
        _("Places"),
        [
            DocumentColumn(_("Programme")),
            DocumentColumn(_("Local authority")),
            *(
                DocumentColumn(label, "integer")
                for label in (_("Places"), _("Taken"), _("Decided on the board"), _("Only proposed"))
            ),
            DocumentColumn(_("Left then"), "integer"),
        ],
        [
            [
                quota_words(line.quota),
                name_in_language(line.quota.authority),
                line.quota.families,
                line.taken,
                line.decided,
                line.proposed,
                line.left,
            ]
            for line in found.places
        ],
    )
    methods = DocumentTable(
        _("Families by method"),
        [
            DocumentColumn(pgettext("of intervention", "Method")),
            *(
                DocumentColumn(label, "integer")
                for label in (_("Only proposed"), _("Decided on the board"), _("Carried out"), _("All"))
            ),
        ],
        [[line.name, line.proposed, line.decided, line.carried, line.families] for line in found.methods],
    )
    return workbook([proposals, places, *([methods] if found.methods else [])])


def lists_as_file(lists: Sequence[tuple[str, Sequence[WaitLine]]], form: str) -> bytes:
    """Waiting lists: in a workbook a sheet each, as CSV one after another."""
    tables = [_list(title, lines) for title, lines in lists] or [_list(_("Waiting lists"), [])]
    if form == "xlsx":
        return workbook(tables)
    columns = [DocumentColumn(_("Waiting list")), *tables[0].columns]
    rows = [[table.title, *row] for table in tables for row in table.rows]
    return _csv(DocumentTable(_("Waiting lists"), columns, rows))


def _list(title: str, lines: Sequence[WaitLine]) -> DocumentTable:
    columns = [
        DocumentColumn(_("In line"), "integer"),
        DocumentColumn(_("Family")),
        DocumentColumn(_("File number")),
        DocumentColumn(_("Waits since"), "date"),
        DocumentColumn(_("Priority")),
        DocumentColumn(_("Why it waits")),
        DocumentColumn(_("Social worker")),
    ]
    rows = [
        [
            line.position,
            line.waiting.family.name,
            str(line.waiting.family.number),
            line.waiting.since,
            str(line.waiting.get_priority_display()),
            str(line.waiting.get_why_display()),
            line.waiting.family.worker.name if line.waiting.family.worker else "",
        ]
        for line in lines
    ]
    return DocumentTable(title, columns, rows, notes=[personal_note()])


def whole_tables(found: Figures) -> list[DocumentTable]:
    """What the whole of a run tells, without names."""
    names = {one.code: name_in_language(one) for one in found.programmes}
    columns = [
        DocumentColumn(_("Place")),
        *(DocumentColumn(name, "integer") for name in names.values()),
        DocumentColumn(_("Left waiting"), "integer"),
        DocumentColumn(_("All"), "integer"),
    ]
    lines = [*found.lines, found.whole]
    rows = [
        [
            name_in_language(line.place) if line.place else name_in_language(found.run.place),
            *(line.programmes.get(code, 0) for code in names),
            line.waiting,
            line.families,
        ]
        for line in lines
    ]
    hidden = [_("Counts below five, and others from which they could be worked out, are hidden.")]
    notes = hidden if found.hides_something else []
    tables = [DocumentTable(_("Families by place and programme"), columns, rows, notes=notes)]
    if found.methods:
        tables.append(_by_method(found, notes))
    if found.waiting_because:
        tables.append(
            DocumentTable(
                _("Who waits, and why"),
                [DocumentColumn(_("Why")), DocumentColumn(_("Families"), "integer")],
                [[why, n] for why, n in waits_lines(found)],
            )
        )
    if binding := binding_lines(found):
        tables.append(
            DocumentTable(
                _("What binds"),
                [
                    DocumentColumn(_("Where")),
                    DocumentColumn(_("What binds")),
                    DocumentColumn(_("Points of fit that one more would bring"), "decimal"),
                ],
                [[row["name"], row["what"], row["price"]] for row in binding],
            )
        )
    return tables


def group_tables(found: Sequence[Attribute], *, beside_part: bool = False) -> list[DocumentTable]:
    """The groups of a run by attribute, as the run proposed and as it stands after the decisions.

    `beside_part`: beside figures of some departments alone; then they are said to be of all of the run.
    """
    title = _("%(attribute)s: groups in all of the run") if beside_part else _("Groups: %(attribute)s")
    columns = [
        DocumentColumn(_("Group")),
        DocumentColumn(_("Families"), "integer"),
        *(
            column
            for stage in (_("What the run proposed"), _("What stands after the decisions"))
            for column in (
                DocumentColumn(f"{stage}: {_('With a place')}", "integer"),
                DocumentColumn(f"{stage}: {_('Share with a place')}"),
                DocumentColumn(f"{stage}: {_('Difference to all others')}"),
            )
        ),
    ]
    hidden = [_("Counts below five, and others from which they could be worked out, are hidden.")]
    tables = []
    for part in found:
        stages = [groups_table(part, stage).rows for stage in ("proposed", "decided")]
        rows = [
            [
                row["group"],
                row["families"],
                *(one.get(key) for one in (row, after) for key in ("placed", "rate", "difference")),
            ]
            for row, after in zip(*stages, strict=True)
        ]
        if rows:
            named = title % {"attribute": attribute_label(part.code)}
            tables.append(DocumentTable(named, columns, rows, notes=hidden if part.hides else []))
    return tables


def _by_method(found: Figures, notes: list[str]) -> DocumentTable:
    """Families by place and method, the whole last."""
    shown = figures_by_method(found)
    kinds = {"place": "text"}
    columns = [DocumentColumn(str(one.label), kinds.get(one.key, "integer")) for one in shown.columns]
    rows = [*shown.rows, shown.totals] if shown.totals else shown.rows
    cells = [[row[one.key] for one in shown.columns] for row in rows]
    return DocumentTable(_("Families by place and method"), columns, cells, notes=notes)


def whole_as_pdf(
    found: Figures,
    groups: Sequence[Attribute],
    title: str,
    tiles: Sequence[tuple[str, str]],
    notes: Sequence[str],
) -> bytes:
    """The whole of a run to print."""
    return report_as_pdf(
        Report(
            _("Placing families"),
            f"{title} · {figures.day(timezone.localdate())}",
            tiles=[ReportTile(label, value) for label, value in tiles],
            tables=[*whole_tables(found), *group_tables(groups, beside_part=found.is_part)],
            notes=list(notes),
            banner=_("Fictional: an invented place for demonstration.")
            if found.run.place.is_fictional
            else "",
            landscape=True,
        )
    )


def _csv(table: DocumentTable) -> bytes:
    cells = [[_plain(cell) for cell in row] for row in table.rows]
    return as_csv([[column.label for column in table.columns], *cells])


def _plain(cell: Any) -> Any:
    if cell is None:
        return ""
    return cell.isoformat() if hasattr(cell, "isoformat") else cell
