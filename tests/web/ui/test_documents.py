"""Excel and PDF: right to left, every value as it is, and nothing that people typed ever runs."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.utils.translation import override
from python_calamine import CalamineWorkbook

from maarag.ui.documents.excel import sheet_name, workbook
from maarag.ui.documents.pdf import Report, ReportTile, pdf
from maarag.ui.documents.tables import KINDS, DocumentColumn, DocumentTable
from maarag.values import LocalText, Money, Suppressed
from tests.pdf_text import assert_pdf_says, boxes_of_pdf

COLUMNS = [DocumentColumn(kind, kind) for kind in KINDS]
DAY = date(2026, 11, 21)


def table(*rows: list[Any], title: str = "שכונות", columns: list[DocumentColumn] = COLUMNS) -> DocumentTable:
    return DocumentTable(title, columns, rows, ["מקור: דוגמה"])


def sheets(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as box:
        return {name: box.read(name).decode() for name in box.namelist() if name.endswith(".xml")}


def values(content: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def test_a_workbook_reads_from_the_right_and_keeps_kinds() -> None:
    with override("he"):
        content = workbook([table(["הדרים", 1284, 1.5, 0.61, Money.from_shekels("12.50"), DAY])])
    assert 'rightToLeft="1"' in sheets(content)["xl/worksheets/sheet1.xml"]
    found = values(content)
    assert found[0][0] == "שכונות"
    assert found[3] == ["הדרים", 1284, 1.5, 0.61, 12.5, DAY]
    assert found[5][0] == "מקור: דוגמה"


def test_in_english_it_reads_from_the_left() -> None:
    with override("en"):
        assert "rightToLeft" not in sheets(workbook([table()]))["xl/worksheets/sheet1.xml"]


@pytest.mark.parametrize(
    "evil", ["=1+1", "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "{=1}", "https://x.y", "\t=1"]
)
def test_text_never_becomes_a_formula_or_a_link(evil: str) -> None:
    columns = [DocumentColumn(evil), DocumentColumn("n", "integer"), DocumentColumn("d", "date")]
    content = workbook([table([evil, evil, evil], title=evil, columns=columns)], rtl=True)
    sheet = sheets(content)["xl/worksheets/sheet1.xml"]
    assert "<f>" not in sheet
    assert "<hyperlink" not in sheet
    assert values(content)[3] == [evil, evil, evil]


def test_a_hidden_or_missing_figure_is_written_as_such() -> None:
    hidden, other = Suppressed(5), Suppressed(5, primary=False)
    with override("en"):
        row = values(workbook([table([None, hidden, other, float("nan"), None, None])]))[3]
    assert row == ["", "<5", "hidden", "–", "", ""]


def test_names_of_three_languages_and_moments_are_written_in_the_language_and_the_time_of_the_reader() -> (
    None
):
    with override("ar"):
        row = values(
            workbook([table([LocalText("א", "ع"), 1, 1, 1, 1, datetime(2026, 11, 20, 23, 0, tzinfo=UTC)])])
        )[3]
    assert row[0] == "ع"
    assert str(row[5]).startswith("2026-11-21")


def test_names_of_sheets_are_made_acceptable_and_different() -> None:
    assert sheet_name("a/b:c*?[x]", []) == "a-b c x"
    assert sheet_name("", []) == "1"
    assert sheet_name("ש" * 50, []) == "ש" * 31
    assert sheet_name("One", ["one"]) == "One 2"
    assert len(sheet_name("ש" * 50, ["ש" * 31])) == 31
    long = [table(title="רשימת השירותים של הרשות המקומית"), table(title="רשימת השירותים של הרשות המקומית")]
    assert len(CalamineWorkbook.from_filelike(io.BytesIO(workbook(long))).sheet_names) == 2


def test_a_row_of_the_wrong_length_is_refused_with_its_number() -> None:
    with pytest.raises(ValueError, match="row 2: 1 cells for 6 columns"):
        table([1] * 6, [1])
    with pytest.raises(ValueError, match="no kind of cell"):
        DocumentColumn("x", "colour")
    with pytest.raises(ValueError, match="at least one table"):
        workbook([])


def report(**changes: Any) -> Report:
    rows = [
        ["הדרים", 1284, 1.5, 0.61, Money.from_shekels(12), DAY],
        ["כרמים", Suppressed(5), None, None, None, None],
    ]
    parts: dict[str, Any] = {
        "title": "התמונה המשולבת",
        "subtitle": "נכון ליום",
        "tiles": [ReportTile("פערים", "37", tone="critical")],
        "tables": [table(*rows)],
    }
    return Report(**{**parts, **changes})


@pytest.mark.parametrize(("language", "title"), [("he", "התמונה המשולבת"), ("ar", "الصورة الشاملة")])
def test_a_report_is_read_in_its_order_in_the_one_font(language: str, title: str) -> None:
    with override(language):
        content = pdf(report(title=title))
    assert re.search(rf"/Lang\s*\({language}\)".encode(), content)
    assert_pdf_says(content, title, "נכון ליום", "פערים", "37", "שכונות", "הדרים", "1,284", "מקור: דוגמה")


def test_an_empty_box_a_foreign_font_and_lacking_words_are_seen() -> None:
    with override("he"):
        assert boxes_of_pdf(pdf(report(title="中"))) == 1
        with pytest.raises(AssertionError, match="without a glyph"):
            assert_pdf_says(pdf(report(title="中")))
        with pytest.raises(AssertionError):
            assert_pdf_says(pdf(report(title="☃")))
        with pytest.raises(AssertionError, match="not in"):
            assert_pdf_says(pdf(report()), "התמונה ההפוכה")


def test_what_people_wrote_is_set_as_text_and_never_run() -> None:
    evil = '#panic("x") $ * _ ` \\ ] } " \' <tag> #sys.inputs @ref'
    content = pdf(
        report(
            title=evil, paragraphs=[evil], notes=[evil], banner=evil, tables=[table([evil] * 6, title=evil)]
        )
    )
    assert_pdf_says(content, 'panic("x") $ * _ ` \\ ] } " \' <tag>', "sys.inputs @ref")


def test_a_report_of_nothing_is_still_a_report() -> None:
    with override("en"):
        content = pdf(Report("ריק", tables=[table()]), language="he")
    assert_pdf_says(content, "ריק", "עדיין אין מה להציג כאן")


def test_a_long_table_runs_over_pages() -> None:
    rows = [["שם ארוך מאוד של שירות שנמשך ונמשך", n, n, 0.1, 5, DAY] for n in range(200)]
    content = pdf(report(tables=[table(*rows)]))
    assert len(re.findall(rb"/Type\s*/Page\b", content)) >= 4
