"""Every page in every language: nothing against WCAG 2.2 AA, nothing sticks out, no script fails."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from tests.browser import DESKTOP, PHONE, Visitors, sticks_out, violations
from tests.web.pages.addresses import INTEGRATOR, PAGES, STEWARD, Page
from tests.web.pages.no_pages import DATA, NO_PAGES

journey = pytest.mark.journey
LANGUAGES = {"he": "rtl", "ar": "rtl", "en": "ltr"}
ACCOUNTS = sorted({page.account for page in PAGES})


def names(patterns: Any, prefix: str = "") -> set[str]:
    """The names of all addresses of the site."""
    found: set[str] = set()
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            found |= names(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern) and pattern.name:
            found.add(prefix + pattern.name)
    return found


def test_no_page_is_left_out() -> None:
    every = {name for name in names(get_resolver().url_patterns) if not name.startswith(DATA)}
    looked_at = {page.name for page in PAGES}
    assert every - looked_at - set(NO_PAGES) == set()
    assert looked_at - every == {""}


Way = tuple[str, ...]
"""Account, path and the links to follow from there."""
_ways: dict[Way, str] = {}
"""Where each way led when it was gone: the pages between are opened once, not for each page behind them."""


def way_to(page: Page) -> Way:
    return (page.account, page.path, *filter(None, page.follow.split(" >> ")))


STEPS = sorted({way_to(page)[:length] for page in PAGES for length in range(3, len(way_to(page)) + 1)})


def go_to(visitor: Any, page: Page) -> None:
    """Open a page; what its path only leads to is reached by following the links."""
    way = way_to(page)
    answer = visitor.goto(_known(visitor, way))
    if answer.status != page.status or answer.request.redirected_from:  # the row may have moved on since
        for step in STEPS:
            if step[:2] == way[:2]:
                _ways.pop(step, None)
        answer = visitor.goto(_known(visitor, way))
    assert answer.status == page.status, visitor.url
    _note_links(visitor, way)


def _known(visitor: Any, way: Way) -> str:
    """The address at the end of a way, for which the pages before it are opened where it is not known."""
    if len(way) == 2:
        return way[1]
    if way not in _ways:
        before, step = way[:-1], way[-1]
        visitor.goto(_known(visitor, before))
        _note_links(visitor, before)
        _ways[way] = _ways.get(way) or _led_to(visitor, step)
    return _ways[way]


def _note_links(visitor: Any, way: Way) -> None:
    """Remember where the links of this page lead that other pages are behind."""
    for step in STEPS:
        if (
            step[:-1] == way
            and step not in _ways
            and (step[-1].isalpha() or visitor.locator(step[-1]).count())
        ):
            _ways[step] = _led_to(visitor, step[-1])


def _led_to(visitor: Any, step: str) -> str:
    if step.isalpha():
        return str(visitor.url.split("?")[0].split("#")[0]) + f"{step}/"
    return str(
        visitor.evaluate(
            "address => new URL(address, location).href", visitor.locator(step).first.get_attribute("href")
        )
    )


def faults_of(visitor: Any, language: str, *, with_axe: bool = True) -> list[str]:
    """What is wrong with the page that is open."""
    root = visitor.locator("html")
    found = sticks_out(visitor) + visitor.faults + (violations(visitor) if with_axe else [])
    visitor.faults.clear()
    if (root.get_attribute("lang"), root.get_attribute("dir")) != (language, LANGUAGES[language]):
        found.append("the page is in another language")
    if visitor.locator("h1").count() != 1:
        found.append("the page has no heading, or several")
    return found


# Every page in Hebrew each time; in the other languages with the long proofs, the main ones each time below.
hebrew_each_time = pytest.mark.parametrize(
    "language",
    ["he", pytest.param("ar", marks=pytest.mark.proof), pytest.param("en", marks=pytest.mark.proof)],
)


@journey
@hebrew_each_time
@pytest.mark.parametrize("account", ACCOUNTS)
def test_every_page(visitors: Visitors, account: str, language: str) -> None:
    visitor = visitors.arrive("/sources/", account=account, language=language, width=DESKTOP)
    found = {}
    for page in PAGES:
        if page.account == account:
            go_to(visitor, page)
            if faults := faults_of(visitor, language):
                found[page.name or str(page.status), page.path] = faults
    assert found == {}


# Axe in Hebrew; in Arabic, whose words are longer, that they fit: axe is in the proof above. English each
# time in tests/journeys/test_phone.py.
@journey
@pytest.mark.parametrize("language", ["he", "ar", pytest.param("en", marks=pytest.mark.proof)])
@pytest.mark.parametrize("account", sorted({page.account for page in PAGES if page.is_main}))
def test_main_pages_on_a_phone(visitors: Visitors, account: str, language: str) -> None:
    visitor = visitors.arrive("/sources/", account=account, language=language, width=PHONE)
    found = {}
    for page in PAGES:
        if page.is_main and page.account == account:
            go_to(visitor, page)
            if faults := faults_of(visitor, language, with_axe=language == "he"):
                found[page.name] = faults
    assert found == {}


@journey
@hebrew_each_time
def test_a_file_with_problems_in_its_preview(visitors: Visitors, language: str) -> None:
    visitor = visitors.arrive("/imports/new/needs/", account=STEWARD, language=language)
    content = "place,situation,number,source,as_of\nכרמים,nothing,many,א,1.1.2026\n".encode()
    visitor.locator("main input[type=file]").set_input_files(
        {"name": "needs.csv", "mimeType": "text/csv", "buffer": content}
    )
    visitor.locator("main form button[type=submit]").click()
    visitor.locator("#import:not([hx-get]) table").wait_for()
    assert faults_of(visitor, language) == []


@journey
@hebrew_each_time
@pytest.mark.parametrize("address", ["/missions/new/", "/needs/new/", "/services/new/"])
def test_a_form_with_errors(visitors: Visitors, address: str, language: str) -> None:
    visitor = visitors.arrive(address, account=INTEGRATOR, language=language)
    visitor.locator("main form button[type=submit]").last.click()
    visitor.locator("[data-error-summary]").wait_for()
    assert visitor.locator("main [aria-invalid=true]").count() > 0
    assert faults_of(visitor, language) == []


@journey
def test_opened_menus_and_disclosures(visitors: Visitors) -> None:
    visitor = visitors.arrive("/picture/F-900/", account=INTEGRATOR, width=PHONE)
    visitor.locator("main details").evaluate_all("parts => parts.forEach((part) => { part.open = true })")
    assert faults_of(visitor, "he") == []
    for menu in ("nav", "languages", "account"):
        visitor.locator(f"[popovertarget={menu}]").click()
        assert faults_of(visitor, "he") == []
        visitor.keyboard.press("Escape")
