"""Rows of a sheet of an Excel or OpenDocument workbook, read by a process under limits of memory and time."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _

from .refusals import FileRefused

MOST_CELLS = 8_000_000
MEMORY = 2 * 1024**3
"""Bytes that reading one workbook may take."""
SECONDS = 120
"""Seconds of computing that reading one sheet may take."""
_READER = Path(__file__).with_name("workbook_process.py")
_KINDS: dict[str, Any] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "timedelta": lambda seconds: timedelta(seconds=seconds),
}


def sheets_of(file: IO[bytes]) -> list[str]:
    """The names of the visible sheets of rows; hidden ones too if there is no other. Raises FileRefused."""
    with _told(file, "sheets") as values:
        return [str(name) for name in next(values)["sheets"]]


def rows_of(file: IO[bytes], sheet: str) -> Iterator[tuple[int, list[Any]]]:
    """(row number as Excel shows it, cells as Python values, formulas that failed as their errors).

    Raises FileRefused, also in the middle: the sheet is broken, or larger than any table that people keep.
    """
    with _told(file, "rows", sheet) as values:
        next(values)
        for number, cells in values:
            yield number, [_KINDS[cell[0]](cell[1]) if isinstance(cell, list) else cell for cell in cells]


@contextmanager
def _told(file: IO[bytes], what: str, sheet: str = "") -> Iterator[Iterator[Any]]:
    """The values that the process tells, one after the other; the process ends with the block."""
    with _as_real_file(file) as real:
        command = [
            sys.executable,
            "-I",
            str(_READER),
            what,
            sheet,
            str(MOST_CELLS),
            str(MEMORY),
            str(SECONDS),
        ]
        with subprocess.Popen(
            command, stdin=real, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process:
            try:
                yield _values(process, sheet)
            finally:
                process.kill()


def _values(process: subprocess.Popen[bytes], sheet: str) -> Iterator[Any]:
    assert process.stdout is not None
    for line in process.stdout:
        value = json.loads(line)
        if isinstance(value, dict) and "fault" in value:
            raise FileRefused(_fault(value, sheet))
        yield value
    if process.wait() != 0:  # it asked for too much memory or time, and was ended
        raise FileRefused(_too_large())


def _fault(value: dict[str, Any], sheet: str) -> str:
    if value["fault"] == "large":
        words = _(
            "The sheet is larger than can be read here (rows: %(rows)s, columns: %(columns)s). Save it as"
            " CSV, and load that."
        )
        return words % value
    if value["fault"] == "memory":
        return _too_large()
    if sheet:
        return _("The sheet %(sheet)s cannot be read. Save the file anew as .xlsx, or as CSV.") % {
            "sheet": sheet
        }
    return _(
        "The workbook cannot be opened: it is broken, or locked with a password. Save it "
        "anew as .xlsx, or as CSV."
    )


def _too_large() -> str:
    return _("The workbook is larger than can be read here. Save the rows as CSV, and load that.")


@contextmanager
def _as_real_file(file: IO[bytes]) -> Iterator[Any]:
    """The file from its start as one that another process can read."""
    file.seek(0)
    with tempfile.TemporaryFile() as copy:
        while chunk := file.read(1024 * 1024):
            copy.write(chunk)
        copy.seek(0)
        yield copy
