"""Files as people send them: every encoding, separator, header and fault that we have met."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date

import pytest

from maarag.kernel.imports.reading import OVERFLOW, FileRefused, Table, encoding_name, open_table

from .conftest import workbook

HEADERS = {"place": ("רשות", "place"), "number": ("מספר משפחות", "number"), "note": ("הערה", "note")}
TEXT = 'רשות,מספר משפחות,הערה\nירושלים,30,"ליד השוק, קומה ב"\nחיפה,40,\n'
EXPECTED = [("ירושלים", "30", "ליד השוק, קומה ב"), ("חיפה", "40", "")]


def read(content: bytes, **options: str) -> Table:
    return open_table(io.BytesIO(content), HEADERS, required=["place"], **options)


def values(table: Table) -> list[tuple[object, ...]]:
    return [tuple(row.values.get(name) for name in HEADERS) for row in table.rows()]


@pytest.mark.parametrize(
    ("encoding", "called"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("cp1255", "Windows-1255"),
        ("iso8859_8", "ISO-8859-8"),
        ("cp862", "DOS Hebrew (862)"),
    ],
)
def test_hebrew_in_every_encoding(encoding: str, called: str) -> None:
    text = TEXT.replace("קומה", "קומָה") if encoding == "cp1255" else TEXT
    table = read(text.encode(encoding))
    assert encoding_name(table) == called
    assert [row[:2] for row in values(table)] == [row[:2] for row in EXPECTED]


def test_arabic_in_windows_1256() -> None:
    headers = {"place": ("السلطة",), "note": ("ملاحظة",)}
    table = open_table(io.BytesIO("السلطة,ملاحظة\nالناصرة,قرب السوق\n".encode("cp1256")), headers)
    assert [row.values["place"] for row in table.rows()] == ["الناصرة"]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends(separator: str, line_end: str) -> None:
    text = TEXT.replace('"ליד השוק, קומה ב"', "ליד השוק").replace(",", separator).replace("\n", line_end)
    assert values(read(text.encode())) == [("ירושלים", "30", "ליד השוק"), ("חיפה", "40", "")]


def test_a_line_that_names_the_separator_for_excel() -> None:
    text = "sep=;\r\n" + TEXT.replace(",", ";").replace("שוק;", "שוק,")
    assert values(read(text.encode("utf-8-sig"))) == EXPECTED


def test_titles_above_and_totals_below() -> None:
    text = "דוח צרכים 2025\n\nהופק ביום,1.1.2026\n" + TEXT + '\nסה"כ,70,\n'
    table = read(text.encode())
    rows = list(table.rows())
    assert table.header_number == 4
    assert [(row.number, row.is_total) for row in rows] == [(5, False), (6, False), (8, True)]


def test_line_breaks_inside_quotes_keep_the_number_of_the_line() -> None:
    rows = list(read('רשות,מספר משפחות,הערה\nירושלים,30,"א\nב\nג"\nחיפה,40,\n'.encode()).rows())
    assert [(row.number, row.values["note"]) for row in rows] == [(2, "א\nב\nג"), (5, "")]


def test_columns_in_another_order_unknown_ones_and_a_year_in_the_name() -> None:
    table = read("זר,מספר משפחות 2024,רשות*,זר\nא,30,ירושלים,ב\n".encode())
    assert values(table) == [("ירושלים", "30", None)]
    assert table.columns.unknown == ("זר", "זר (2)")
    assert next(iter(table.rows())).cells == {
        "זר": "א",
        "מספר משפחות 2024": "30",
        "רשות*": "ירושלים",
        "זר (2)": "ב",
    }


def test_cells_beyond_the_last_column_are_kept() -> None:
    rows = list(read("רשות,הערה\nירושלים,ליד השוק,קומה ב\n".encode()).rows())
    assert rows[0].cells[OVERFLOW] == "קומה ב"


def test_excel_with_a_merged_header_in_two_rows() -> None:
    rows = [
        ["צרכים במחוז", None, None, None],
        ["רשות", "מספר", None, "הערה"],
        [None, "משפחות", "נפשות", None],
        ["ירושלים", 30, 120, "א"],
    ]
    headers = {**HEADERS, "people": ("מספר נפשות",)}
    content = workbook(("גיליון1", rows), merge=["A1:D1", "B2:C2", "A2:A3", "D2:D3"])
    table = open_table(io.BytesIO(content), headers)
    found = [dict(row.values) for row in table.rows()]
    assert found == [{"place": "ירושלים", "number": 30.0, "people": 120.0, "note": "א"}]
    assert table.header_number == 3


def test_the_sheet_that_has_the_columns_is_taken_unless_another_is_asked_for() -> None:
    content = workbook(
        ("הסבר", [["קראו אותי"]]), ("נתונים", [["רשות"], ["חיפה"]]), ("ישן", [["רשות"], ["לוד"]])
    )
    table = read(content)
    assert (table.sheet, table.sheets) == ("נתונים", ("הסבר", "נתונים", "ישן"))
    assert [row.values["place"] for row in table.rows()] == ["חיפה"]
    assert [row.values["place"] for row in read(content, sheet="ישן").rows()] == ["לוד"]
    with pytest.raises(FileRefused, match="no sheet called"):
        read(content, sheet="אין כזה")


def test_excel_dates_numbers_as_text_and_failed_formulas() -> None:
    content = workbook(
        ("א", [["רשות", "מספר משפחות", "הערה"], ["חיפה", "30", date(2024, 3, 1)], ["לוד", "#N/A", "#REF!"]])
    )
    assert values(read(content)) == [("חיפה", "30", date(2024, 3, 1)), ("לוד", "#N/A", "#REF!")]


@pytest.mark.parametrize(
    "text",
    [
        '[{"place": "חיפה", "number": 40}, {"number": 7, "place": "לוד"}]',
        '{"meta": {"year": 2024}, "data": [{"place": "חיפה", "number": 40}, {"place": "לוד", "number": 7}]}',
        '{"place": "חיפה", "number": 40}\n{"place": "לוד", "number": 7}\n',
        '\ufeff[{"place": "חיפה", "number": 40},\n\n{"place": "לוד", "number": 7}]',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_json_in_every_shape(text: str, encoding: str) -> None:
    content = text.lstrip("\ufeff").encode("utf-16") if encoding == "utf-16" else text.encode()
    assert [row[:2] for row in values(read(content))] == [("חיפה", 40), ("לוד", 7)]


def test_json_with_nested_values() -> None:
    headers = {"place": ("place.name",), "terms": ("terms",)}
    content = json.dumps([{"place": {"name": "חיפה"}, "terms": ["א", "ב"]}]).encode()
    table = open_table(io.BytesIO(content), headers)
    assert [dict(row.values) for row in table.rows()] == [{"place": "חיפה", "terms": "א|ב"}]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('[\n {"place": "חיפה"},\n {"place": "לוד",}\n]', "line 3, column 18"),
        ('[\n {"place": "חיפה"},\n {"place": "לו', "line 3"),
        ('{"place": "חיפה"}\n{"place": }\n', "line 2, column 11"),
        ('[{"place": "חיפה"} {"place": "לוד"}]', "line 1, column 20"),
    ],
)
def test_broken_json_says_where(text: str, where: str) -> None:
    with pytest.raises(FileRefused, match=where):
        values(read(text.encode()))


@pytest.mark.parametrize(
    ("text", "why"), [("[]", "no list of objects"), ('["א"]', "no list"), ('{"a": 1}', "No name in")]
)
def test_json_without_rows(text: str, why: str) -> None:
    with pytest.raises(FileRefused, match=why):
        values(read(text.encode()))


def _zip(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b" \r\n \n", "empty"),
        (b"%PDF-1.7 ...", "a PDF"),
        (b"\x89PNG\r\n\x1a\n....", "an image"),
        (b"\xff\xd8\xff\xe0....", "an image"),
        (b"{\\rtf1 ...}", "a Word document"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "WordDocument".encode("utf-16-le"),
            "a Word document",
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "cannot be opened"),
        (b"\x1f\x8b\x08\x00aaaa", "a compressed file"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "a web page"),
        (_zip(word__document=b"x"), "a Word document"),
        (_zip(notes=b"x"), "a compressed file"),
        (bytes(range(256)) * 20, "not text"),
        ("שם,גיל\nא,ב\n".encode(), "No row of the file"),
        ("מספר משפחות\n30\n".encode(), "no column for: רשות"),
        ('רשות,הערה\nחיפה,"ליד השוק\nלוד,ב\n'.encode(), "line 2 is never closed"),
        (b"- name: x\n  slug: y\n", "This is YAML"),
    ],
)
def test_files_that_are_refused_in_words(content: bytes, why: str) -> None:
    with pytest.raises(FileRefused, match=why):
        values(read(content))


def test_a_workbook_that_was_cut_off() -> None:
    content = workbook(("א", [["רשות"], *([f"עיר {n}"] for n in range(500))]))
    for share in (0.3, 0.7, 0.99):
        with pytest.raises(FileRefused, match=r"broken|cannot be opened"):
            values(read(content[: int(len(content) * share)]))


def test_a_workbook_with_a_damaged_sheet() -> None:
    content = bytearray(workbook(("א", [["רשות"], *([f"עיר {n}"] for n in range(500))])))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        start = archive.getinfo("xl/worksheets/sheet1.xml").header_offset + 60
    content[start : start + 200] = b"\x00" * 200
    with pytest.raises(FileRefused):
        values(read(bytes(content)))


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = _zip(xl__worksheets__sheet1=b"0" * (60 * 1024 * 1024))
    assert len(bomb) < 100_000
    with pytest.raises(FileRefused, match="unpacks to 60 MB"):
        read(bomb)
