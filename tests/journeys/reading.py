"""What a person reads off a page."""

from __future__ import annotations

import re
from typing import Any


def number_in(text: str) -> int:
    """The first whole number in a text, whatever separators and direction marks it has."""
    found = re.search(r"\d[\d,]*", text)
    assert found, f"no number in {text!r}"
    return int(found[0].replace(",", ""))


def tiles(page: Any) -> list[str]:
    """The figures of the tiles, in their order."""
    return [text.strip() for text in page.locator(".tile__value").all_inner_texts()]


def heading(page: Any) -> str:
    return str(page.locator("h1").inner_text())


def stay(page: Any) -> None:
    """Mark the document, to see later whether it is still the same one."""
    page.evaluate("window.stayed = true")


def has_stayed(page: Any) -> bool:
    return page.evaluate("window.stayed === true") is True


def language_and_direction(page: Any) -> tuple[str, str]:
    root = page.locator("html")
    return root.get_attribute("lang"), root.get_attribute("dir")


def choose_language(page: Any, code: str) -> None:
    """Open the menu of languages and choose one."""
    page.locator("[popovertarget=languages]").click()
    page.locator(f"#languages button[value={code}]").click()
    page.locator(f"html[lang={code}]").wait_for(state="attached")
