"""Rows of a sheet of an Excel or OpenDocument workbook."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

from django.utils.translation import gettext as _
from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from .refusals import FileRefused

MOST_CELLS = 30_000_000


def open_workbook(file: IO[bytes]) -> CalamineWorkbook:
    """Raises FileRefused where the workbook is broken or locked."""
    file.seek(0)
    try:
        return CalamineWorkbook.from_filelike(file)
    except BaseException as error:  # the reader is in another language: its panics are not Exceptions
        if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
            raise
        raise FileRefused(
            _(
                "The workbook cannot be opened: it is broken, or locked with a password. Save it "
                "anew as .xlsx, or as CSV."
            )
        ) from error


def sheets_of(book: CalamineWorkbook) -> list[str]:
    """The names of the visible sheets of rows; hidden ones too where there is no other."""
    sheets = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    visible = [sheet.name for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible]
    return visible or [sheet.name for sheet in sheets] or list(book.sheet_names)


def rows_of(
    book: CalamineWorkbook, sheet: str, errors: dict[tuple[int, int], str] | None = None
) -> Iterator[tuple[int, list[Any]]]:
    """(row number as Excel shows it, cells as Python values, formulas that failed as their `errors`)."""
    failed: dict[int, list[tuple[int, str]]] = {}
    for (row_number, column), text in (errors or {}).items():
        failed.setdefault(row_number, []).append((column, text))
    try:
        found = book.get_sheet_by_name(sheet)
        if found.total_height * found.total_width > MOST_CELLS:
            raise FileRefused(
                _("The sheet has %(rows)s rows of %(columns)s columns. Save it as CSV, and load that.")
                % {"rows": found.total_height, "columns": found.total_width}
            )
        start = found.start or (0, 0)
        for number, row in enumerate(found.to_python(skip_empty_area=True), start=start[0] + 1):
            for column, text in failed.get(number, ()):
                if 0 <= column - start[1] < len(row):
                    row[column - start[1]] = text
            yield number, row
    except FileRefused:
        raise
    except BaseException as error:  # as above
        if isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit | MemoryError):
            raise
        raise FileRefused(
            _("The sheet %(sheet)s cannot be read. Save the file anew as .xlsx, or as CSV.")
            % {"sheet": sheet}
        ) from error
