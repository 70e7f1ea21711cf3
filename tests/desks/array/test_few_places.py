"""A quota of so few places that its mark stands also on zero: in every form in which a desk is read."""

from __future__ import annotations

import io

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from maarag.kernel.access.permissions import Role
from tests.factories.browsing import as_
from tests.pdf_text import text_of_pdf

from .conftest import Array


@pytest.fixture
def read(array: Array) -> Array:
    """Seven of the sister's twenty places are taken, and the city has three more; who is there is hidden."""
    for _family in range(7):
        array.placed("first", array.world.sister)
    array.give("second", array.world.sister, 3)
    for _family in range(6):
        array.placed("second", array.world.city)
    return array


@pytest.mark.parametrize("taken", [0, 2])
def test_no_form_tells_what_is_taken_of_three_places(read: Array, taken: int):
    for _family in range(taken):
        read.placed("second", read.world.sister)
    client = as_(read.account(Role.NATIONAL_MANAGER, read.world.nation))
    for code in ("IL", "D-north"):
        told = client.get(f"/api/array/{code}").json()
        (second,) = (line for line in told["programmes"] if line["code"] == "second")
        assert (second["places"], second["taken"], second["free"]) == (13, None, None)
        assert {"taken", "free"} <= set(second["hidden"])
        page = client.get(reverse("array:place", args=[code]))
        (row,) = (row for row in page.context["programmes"].rows if "second" in row["name"])
        assert row["taken"] == row["free"]
        assert row["status"].tone == "unknown"
        book = client.get(reverse("array:export", args=[code, "xlsx"])).content
        sheets = CalamineWorkbook.from_filelike(io.BytesIO(book))
        (line,) = (
            row for row in sheets.get_sheet_by_index(0).to_python() if "second" in f"{row[0]} {row[1]}"
        )
        assert not {6, 8} & set(line[3:8])
        pdf = text_of_pdf(client.get(reverse("array:export", args=[code, "pdf"])).content)
        after = pdf.partition("second")[2].split()[:4]
        assert not {"6", "8"} & set(after), after


def test_the_line_of_three_places_is_the_same_whether_anybody_is_there_or_not(read: Array):
    client, lines = as_(read.account(Role.NATIONAL_MANAGER, read.world.nation)), []
    for _taken in range(3):
        told = client.get("/api/array/9002").json()
        lines.append(next(line for line in told["programmes"] if line["code"] == "second"))
        assert [line["name"] for line in told["methods"]] == [""]
        read.placed("second", read.world.sister)
    assert lines[0] == lines[1] == lines[2]
    assert lines[0]["taken"] is None
