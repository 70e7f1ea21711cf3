"""One way to read rows from every kind of file that people send."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, Any

from django.utils.translation import gettext as _

from . import delimited, json_rows, workbooks
from .formats import Format, format_of
from .headers import LOOKED_AT, UNSTORABLE, Columns, columns_of, find_header, header_key, is_blank, is_total
from .refusals import FileRefused
from .text import NAMES, encoding_of, text_stream

OVERFLOW = "…"
"""The name under which cells beyond the last column are kept."""


OutlineRows = Callable[[Iterator[str]], Iterator[tuple[int, dict[str, Any]]]]
"""Rows of a text of nested names, for the importers that take one."""


@dataclass(frozen=True)
class TableRow:
    """A row as it stands in the file: column name → cell, and the same by field."""

    number: int
    cells: Mapping[str, Any]
    values: Mapping[str, Any]
    is_total: bool = False


@dataclass
class Table:
    """A file's table; `rows()` reads it anew each time, a row at a time."""

    file: IO[bytes]
    format: Format
    fields: Mapping[str, str]
    encoding: str = ""
    sheets: tuple[str, ...] = ()
    sheet: str = ""
    columns: Columns = field(default_factory=lambda: Columns((), {}))
    header_number: int = 0
    outline: OutlineRows | None = None

    def rows(self) -> Iterator[TableRow]:
        """The rows, without what no database and no JSON holds."""
        for row in self._rows():
            cells = {_storable(name): _storable(cell) for name, cell in row.cells.items()}
            values = {name: _storable(cell) for name, cell in row.values.items()}
            yield TableRow(row.number, cells, values, row.is_total)

    def _rows(self) -> Iterator[TableRow]:
        if self.format in (Format.JSON, Format.OUTLINE):
            for number, item in self._objects():
                values = {
                    self.fields[key]: cell
                    for name, cell in item.items()
                    if (key := header_key(name)) in self.fields
                }
                if any(cell not in (None, "") for cell in item.values()):
                    yield TableRow(number, item, values)
            return
        with_names = len(self.columns.names)
        for number, cells in self._lines():
            if number <= self.header_number or is_blank(cells):
                continue
            named = {
                self.columns.names[position] or f"[{position + 1}]": cell
                for position, cell in enumerate(cells[:with_names])
                if self.columns.names[position] or cell not in (None, "")
            }
            if extra := [str(cell) for cell in cells[with_names:] if cell not in (None, "")]:
                named[OVERFLOW] = "|".join(extra)
            values = {name: cells[at] for at, name in self.columns.field_of.items() if at < len(cells)}
            yield TableRow(number, named, values, is_total(cells))

    def _objects(self) -> Iterator[tuple[int, dict[str, Any]]]:
        if self.format == Format.JSON:
            yield from json_rows.rows_of(self.file)
            return
        if self.outline is None:
            raise FileRefused(_("This is YAML. Load Excel, CSV or JSON."))
        text = text_stream(self.file, encoding_of(self.file))
        try:
            yield from self.outline(text)
        finally:
            text.detach()

    def _lines(self) -> Iterator[tuple[int, list[Any]]]:
        if self.format == Format.WORKBOOK:
            yield from workbooks.rows_of(self.file, self.sheet)
            return
        text = text_stream(self.file, self.encoding)
        try:
            yield from delimited.rows_of(text)
        finally:
            text.detach()


def _storable(cell: Any) -> Any:
    """The cell with a mark for each character that is none, and numbers that are none as text."""
    if isinstance(cell, str):
        return UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", cell) if UNSTORABLE.search(cell) else cell
    if isinstance(cell, float) and not math.isfinite(cell):
        return str(cell)
    if isinstance(cell, int) and abs(cell) > _LARGEST:
        return f"{cell:.6e}" if abs(cell) < 10**300 else _("a number beyond all bounds")
    return cell


_LARGEST = 10**30


def open_table(
    file: IO[bytes],
    headers: Mapping[str, Iterable[str]],
    *,
    required: Iterable[str] = (),
    sheet: str = "",
    outline: OutlineRows | None = None,
) -> Table:
    """Find out the file's format, encoding, sheet and header.

    `headers`: field → names of columns that mean it. Raises FileRefused: no table, no rows, no known column.
    """
    fields = {header_key(name): field_name for field_name, names in headers.items() for name in names}
    table = Table(file, format_of(file), fields, outline=outline)
    if table.format in (Format.JSON, Format.OUTLINE):
        _take_json_names(table)
    else:
        if table.format == Format.WORKBOOK:
            table.sheets = tuple(workbooks.sheets_of(file))
            if sheet and sheet not in table.sheets:
                raise FileRefused(_("The workbook has no sheet called %(sheet)s.") % {"sheet": sheet})
        else:
            table.encoding = encoding_of(file)
        _find_columns(table, sheet)
    missing = [name for name in required if name not in table.columns.field_of.values()]
    if missing and table.format not in (Format.JSON, Format.OUTLINE):
        raise FileRefused(
            _("The file has no column for: %(missing)s. The columns that it has: %(found)s.")
            % {
                "missing": ", ".join(next(iter(headers[name]), name) for name in missing),
                "found": ", ".join(name for name in table.columns.names if name) or "–",
            }
        )
    return table


def _find_columns(table: Table, sheet: str) -> None:
    """The sheet that was asked for, or the one whose header names the most fields; and its header."""
    best: tuple[int, str, int, Columns] | None = None
    seen_any = False
    for name in [sheet] if sheet else (table.sheets or ("",)):
        table.sheet, table.header_number = name, 0
        head = list(islice(table._lines(), LOOKED_AT))
        seen_any = seen_any or any(not is_blank(cells) for _number, cells in head)
        found = find_header([cells for _number, cells in head], table.fields)
        if found and (best is None or len(found[1].field_of) > best[0]):
            best = (len(found[1].field_of), name, head[found[0]][0], found[1])
    if best is None:
        if not seen_any:
            raise FileRefused(_("The file has no rows."))
        raise FileRefused(
            _(
                "No row of the file has the names of the columns. Use the example file to see what "
                "they are called."
            )
        )
    _matched, table.sheet, table.header_number, table.columns = best


def _take_json_names(table: Table) -> None:
    names: dict[str, None] = {}
    for _number, item in islice(table._objects(), 1000):
        names.update(dict.fromkeys(item))
    table.encoding = encoding_of(table.file)
    table.columns = columns_of(list(names), table.fields)
    if not table.columns.field_of:
        raise FileRefused(
            _("No name in the JSON is one that this importer knows: %(found)s.") % {"found": ", ".join(names)}
        )


def encoding_name(table: Table) -> str:
    return NAMES.get(table.encoding, table.encoding)
