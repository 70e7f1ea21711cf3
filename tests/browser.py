"""Debian's Chromium, and people who look at the site through it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = Path(__file__).resolve().parent / "web" / "axe" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PATIENCE = 30_000
"""Milliseconds that a page may take on a busy machine."""
PHONE, DESKTOP = 360, 1440
HARMLESS = (
    "the server responded with a status of 4",  # 403, 404, 422: the test looks at the status itself
    "htmx:sendAbort",  # a newer search took the place of one under way
    "htmx:afterRequest",
)


@contextmanager
def chromium() -> Iterator[Any]:
    """A running browser; skips, with the reason, where there is none."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip("Debian's Chromium is not installed (as root: apt-get install chromium)")
    with sync_api.sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield found
        found.close()


def listen(page: Any) -> list[str]:
    """What goes wrong in a page from now on: scripts that fail, and what the security policy refuses."""
    faults: list[str] = []

    def console(message: Any) -> None:
        if message.type == "error" and not any(text in message.text for text in HARMLESS):
            faults.append(message.text)

    page.on("console", console)
    page.on("pageerror", lambda error: faults.append(str(error)))
    return faults


def violations(page: Any) -> list[str]:
    """What axe finds against WCAG 2.2 AA and good practice: the rule and the first of the elements."""
    page.evaluate("document.fonts.ready.then(() => true)")
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES)
    assert len(found["passes"]) > 10, "axe has looked at nothing"
    return [f"{v['id']}: {[node['html'][:160] for node in v['nodes'][:3]]}" for v in found["violations"]]


def sticks_out(page: Any) -> list[str]:
    """The elements that make the page scroll sideways; none is how it should be."""
    return list(
        page.evaluate(
            """() => {
              const root = document.documentElement;
              if (root.scrollWidth <= root.clientWidth) return [];
              const out = [...document.querySelectorAll("main *, header *, footer *")].filter((part) => {
                const box = part.getBoundingClientRect();
                return box.width && (box.right > root.clientWidth + 1 || box.left < -1)
                  && !part.closest(".scroll, .for-readers, svg, [popover]");
              });
              return out.slice(0, 5).map((part) => part.outerHTML.slice(0, 120)).concat("the page scrolls");
            }"""
        )
    )


class Visitors:
    """People at the site, each in a browser context of their own; an account signs in once a session."""

    def __init__(self, browser: Any, address: str, password: str) -> None:
        self.address, self.password = address, password
        self.browser = browser
        self._signed_in: dict[str, Any] = {}
        self._open: list[Any] = []

    def arrive(
        self,
        path: str = "/",
        *,
        account: str = "",
        language: str = "he",
        width: int = DESKTOP,
        script: bool = True,
    ) -> Any:
        """A page of the site as this person sees it; `page.faults` fills with what goes wrong."""
        context = self.browser.new_context(
            base_url=self.address,
            viewport={"width": width, "height": 800},
            locale=language,
            java_script_enabled=script,
            storage_state=self._state(account) if account else None,
        )
        self._open.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.faults = listen(page)
        page.answer = page.goto(path)
        return page

    def _state(self, account: str) -> Any:
        if account not in self._signed_in:
            page = self.arrive("/accounts/login/")
            self.sign_in(page, account)
            self._signed_in[account] = page.context.storage_state()
            page.context.close()
        return self._signed_in[account]

    def sign_in(self, page: Any, account: str) -> None:
        """Fill in the form of signing in and send it."""
        page.locator("input[name=login]").fill(account)
        page.locator("input[name=password]").fill(self.password)
        page.locator("input[name=password]").press("Enter")
        page.locator("[popovertarget=account]").wait_for()

    def leave(self) -> None:
        """Close every page that was opened."""
        for context in self._open:
            context.close()
        self._open.clear()


# Each folder of browser tests takes these into its conftest.py. Not for the whole session: while Playwright's
# loop runs, Django takes every test for an asynchronous one.
@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="package")
def _visitors(browser: Any, site: str) -> Visitors:
    from maarag.demo.accounts import PASSWORD

    return Visitors(browser, site, PASSWORD)


@pytest.fixture
def visitors(_visitors: Visitors) -> Iterator[Visitors]:
    """People who come to the site; whoever came has left when the test ends."""
    yield _visitors
    _visitors.leave()
