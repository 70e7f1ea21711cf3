"""A family's file from opening to readers: kept, shared, withdrawn, opened in an emergency, judged."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.browser import PHONE, Visitors, sticks_out

pytestmark = pytest.mark.journey
WORKER = "social.worker@maale-gan.example"
LEADER = "team.leader@maale-gan.example"
SISTERS = "social.worker@givat-hadekel.example"
PARTNER = "partner@shefa.example"
NAME, ADDRESS, PHONE_NUMBER = "כרמלי", "רחוב הדקל 7", "050-0900001"
IDS = ("000900001", "000900019")


def send(page: Any) -> None:
    """Press Enter on the first button of the form in the page."""
    with page.expect_navigation():
        page.locator("main form:not([role=search]) .actions button").first.press("Enter")


def text(page: Any) -> str:
    return str(page.locator("main").inner_text())


def open_file(page: Any) -> str:
    """Fill in the form in Hebrew, with two people; the address of the file."""
    page.locator("input[name=name]").focus()
    page.keyboard.type(NAME)
    page.locator("input[name=address]").fill(ADDRESS)
    if page.locator("input[name='people-1-first_name']").count() == 0:
        with page.expect_navigation():
            page.locator("button[name=more]").press("Enter")
    people = (("נעמה", "parent", IDS[0], PHONE_NUMBER), ("איתמר", "child", IDS[1], ""))
    for number, (first, relation, identifier, phone) in enumerate(people):
        for name, value in (("first_name", first), ("national_id", identifier), ("phone", phone)):
            page.locator(f"input[name='people-{number}-{name}']").fill(value)
        page.locator(f"input[name='people-{number}-last_name']").fill(NAME)
        page.locator(f"select[name='people-{number}-relation']").select_option(relation)
    send(page)
    assert page.locator("h1").inner_text() == NAME
    assert page.locator("main table").first.locator("tbody tr").count() == 2
    return str(page.url)


def test_a_file_is_kept_shared_and_opened_in_an_emergency(visitors: Visitors) -> None:
    worker = visitors.arrive("/families/open/", account=WORKER)
    file = open_file(worker)

    # found by the whole national id
    worker.goto(f"/families/?q={IDS[1]}")
    assert worker.locator("#results tbody a").all_inner_texts() == [NAME]
    number = worker.locator("#results tbody td").first.inner_text().strip()

    # two fields with a body
    worker.goto(f"{file}share/")
    worker.locator("select[name=organisation]").select_option("mg-shefa")
    for field in ("family_name", "member_phones"):
        worker.locator(f"input[name=fields_shared][value={field}]").press("Space")
    worker.locator("input[name=basis][value=consent]").check()
    worker.locator("textarea[name=basis_details]").fill("האם חתמה אצל העובדת.")
    ends = (date.today() + timedelta(days=60)).isoformat()
    worker.locator("input[name=ends]").fill(ends)
    send(worker)
    assert worker.url == file

    partner = visitors.arrive("/families/shared/", account=PARTNER)
    partner.get_by_role("link", name=NAME).click()
    partner.locator("h1", has_text=NAME).wait_for()
    shared = partner.url
    assert PHONE_NUMBER.replace("-", "") in text(partner).replace("-", "")
    for hidden in (ADDRESS, "נעמה", "איתמר", *IDS):
        assert hidden not in text(partner)

    # withdrawn: gone at once
    worker.locator("main a[href$='/withdraw/']").press("Enter")
    worker.wait_for_url("**/withdraw/")
    send(worker)
    assert partner.goto(shared).status == 404
    partner.goto("/families/shared/")
    assert NAME not in text(partner)

    # the sister town sees no file, but may open it in an emergency
    sister = visitors.arrive("/families/", account=SISTERS)
    assert sister.goto(file).status == 404
    sister.goto("/families/emergency/open/")
    sister.locator("select[name=authority]").select_option("F-900")
    sister.locator("input[name=text]").fill(IDS[0])
    sister.locator("textarea[name=reason]").fill("הילד נמצא לבד בגבעת הדקל ואיש אינו עונה.")
    send(sister)
    emergency = sister.url
    assert ADDRESS in text(sister)
    sister.locator("textarea[name=text]").fill("הילד הוחזר לאמו באותו ערב, ונערכה שיחה.")
    with sister.expect_navigation():
        sister.locator("form[action$='/justify/'] button").press("Enter")
    with sister.expect_navigation():
        sister.locator("form[action$='/end/'] button").press("Enter")
    assert sister.url == emergency
    assert ADDRESS not in text(sister)

    # the supervisor of the town sees the opening, and judges it
    leader = visitors.arrive("/families/openings/", account=LEADER)
    leader.locator("#results tbody a", has_text=number).first.click()
    leader.locator("input[name=verdict][value=accepted]").check()
    assert "הילד הוחזר לאמו" in text(leader)
    leader.locator("textarea[name=note]").fill("הפתיחה הייתה במקומה.")
    send(leader)
    assert leader.locator("input[name=verdict]").count() == 0
    sister.goto(emergency)
    assert "הפתיחה הייתה במקומה." in text(sister)

    # who read the file
    leader.goto(f"{file}readers/")
    readers = text(leader)
    for name in ("הדס מזרחי", "רים חטיב", "גליה שרון"):
        assert name in readers

    phone = visitors.arrive(file, account=WORKER, width=PHONE)
    assert phone.locator("h1").inner_text() == NAME
    assert sticks_out(phone) == []
    assert [page.faults for page in (worker, partner, sister, leader, phone)] == [[]] * 5
