"""Identity numbers of people in a file: it is refused and not kept; ordinary files are loaded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from maarag.kernel.access.models import Account
from maarag.kernel.imports.actions import NotReady, read_file, take_in
from maarag.kernel.imports.models import FileStatus, ImportRow
from maarag.kernel.imports.reading import HoldsPeople, refuse_ids_of_people
from maarag.kernel.imports.reading.delimited import rows_of
from maarag.kernel.imports.reading.text import encoding_of, text_stream
from maarag.kernel.imports.retention import _remove
from maarag.values.national_id import is_valid_national_id

VALID = "312345671"


def ids(first: int, number: int) -> list[str]:
    """So many valid numbers of nine digits, from a serial on."""
    return [
        f"{serial:08}{digit}"
        for serial in range(first, first + number)
        for digit in range(10)
        if is_valid_national_id(f"{serial:08}{digit}")
    ]


def rows(name: str, *cells: Any) -> list[dict[str, Any]]:
    return [{"place": "9001", name: cell} for cell in cells]


@pytest.mark.parametrize(
    "name", ["ת״ז", "תעודת זהות", "ת''ז", "ת.ז. האם", "ID number", "id_number", "رقم الهوية", "הויה של ת״ז"]
)
def test_by_the_name_of_the_column_one_is_enough(name: str) -> None:
    with pytest.raises(HoldsPeople, match=name):
        refuse_ids_of_people(rows(name, "", "x", *ids(31234567, 1)))


@pytest.mark.parametrize(
    "cells",
    [
        ids(31234567, 5),
        [int(one) for one in ids(1234567, 5)],
        [float(one) for one in ids(31234567, 9)],
        [f"{one[0]}-{one[1:8]}-{one[8]}" for one in ids(31234567, 5)],
        [f"נועה אלון {one}" for one in ids(31234567, 5)],
        ["אין"] * 2000 + ids(31234567, 5),
        [*ids(31234567, 8), "1234567", "0501234567", "312345674"],
    ],
    ids=["text", "without zeros", "fractions", "hyphens", "names beside", "far down", "few others"],
)
def test_by_what_stands_in_it(cells: list[Any]) -> None:
    with pytest.raises(HoldsPeople, match="הערה"):
        refuse_ids_of_people(rows("הערה", *cells, "אין"))


@pytest.mark.parametrize(
    "cell",
    [
        f"ת״ז {VALID}",
        f'האם, ת"ז: {VALID}, עובדת',
        f"ת.ז. {VALID}",
        f"ת. ז. {VALID}",
        f"תז {VALID}",
        f"בת״ז של האם {VALID}",
        f"מספר זהות - {VALID[0]}-{VALID[1:8]}-{VALID[8]}",
        f"תעודת זהות מס. {VALID}",
        f"{VALID} (ת״ז)",
        "ת״ז 00000018",
        f"رقم الهوية {VALID}",
        f"هوية: {VALID}".translate(dict(zip(range(48, 58), "٠١٢٣٤٥٦٧٨٩", strict=True))),
        f"identity number {VALID}",
        f"Teudat zehut: {VALID}",
        f"התקבל. טלפון 03-1234567, ת״ז {VALID}",
    ],
)
def test_by_the_words_beside_it(cell: str) -> None:
    with pytest.raises(HoldsPeople, match="הערה"):
        refuse_ids_of_people(rows("הערה", "אין", cell))


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("הערה", ids(31234567, 4)),  # may be chance
        ("הערה", [VALID] * 50),  # one number, however often
        ("הערה", [f"{number}" for number in range(312345678, 312345978)]),  # one in ten
        ("מספר זהות", ids(51234567, 9)),  # companies
        ("ח״פ", ids(51000000, 300)),
        ("עמותה", [int(one) for one in ids(58012345, 300)]),
        ("ח״פ או עוסק", [*ids(51000000, 90), *ids(31234567, 10)]),  # traders among companies
        ("ת״ז", ["", "לא ידוע", "123", "18"]),
        ("קוד", [f"{number}" for number in range(1000, 2000)]),
        ("מיקוד", [f"{number}" for number in range(6100000, 6100500)]),
        ("טלפון", [f"0{area}-{number}" for area in (2, 3, 4, 8, 9) for number in range(6200000, 6200100)]),
        ("טלפון", [int(f"{area}{number}") for area in (2, 3, 4) for number in range(6200000, 6200100)]),
        ("נייד", [f"050{number}" for number in range(1234567, 1234867)]),
        ("נייד", [int(f"50{number}") for number in range(1234567, 1234867)]),
        ("תאריך", [f"202601{day:02}" for day in range(1, 32)]),
        ("תאריך", [f"{day:02}.01.2026" for day in range(1, 32)]),
        ("תאריך", ["2026-01-07"] * 100),
        ("סכום", [number * 1_000_000 for number in range(100, 900)]),
        ("רוחב", [f"32.{number}" for number in range(1234567, 1234867)]),
        ("תיאור", ["להביא תעודת זהות. טלפון 02-5012345", "יש להציג ת״ז, לפרטים: 1-800-123456"]),
        ("תיאור", ["תעודת זהות, טל׳ 031234560", "ת״ז, נייד 050-1234567", "ת״ז וספח; 312345671"]),
        ("תיאור", [f"פנייה {VALID} מיום 1.1.2026", f"תקציב {VALID} ש״ח", "מרכז הבית. ז׳ בשבט"]),
        ("תיאור", [f"קוד {VALID}; נדרשת תעודת זהות", f"תזונה {VALID}"]),
    ],
)
def test_other_numbers_are_no_people(name: str, cells: list[Any]) -> None:
    refuse_ids_of_people(rows(name, *cells))


def test_the_refusal_repeats_no_number() -> None:
    with pytest.raises(HoldsPeople) as refused:
        refuse_ids_of_people(rows(f"ת״ז {VALID}", VALID))
    assert VALID not in str(refused.value)


def test_the_real_files_are_not_of_people(shared: Path) -> None:
    tables = sorted((shared / "data").rglob("*.csv"))
    assert len(tables) >= 5
    for path in tables:
        with path.open("rb") as file:
            lines = [line for _number, line in rows_of(text_stream(file, encoding_of(file)))]
        names = [f"{name} {number}" for number, name in enumerate(lines[0])]
        refuse_ids_of_people(dict(zip(names, line, strict=False)) for line in lines[1:])
    for path in sorted((shared / "data").rglob("*.json")):
        found = json.loads(path.read_text())
        items = found.values() if isinstance(found, dict) else found
        refuse_ids_of_people(item for item in items if isinstance(item, dict))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("column", ["ת״ז", "source"], ids=["not read", "read"])
def test_the_file_is_not_kept(system: Account, column: str) -> None:
    row = {"place": "1", "topic": "food-security", "situation": "", "number": "3", "as_of": "2026-01-01"}
    rows = [{**row, "source": "x", column: f"ת״ז {one}"} for one in ids(31234567, 3)]
    lines = [",".join(rows[0]), *(",".join(one.values()) for one in rows)]
    file = ContentFile("\n".join(lines).encode(), name="x.csv")
    kept = take_in(by=system, kind="needs", file=file, name="x.csv")
    assert default_storage.exists(name := str(kept.file))
    found = read_file(by=system, import_file=kept)
    assert found.status == FileStatus.REFUSED
    assert column in found.message
    assert not any(one in found.message for one in ids(31234567, 3))
    assert not ImportRow.objects.exists()
    assert not default_storage.exists(name)
    with pytest.raises(NotReady):
        read_file(by=system, import_file=found)
    assert _remove(found.uploaded_at.date().replace(year=found.uploaded_at.year + 1)) == 1
