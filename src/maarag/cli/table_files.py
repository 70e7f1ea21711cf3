"""Tables as people send them: CSV or Excel, columns recognised by their names, lines counted from 1."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from maarag.standards.text_files import ServiceFileError, csv_rows, decode, is_workbook, workbook_rows

SHOWN = 20
"""Bad lines that a message lists before it only counts the rest."""


class FileError(Exception):
    """A file that cannot be used as it is. The message names the file, the lines and what to do."""


class TableFile:
    """Header and rows of one file. Raises FileError where it is none."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        rows = _rows(path)
        self.numbered = [(n, row) for n, row in enumerate(rows, 1) if any(_text(cell) for cell in row)]
        if not self.numbered:
            raise FileError(f"{self.name}: the file is empty; the first row must name the columns")
        self.header = [_text(cell) for cell in self.numbered[0][1]]
        self.plain = [re.sub(r"[\W_]+", "", cell.lower()) for cell in self.header]
        self.taken: set[int] = set()

    def column(self, what: str, names: str, *, hints: str = "", required: bool = True) -> int | None:
        """Index of the column with one of these names (letters and digits only, lower case, best first), or
        the only one whose name contains a hint. Raises FileError where a required one is missing."""
        free = [(index, plain) for index, plain in enumerate(self.plain) if index not in self.taken]
        found = next((index for name in names.split() for index, plain in free if plain == name), None)
        if found is None:
            likely = [index for index, plain in free if any(hint in plain for hint in hints.split())]
            found = likely[0] if len(likely) == 1 else None
        if found is not None:
            self.taken.add(found)
        elif required:
            there = ", ".join(cell for cell in self.header if cell) or "none"
            accepted = ", ".join(names.split()[:4])
            raise FileError(
                f"{self.name}: no column for {what} (for example {accepted}). Columns found: {there}"
            )
        return found

    def rows(self) -> Iterator[tuple[int, Callable[[int | None], str]]]:
        """Each line's number, and what gives the text of its cell at an index ("" where there is none)."""
        for line, row in self.numbered[1:]:
            yield line, partial(_cell, row)


def plain_number(text: str, what: str, *, least: float = 0.0) -> float:
    """A plain number. Thousands separators are not guessed: 1,200 is 1.2 to some. Raises ValueError."""
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text, flags=re.ASCII):
        raise ValueError(f"{what} {text!r} is not a plain number; write digits only, as 1200 or 12.5")
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{what} {text!r} is too large")
    if value < least:
        raise ValueError(f"{what} {text} is negative; it must be 0 or more")
    return value


def listing(bad: Sequence[object]) -> str:
    """The bad lines, one a line, the first few of them."""
    more = [f"and {len(bad) - SHOWN} more"] if len(bad) > SHOWN else []
    return "\n".join([*map(str, bad[:SHOWN]), *more])


def _rows(path: Path) -> Iterable[Sequence[Any]]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FileError(f"{path}: cannot be read ({error.strerror})") from error
    try:
        if is_workbook(data):
            return workbook_rows(data, path.name)
        return csv_rows(decode(data, path.name), path.name)
    except ServiceFileError as error:
        raise FileError(f"{path.name}: {error}") from error


def _cell(row: Sequence[Any], index: int | None) -> str:
    return _text(row[index]) if index is not None and index < len(row) else ""


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))  # a workbook keeps whole numbers as 12.0
    return "" if cell is None else str(cell).strip().strip("\u200e\u200f\u202a\u202b\u202c\ufeff")
