"""One table as a person sends it: columns recognised by their names in English or Hebrew, lines counted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from maarag.engines.matching.placement_errors import TableError

# Accepted names of a column, best first; letters and digits only, lower case.
NAMES = {
    "id": "id code מזהה קוד",
    "name": "name title שם",
    "load": "load cases עומס",
    "capacity": "capacity places slots קיבולת מקומות מכסה",
    "funder": "funder מממן",
    "cost": "cost price עלות מחיר",
    "worker": "worker עובד עובדת",
    "caseload": "caseload עומסמרבי",
    "family": "family familyid משפחה מזההמשפחה",
    "place": "place placeid programme מקום מזההמקום תכנית",
    "fit": "fit score התאמה ציון",
    "eligible": "eligible זכאות זכאי",
    "for": "for reasonsfor reason reasons בעד נימוקים",
    "against": "against reasonsagainst נגד",
    "budget": "budget amount תקציב סכום",
    "column": "column attribute עמודה מאפיין",
    "value": "value group ערך קבוצה",
    "least": "least atleast floor minimum share לפחות רצפה",
}


@dataclass(frozen=True)
class Sheet:
    """One table: its file's name and all its rows, the first of them the columns' names."""

    name: str
    rows: Sequence[Sequence[Any]]


class NamedRows:
    """Header and rows of one sheet."""

    def __init__(self, sheet: Sheet, required: list[str], optional: list[str]) -> None:
        self.name = sheet.name
        self.numbered = [(n, row) for n, row in enumerate(sheet.rows, 1) if any(_text(cell) for cell in row)]
        if not self.numbered:
            raise TableError([f"{sheet.name}: the file is empty; the first row must name the columns"])
        self.header = [_text(cell) for cell in self.numbered[0][1]]
        plain = [re.sub(r"[\W_]+", "", cell.lower()) for cell in self.header]
        self.column: dict[str, int] = {}
        for what in [*required, *optional]:
            for name in NAMES[what].split():
                if name in plain and plain.index(name) not in self.column.values():
                    self.column[what] = plain.index(name)
                    break
        missing = [what for what in required if what not in self.column]
        if missing:
            shown = ", ".join(cell for cell in self.header if cell)
            raise TableError([f"{sheet.name}: no column for {', '.join(missing)}. Columns found: {shown}"])

    def lines(self) -> Iterator[tuple[int, Sequence[Any]]]:
        return iter(self.numbered[1:])

    def cell(self, cells: Sequence[Any], what: str) -> str:
        index = self.column.get(what)
        return _text(cells[index]) if index is not None and index < len(cells) else ""

    def attributes(self, rows: list[tuple[int, Sequence[Any]]]) -> dict[str, list[str]]:
        """Columns beside those with a meaning of their own: sex, sector, language, area …"""
        return {
            name: [_text(cells[k]) if k < len(cells) else "" for _line, cells in rows]
            for k, name in enumerate(self.header)
            if name and k not in self.column.values()
        }


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))  # a workbook keeps whole numbers as 12.0
    return "" if cell is None else str(cell).strip().strip("\u200e\u200f\u202a\u202b\u202c\ufeff")
