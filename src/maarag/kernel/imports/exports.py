"""Files that people take away: rows to correct, and an empty example of each kind."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

import xlsxwriter
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from .importer import Importer
from .models import ImportFile, RowStatus

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""The wide ones too: Excel in some languages takes them for the narrow ones."""
EXCEL_ROWS = 200_000


def harmless(cell: Any) -> Any:
    """Text that a spreadsheet would run as a formula, made text again; numbers stay numbers."""
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) and not _is_number(cell):
        return "'" + cell
    return cell


def _is_number(cell: str) -> bool:
    try:
        float(cell.replace(",", ""))
    except ValueError:
        return False
    return True


def as_csv(rows: Iterable[Sequence[Any]]) -> bytes:
    """CSV in UTF-8 with the mark by which Excel knows it."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([harmless(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def as_excel(rows: Iterable[Sequence[Any]], sheet: str) -> bytes:
    """A workbook; every text is written as text, never as a formula."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    page = book.add_worksheet(sheet[:31])
    if get_language_bidi():
        page.right_to_left()
    head = book.add_format({"bold": True})
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            style = head if number == 0 else None
            if isinstance(cell, int | float) and not isinstance(cell, bool):
                page.write_number(number, column, cell, style)
            elif cell not in (None, ""):
                page.write_string(number, column, str(cell)[:32_000], style)
    page.freeze_panes(1, 0)
    book.close()
    return out.getvalue()


def problem_rows(import_file: ImportFile, limit: int | None = None) -> Iterable[list[Any]]:
    """The rows with problems as they came, with their row number and the reasons after them."""
    rows = import_file.rows.filter(status=RowStatus.PROBLEM).order_by("number", "id")[:limit]
    names: dict[str, None] = {}
    for name in import_file.columns:
        names[name] = None
    for row in rows.iterator(chunk_size=2000):
        names.update(dict.fromkeys(row.raw))
    yield [*names, _("Row in the file"), _("Why"), _("What to do")]
    for row in rows.iterator(chunk_size=2000):
        reasons = " · ".join(problem["reason"] for problem in row.problems)
        hints = " · ".join(filter(None, (problem["hint"] for problem in row.problems)))
        yield [*(row.raw.get(name) for name in names), row.number, reasons, hints]


def example_rows(kind: type[Importer]) -> list[list[Any]]:
    """The header as we write it, and the importer's example rows."""
    header = [field.headers[0] for field in kind.fields if not field.name.startswith("level")]
    names = [field.name for field in kind.fields if not field.name.startswith("level")]
    return [header, *([row.get(name, "") for name in names] for row in kind.example)]
