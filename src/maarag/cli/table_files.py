"""Tables as people send them: CSV or Excel, columns recognised by their names, lines counted from 1."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from maarag.database.errors import translate as _
from maarag.standards.text_files import ServiceFileError, csv_rows, decode, is_workbook, workbook_rows

MARKS = " \t\n\r\f\v\u00a0\u200e\u200f\u202a\u202b\u202c\ufeff"
"""What stands around a cell and is not part of it: spaces, and marks of direction."""
SHOWN = 20
"""Bad lines that a message lists before it only counts the rest."""


class FileError(Exception):
    """A file that cannot be used as it is. The message names the file, the lines and what to do."""


class TableFile:
    """Header and rows of one file. Raises FileError where it is none."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        numbered = [(n, row) for n, row in enumerate(_rows(path), 1) if any(map(_text, row))]
        if not numbered:
            raise FileError(
                _("%(file)s: the file is empty; the first row must name the columns") % {"file": self.name}
            )
        self.lines = [n for n, _row in numbered[1:]]
        """The number of each row after the header, counted from 1 with empty lines."""
        self.cells = [row for _n, row in numbered[1:]]
        first = numbered[0][1]
        self.header = [_text(cell) for cell in first]
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
            raise FileError(f"{self.name}: {self.lacking(what, names)}")
        return found

    def lacking(self, what: str, names: str) -> str:
        """That there is no such column, which would be one, and which there are."""
        return _("no column for %(what)s (for example %(names)s). Columns found: %(found)s") % {
            "what": what,
            "names": ", ".join(names.split()[:4]),
            "found": ", ".join(cell for cell in self.header if cell) or _("none"),
        }

    def rows(self) -> Iterator[tuple[int, Callable[[int | None], str]]]:
        """Each line's number, and what gives the text of its cell at an index ("" where there is none)."""
        for line, row in zip(self.lines, self.cells, strict=True):
            yield line, partial(_cell, row)

    def texts(self, index: int | None) -> list[str]:
        """A whole column, a text a row ("" where there is none)."""
        if index is None:
            return [""] * len(self.cells)
        try:
            return [row[index].strip(MARKS) for row in self.cells]
        except (AttributeError, IndexError):  # numbers of a workbook, short rows
            return [_cell(row, index) for row in self.cells]


def plain_number(text: str, what: str, *, least: float = 0.0, most: float = math.inf) -> float:
    """A plain number. Thousands separators are not guessed: 1,200 is 1.2 to some. Raises ValueError."""
    given = {"what": what, "value": shortened(text)}
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text, flags=re.ASCII):
        raise ValueError(
            _("%(what)s '%(value)s' is not a plain number; write digits only, as 1200 or 12.5") % given
        )
    value = float(text)
    if not math.isfinite(value) or abs(value) > most:
        raise ValueError(_("%(what)s %(value)s is too large") % given)
    if value < least:
        raise ValueError(_("%(what)s %(value)s is negative; it must be 0 or more") % given)
    return value


def shortened(text: str) -> str:
    """A cell as a message shows it."""
    return text if len(text) <= 60 else text[:60] + "…"


def in_line(file: str, line: int, problem: str) -> str:
    """Where a problem is, and what it is."""
    return _("%(file)s, line %(line)s: %(problem)s") % {"file": file, "line": line, "problem": problem}


def listing(bad: Sequence[object]) -> str:
    """The bad lines, one a line, the first few of them."""
    more = [_("and %(count)s more") % {"count": len(bad) - SHOWN}] if len(bad) > SHOWN else []
    return "\n".join([*map(str, bad[:SHOWN]), *more])


def _rows(path: Path) -> Iterable[Sequence[Any]]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FileError(
            _("%(file)s cannot be read: %(reason)s") % {"file": path, "reason": error.strerror}
        ) from error
    try:
        if is_workbook(data):
            return workbook_rows(data, path.name)
        return csv_rows(decode(data, path.name), path.name)
    except ServiceFileError as error:
        # What is wrong with a whole file comes as a message to translate.
        told = []
        for problem in error.problems:
            said = _(problem.template) % problem.values
            told.append(in_line(path.name, problem.row, said) if problem.row else f"{path.name}: {said}")
        raise FileError("\n".join(told)) from error


def _cell(row: Sequence[Any], index: int | None) -> str:
    return _text(row[index]) if index is not None and index < len(row) else ""


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))  # a workbook keeps whole numbers as 12.0
    return "" if cell is None else str(cell).strip(MARKS)
