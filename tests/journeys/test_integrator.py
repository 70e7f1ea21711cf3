"""The integrator of Maale Gan: own picture, a mission, a verdict, documents."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from tests.browser import Visitors
from tests.journeys.reading import heading, number_in, tiles

pytestmark = pytest.mark.journey
INTEGRATOR = "integrator@maale-gan.example"


def needs_of_places(page: Any) -> list[int]:
    """The column of needs in the table of places."""
    return [
        number_in(text)
        for text in page.locator("#places tbody td[data-label]:nth-child(3)").all_inner_texts()
    ]


def downloaded(page: Any, link: Any) -> tuple[str, bytes]:
    """The name and the content of the file behind a link."""
    with page.expect_download() as started:
        link.click()
    return started.value.suggested_filename, started.value.path().read_bytes()


def test_signing_in_leads_to_the_own_picture_with_exact_counts(visitors: Visitors) -> None:
    page = visitors.arrive("/picture/F-900/")
    public = number_in(tiles(page)[0])
    page.locator("a[href*='/accounts/login/']").click()
    visitors.sign_in(page, INTEGRATOR)
    page.wait_for_url("**/picture/F-900/")  # back where one came from

    page.locator(".nav__link[href='/picture/']").click()
    page.wait_for_url("**/picture/F-900/")
    assert heading(page) == "מעלה גן"
    assert page.locator("#places tbody tr").count() == 12
    assert sum(needs_of_places(page)) == number_in(tiles(page)[0]) > public
    assert "<5" not in page.locator("#picture").inner_text()


def test_a_mission_from_a_gap_is_on_the_page_of_missions(visitors: Visitors) -> None:
    page = visitors.arrive("/picture/F-900/", account=INTEGRATOR)
    gap = page.locator("#gaps .finding").first
    topic = gap.locator(".finding__title bdi").last.inner_text()
    gap.locator("a.button").click()
    page.wait_for_url("**/missions/new/**")
    assert page.locator("[name=place]").input_value().startswith("F-900")
    assert page.locator("[name=topic] option:checked").inner_text().strip() == topic
    assert page.locator("[name=title]").input_value()

    page.locator("[name=title]").fill("לדבר עם שלושת השותפים")
    page.locator("[name=owner]").select_option(label="דנה ביטון")
    due = date.today() + timedelta(days=20)
    page.locator("[name=due]").fill(due.isoformat())
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(lambda address: "/missions/" in address and "/new/" not in address)
    mission = page.url
    assert heading(page) == "לדבר עם שלושת השותפים"
    assert "דנה ביטון" in page.locator("main").inner_text()
    assert f"{due:%d.%m.%Y}" in page.locator("main").inner_text()

    page.locator(".nav__link[href='/missions/']").click()
    page.wait_for_url("**/missions/")
    line = page.locator("main tbody tr", has_text="לדבר עם שלושת השותפים")
    assert line.locator("a").first.get_attribute("href") in mission
    assert "דנה ביטון" in line.inner_text()


def test_a_day_that_passed_is_refused_and_nothing_typed_is_lost(visitors: Visitors) -> None:
    page = visitors.arrive("/missions/new/?place=F-900", account=INTEGRATOR)
    page.locator("[name=title]").fill("משימה שכבר עבר זמנה")
    page.locator("[name=due]").fill("2020-01-01")
    page.locator("main form button[type=submit]").click()
    page.locator("[name=due][aria-invalid=true]").wait_for()
    assert page.locator("[data-error-summary]").is_visible()
    assert page.locator("[name=title]").input_value() == "משימה שכבר עבר זמנה"


def test_a_pair_judged_complementary_leaves_the_list(visitors: Visitors) -> None:
    page = visitors.arrive("/picture/F-900/", account=INTEGRATOR)
    before = number_in(tiles(page)[3])
    pair = page.locator("#duplicates .finding__title a").first
    address = pair.get_attribute("href")
    pair.click()
    page.wait_for_url(f"**{address}")
    page.locator("main details", has=page.locator("form")).locator("summary").click()
    page.locator("main form [name$=verdict][value=complementary]").check()
    page.locator("main form [name$=reason]").fill("שעות אחרות וקהל אחר")
    page.locator("main form button[type=submit]").click()
    page.locator("main [role=status]").wait_for()
    assert "שעות אחרות וקהל אחר" in page.locator("main").inner_text()

    page.goto("/picture/F-900/")
    assert number_in(tiles(page)[3]) == before - 1
    assert page.locator(f"#duplicates a[href='{address}']").count() == 0
    page.goto("/services/overlaps/?verdict=complementary")
    assert "שעות אחרות וקהל אחר" in page.locator("main").inner_text()
    assert page.faults == []


def test_excel_and_pdf_hold_what_the_page_shows(visitors: Visitors) -> None:
    page = visitors.arrive("/picture/F-900/?topic=employment", account=INTEGRATOR)
    need = number_in(tiles(page)[0])
    name, content = downloaded(page, page.locator("a[href*='picture.xlsx']"))
    assert name.startswith("maarag-F-900-")
    assert name.endswith(".xlsx")
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    rows = book.get_sheet_by_index(0).to_python()
    assert sum(row[3] for row in rows if row[1] == "תעסוקה") == need
    name, content = downloaded(page, page.locator("a[href*='picture.pdf']"))
    assert name.endswith(".pdf")
    assert content.startswith(b"%PDF-")
    assert len(content) > 10_000
