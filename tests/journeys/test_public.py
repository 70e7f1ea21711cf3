"""Somebody without an account: the first question, the nation, an authority, the sources, a service."""

from __future__ import annotations

import pytest

from tests.browser import Visitors
from tests.journeys.reading import (
    choose_language,
    has_stayed,
    heading,
    language_and_direction,
    number_in,
    stay,
    tiles,
)

pytestmark = pytest.mark.journey


def test_from_the_first_question_to_the_sources_behind_a_figure(visitors: Visitors) -> None:
    page = visitors.arrive("/")
    assert language_and_direction(page) == ("he", "rtl")
    without_response = number_in(page.locator("section[aria-labelledby=question] .tile__value").inner_text())
    assert 0 < without_response < 255

    page.locator("section[aria-labelledby=question] .actions a").click()
    page.wait_for_url("**/picture/IL/")
    assert heading(page) == "ישראל"
    assert number_in(page.locator("#picture .notice__title").inner_text()) == without_response
    assert page.locator("#map svg a").count() > 200
    needs_of_all = tiles(page)[0]

    stay(page)
    page.locator("#filter-topic").select_option("family-poverty")
    page.wait_for_url("**/picture/IL/?*topic=family-poverty*")
    page.locator("#filter-sector").select_option("business")
    page.wait_for_url("**sector=business*")
    page.locator("#picture:not(.htmx-request)").wait_for()
    assert has_stayed(page)
    filtered = tiles(page)
    assert number_in(filtered[0]) <= number_in(needs_of_all)
    page.reload()
    assert tiles(page) == filtered
    assert page.locator("#filter-topic").input_value() == "family-poverty"
    assert page.locator("#filter-sector").input_value() == "business"

    page.locator("#filter-sector").select_option("")
    page.wait_for_url("**sector=")
    row = page.locator("#places tbody tr").first
    row.wait_for()
    name = row.locator("th").inner_text().strip()
    row.locator("a").first.click()
    page.wait_for_url(lambda address: "/picture/IL/" not in address)
    assert heading(page).strip() == name

    page.locator("#gaps .finding__title a").first.click()
    page.wait_for_url("**/family-poverty/**")
    estimates = page.locator("main table").first
    assert number_in(tiles(page)[0]) > 0
    estimates.locator("a[href*='/needs/']").first.click()
    page.wait_for_url("**/needs/*/")
    assert "2019" in page.locator("main").inner_text()  # the day of the indicators behind the estimate
    assert page.faults == []


def test_going_back_brings_the_view_back(visitors: Visitors) -> None:
    page = visitors.arrive("/picture/F-900/")
    whole = tiles(page)
    page.locator("#filter-topic").select_option("employment")
    page.wait_for_url("**topic=employment*")
    page.wait_for_function(
        "whole => document.querySelector('.tile__value').innerText.trim() !== whole", arg=whole[0]
    )
    page.go_back()
    page.wait_for_function(
        "whole => document.querySelector('.tile__value').innerText.trim() === whole", arg=whole[0]
    )
    assert "topic=" not in page.url
    assert tiles(page) == whole


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("תעסוכה", "תעסוק"), ("מיצוי זכיות", "זכויות"), ("קיתת שיחה", "שיחה")],
)
def test_a_misspelled_word_finds_the_service(visitors: Visitors, typed: str, expected: str) -> None:
    page = visitors.arrive("/")
    page.locator("#search-q").fill(typed)
    page.locator("#search-q").press("Enter")
    page.wait_for_url("**/services/?q=*")
    first = page.locator("#results article").first
    assert expected in first.inner_text()
    title = first.locator("h2").inner_text().strip()
    first.locator("h2 a").click()
    page.wait_for_url("**/services/*/")
    assert heading(page).strip() == title


def test_a_search_as_one_types_and_a_facet_replace_only_the_results(visitors: Visitors) -> None:
    page = visitors.arrive("/services/")
    every = number_in(page.locator("#results [role=status]").inner_text())
    stay(page)
    page.locator("#search-q").press_sequentially("עבודה")
    page.wait_for_url("**q=%D7%A2*")
    page.wait_for_function(
        "every => document.querySelector('#results [role=status]').innerText.replace(/\\D/g, '') < every",
        arg=every,
    )
    facet = page.locator(".facets a:not([aria-current])").first
    count = number_in(facet.locator("xpath=following-sibling::*").inner_text())
    facet.click()
    page.wait_for_url("**term=*")
    page.locator(".facets a[aria-current]").first.wait_for()
    assert number_in(page.locator("#results [role=status]").inner_text()) == count
    assert has_stayed(page)
    assert page.locator("#search-q").input_value() == "עבודה"
    assert page.faults == []


def test_the_language_changes_and_the_view_stays(visitors: Visitors) -> None:
    page = visitors.arrive("/picture/F-900/?topic=employment")
    figures, hebrew = tiles(page), page.locator(".nav__link").all_inner_texts()
    assert heading(page) == "מעלה גן"
    for code, direction in (("ar", "rtl"), ("en", "ltr")):
        choose_language(page, code)
        assert language_and_direction(page) == (code, direction)
        assert page.url.endswith("/picture/F-900/?topic=employment")
        assert [number_in(figure) for figure in tiles(page)] == [number_in(figure) for figure in figures]
    assert heading(page) == "Maale Gan"
    choose_language(page, "he")
    assert page.locator(".nav__link").all_inner_texts() == hebrew
    assert heading(page) == "מעלה גן"
