"""Identity numbers of people in a column that nothing is read from: the file is refused, and not kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile

from maarag.kernel.access.models import Account
from maarag.kernel.imports.actions import NotReady, read_file, take_in
from maarag.kernel.imports.models import FileStatus, ImportRow
from maarag.kernel.imports.reading import HoldsPeople, refuse_ids_of_people
from maarag.kernel.imports.retention import _remove
from maarag.values.national_id import is_valid_national_id


def ids(first: int, number: int) -> list[str]:
    """So many valid numbers of nine digits, from a serial on."""
    return [
        f"{serial:08}{digit}"
        for serial in range(first, first + number)
        for digit in range(10)
        if is_valid_national_id(f"{serial:08}{digit}")
    ]


def rows(name: str, *cells: Any) -> list[dict[str, Any]]:
    return [{name: cell} for cell in cells]


@pytest.mark.parametrize("name", ["ת״ז", "תעודת זהות", "ת''ז", "ID number", "رقم الهوية"])
def test_by_the_name_of_the_column_one_is_enough(name: str) -> None:
    with pytest.raises(HoldsPeople, match=name):
        refuse_ids_of_people([name], rows(name, "", "x", *ids(31234567, 1)))


@pytest.mark.parametrize(
    "cells",
    [ids(31234567, 5), [int(one) for one in ids(1234567, 5)], [float(one) for one in ids(31234567, 9)]],
)
def test_by_what_stands_in_it(cells: list[Any]) -> None:
    with pytest.raises(HoldsPeople):
        refuse_ids_of_people(["הערה"], rows("הערה", *cells, "אין"))


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("הערה", ids(31234567, 4)),  # may be chance
        ("הערה", [f"{number}" for number in range(312345678, 312345778)]),  # one in ten
        ("מספר זהות", ids(51234567, 9)),  # companies
        ("ת״ז", ["", "לא ידוע", "123"]),
        ("קוד", [f"{number}" for number in range(1000, 2000)]),
    ],
)
def test_other_numbers_are_no_people(name: str, cells: list[str]) -> None:
    refuse_ids_of_people([name], rows(name, *cells))


def test_columns_that_are_read_are_not_looked_at() -> None:
    refuse_ids_of_people([], rows("ת״ז", *ids(31234567, 9)))


@pytest.mark.django_db(transaction=True)
def test_the_file_is_not_kept(system: Account, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    header = "place,topic,situation,number,source,as_of,ת״ז"
    lines = [header, *(f"1,food-security,,3,x,2026-01-01,{one}" for one in ids(31234567, 3))]
    file = ContentFile("\n".join(lines).encode(), name="x.csv")
    found = read_file(by=system, import_file=take_in(by=system, kind="needs", file=file, name="x.csv"))
    assert found.status == FileStatus.REFUSED
    assert "ת״ז" in found.message
    assert not any(one in found.message for one in ids(31234567, 3))
    assert not ImportRow.objects.exists()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    with pytest.raises(NotReady):
        read_file(by=system, import_file=found)
    assert _remove(found.uploaded_at.date().replace(year=found.uploaded_at.year + 1)) == 1
