"""Which row holds the names of the columns, and which field each column is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from django.utils.translation import ngettext

from maarag.language import normalise

from .refusals import FileRefused

LOOKED_AT = 40
MOST_COLUMNS = 2000
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""Characters that are none: neither the database nor JSON holds them."""
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_TOTALS = ("סהכ", "סכ הכל", "סכ הכול", "סיכומ", "total", "grand total", "المجموع", "اجمالي")


@dataclass(frozen=True)
class Columns:
    """The columns of a table: their names as shown, the field of each known one, and those that are no
    field.
    """

    names: tuple[str, ...]
    field_of: Mapping[int, str]
    unknown: tuple[str, ...] = ()
    twice: tuple[str, ...] = field(default=())
    """Names of columns that came a second time for one field; the first is used."""


def header_key(text: Any) -> str:
    """A column's name without marks of required fields and without a year: "population_2021" is
    population.
    """
    key = normalise(re.sub(r"[*:?]", " ", str(text)))
    return " ".join(_YEAR.sub(" ", key).split()) or key


def columns_of(names: Sequence[Any], fields: Mapping[str, str], above: Sequence[Any] = ()) -> Columns:
    """Match the names of columns; `fields`: header key → field. `above`: the row over it, where headers
    are merged.
    """
    width = len(names)
    spread = _spread(above, width)
    if width > MOST_COLUMNS:
        raise FileRefused(
            ngettext(
                "A row has %(columns)s column; at most %(most)s are read.",
                "A row has %(columns)s columns; at most %(most)s are read.",
                width,
            )
            % {"columns": width, "most": MOST_COLUMNS}
        )
    shown: list[str] = []
    taken: set[str] = set()
    times: dict[str, int] = {}
    field_of: dict[int, str] = {}
    unknown: list[str] = []
    twice: list[str] = []
    for position, name in enumerate(names):
        own, over = _text(name), spread[position]
        joined = " ".join(part for part in (over, own) if part)
        found = next(
            (fields[key] for key in map(header_key, (joined, own) if own else (over,)) if key in fields), None
        )
        if joined and joined in taken:
            again = count(times.get(joined, 2))
            number = next(n for n in again if f"{joined} ({n})" not in taken)
            times[joined] = number + 1
            joined = f"{joined} ({number})"
        taken.add(joined)
        shown.append(joined)
        if found is None:
            unknown += [joined] if joined else []
        elif found in field_of.values():
            twice.append(joined)
        else:
            field_of[position] = found
    return Columns(tuple(shown), field_of, tuple(unknown), tuple(twice))


def find_header(rows: Sequence[Sequence[Any]], fields: Mapping[str, str]) -> tuple[int, Columns] | None:
    """(index of the header's last row, its columns): the row among these that names the most fields, if
    any does.
    """
    best: tuple[int, Columns] | None = None
    for index, row in enumerate(rows):
        plain = columns_of(row, fields)
        options = [plain]
        if index and sum(bool(_text(cell)) for cell in rows[index - 1]) > 1:
            options.append(columns_of(row, fields, above=rows[index - 1]))
        found = max(options, key=lambda columns: len(columns.field_of))
        if found.field_of and (best is None or len(found.field_of) > len(best[1].field_of)):
            best = (index, found)
    return best


def is_total(cells: Sequence[Any]) -> bool:
    """Whether the row sums up the ones above it."""
    first = next((normalise(text) for cell in cells if (text := _text(cell))), "")
    return any(first == word or first.startswith(word + " ") for word in _TOTALS)


def is_blank(cells: Sequence[Any]) -> bool:
    return not any(_text(cell) for cell in cells)


def _text(cell: Any) -> str:
    """A cell of the header; a mark stands for what is no character."""
    return "" if cell is None else " ".join(UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", str(cell)).split())


def _spread(above: Sequence[Any], width: int) -> list[str]:
    """A merged cell has its text in its first column only: carried on to the next that has one."""
    out, last = [], ""
    for position in range(width):
        last = (_text(above[position]) if position < len(above) else "") or last
        out.append(last)
    return out
