"""The gallery in a real browser: axe finds nothing, nothing sticks out, and it works by keyboard.

Pages are answered by Django's test client through the browser's routing: no server, no database.
"""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from tests.browser import listen, violations

pytestmark = pytest.mark.journey
HOST = "http://localhost"


def answer(route: Any) -> None:
    """Answer one request of the browser: static files from the finders, everything else from Django."""
    request = route.request
    address = urlsplit(request.url)
    if address.path.startswith("/static/"):
        path = finders.find(address.path.removeprefix("/static/"))
        if path is None:
            route.fulfill(status=404)
        else:
            route.fulfill(
                body=Path(path).read_bytes(), content_type=mimetypes.guess_type(path)[0] or "font/woff2"
            )
        return
    headers = {"accept-language": request.headers.get("accept-language", "he")}
    if request.headers.get("hx-request"):
        headers["hx-request"] = "true"
    reply = Client(raise_request_exception=False).get(request.url.removeprefix(HOST), headers=headers)
    route.fulfill(status=reply.status_code, headers=dict(reply.headers), body=reply.content)


def opened(browser: Any, path: str, language: str, width: int, script: bool = True) -> Any:
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        extra_http_headers={"accept-language": language},
        java_script_enabled=script,
    )
    context.route("**/*", answer)
    page = context.new_page()
    page.faults = listen(page)
    page.goto(f"{HOST}{path}")
    return page


# The narrow one in the language of the longest words too; the rest with the long proofs.
EACH_TIME = {(360, "he"), (1440, "he"), (360, "en")}


@pytest.mark.parametrize(
    ("width", "language"),
    [
        pytest.param(width, language, marks=() if (width, language) in EACH_TIME else pytest.mark.proof)
        for width in (360, 1440)
        for language in ("he", "ar", "en")
    ],
)
def test_the_gallery_has_no_violation_and_nothing_sticks_out(browser: Any, width: int, language: str) -> None:
    page = opened(browser, "/gallery/", language, width)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('16px Rubik'))")
    assert page.faults == []  # what breaks the security policy is told here
    found = violations(page)
    page.context.close()
    assert found == []


@pytest.mark.parametrize("path", ["/accounts/login/", "/no/such/page/"])
def test_sign_in_and_errors_have_no_violation(browser: Any, path: str) -> None:
    page = opened(browser, path, "he", 360)
    found = violations(page)
    page.context.close()
    assert found == []


def test_the_skip_link_comes_first_and_leads_to_the_content(browser: Any) -> None:
    page = opened(browser, "/accounts/login/", "he", 1440)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.context.close()


def test_the_menu_opens_and_escape_closes_it_and_gives_the_focus_back(browser: Any) -> None:
    page = opened(browser, "/gallery/", "he", 360)
    assert not page.locator("#nav").is_visible()
    button = page.locator("[popovertarget=nav]")
    button.focus()
    page.keyboard.press("Enter")
    assert page.locator("#nav").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#nav").is_visible()
    assert page.evaluate("document.activeElement.getAttribute('popovertarget')") == "nav"
    page.context.close()


def test_the_menu_opens_without_javascript(browser: Any) -> None:
    page = opened(browser, "/gallery/", "ar", 360, script=False)
    page.locator("[popovertarget=languages]").click()
    assert page.locator("#languages button").count() == 3
    assert page.locator("#languages").is_visible()
    assert page.locator(".filters button[type=submit]").is_visible()  # a filter has its button without htmx
    page.context.close()


def test_sorting_replaces_the_table_only_and_the_address_follows(browser: Any) -> None:
    page = opened(browser, "/gallery/", "en", 1440)
    page.evaluate("window.same = true")
    page.locator("#how-bars summary").click()
    page.locator("#sort-resultsplace").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/gallery/?sort=place")
    page.wait_for_selector("#results th[aria-sort=ascending]")
    assert page.locator("#results tbody th").first.inner_text() == "Almond Heights"
    assert page.evaluate("window.same") is True
    assert page.locator("#how-bars").get_attribute("open") is not None
    assert page.evaluate("document.activeElement.id") == "sort-resultsplace"
    assert page.faults == []
    page.context.close()


def test_a_filter_replaces_the_query(browser: Any) -> None:
    page = opened(browser, "/gallery/?topic=2&sort=place", "en", 1440)
    page.evaluate("window.same = true")
    page.locator("#filter-topic").select_option("1")
    page.wait_for_url("**/gallery/?q=&topic=1")
    assert page.evaluate("window.same") is True
    assert page.faults == []
    page.context.close()


def test_a_question_is_asked_before_a_dangerous_button_does_anything(browser: Any) -> None:
    page = opened(browser, "/gallery/", "en", 1440)
    page.locator("[data-confirm]").click()
    assert page.locator("dialog").is_visible()
    page.locator("dialog button[value=no]").click()
    assert page.url.endswith("/gallery/")
    page.locator("[data-confirm]").click()
    page.locator("dialog button[value=yes]").click()
    page.wait_for_url("**/gallery/?*")
    page.context.close()


def test_a_dropped_file_fills_the_plain_control(browser: Any) -> None:
    page = opened(browser, "/gallery/", "en", 1440)
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.items.add(new File(["a,b"], "needs.csv"));
          const dropped = new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true});
          document.querySelector("[data-drop]").dispatchEvent(dropped);
        }"""
    )
    assert page.evaluate("document.querySelector('[data-drop] input').files[0].name") == "needs.csv"
    page.context.close()
