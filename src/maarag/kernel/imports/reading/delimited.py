"""Rows of a CSV file, whatever separates its cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .refusals import FileRefused

SEPARATORS = ",;\t|"
LONGEST_CELL = 2_000_000
LONGEST_LINE = 8_000_000
LONGEST_RECORD = 16_000_000
"""Characters; longer ones are no table, and would be held whole."""
_HEAD = 64 * 1024


def separator_of(text: io.TextIOBase) -> tuple[str, int]:
    """(separator, lines to skip): Excel's own `sep=` line, or the mark that splits the first rows most
    evenly.
    """
    text.seek(0)
    head = text.read(_HEAD)
    text.seek(0)
    first = head.lstrip("\ufeff").split("\n", 1)[0].strip().strip('"')
    if first.lower().startswith("sep=") and len(first) == 5:
        return first[4], 1
    return max(SEPARATORS, key=lambda mark: (_evenness(head, mark), mark == ",")), 0


def _evenness(head: str, mark: str) -> int:
    """How many cells the rows have in most cases; 0 where most have one."""
    widths: list[int] = []
    try:
        for row in csv.reader(io.StringIO(head, newline=""), delimiter=mark):
            if any(cell.strip() for cell in row):
                widths.append(len(row))
            if len(widths) == 30:
                break
    except csv.Error:
        return 0
    if not widths:
        return 0
    usual = sorted(widths)[len(widths) // 2]
    return 0 if usual == 1 else usual


class _Lines:
    """Lines that remember the ones since the last record began, to tell a quotation that never ends."""

    def __init__(self, text: io.TextIOBase) -> None:
        self._text = text
        self.quotes = 0
        self.length = 0

    def __iter__(self) -> Iterator[str]:
        while line := self._text.readline(LONGEST_LINE + 1):
            self.quotes += line.count('"')
            self.length += len(line)
            if len(line) > LONGEST_LINE or self.length > LONGEST_RECORD:
                raise FileRefused(
                    ngettext(
                        "A row of the file is longer than %(most)s character.",
                        "A row of the file is longer than %(most)s characters.",
                        LONGEST_LINE,
                    )
                    % {"most": LONGEST_LINE}
                )
            yield line


def rows_of(text: io.TextIOBase) -> Iterator[tuple[int, list[str]]]:
    """(line on which the row begins, its cells); blank rows included. Raises FileRefused, also in the
    middle.
    """
    separator, skipped = separator_of(text)
    for _skipped in range(skipped):
        text.readline()
    csv.field_size_limit(LONGEST_CELL)
    lines = _Lines(text)
    reader = csv.reader(iter(lines), delimiter=separator)
    begins = 0
    while True:
        lines.quotes = lines.length = 0
        begins = reader.line_num + skipped + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise _unclosed(begins) from error
        if row is None:
            return
        if lines.quotes % 2 and reader.line_num + skipped > begins:
            raise _unclosed(begins)
        yield begins, row


def _unclosed(line: int) -> FileRefused:
    return FileRefused(
        _(
            "A quotation mark that opens in line %(line)s is never closed, so what follows cannot be "
            "told apart."
        )
        % {"line": line}
    )
