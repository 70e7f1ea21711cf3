"""Making files of every sort, and an importer small enough to see through."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
import xlsxwriter
from django.core.files.base import ContentFile
from django.utils import translation

from maarag.kernel.access.actions import system_account
from maarag.kernel.access.models import Account


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Messages are compared in the language they are written in."""
    with translation.override("en"):
        yield


@pytest.fixture
def system(db: None) -> Account:
    return system_account()


def workbook(*sheets: tuple[str, Sequence[Sequence[Any]]], merge: Sequence[str] = ()) -> bytes:
    """An .xlsx with these sheets; `merge`: ranges of the first sheet to merge, their text kept."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "dd/mm/yyyy"})
    for index, (name, rows) in enumerate(sheets):
        sheet = book.add_worksheet(name)
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                if isinstance(cell, str) and cell.startswith("#"):
                    sheet.write_formula(r, c, "=NA()", None, cell)
                elif cell is not None:
                    sheet.write(r, c, cell)
        for area in merge if index == 0 else ():
            first = area.partition(":")[0]
            column, row_number = ord(first[0]) - 65, int(first[1:]) - 1
            sheet.merge_range(area, rows[row_number][column])
    book.close()
    return out.getvalue()


@pytest.fixture
def named() -> Callable[[str, bytes], ContentFile[bytes]]:
    return lambda name, content: ContentFile(content, name=name)
