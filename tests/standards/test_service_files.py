from __future__ import annotations

import json
from pathlib import Path

import pytest
import xlsxwriter

from maarag.standards.service_files import (
    Problem,
    ServiceFileError,
    ServiceRecord,
    read_services,
    services_from_bytes,
)

ROWS = 'מזהה{0}שם השירות{0}תיאור{0}קטגוריות{0}lat{0}lon\n7{0}בית "חם"{0}ארוחות{0}a:b|c:d{0}32.1{0}34.8\n'
EXPECTED = ServiceRecord("7", 'בית "חם"', "ארוחות", terms=("a:b", "c:d"), lat=32.1, lon=34.8, source_row=2)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1255"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encodings_and_separators(encoding: str, separator: str) -> None:
    assert services_from_bytes(ROWS.format(separator).encode(encoding), "s.csv") == [EXPECTED]


def test_arabic_of_old_windows() -> None:
    text = "المعرف,اسم الخدمة,الوصف\n1,مركز الأسرة,إرشاد للوالدين\n"
    (record,) = services_from_bytes(text.encode("cp1256"), "s.csv")
    assert (record.id, record.name, record.description) == ("1", "مركز الأسرة", "إرشاد للوالدين")


def test_terms_are_split_but_names_with_commas_are_not() -> None:
    text = 'id,name,terms\n1,א,"a:b, c:d"\n2,ב,"הליכים, חקירה ועדות|אבחון"\n3,ג,a;b;a\n'
    assert [record.terms for record in services_from_bytes(text.encode(), "s.csv")] == [
        ("a:b", "c:d"),
        ("הליכים, חקירה ועדות", "אבחון"),
        ("a", "b"),
    ]


def test_titles_above_the_header_blank_rows_and_decimal_commas() -> None:
    text = "רשימת השירותים;;;\n;;;\nid;name;lat;lon\n\n1;א;32,05;34,7\n;;;\n2;ב;;\n"
    first, second = services_from_bytes(text.encode(), "s.csv")
    assert (first.lat, first.lon, first.source_row) == (32.05, 34.7, 5)
    assert (second.lat, second.lon, second.source_row) == (None, None, 7)


def test_without_ids_rows_are_called_by_their_number() -> None:
    records = services_from_bytes("name,description\nא,x\nב,y\n".encode(), "s.csv")
    assert [record.id for record in records] == ["row-2", "row-3"]


def test_excel(tmp_path: Path) -> None:
    path = tmp_path / "services.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("ריק")
        sheet = book.add_worksheet("שירותים")
        sheet.merge_range("A1:F1", "שירותי הרווחה")
        sheet.write_row("A3", ["מזהה", "שם השירות", "תיאור", "קטגוריות", "lat", "lon"])
        sheet.write_row("A4", [7, 'בית "חם"', "ארוחות", "a:b|c:d", 32.1, 34.8])
    (record,) = read_services(path)
    assert record == ServiceRecord(
        "7", 'בית "חם"', "ארוחות", terms=("a:b", "c:d"), lat=32.1, lon=34.8, source_row=4
    )


SERVICE = {
    "id": "1",
    "name": "A",
    "description": "D",
    "organization": {"id": "o", "name": "Org"},
    "attributes": [{"taxonomy_term": {"id": "x", "code": "human_services:care", "name": "Care"}}],
    "service_at_locations": [{"location": {"latitude": 32.0, "longitude": 35.0}}],
    "phones": [{"number": "02-000"}],
    "service_areas": [{"name": "North"}],
    "eligibility_description": "Everyone",
    "url": "https://example.org",
}
RECORD = ServiceRecord(
    "1", "A", "D", "Org", ("human_services:care",), ("Care",), 32.0, 35.0, "Everyone", "North", "https://example.org",
    "02-000", 1,
)  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        SERVICE,
        [SERVICE],
        {"services": [SERVICE]},
        {"total_items": 1, "page_number": 1, "contents": [SERVICE]},
        {"id": "o", "name": "Org", "services": [{k: v for k, v in SERVICE.items() if k != "organization"}]},
        [{"id": "o", "name": "Org", "services": [{k: v for k, v in SERVICE.items() if k != "organization"}]}],
    ],
)
def test_shapes_of_hsds_json(content: object) -> None:
    assert services_from_bytes(json.dumps(content).encode(), "s.json") == [RECORD]


def test_json_lines() -> None:
    lines = "\n".join(json.dumps({"id": str(n), "name": f"שירות {n}"}, ensure_ascii=False) for n in range(3))
    assert [(r.id, r.source_row) for r in services_from_bytes(lines.encode(), "s")] == [
        ("0", 1),
        ("1", 2),
        ("2", 3),
    ]


def test_every_bad_row_is_reported_with_its_number() -> None:
    text = (
        "id,name,lat,lon\n1,א,abc,3\n2,ב,95,3\n3,ג,31,\n4,ד,,,,more\n5,,,\n6,ו,31.5,34.5\n6,ז,,\n8,ח,nan,3\n"
    ).encode()
    with pytest.raises(ServiceFileError) as caught:
        services_from_bytes(text, "bad.csv")
    assert [(problem.row, problem.column) for problem in caught.value.problems] == [
        (2, "lat"), (3, "lat"), (4, "lon"), (5, ""), (6, "name"), (8, "id"), (9, "lat"),
    ]  # fmt: skip
    assert "7 rows of bad.csv" in str(caught.value)
    assert "row 8, id: The id 6 was already used in row 7." in str(caught.value)
    skipped: list[Problem] = []
    assert [record.id for record in services_from_bytes(text, "bad.csv", skipped=skipped)] == ["6"]
    assert skipped == caught.value.problems


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"a,b\n1,2\n", "has: a, b"),
        (b'{"services": [{"id": 1,}]}', "broken at line 1, column 2"),
        (b'{"id": "1", "name": "A"}\n{"id": "2", "name": \n', "broken at line 2"),
        (b'{"services": []}', "No services"),
        (b"[" * 100_000, "s.any"),
        (b"PK\x03\x04 not a zip", "not a workbook that can be opened"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "s.any"),
        ('id,name\n1,"א\n2,ב\n3,ג\n'.encode(), "never closed"),
        (b'{"contents": [{"id": "2", "name": "B"}, 5]}', "row 2: This is not a service"),
    ],
)
def test_what_is_no_file_of_services_says_so(data: bytes, said: str) -> None:
    with pytest.raises(ServiceFileError) as caught:
        services_from_bytes(data, "s.any")
    assert said in str(caught.value)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ServiceFileError, match=r"none\.csv cannot be read"):
        read_services(tmp_path / "none.csv")


def test_the_welfare_catalogue(shared: Path) -> None:
    records = read_services(shared / "data" / "services" / "welfare_service_catalogue_2021-05-18.csv")
    assert len(records) == len({record.id for record in records}) == 137
    assert all(record.name and record.description and record.organisation for record in records[:100])
    foster = next(record for record in records if record.id == "904")
    assert foster.population == "אנשים עם מוגבלויות"
    assert "דיור ומלונאות" in foster.terms


def test_the_book_of_services_whose_totals_are_no_services(shared: Path) -> None:
    skipped: list[Problem] = []
    path = shared / "data" / "services" / "social_services_book_2018_welfare.csv"
    records = read_services(path, skipped=skipped)
    assert len(records) == 65
    assert records[0].source_row == 3
    assert {problem.column for problem in skipped} == {"name"}
