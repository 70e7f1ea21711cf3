"""Right-to-left Excel workbooks. Text stays text: nothing that people typed becomes a formula or a link."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter
from django.utils import timezone

from maarag.ui import figures
from maarag.values import LocalText, Money, is_suppressed

from .tables import DocumentColumn, DocumentTable

FORMATS = {
    "integer": "#,##0",
    "decimal": "#,##0.0",
    "percent": "0%",
    "money": "#,##0\\ [$₪-40D]",
    "date": "dd.mm.yyyy",
}
WIDEST, NARROWEST = 60, 8
LONGEST_TEXT = 32767  # Excel's limit for a cell


def workbook(tables: Sequence[DocumentTable], *, rtl: bool | None = None, author: str = "Maarag") -> bytes:
    """A workbook with one sheet for each table: title, header (frozen, with filters), rows, notes.

    `rtl` defaults to the direction of the active language. Raises ValueError without tables.
    """
    if not tables:
        raise ValueError("a workbook needs at least one table")
    right_to_left = figures.is_rtl() if rtl is None else rtl
    out = io.BytesIO()
    safe = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(out, {**safe, "remove_timezone": True})
    book.set_properties({"author": author, "title": tables[0].title})
    reading = {"font_name": "Arial", "reading_order": 2 if right_to_left else 1, "valign": "vcenter"}
    styles = {kind: book.add_format({**reading, "num_format": code}) for kind, code in FORMATS.items()}
    styles["text"] = book.add_format({**reading, "text_wrap": True})
    styles["title"] = book.add_format({**reading, "bold": True, "font_size": 14})
    styles["note"] = book.add_format({**reading, "font_color": "#4a5b65"})
    styles["head"] = book.add_format(
        {
            **reading,
            "bold": True,
            "bg_color": "#0b5560",
            "font_color": "#ffffff",
            "text_wrap": True,
            "border": 1,
        }
    )
    names: list[str] = []
    for table in tables:
        names.append(sheet_name(table.title, names))
        sheet = book.add_worksheet(names[-1])
        if right_to_left:
            sheet.right_to_left()
        _fill(sheet, table, styles)
    book.close()
    return out.getvalue()


def sheet_name(title: str, taken: Sequence[str]) -> str:
    """A name that Excel takes: at most 31 letters, none of []:*?/\\, no apostrophe at an end, not in use."""
    bare = re.sub(r"[\[\]:*?\\\s]+", " ", title.replace("/", "-"))
    plain = bare.strip(" '")[:31].strip(" '") or "1"
    used = {name.casefold() for name in taken}
    name, number = plain, 2
    while name.casefold() in used:
        ending = f" {number}"
        name, number = plain[: 31 - len(ending)] + ending, number + 1
    return name


def _fill(sheet: Any, table: DocumentTable, styles: dict[str, Any]) -> None:
    sheet.write_string(0, 0, table.title, styles["title"])
    for at, column in enumerate(table.columns):
        sheet.write_string(2, at, column.label, styles["head"])
        sheet.set_column(at, at, column.width or _width(column, [row[at] for row in table.rows]))
    for number, row in enumerate(table.rows, 3):
        for at, (column, value) in enumerate(zip(table.columns, row, strict=True)):
            _write(sheet, number, at, value, column.kind, styles)
    last = 2 + len(table.rows)
    sheet.freeze_panes(3, 1)
    if table.rows:
        sheet.autofilter(2, 0, last, len(table.columns) - 1)
    for number, note in enumerate(table.notes, last + 2):
        sheet.write_string(number, 0, note, styles["note"])
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(2)


def _write(sheet: Any, row: int, column: int, value: Any, kind: str, styles: dict[str, Any]) -> None:
    style = styles[kind]
    if value is None or value == "":
        sheet.write_blank(row, column, None, style)
    elif is_suppressed(value):
        sheet.write_string(
            row, column, f"<{value.threshold}" if value.primary else figures.number(value), style
        )
    elif isinstance(value, Money):
        sheet.write_number(row, column, float(value.shekels), style)
    elif kind == "date" and isinstance(value, datetime):
        local = timezone.localtime(value) if timezone.is_aware(value) else value
        sheet.write_datetime(row, column, local.replace(tzinfo=None), style)
    elif kind == "date" and isinstance(value, date):
        sheet.write_datetime(row, column, value, style)
    elif kind in ("text", "date") or isinstance(value, (str, LocalText)):
        text = figures.name_in_language(value) if isinstance(value, LocalText) else str(value)
        sheet.write_string(row, column, text[:LONGEST_TEXT], style)
    elif value != value or value in (float("inf"), float("-inf")):
        sheet.write_string(row, column, figures.number(value), style)
    else:
        sheet.write_number(row, column, float(value), style)


def _width(column: DocumentColumn, values: Sequence[Any]) -> float:
    """Wide enough for the heading and for nearly all cells."""
    lengths = sorted(len(figures.name_in_language(v) if isinstance(v, LocalText) else str(v)) for v in values)
    most = lengths[int(len(lengths) * 0.95)] if lengths else 0
    least = 12 if column.kind in ("money", "date") else NARROWEST
    return float(min(WIDEST, max(least, most + 2, min(len(column.label) + 4, 24))))
