"""The content of a file as people send it: its encoding, its separators, its JSON shape. Django-free."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from maarag.language.catalogue import N_

LONGEST_CELL = 5_000_000
"""Characters; a longer cell means a quotation mark that is never closed."""
SHOWN = 20
"""Problems that the text of an error lists before it only counts them."""


@dataclass(frozen=True)
class Problem:
    """Why one row cannot be understood. `template` is a message to translate, `values` fill it."""

    row: int
    """0 where the problem is the file's, not a row's."""
    column: str
    template: str
    values: dict[str, str] = field(default_factory=dict)

    @property
    def message(self) -> str:
        said = self.template % self.values
        place = f"row {self.row}" if self.row else ""
        if place and self.column:
            place += f", {self.column}"
        return f"{place}: {said}" if place else said


class ServiceFileError(ValueError):
    """A file of services that cannot be understood; `problems` says where and why."""

    def __init__(self, file_name: str, problems: Iterable[Problem]) -> None:
        self.file_name = file_name
        self.problems = list(problems)
        if len(self.problems) == 1 and not self.problems[0].row:
            message = self.problems[0].message
        else:
            lines = [problem.message for problem in self.problems[:SHOWN]]
            more = len(self.problems) - len(lines)
            rows = f"{len(self.problems)} row{'s' if len(self.problems) > 1 else ''}"
            message = f"{rows} of {file_name} cannot be understood:\n" + "\n".join(lines)
            message += f"\nand {more} more" if more else ""
        super().__init__(message)

    @classmethod
    def of(cls, template: str, /, **values: str) -> ServiceFileError:
        """An error of the whole file."""
        return cls(values.get("file", ""), [Problem(0, "", template, values)])


def decode(data: bytes, file_name: str) -> str:
    """Text of the file: UTF-8 or UTF-16 (with or without a mark), Windows-1255, Windows-1256."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif data.startswith(b"\xef\xbb\xbf"):
        encodings = ["utf-8-sig"]
    elif b"\x00" in data[:2000]:
        encodings = ["utf-16-le" if data[1:2000:2].count(0) > data[0:2000:2].count(0) else "utf-16-be"]
    else:
        encodings = ["utf-8", "cp1255", "cp1256"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text.lstrip("\ufeff")
    raise ServiceFileError.of(
        N_("The file %(file)s is not text in a known encoding. Save it as UTF-8 CSV, as Excel or as JSON."),
        file=file_name,
    )


def is_workbook(data: bytes) -> bool:
    """Whether the content is an Excel or OpenDocument workbook (a zip or an old compound file)."""
    return data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))


def workbook_rows(data: bytes, file_name: str) -> list[list[Any]]:
    """Cells of the first sheet that has any."""
    from python_calamine import CalamineError, CalamineWorkbook  # heavy, and seldom needed

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for sheet in book.sheet_names:
            rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
            if rows:
                return rows
    except (CalamineError, OSError, ValueError) as error:
        raise ServiceFileError.of(
            N_("The file %(file)s is not a workbook that can be opened. Save it again as .xlsx or as CSV."),
            file=file_name,
        ) from error
    raise ServiceFileError.of(N_("The workbook %(file)s has no rows."), file=file_name)


def csv_rows(text: str, file_name: str) -> list[list[str]]:
    """Records of a CSV file; the separator is the one that splits its first lines into the most columns."""
    csv.field_size_limit(LONGEST_CELL)
    head = text[:20_000]
    separator = max(",;\t|", key=lambda mark: (_columns(head, mark), mark == ","))
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    last_line = 0
    try:
        for row in reader:
            rows.append(row)
            last_start, last_line = last_line, reader.line_num
    except csv.Error as error:
        raise _unclosed(file_name, len(rows) + 1) from error
    if rows and last_line - last_start > 1:
        tail = "".join(text.splitlines(keepends=True)[last_start:])
        if tail.count('"') % 2:
            raise _unclosed(file_name, len(rows))
    return rows


def _columns(head: str, separator: str) -> int:
    """Median number of filled cells of the first rows."""
    counts: list[int] = []
    try:
        for row in csv.reader(io.StringIO(head, newline=""), delimiter=separator):
            if any(cell.strip() for cell in row):
                counts.append(len(row))
            if len(counts) == 10:
                break
    except csv.Error:
        return 0
    return sorted(counts)[len(counts) // 2] if counts else 0


def _unclosed(file_name: str, row: int) -> ServiceFileError:
    return ServiceFileError(
        file_name, [Problem(row, "", N_("A quotation mark that is opened here is never closed."), {})]
    )


def json_items(text: str, file_name: str) -> Iterator[tuple[int, Any, str]]:
    """(row, service, name of the organisation it was found in) of every service of a JSON text."""
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        if error.msg == "Extra data" and "\n" in text.strip():
            yield from _json_lines(text, file_name)
            return
        raise _broken(file_name, error.lineno, error.colno) from error
    except RecursionError as error:
        raise ServiceFileError.of("The JSON of %(file)s is nested too deeply.", file=file_name) from error
    for place, (item, organisation) in enumerate(_services_in(content, ""), start=1):
        yield place, item, organisation


def _json_lines(text: str, file_name: str) -> Iterator[tuple[int, Any, str]]:
    for number, line in enumerate(re.split(r"\r?\n", text), start=1):
        if not line.strip():
            continue
        try:
            content = json.loads(line)
        except json.JSONDecodeError as error:
            raise _broken(file_name, number, error.colno) from error
        for item, organisation in _services_in(content, ""):
            yield number, item, organisation


def _broken(file_name: str, line: int, column: int) -> ServiceFileError:
    return ServiceFileError.of(
        "The JSON of %(file)s is broken at line %(line)s, column %(column)s.",
        file=file_name,
        line=str(line),
        column=str(column),
    )


def _services_in(content: Any, organisation: str) -> Iterator[tuple[Any, str]]:
    """Services wherever the known shapes put them."""
    if isinstance(content, list):
        for item in content:
            yield from _services_in(item, organisation)
        return
    if isinstance(content, dict):
        for holder in ("contents", "services", "organizations"):
            inner = content.get(holder)
            if isinstance(inner, list):
                owner = str(content.get("name") or "") if holder == "services" else ""
                for item in inner:
                    yield from _services_in(item, owner or organisation)
                return
    yield content, organisation
