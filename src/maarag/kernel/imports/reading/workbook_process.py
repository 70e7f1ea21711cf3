"""Reads a workbook in a process of its own, under limits of memory and time: run, never imported by the site.

Workbooks are unpacked by a library that may ask for more memory than there is; then only this process dies.
Standard input is the file, the arguments are what to do, standard output is one JSON value a line: first a
mapping (sheets, or the size), then [number of the row, cells]. Dates are lists of their kind and ISO form.
"""

from __future__ import annotations

import datetime
import json
import os
import resource
import sys
from typing import Any


def main(what: str, sheet: str, most_cells: int, memory: int, seconds: int) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    file = os.fdopen(0, "rb")
    try:
        book = CalamineWorkbook.from_filelike(file)
        if what == "sheets":
            sheets = [each for each in book.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
            visible = [each.name for each in sheets if each.visible == SheetVisibleEnum.Visible]
            names = visible or [each.name for each in sheets] or list(book.sheet_names)
            return _tell({"sheets": names})
        sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
        import formula_errors

        try:
            errors = formula_errors.errors_of(file, sheet)
        except ValueError:
            return _tell({"fault": "broken"})
        found = book.get_sheet_by_name(sheet)
        if found.total_height * found.total_width > most_cells:
            return _tell({"fault": "large", "rows": found.total_height, "columns": found.total_width})
        _tell({"rows": found.total_height})
        return _tell_rows(found, errors)
    except MemoryError:
        return _tell({"fault": "memory"})
    except BaseException:  # the library is in another language: its panics are not Exceptions
        return _tell({"fault": "broken"})


def _tell_rows(found: Any, errors: dict[tuple[int, int], str]) -> int:
    failed: dict[int, list[tuple[int, str]]] = {}
    for (row_number, column), text in errors.items():
        failed.setdefault(row_number, []).append((column, text))
    first_row, first_column = found.start or (0, 0)
    for number, row in enumerate(found.to_python(skip_empty_area=True), start=first_row + 1):
        for column, text in failed.get(number, ()):
            if 0 <= column - first_column < len(row):
                row[column - first_column] = text
        _tell([number, row])
    sys.stdout.flush()
    return 0


def _tell(value: Any) -> int:
    print(json.dumps(value, ensure_ascii=True, default=_as_text))  # noqa: T201
    return 0


def _as_text(value: Any) -> Any:
    for kind in (datetime.datetime, datetime.date, datetime.time):
        if isinstance(value, kind):
            return [kind.__name__, value.isoformat()]
    if isinstance(value, datetime.timedelta):
        return ["timedelta", value.total_seconds()]
    return str(value)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:6])))
