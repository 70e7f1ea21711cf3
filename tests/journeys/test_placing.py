"""Families and places: a social worker asks why, a team leader decides, the district sees figures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser import PHONE, Visitors, sticks_out

from .reading import number_in, tiles

pytestmark = pytest.mark.journey
WORKER = "social.worker@maale-gan.example"
LEADER = "team.leader@maale-gan.example"
DISTRICT = "district@welfare.example"
REASON = "אחות האם משתתפת באותה תכנית."


def text(page: Any) -> str:
    return str(page.locator("main").inner_text())


def press(page: Any, selector: str) -> None:
    with page.expect_navigation():
        page.locator(selector).first.press("Enter")


@pytest.fixture
def leader(visitors: Visitors) -> Iterator[Any]:
    page = visitors.arrive("/placements/", account=LEADER)
    yield page
    assert page.faults == []


def test_a_social_worker_sees_what_suits_a_family_why_and_why_not(visitors: Visitors) -> None:
    page = visitors.arrive("/families/", account=WORKER)
    page.locator("main tbody a").first.click()
    page.locator("main a[href*='/placements/family/']").first.click()
    first = page.locator(".rank").first
    assert first.locator(".reasons--for li").count() > 0
    assert page.locator(".reasons--against li, .reasons--excluded li").count() > 0
    fits = [
        number_in(one) for one in page.locator(".ranks").first.locator(".coverage__figure").all_inner_texts()
    ]
    assert fits
    assert all(0 <= fit <= 100 for fit in fits)
    # what excludes a programme stands with what would have to change
    excluded = page.locator("#excluded")
    if excluded.count():
        excluded.locator("summary").press("Enter")
        assert excluded.locator(".reasons--excluded").first.is_visible()
        assert excluded.locator(".reasons--change").first.is_visible()
    # asked for by the keyboard alone, and the position stands in the file
    ask = page.locator("main a[href*='/wait/']").first
    programme = re.search(r"/wait/([^/]+)/", str(ask.get_attribute("href")))
    assert programme
    with page.expect_navigation():
        ask.press("Enter")
    page.locator("main input[name=why][value=proposed]").check()
    page.locator("main input[name=priority][value='1']").check()
    press(page, "main form button.button--primary")
    card = page.locator(f"#programme-{programme[1]}")
    leave = card.locator("a[href$='/end/']")
    assert leave.count() == 1
    position = number_in(card.locator(".rank__position").inner_text())
    assert position >= 1
    page.set_viewport_size({"width": PHONE, "height": 800})
    assert sticks_out(page) == []
    # and is taken off again
    with page.expect_navigation():
        leave.press("Enter")
    page.locator("main input[name=outcome][value=no_need]").check()
    press(page, "main form button.button--primary")
    assert page.locator(f"#programme-{programme[1]} a[href*='/waits/']").count() == 0
    assert page.faults == []


def test_a_team_leader_matches_the_department_swaps_overrides_and_runs_again(leader: Any) -> None:
    leader.locator("main a[href$='/placements/new/']").first.click()
    press(leader, "main form button.button--primary")
    leader.locator("main h1").wait_for()
    board = leader.url.split("?")[0]
    assert "/runs/" in board
    families, placed, waits = (number_in(one) for one in tiles(leader)[:3])
    assert families == placed + waits
    assert placed > 1

    before, after = swap_two(leader, board)
    assert after == (before[1], before[0])

    # one is decided otherwise, and without a reason it is not
    leader.goto(f"{board}?state=pending")
    leader.locator("main tbody th a").first.click()
    proposal = leader.url
    name = leader.locator("main h1").inner_text()
    assert leader.locator(".reasons--for li").count() > 0
    leader.locator("main input[name=to][value=waits]").check()
    press(leader, "main form[action$='/override/'] button")
    assert leader.locator("main [aria-invalid=true]").count() > 0
    leader.locator("main input[name=to][value=waits]").check()
    leader.locator("main textarea[name=reason]").fill(REASON)
    press(leader, "main form[action$='/override/'] button")
    assert leader.url == proposal
    assert REASON in text(leader)

    # run again: what was decided stays
    leader.goto(f"{board}?state=decided")
    # several families may have one name
    decided = [row.inner_text() for row in leader.locator("main table:has(.pick) tbody tr th").all()]
    assert len(decided) == 3
    assert name in decided
    leader.locator("main a[href$='/again/']").first.click()
    assert leader.locator("main input[name=keep]").is_checked()
    press(leader, "main form button.button--primary")
    assert "/runs/" in leader.url
    assert leader.url.split("?")[0] != board
    leader.goto(f"{leader.url.split('?')[0]}?state=decided")
    for family in decided:
        assert family in text(leader)
    leader.locator("main a[href$='/compare/']").click()
    assert leader.locator("main table tbody tr").count() >= 4
    for view in ("whole", "fairness"):
        leader.locator(f"main a[href$='/{view}/']").first.click()
        assert leader.locator("main svg.chart").count() > 0
        leader.set_viewport_size({"width": PHONE, "height": 800})
        assert sticks_out(leader) == []
        leader.set_viewport_size({"width": 1440, "height": 800})


def swap_two(page: Any, board: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """Swap the first two that may be swapped; their places before and after."""

    def place(key: str) -> str:
        page.goto(board)
        while page.locator(f"#p-{key}").count() == 0:
            page.locator("main .pagination a[rel=next]").click()
        cell = page.locator(f"#p-{key} td").nth(1)
        return str(cell.inner_text()).splitlines()[-1].strip()

    rows = [
        (str(row.get_attribute("id")).removeprefix("p-"), row.locator("td").nth(1).inner_text().strip())
        for row in page.locator("main table:has(.pick) tbody tr").all()
    ]
    for first in rows:
        # whom one programme excludes, it excludes with whomever the place is swapped
        others = {other[1]: other for other in reversed(rows) if other[1] != first[1]}
        for other in others.values():
            page.goto(board)
            for key, _place in (first, other):
                page.locator(f"#p-{key} .pick").check()
            press(page, "main button[name=act][value=swap]")
            press(page, "main button[name=act][value=swap]")
            if page.locator("#board-error").count():
                continue  # it would exclude one of them, and is refused
            return (first[1], other[1]), (place(first[0]), place(other[0]))
    raise AssertionError("no two families could be swapped")


def test_the_district_sees_figures_and_reaches_no_name(visitors: Visitors) -> None:
    leader = visitors.arrive("/placements/", account=LEADER)
    leader.locator("main tbody a").first.click()
    board = leader.url.split("?")[0]
    links = leader.locator("main tbody th a")
    # short surnames are found inside of other words
    names = {one.strip() for one in links.all_inner_texts() if len(one.strip()) >= 6}
    names |= {str(link.get_attribute("href")) for link in links.all()}
    proposal = str(links.first.get_attribute("href"))
    assert len(names) > 10
    district = visitors.arrive("/placements/", account=DISTRICT)
    assert district.answer.status == 200
    for view in ("whole", "fairness", "compare"):
        answer = district.goto(f"{board}{view}/")
        assert answer.status in (200, 404)  # figures, where the run is of its district
        assert not [name for name in names if name in district.content()]
    district.goto("/placements/new/")
    press(district, "main form button.button--primary")
    assert "/progress/" in district.url or "/whole/" in district.url
    for _try in range(120):
        if district.locator("main a[href$='/whole/']").count() or "/whole/" in district.url:
            break
        district.wait_for_timeout(500)
    whole = re.sub(r"/(progress|whole)/.*", "/whole/", district.url)
    assert district.goto(whole).status == 200
    assert district.locator("main table").count() > 0
    assert not [name for name in names if name in district.content()]
    for closed in (board, proposal, "/families/", "/placements/waiting/"):
        assert district.goto(closed).status in (403, 404), closed
        assert not [name for name in names if name in district.locator("body").inner_text()]
    assert district.faults == []
