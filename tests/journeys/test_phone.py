"""On a phone of 360 points: nothing sticks out, the menu opens, the picture can be used."""

from __future__ import annotations

import pytest

from tests.browser import PHONE, Visitors, sticks_out
from tests.journeys.reading import heading

pytestmark = pytest.mark.journey
INTEGRATOR, STEWARD = "integrator@maale-gan.example", "steward@maale-gan.example"
PAGES = {
    "": [
        "/",
        "/picture/IL/",
        "/picture/F-900/",
        "/picture/9600/family-poverty/families/",
        "/services/?q=%D7%A2%D7%91%D7%95%D7%93%D7%94",
        "/services/overlaps/",
        "/needs/",
        "/sources/",
        "/accounts/login/",
        "/no/such/page/",
    ],
    INTEGRATOR: [
        "/",
        "/picture/F-900/",
        "/missions/",
        "/missions/new/?place=F-900",
        "/missions/1/",
        "/needs/new/?place=F-900",
        "/services/new/",
        "/services/overlaps/",
        "/access/",
        "/audit/",
    ],
    STEWARD: ["/imports/", "/imports/new/needs/"],
}


@pytest.mark.parametrize("language", ["he", "ar", "en"])
@pytest.mark.parametrize("account", PAGES)
def test_no_page_scrolls_sideways(visitors: Visitors, account: str, language: str) -> None:
    page = visitors.arrive("/", account=account, language=language, width=PHONE)
    found = {}
    for address in PAGES[account]:
        page.goto(address)
        assert page.locator("html").get_attribute("lang") == language
        if out := sticks_out(page):
            found[address] = out
    assert found == {}


def test_the_menu_opens_and_leads(visitors: Visitors) -> None:
    page = visitors.arrive("/", width=PHONE)
    link = page.locator("#nav a[href='/services/']")
    assert not link.is_visible()
    page.locator("[popovertarget=nav]").click()
    link.click()
    page.wait_for_url("**/services/")
    assert not page.locator("#nav").is_visible()


def test_every_target_of_the_frame_is_large_enough_for_a_finger(visitors: Visitors) -> None:
    page = visitors.arrive("/picture/F-900/", account=INTEGRATOR, width=PHONE)
    for button in page.locator("header .button:visible").all():
        box = button.bounding_box()
        assert box["width"] >= 24, button.inner_text()
        assert box["height"] >= 24, button.inner_text()


def test_the_picture_is_filtered_and_a_place_opened(visitors: Visitors) -> None:
    page = visitors.arrive("/picture/F-900/", width=PHONE)
    page.locator("#filter-topic").select_option("employment")
    page.wait_for_url("**topic=employment*")
    page.locator("#picture:not(.htmx-request) #places tbody tr").first.locator("a").first.click()
    page.wait_for_url(lambda address: "/picture/F-900-" in address)
    assert heading(page)
    assert sticks_out(page) == []
    assert page.faults == []
