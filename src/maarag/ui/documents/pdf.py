"""PDF reports, set by typst with Rubik, right to left in Hebrew and Arabic.

What people wrote goes to the template as data (JSON), never as part of its source, so it cannot become code.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import typst
from django.utils.translation import gettext as _
from django.utils.translation import override

from maarag.ui import figures
from maarag.values import LocalText

from .tables import DocumentTable

HERE = Path(__file__).resolve().parent
TEMPLATE = HERE / "report.typ"
FONTS = HERE.parent / "fonts"


@dataclass(frozen=True)
class ReportTile:
    """A large figure, already in words: label, value, note, tone."""

    label: str
    value: str
    note: str = ""
    tone: str = "plain"


@dataclass(frozen=True)
class Report:
    """A report: title, line below it, tiles, paragraphs, tables, notes at the end."""

    title: str
    subtitle: str = ""
    tiles: Sequence[ReportTile] = field(default=())
    paragraphs: Sequence[str] = field(default=())
    tables: Sequence[DocumentTable] = field(default=())
    notes: Sequence[str] = field(default=())
    footer: str = ""
    banner: str = ""
    landscape: bool = False


def pdf(report: Report, *, language: str | None = None) -> bytes:
    """The report as PDF bytes. `language` (he, ar, en) defaults to the active one and sets the direction."""
    code = language or figures.language()
    with override(code):
        data = _data(report, code)
    inputs = {"report": json.dumps(data, ensure_ascii=False)}
    return bytes(
        typst.compile(
            TEMPLATE, root=HERE, font_paths=[FONTS], ignore_system_fonts=True, sys_inputs=inputs, format="pdf"
        )
    )


def _data(report: Report, code: str) -> dict[str, Any]:
    return {
        "language": code,
        "rtl": code in ("he", "ar"),
        "title": str(report.title),
        "author": "Maarag",
        "subtitle": str(report.subtitle),
        "banner": str(report.banner),
        "footer": str(report.footer or _("Maarag")),
        "page_word": _("Page"),
        "landscape": report.landscape,
        "tiles": [
            {"label": str(t.label), "value": str(t.value), "note": str(t.note), "tone": t.tone}
            for t in report.tiles
        ],
        "paragraphs": [str(text) for text in report.paragraphs],
        "tables": [_section(table) for table in report.tables],
        "notes": [str(note) for note in report.notes],
    }


def _section(table: DocumentTable) -> dict[str, Any]:
    words = [
        [_cell(value, column.kind) for column, value in zip(table.columns, row, strict=True)]
        for row in table.rows
    ]
    return {
        "title": str(table.title),
        "head": [str(column.label) for column in table.columns],
        "rows": words,
        "numeric": [column.kind not in ("text", "date") for column in table.columns],
        "widths": [column.width or _weight(str(column.label), [row[i] for row in words])
                   for i, column in enumerate(table.columns)],
        "notes": [str(note) for note in table.notes],
        "empty": _("Nothing to show here yet."),
    }  # fmt: skip


def _weight(label: str, cells: Sequence[str]) -> float:
    """A column's share of the width, by its usual text and within reason."""
    lengths = sorted(len(cell) for cell in cells)
    usual = lengths[int(len(lengths) * 0.9)] if lengths else 0
    return float(min(40, max(7, usual, min(len(label), 14))))


def _cell(value: Any, kind: str) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, (str, LocalText)):
        return figures.name_in_language(value)
    match kind:
        case "integer":
            return figures.number(value)
        case "decimal":
            return figures.number(value, 1)
        case "percent":
            return figures.percent(value)
        case "money":
            return figures.money(value)
        case "date":
            return figures.day(value)
        case _:
            return (
                figures.number(value)
                if not isinstance(value, str) and hasattr(value, "threshold")
                else str(value)
            )
