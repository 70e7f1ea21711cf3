"""What stays closed: the sister authority's rows, small counts from above, missions from residents."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser import Visitors
from tests.journeys.reading import heading

pytestmark = pytest.mark.journey
OWN, SISTER = "integrator@maale-gan.example", "integrator@givat-hadekel.example"
DISTRICT, RESIDENT = "district@welfare.example", "resident@maale-gan.example"
SMALL = "/needs/?place=F-901&topic=domestic-violence"


def first_link(page: Any, beginning: str) -> str:
    """The first link in the tables of a page to an address below a beginning."""
    return str(page.locator(f"main tbody a[href^='{beginning}']").first.get_attribute("href"))


def test_the_rows_of_a_sister_authority_do_not_exist_here(visitors: Visitors) -> None:
    sister = visitors.arrive("/missions/", account=SISTER)
    mission = first_link(sister, "/missions/")
    sister.goto(SMALL)
    estimate = first_link(sister, "/needs/")
    assert sister.goto(mission).status == 200
    assert sister.goto(estimate).status == 200

    page = visitors.arrive("/", account=OWN)
    for address in (mission, f"{mission}edit/", estimate, f"{estimate}edit/", "/missions/new/?place=F-901"):
        answer = page.goto(address)
        assert answer.status == 404, address
        assert page.locator("main a[href='/']").count() > 0  # the error page shows a way on
    page.goto("/missions/?state=all")
    assert page.locator(f"main a[href='{mission}']").count() == 0
    page.goto("/picture/F-901/")
    assert page.locator("a[href*='/missions/new/']").count() == 0  # nothing is offered that would be refused


def test_a_small_count_is_exact_in_its_place_and_hidden_from_above(visitors: Visitors) -> None:
    inside = visitors.arrive(SMALL, account=SISTER)
    row = inside.locator("main tbody tr").first
    assert row.locator(".cell--number").inner_text().strip() == "3"
    estimate = row.locator("a").first.get_attribute("href")

    above = visitors.arrive(SMALL, account=DISTRICT)
    numbers = above.locator("main tbody .cell--number").all_inner_texts()
    assert [text.strip("\u200e\u2066\u2069 ") for text in numbers] == ["<5"]
    for address in (
        estimate,
        "/picture/F-901/?topic=domestic-violence",
        "/picture/F-901/domestic-violence/families/",
    ):
        above.goto(address)
        shown = above.locator("main").inner_text()
        assert "<5" in shown, address
        assert not above.locator("main bdi.num", has_text="3").filter(has_text="‎3").count()
    above.goto("/picture/F-901/?topic=domestic-violence")
    assert "3" not in [
        text.strip() for text in above.locator("main .cell--number, .tile__value").all_inner_texts()
    ]


def test_a_resident_has_no_missions_and_no_data_to_load(visitors: Visitors) -> None:
    page = visitors.arrive("/picture/F-900/", account=RESIDENT)
    assert heading(page) == "מעלה גן"
    assert page.locator("a[href*='/missions/']").count() == 0
    assert page.locator(".nav__link[href='/imports/']").count() == 0
    for address in ("/missions/", "/missions/new/?place=F-900", "/imports/", "/access/", "/audit/"):
        assert page.goto(address).status in (403, 404), address


def test_a_stranger_is_asked_to_sign_in_and_comes_back(visitors: Visitors) -> None:
    page = visitors.arrive("/missions/")
    assert "/accounts/login/" in page.url
    visitors.sign_in(page, OWN)
    page.wait_for_url("**/missions/")
    page.locator("[popovertarget=account]").click()
    page.locator("#account form button").click()
    page.locator("a[href*='/accounts/login/']").wait_for()
    assert "/accounts/login/" in page.goto("/missions/").url


def test_a_wrong_password_says_so_and_keeps_the_address(visitors: Visitors) -> None:
    page = visitors.arrive("/accounts/login/")
    page.locator("input[name=login]").fill(OWN)
    page.locator("input[name=password]").fill("not the password")
    page.locator("input[name=password]").press("Enter")
    page.locator("[data-error-summary], .field__error, .notice--critical").first.wait_for()
    assert page.locator("input[name=login]").input_value() == OWN
    assert page.locator("[popovertarget=account]").count() == 0
