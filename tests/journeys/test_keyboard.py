"""With the keyboard alone: every step is reached, and one sees where one is."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.browser import Visitors
from tests.journeys.reading import has_stayed, heading, stay

pytestmark = pytest.mark.journey
INTEGRATOR = "integrator@maale-gan.example"
WHERE = """() => {
  const PARTS = [["frame", "header, footer"], ["map", "#map svg"], ["chart", "svg"], ["table", ".table-box"],
    ["filters", ".filters"], ["skip", ".skip, .skip-map"]];
  const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
  const shape = at.closest("svg") && at.querySelector(".dot, .area, .bar");
  const drawn = shape ? getComputedStyle(shape) : style;
  const seen = (s) => (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== "none";
  return {
    part: PARTS.find(([, css]) => at.closest(css))?.[0] ?? "content",
    name: at.id || at.getAttribute("href") || at.name || at.tagName,
    visible: seen(style) || (shape && parseFloat(drawn.strokeWidth) >= 3),
    onScreen: box.width > 0 && box.bottom > 0 && box.top < innerHeight,
  };
}"""


def tab(page: Any) -> dict[str, Any]:
    """Press Tab; where the focus is now."""
    page.keyboard.press("Tab")
    return dict(page.evaluate(WHERE))


def tab_to(page: Any, selector: str, most: int = 150) -> None:
    """Press Tab until the focus is on an element."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached with Tab")


def test_every_part_of_the_picture_is_reached_in_order_and_seen(visitors: Visitors) -> None:
    page = visitors.arrive("/picture/F-900/")
    steps = []
    while len(steps) < 150:
        steps.append(tab(page))
        if steps[-1]["name"] == "BODY":
            break
    assert [step["name"] for step in steps if not step["visible"] and step["name"] != "BODY"] == []
    assert [step["name"] for step in steps if not step["onScreen"] and step["name"] != "BODY"] == []
    parts = list(dict.fromkeys(step["part"] for step in steps))
    assert steps[0]["part"] == "skip"
    assert parts.index("frame") < parts.index("filters") < parts.index("map") < parts.index("table")
    assert len([step for step in steps if step["part"] == "map"]) == 12  # the neighbourhoods


def test_the_skip_links_pass_over_the_navigation_and_the_map(visitors: Visitors) -> None:
    page = visitors.arrive("/picture/IL/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    tab_to(page, ".skip-map")
    page.keyboard.press("Enter")
    assert tab(page)["part"] == "table"


def test_filtering_and_sorting_keep_the_focus(visitors: Visitors) -> None:
    page = visitors.arrive("/picture/F-900/")
    stay(page)
    tab_to(page, "#filter-topic")
    page.keyboard.press("ArrowDown")
    page.wait_for_url("**topic=family-poverty*")
    page.locator("#picture:not(.htmx-request)").wait_for()
    assert page.evaluate("document.activeElement.id") == "filter-topic"
    tab_to(page, "#places a.sort")
    chosen = page.evaluate("document.activeElement.id")
    page.keyboard.press("Enter")
    page.wait_for_url("**sort=*")
    page.wait_for_function("chosen => document.activeElement.id === chosen", arg=chosen)
    assert has_stayed(page)


def test_a_place_is_opened_from_the_map(visitors: Visitors) -> None:
    page = visitors.arrive("/picture/F-900/")
    tab_to(page, "#map svg a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/picture/F-900-*/")
    assert heading(page)


def test_signing_in_and_opening_a_mission(visitors: Visitors) -> None:
    page = visitors.arrive("/accounts/login/?next=/missions/new/")
    tab_to(page, "input[name=login]")
    page.keyboard.type(INTEGRATOR)
    tab_to(page, "input[name=password]")
    page.keyboard.type(visitors.password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: address.endswith("/missions/new/") and "login" not in address)

    tab_to(page, "[name=title]")
    page.keyboard.press("Enter")  # too early: the errors are said, and the focus goes to them
    page.locator("[data-error-summary]").wait_for()
    page.wait_for_function("document.activeElement.matches('[data-error-summary]')")
    tab_to(page, "[data-error-summary] a")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "title"
    page.keyboard.type("משימה מן המקלדת")
    tab_to(page, "[name=place]")
    page.keyboard.press("ArrowDown")
    assert page.locator("[name=place]").input_value().startswith("F-900")
    tab_to(page, "[name=due]")
    for key in (
        "ArrowUp",
        "Tab",
        "ArrowUp",
        "Tab",
        "ArrowUp",
        "ArrowUp",
    ):  # the first of a month of next year
        page.keyboard.press(key)
    assert page.locator("[name=due]").input_value() > date.today().isoformat()
    tab_to(page, "main form button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "/missions/" in address and "/new/" not in address)
    assert heading(page) == "משימה מן המקלדת"


def test_the_menu_of_languages(visitors: Visitors) -> None:
    page = visitors.arrive("/sources/")
    tab_to(page, "[popovertarget=languages]")
    page.keyboard.press("Enter")
    tab_to(page, "#languages button[value=en]")
    page.keyboard.press("Enter")
    page.locator("html[lang=en]").wait_for(state="attached")
    assert page.url.endswith("/sources/")
