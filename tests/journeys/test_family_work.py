"""Work with a family and the money, from the plan to the family's word; and what others see of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from tests.browser import PHONE, Visitors, sticks_out

pytestmark = pytest.mark.journey
WORKER = "social.worker@maale-gan.example"
LEADER = "team.leader@maale-gan.example"
HEAD = "department.head@maale-gan.example"
PARTNER = "partner@shefa.example"
SISTERS = "social.worker@givat-hadekel.example"
DISTRICT = "district@welfare.example"
NAME, MOTHER, ADDRESS = "אלקובי־שמיר", "יסכה", "רחוב הגפן 71"
GOAL = "שבערב שבת נשב כולנו לשולחן אחד."
ID = "000900027"
"""The first of its kind, as those of the demonstration: nobody has it."""
SERVICE, RESPONSE = "mg-soup-kitchen", "human_services:food:food_pantry"
SECRETS = (NAME, MOTHER, ADDRESS, GOAL, ID)


def text(page: Any) -> str:
    return str(page.locator("main").inner_text())


def send(
    page: Any,
    form: str = "main form:not([role=search])",
    button: str = "button.button--primary:not([type=button])",
) -> None:
    with page.expect_navigation():
        page.locator(form).locator(button).first.press("Enter")


def fill(page: Any, **fields: str) -> None:
    """Type into the fields of the form, by their names; a list is chosen from, a box or a dot is ticked."""
    for name, value in fields.items():
        found = page.locator(f"main [name={name}]:not([type=hidden])")
        kind = found.first.evaluate("one => one.type")
        if kind in ("radio", "checkbox"):
            page.locator(f"main [name={name}][value='{value}']").check()
        elif kind == "select-one":
            found.select_option(value)
        else:
            found.fill(value)


def person(page: Any, number: int, **fields: str) -> None:
    fill(page, **{f"people-{number}-{name}": value for name, value in fields.items()})


def people_fit(page: Any, wanted: int) -> None:
    """Ask for more lines until so many people fit."""
    while page.locator(f"input[name='people-{wanted - 1}-first_name']").count() == 0:
        with page.expect_navigation():
            page.locator("button[name=more]").press("Enter")


def figure(page: Any, label: str) -> int:
    """The number of the tile or the cell beside a label in the page."""
    found = re.search(rf"{label}\D*(\d+)", text(page))
    assert found, f"no {label} in {text(page)!r}"
    return int(found[1])


@pytest.fixture
def worker(visitors: Visitors) -> Iterator[Any]:
    page = visitors.arrive("/morning/", account=WORKER)
    yield page
    assert page.faults == []


def tell_apart(page: Any) -> None:
    """Where files are shown that resemble the new one: say that this is another family."""
    reason = page.locator("main input[type=radio][name^='apart-']")
    if reason.count():
        reason.first.check()
        send(page)


def open_file(page: Any) -> str:
    """The address of a new file with a mother in it."""
    page.goto("/families/open/")
    fill(page, name=NAME, address=ADDRESS)
    person(page, 0, first_name=MOTHER, last_name=NAME, relation="parent", national_id=ID)
    send(page)
    tell_apart(page)
    assert page.locator("h1").inner_text() == NAME
    return str(page.url)


def agree_on_a_plan(page: Any, key: str) -> None:
    page.goto(f"/casework/{key}/plan/")
    page.locator("main a[href$='/goals/new/']").first.click()
    in_a_season = (date.today() + timedelta(days=90)).isoformat()
    fill(page, own_words=GOAL, professions="welfare", target_on=in_a_season, agreed_by=MOTHER)
    send(page)
    page.locator("main a[href$='/items/new/']").first.click()
    page.locator("main select[name=goal]").select_option(index=1)
    fill(page, response=RESPONSE, service=SERVICE, doer="body", frequency="weekly", professions="welfare")
    send(page)
    page.locator("main a[href$='/plan/agree/']").click()
    fill(page, agreed_by=MOTHER)
    send(page)
    assert page.url.endswith(f"/casework/{key}/plan/")
    assert GOAL in text(page)
    assert page.locator("main a[href$='/plan/agree/']").count() == 0


def ask_of_the_basket(page: Any, key: str) -> str:
    """Open a basket of 8,000 and ask for two months of hot meals; the address of the request."""
    page.goto(f"/baskets/family/{key}/open/")
    quotas = page.locator("main select[name=quota] option")
    wanted = next(one for one in quotas.all() if "נושמים" in one.inner_text())
    fill(page, quota=wanted.get_attribute("value"))
    send(page)
    fill(page, response=RESPONSE)
    with page.expect_navigation():
        page.locator("form[action$='/add/'] button").press("Enter")
    if "/edit/" not in page.url:
        page.locator("main a[href*='/requests/']").first.click()
    # half of it is kept, and the page says what is missing
    page.locator("main label").filter(has_text=GOAL).first.click()
    with page.expect_navigation():
        page.locator("main form button.button:not([name])").first.press("Enter")
    if "/edit/" not in page.url:
        page.goto(f"/baskets/family/{key}/")
        assert "לא הושלם" in text(page) or "לא שלם" in text(page) or "חסר" in text(page)
        page.locator("main a[href*='/requests/']").first.click()
    assert page.locator("main label:has(input[name=plan_goal]:checked)").inner_text().startswith(GOAL)
    chosen = page.locator("main input[name=chosen]").all()
    priced = next(one for one in chosen if (one.get_attribute("value") or "").startswith("p"))
    priced.check()
    fill(page, why="אין בבית תנור, והאם עובדת בלילות.", quantity="2", choice="המשפחה בחרה בית תבשיל קרוב.")
    with page.expect_navigation():
        page.locator("main button[name=send]").press("Enter")
    if "/requests/" not in page.url:
        page.locator("main a[href*='/requests/']").first.click()
    fill(page, stance="for", text="המענה מתאים למטרה.")
    send(page, "form[action$='/opinion/']", "button")
    found = re.search(r"/baskets/requests/[0-9a-f-]+/", page.url)
    assert found
    return found[0]


def test_a_family_from_the_first_goal_to_its_word_on_help(visitors: Visitors, worker: Any) -> None:
    leader = visitors.arrive("/referrals/figures/", account=LEADER)
    before = text(leader)

    file = open_file(worker)
    key = file.rstrip("/").rsplit("/", 1)[1]
    agree_on_a_plan(worker, key)
    line = ask_of_the_basket(worker, key)
    amount = "840"

    # the worker does not approve it; the team leader does
    assert worker.locator("form[action$='/decide/']").count() == 0
    leader.goto("/baskets/approvals/")
    assert leader.locator(f"main a[href='{line}']").count() == 1
    leader.goto(line)
    assert amount in text(leader)
    with leader.expect_navigation():
        leader.locator("form[action$='/decide/'] button[value=approve]").press("Enter")
    assert leader.locator("form[action$='/decide/']").count() == 0

    # ordered, and it came
    worker.goto(line)
    send(worker, "form[action$='/order/']", "button")
    fill(worker, outcome="yes")
    send(worker, "form[action$='/delivery/']", "button")

    # paid once, however often the confirmation is sent
    head = visitors.arrive(line, account=HEAD)
    fill(head, invoice="JRN-840")
    form = head.locator("form[action$='/pay/']")
    sent = form.evaluate("form => Object.fromEntries(new FormData(form))")
    address = form.get_attribute("action")
    send(head, "form[action$='/pay/']", "button")
    assert head.locator("form[action$='/pay/']").count() == 0
    again = head.request.post(
        f"{visitors.address}{address}", form=sent, headers={"Referer": f"{visitors.address}{line}"}
    )
    assert again.status == 200
    head.goto(line)
    assert text(head).count("JRN-840") == text_of_payments(head).count("JRN-840") == 1
    leader.goto(f"/baskets/family/{key}/")
    assert "7,160" in text(leader)  # of 8,000 are free

    # a referral: the partner's worker sees what is shared and answers
    worker.goto(f"/referrals/family/{key}/new/{SERVICE}/")
    fill(worker, text="ארוחות חמות לארבע נפשות, בלי דגים.", basis="consent", basis_details="האם, בפגישה.")
    boxes = "main input[name=fields_shared]"
    worker.locator(boxes).evaluate_all("all => all.forEach((one) => { one.checked = false; })")
    fill(worker, fields_shared="family_name")
    send(worker, "main form:has([name=basis])")
    referral = worker.url.removeprefix(visitors.address)
    partner = visitors.arrive("/referrals/inbox/", account=PARTNER)
    partner.locator("main table a", has_text=NAME).first.click()
    partner.locator("form[action$='/accept/']").wait_for()
    inbox = partner.url
    for hidden in (MOTHER, ADDRESS, ID, GOAL):
        assert hidden not in partner.content()
    send(partner, "form[action$='/accept/']", "button")
    partner.goto(inbox)
    send(partner, "form[action$='/start/']", "button")

    # the family's own word, then the figures
    worker.goto(referral)
    fill(worker, **{"hear-help": "yes", "hear-how": "phone", "hear-words": "שבת ראשונה שאכלנו יחד."})
    worker.locator("main select[name=hear-said_by]").select_option(index=1)
    send(worker, "form[action$='/help/']", "button")
    assert "שבת ראשונה שאכלנו יחד." in text(worker)
    assert partner.goto(inbox).status == 200
    assert "שבת ראשונה" not in partner.content()
    leader.goto("/referrals/figures/")
    assert text(leader) != before
    assert NAME not in leader.content()

    seen_by_others(visitors, key, [file, f"/casework/{key}/plan/", f"/baskets/family/{key}/", line, referral])
    phone = visitors.arrive(f"/casework/{key}/plan/", account=WORKER, width=PHONE)
    for address in (phone.url, f"/baskets/family/{key}/", line, referral, "/morning/"):
        phone.goto(address)
        assert sticks_out(phone) == []
    assert [page.faults for page in (leader, head, partner, phone)] == [[]] * 4


def text_of_payments(page: Any) -> str:
    """The rows of the tables in the page, without what is told beside them."""
    return " ".join(page.locator("main table tbody").all_inner_texts())


def seen_by_others(visitors: Visitors, key: str, pages: list[str]) -> None:
    """Signed out one is asked to sign in, the sister authority and the district find nothing."""
    stranger = visitors.arrive("/")
    sister = visitors.arrive("/", account=SISTERS)
    district = visitors.arrive("/", account=DISTRICT)
    for address in pages:
        stranger.goto(address)
        assert "/accounts/login/" in stranger.url
        assert sister.goto(address).status == 404
        assert district.goto(address).status in (403, 404)
        for page in (stranger, sister, district):
            assert not [secret for secret in SECRETS if secret in page.locator("body").inner_text()]
    # what the district has are counts, on pages and in files, and no name in any of them
    answered = 0
    for address in COUNTS:
        answer = district.goto(address)
        assert answer.status in (200, 403), address
        answered += answer.status == 200
        assert not [secret for secret in (*SECRETS, key) if secret in district.content()]
    assert answered >= 2
    for format in ("counts.xlsx", "counts.csv"):
        answer = district.request.get(f"{visitors.address}/families/{format}")
        body = answer.body()
        assert not [secret for secret in SECRETS if secret.encode() in body]


COUNTS = ("/families/counts/", "/referrals/figures/", "/baskets/reports/", "/morning/", "/families/")


def test_a_household_that_no_form_expects_is_kept_and_every_slip_is_named(worker: Any) -> None:
    """Fourteen people, a name of eighty letters, two directions, a birth to come, a wrong check digit."""
    long = ("בן־" + "אברהם" * 16)[:80]
    mixed = "O'Brien (אובראיין) 3/4"
    worker.goto("/families/open/")
    fill(worker, name=long, address=mixed)
    people_fit(worker, 14)
    for number in range(14):
        relation = "parent" if number < 2 else "child"
        person(worker, number, first_name=f"ילד {number + 1}", last_name=mixed, relation=relation)
    to_come = (date.today() + timedelta(days=400)).isoformat()
    person(worker, 4, birth_date=to_come)
    person(worker, 5, national_id="000009950")
    assert worker.locator("main input[name=name]").input_value() == long
    send(worker)
    assert "/open/" in worker.url
    wrong = worker.locator("main [aria-invalid=true]")
    assert {one.get_attribute("name") for one in wrong.all()} == {
        "people-4-birth_date",
        "people-5-national_id",
    }
    assert worker.locator("main input[name='people-13-first_name']").input_value() == "ילד 14"
    assert worker.locator("main input[name=address]").input_value() == mixed
    person(worker, 4, birth_date="2020-01-05")
    person(worker, 5, national_id="")
    send(worker)
    tell_apart(worker)
    assert worker.locator("h1").inner_text() == long
    assert worker.locator("main table").first.locator("tbody tr").count() == 14
    worker.set_viewport_size({"width": PHONE, "height": 800})
    assert sticks_out(worker) == []
