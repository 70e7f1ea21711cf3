"""How many families there are: a page, a workbook and a report from the same numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.ui import figures
from maarag.ui.documents.attached import attached
from maarag.ui.documents.excel import workbook
from maarag.ui.documents.pdf import Report
from maarag.ui.documents.pdf import pdf as report_as_pdf
from maarag.ui.documents.tables import DocumentColumn, DocumentTable
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Column, Table

from ..counts import Counts, Line, column_labels, counts_for


@require_safe
@needs_permission(Permission.VIEW_STAFF_FIGURES)
def index(request: HttpRequest) -> HttpResponse:
    """Open and closed files by authority and number of children."""
    account = account_of(request)
    counts = counts_for(account)
    keeps_files = account.may_somewhere(Permission.VIEW_FAMILIES)
    above = (_("Families"), "families:index") if keeps_files else (_("First page"), "home:index")
    context = {
        "parts": [{"title": title, "table": _table(title, lines)} for title, lines in _parts(counts)],
        "fictional": any(line.place.is_fictional for line in counts.lines),
        "crumbs": [(above[0], reverse(above[1])), (_("Families by authority"), "")],
    }
    return render(request, "families/counts.html", context)


@require_safe
@needs_permission(Permission.VIEW_STAFF_FIGURES)
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The same numbers as a workbook or a report."""
    if form not in ("xlsx", "pdf"):
        raise Http404
    counts = counts_for(account_of(request))
    tables = [_document(title, lines) for title, lines in _parts(counts)] or [
        _document(_("Local authorities"), ())
    ]
    if form == "xlsx":
        content = workbook(tables)
    else:
        fictional = any(line.place.is_fictional for line in counts.lines)
        report = Report(
            _("Families by authority"),
            figures.day(timezone.localdate()),
            tables=tables,
            landscape=True,
            banner=_("Fictional: an invented place for demonstration.") if fictional else "",
        )
        content = report_as_pdf(report)
    return attached(content, f"families.{form}")


def _parts(counts: Counts) -> list[tuple[str, Sequence[Line]]]:
    parts = (
        (_("Nation, districts and clusters"), counts.above),
        (_("Local authorities"), counts.authorities),
        (_("Neighbourhoods"), counts.neighbourhoods),
    )
    return [(title, lines) for title, lines in parts if lines]


def _table(title: str, lines: Sequence[Line]) -> Table:
    rows: list[dict[str, Any]] = [
        {"place": line.place, **{f"c{number}": count for number, count in enumerate(line.counts)}}
        for line in lines
    ]
    labels = enumerate(column_labels())
    return Table(
        columns=[
            Column("place", _("Place"), "name", heading=True),
            *(Column(f"c{number}", label, "number") for number, label in labels),
        ],
        rows=rows,
        caption=title,
        caption_hidden=True,
        dense=True,
    )


def _document(title: str, lines: Sequence[Line]) -> DocumentTable:
    return DocumentTable(
        title,
        [DocumentColumn(_("Place")), *(DocumentColumn(label, "integer") for label in column_labels())],
        [[name_in_language(line.place), *line.counts] for line in lines],
        notes=[
            _(
                "Counts below five, and others from which they could be worked out, are not shown to whoever"
                " does not work in the authority."
            )
        ],
    )
