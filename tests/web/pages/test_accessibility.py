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


def go_to(visitor: Any, page: Page) -> None:
    """Open a page; what its path only leads to is reached by following the links."""
    answer = visitor.goto(page.path)
    for step in filter(None, page.follow.split(" >> ")):
        if step.isalpha():
            answer = visitor.goto(visitor.url.split("?")[0].split("#")[0] + f"{step}/")
        else:
            answer = visitor.goto(visitor.locator(step).first.get_attribute("href"))
    assert answer.status == page.status, visitor.url


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
@journey
@pytest.mark.parametrize(
    "language",
    ["he", pytest.param("ar", marks=pytest.mark.proof), pytest.param("en", marks=pytest.mark.proof)],
)
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


# Axe in Hebrew; in the other languages, whose words are longer, that they fit: axe is in the proof above.
@journey
@pytest.mark.parametrize("language", LANGUAGES)
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
@pytest.mark.parametrize("language", LANGUAGES)
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
@pytest.mark.parametrize("language", LANGUAGES)
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
