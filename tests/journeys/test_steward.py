"""The data steward loads a file of needs: sees what is wrong with it, corrects it, and loads it again."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from tests.browser import Visitors
from tests.journeys.reading import number_in

pytestmark = pytest.mark.journey
STEWARD = "steward@maale-gan.example"
HEADER = ["מקום", "מצב", "נושא", "מספר", "יחידה", "מקור", "תאריך", "ודאות"]
SITUATION = "human_situations:deprivation:low_income"
SOURCE = "ספירת הרכזים במסע הבדיקה"


def line(place: str, number: str, day: str = "31.10.2026") -> list[str]:
    return [place, SITUATION, "ביטחון תזונתי", number, "משפחות", SOURCE, day, "אומדן"]


GOOD = [line("כרמים", "71"), line("המושבה", "1,019")]
BAD = [line("כרמים שבדמיון", "12"), line("הדרים", "המון"), line("נוף העמק", "33", "31.10.2031")]
CORRECTIONS = {"כרמים שבדמיון": "נווה תמר", "המון": "44", "31.10.2031": "31.10.2026"}


def as_csv(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([HEADER, *rows])
    return text.getvalue().encode("utf-8-sig")


def bring(page: Any, name: str, content: bytes) -> None:
    """Choose a file on the page of loading needs and send it."""
    page.goto("/imports/new/needs/")
    page.locator("main input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )
    page.locator("main form button[type=submit]").click()


def bring_and_read(page: Any, name: str, content: bytes) -> None:
    """The same, for a file that can be read: wait for its preview."""
    bring(page, name, content)
    page.wait_for_url("**/imports/*/")
    page.locator("#import:not([hx-get])").wait_for()


def load(page: Any) -> str:
    """Press the button that writes the rows; what the site answers."""
    page.locator("form[action$='/apply/'] button").click()
    page.locator("#messages .notice").wait_for()
    return str(page.locator("#messages .notice").inner_text())


def listed(page: Any) -> list[str]:
    """The lines of the page of needs that come from the source of this journey."""
    page.goto("/needs/?place=F-900&topic=food-security&age=all")
    return list(page.locator("main tbody tr", has_text=SOURCE).all_inner_texts())


def test_bad_rows_are_shown_downloaded_corrected_and_loaded(visitors: Visitors) -> None:
    page = visitors.arrive("/imports/", account=STEWARD)
    page.locator("main a[href='/imports/new/needs/']").click()
    page.wait_for_url("**/imports/new/needs/")
    mixed = as_csv([*GOOD, *BAD])
    bring_and_read(page, "צרכים.csv", mixed)

    page.locator("#import a[href='?status=problem']").click()
    page.wait_for_url("**status=problem")
    rows = page.locator("#import tbody tr")
    assert rows.count() == 3
    assert all(rows.nth(i).locator("strong").inner_text().strip() for i in range(3))  # each has its reason
    assert [rows.nth(i).locator("th").inner_text() for i in range(3)] == ["4", "5", "6"]
    assert listed(page) == []  # nothing is written by looking
    page.go_back()

    with page.expect_download() as started:
        page.locator("a[href$='problems.csv']").click()
    problems = started.value.path().read_text(encoding="utf-8-sig")
    assert len(list(csv.reader(io.StringIO(problems)))) == 1 + len(BAD)
    assert "1 row" in load(page) or "2" in page.locator("#messages").inner_text()
    assert len(listed(page)) == len(GOOD)

    for wrong, right in CORRECTIONS.items():
        assert wrong in problems
        problems = problems.replace(wrong, right)
    bring_and_read(page, "מתוקן.csv", problems.encode("utf-8-sig"))
    assert page.locator("a[href$='problems.csv']").count() == 0
    assert number_in(load(page)) == len(BAD)
    everything = listed(page)
    assert len(everything) == len(GOOD) + len(BAD)
    assert any("1,019" in text for text in everything)

    corrected = as_csv([*GOOD, *[[CORRECTIONS.get(cell, cell) for cell in row] for row in BAD]])
    bring_and_read(page, "הכול.csv", corrected)
    assert page.locator("#import a[href='?status=unchanged']").count() == 1
    assert page.locator("#import a[href='?status=new']").count() == 0
    load(page)
    assert listed(page) == everything
    bring_and_read(page, "הכול.csv", corrected)
    assert page.locator("#import .notice--attention").is_visible()  # this very file was loaded before
    assert page.faults == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("needs.xlsx", b"PK\x03\x04 this is no workbook"),
        ("needs.json", b'[{"place": "F-900", '),
        ("needs.csv", b""),
        ("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(200)),
        ("prose.csv", "אין כאן שום טבלה".encode()),
    ],
)
def test_a_broken_file_gets_a_clear_error(visitors: Visitors, name: str, content: bytes) -> None:
    page = visitors.arrive("/imports/", account=STEWARD)
    before = page.locator("main tbody tr").count()
    bring(page, name, content)
    error = page.locator("main .notice--critical, main .field__error").first
    error.wait_for()
    assert len(error.inner_text().strip()) > 20
    assert "Traceback" not in page.content()
    assert page.locator("form[action$='/apply/']").count() == 0
    page.goto("/imports/")
    assert page.locator("main tbody tr").count() - before in (0, 1)


def test_the_example_file_has_every_needed_column(visitors: Visitors) -> None:
    page = visitors.arrive("/imports/new/needs/", account=STEWARD)
    with page.expect_download() as started:
        page.locator("main a[href$='.csv']").click()
    columns = next(csv.reader(io.StringIO(started.value.path().read_text(encoding="utf-8-sig"))))
    assert len(columns) >= 6
    bring_and_read(page, "example.csv", started.value.path().read_bytes())
    assert page.locator("#import tbody tr").count() == 1
