"""With JavaScript off: filters, search, languages and forms work all the same."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.browser import PHONE, Visitors
from tests.journeys.reading import choose_language, heading, number_in, tiles

pytestmark = pytest.mark.journey
INTEGRATOR = "integrator@maale-gan.example"


def test_the_picture_is_filtered_with_its_button(visitors: Visitors) -> None:
    page = visitors.arrive("/picture/F-900/", script=False)
    whole = number_in(tiles(page)[0])
    page.locator("#filter-topic").select_option("employment")
    page.locator("main .filters button[type=submit]").click()
    page.wait_for_url("**topic=employment*")
    assert 0 < number_in(tiles(page)[0]) < whole
    page.locator("#places a.sort").first.click()
    page.wait_for_url("**sort=*")
    assert "topic=employment" in page.url
    assert page.locator("#places [aria-sort]").count() == 1


def test_a_service_is_found_and_opened(visitors: Visitors) -> None:
    page = visitors.arrive("/", script=False)
    page.locator("#search-q").fill("תעסוכה")
    page.locator("#search-q").press("Enter")
    page.wait_for_url("**/services/?q=*")
    page.locator(".facets a").first.click()
    page.wait_for_url("**term=*")
    title = page.locator("#results article h2").first.inner_text().strip()
    page.locator("#results article h2 a").first.click()
    page.wait_for_url(lambda address: "?" not in address)
    assert heading(page).strip() == title


def test_the_menus_open_and_the_language_changes(visitors: Visitors) -> None:
    page = visitors.arrive("/needs/?topic=employment", script=False, width=PHONE)
    choose_language(page, "ar")
    assert page.url.endswith("/needs/?topic=employment")
    page.locator("[popovertarget=nav]").click()
    page.locator("#nav a[href='/services/']").click()
    page.wait_for_url("**/services/")


def test_signing_in_opening_and_closing_a_mission(visitors: Visitors) -> None:
    page = visitors.arrive("/accounts/login/?next=/missions/new/%3Fplace%3DF-900", script=False)
    visitors.sign_in(page, INTEGRATOR)
    page.wait_for_url("**/missions/new/?place=F-900")
    page.locator("[name=title]").fill("משימה בלי סקריפט")
    page.locator("[name=due]").fill((date.today() + timedelta(days=9)).isoformat())
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(lambda address: "/missions/" in address and "/new/" not in address)
    assert heading(page) == "משימה בלי סקריפט"
    page.locator("[name=outcome]").fill("נעשה")
    page.locator("main form[action$='/close/'] button[type=submit]").click()
    page.locator("main form[action$='/close/']").wait_for(state="detached")
    assert "נעשה" in page.locator("main").inner_text()


def test_a_verdict_is_given_on_a_page_of_its_own(visitors: Visitors) -> None:
    page = visitors.arrive("/services/overlaps/?place=F-900&verdict=open", account=INTEGRATOR, script=False)
    pair = page.locator("#results section", has=page.locator("form")).last
    pair.locator("summary").click()
    pair.locator("[name$=verdict][value=unclear]").check()
    pair.locator("[name$=reason]").fill("צריך לשאול את שני הגופים")
    pair.locator("form button[type=submit]").click()
    page.wait_for_url("**/services/overlaps/*/*/")
    assert "צריך לשאול את שני הגופים" in page.locator("main").inner_text()
