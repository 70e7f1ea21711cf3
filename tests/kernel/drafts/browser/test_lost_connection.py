"""What somebody writes in a form outlives a lost connection, a closed window and an ended session."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from typing import Any

import pytest

from tests.browser import PATIENCE, Visitors, violations

pytestmark = pytest.mark.journey

WORKER, SISTERS = "social.worker@maale-gan.example", "social.worker@givat-hadekel.example"
OPEN = "/families/open/"
HARMLESS = ("net::ERR_INTERNET_DISCONNECTED", "Failed to fetch")
_numbers = count(1)


@dataclass(frozen=True)
class Form:
    """A form in which people write at length: the first text is kept, the others typed without connection.

    `path` with `%s` where the family's key goes; `rest` is what it needs besides, typed or ticked; `done` is
    what the site says when it is saved.
    """

    path: str
    texts: dict[str, str]
    rest: dict[str, str | None]
    button: str
    done: str


FORMS = {
    "file": Form(
        OPEN,
        {"#id_name": "משפחת %s", "#id_address": "רחוב %s 4", "#id_people-0-first_name": "נועה"},
        {"#id_people-0-last_name": "%s"},
        "Save",
        "The file was opened.",
    ),
    "contact": Form(
        "/casework/%s/contacts/new/",
        {
            "#id_said": "ביקור ארוך %s: דיברנו על הגן",
            "#id_people": "נועה והסבתא",
            "#id_next_step": "לדבר עם הגננת",
        },
        {"[name=kind][value=home_visit]": None},
        "Save",
        "The contact was written down.",
    ),
    "rating": Form(
        "/casework/%s/assessments/begin/family-poverty/",
        {"textarea >> nth=0": "מה שראיתי במטבח %s", "textarea >> nth=1": "מה שסיפרה האם"},
        {f".rate >> nth={number} >> input[type=radio] >> nth=1": None for number in (0, 1)},
        "Save",
        "Your levels were saved.",
    ),
    "referral": Form(
        "/referrals/family/%s/new/mg-soup-kitchen/",
        {"#id_text": "ארוחה חמה לשני הילדים %s", "#id_basis_details": "האם, בעל פה, בביקור"},
        {"[name=basis][value=consent]": None},
        "Send the referral",
        "The referral was sent.",
    ),
}


def faults(page: Any) -> list[str]:
    """What went wrong besides the connection."""
    return [fault for fault in page.faults if not any(text in fault for text in HARMLESS)]


def state(page: Any, text: str) -> None:
    """Wait until the form says so."""
    page.locator("[data-draft-state]", has_text=text).wait_for(timeout=PATIENCE)


def new_name() -> str:
    """Seven letters that resemble no other name, so that no file is taken for another's."""
    found = sha256(str(next(_numbers)).encode()).digest()
    return "".join("אבגדהוזחטיכלמנסעפצקרשת"[one % 22] for one in found[:7])


@pytest.fixture
def writing(visitors: Visitors) -> Callable[..., Any]:
    """The page on which a worker opens a file, in English; what earlier tests left is thrown away."""

    def arrive(account: str = WORKER, path: str = OPEN) -> Any:
        page = visitors.arrive(path, account=account, language="en")
        page.evaluate(
            """async () => {
              const box = document.querySelector("[data-draft]");
              const ask = new URLSearchParams({key: box.dataset.draft});
              const found = await (await fetch(`${box.dataset.url}?${ask}`)).json();
              for (const one of found.drafts) {
                ask.set("writer", one.writer);
                const headers = {"X-CSRFToken": found.token};
                await fetch(`${box.dataset.url}?${ask}`, {method: "DELETE", headers});
              }
            }"""
        )
        page.reload()
        return page

    return arrive


def a_family(visitors: Visitors) -> str:
    """The key of a file that was opened just now: nothing stands in it yet."""
    name = new_name()
    page = visitors.arrive(OPEN, account=WORKER, language="en")
    page.locator("#id_name").fill(name)
    page.locator("#id_people-0-first_name").fill(new_name())
    page.locator("#id_people-0-last_name").fill(name)
    page.get_by_role("button", name="Save").click()
    page.get_by_text("The file was opened.").wait_for()
    return str(page.url.rstrip("/").rsplit("/", 1)[-1])


def form_of(kind: str, visitors: Visitors, writing: Callable[..., Any]) -> tuple[Any, list[tuple[str, str]]]:
    """The page with the form of this kind, and what is to be written in it."""
    form, name = FORMS[kind], new_name()
    path = form.path % a_family(visitors) if "%s" in form.path else form.path
    if "/begin/" in path:
        page = visitors.arrive(f"/casework/{path.split('/')[2]}/situation/", account=WORKER, language="en")
        page.locator(f"form[action='{path}'] button").click()
        page.wait_for_url("**/rate/")
        path = page.url
    texts = [(where, text % name if "%s" in text else text) for where, text in form.texts.items()]
    return writing(path=path), texts


def finish(page: Any, form: Form) -> None:
    for where, text in form.rest.items():
        if text is None:
            page.locator(where).first.check()
        else:
            page.locator(where).fill(text % new_name() if "%s" in text else text)
    page.get_by_role("button", name=form.button).click()
    page.get_by_text(form.done).wait_for()


@pytest.mark.parametrize("kind", FORMS)
def test_a_lost_connection_loses_nothing(visitors: Visitors, writing: Callable[..., Any], kind: str) -> None:
    form = FORMS[kind]
    page, texts = form_of(kind, visitors, writing)
    here = page.url
    (first, kept), *others = texts
    page.locator(first).fill(kept)
    state(page, "Kept as a draft")
    page.context.set_offline(True)
    for where, text in others:
        page.locator(where).fill(text)
    state(page, "There is no connection")
    # pressing the button keeps the page, and says so
    page.get_by_role("button", name=form.button).click()
    state(page, "Not sent: there is no connection")
    for where, text in texts:
        assert page.locator(where).input_value() == text
    # the window is drawn again while there is no connection: the browser shows its own page
    page.once("dialog", lambda dialog: dialog.accept())
    with pytest.raises(Exception, match="ERR_INTERNET_DISCONNECTED"):
        page.reload()
    page.context.set_offline(False)
    page.goto(here)
    offer = page.locator(".draft__offer")
    offer.wait_for()
    offer.locator("summary").click()
    for _where, text in texts:
        assert offer.get_by_text(text, exact=True).count() == 1
    assert violations(page) == []
    offer.get_by_role("button", name="Put it back").click()
    for where, text in texts:
        assert page.locator(where).input_value() == text
    finish(page, form)
    page.goto(here)
    page.wait_for_load_state("networkidle")
    assert page.locator(".draft__offer").count() == 0
    assert (
        page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('maarag.draft')).length")
        == 0
    )
    assert faults(page) == []


def test_a_note_about_one_family_is_not_offered_at_another(
    visitors: Visitors, writing: Callable[..., Any]
) -> None:
    page, ((where, text), *_others) = form_of("contact", visitors, writing)
    here, other = page.url, FORMS["contact"].path % a_family(visitors)
    page.locator(where).fill(text)
    state(page, "Kept as a draft")
    page.goto(other)
    page.wait_for_load_state("networkidle")
    assert page.locator(".draft__offer").count() == 0
    page.goto(here)
    page.locator(".draft__offer").wait_for()


def test_the_connection_comes_back_by_itself(writing: Callable[..., Any]) -> None:
    page = writing()
    page.context.set_offline(True)
    page.locator("#id_name").fill(new_name())
    state(page, "There is no connection")
    page.context.set_offline(False)
    state(page, "The connection is back")
    assert faults(page) == []


def test_another_account_sees_nothing(visitors: Visitors) -> None:
    # a session of their own, for it is ended here
    page, name = visitors.arrive("/accounts/login/", language="en"), new_name()
    visitors.sign_in(page, WORKER)
    page.goto(OPEN)
    page.locator("#id_name").fill(name)
    state(page, "Kept as a draft")
    page.context.set_offline(True)
    page.locator("#id_address").fill("רחוב הזית 4")
    state(page, "There is no connection")
    page.context.set_offline(False)
    # signed out and another in, in the same window of the same machine
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("[popovertarget=account]").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile(r"^(?!.*/open/)"))
    page.goto("/accounts/login/")
    visitors.sign_in(page, SISTERS)
    page.goto(OPEN)
    page.wait_for_load_state("networkidle")
    assert page.locator(".draft__offer").count() == 0
    kept = page.evaluate("JSON.stringify(sessionStorage)")
    assert name not in kept
    assert "רחוב" not in kept
    assert name not in page.content()
    # its writer finds it again
    page.locator("[popovertarget=account]").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile(r"^(?!.*/open/)"))
    page.goto("/accounts/login/")
    visitors.sign_in(page, WORKER)
    page.goto(OPEN)
    page.locator(".draft__offer").first.wait_for()
    page.locator(".draft__offer summary").first.click()
    assert page.locator(".draft__offer").get_by_text(name).count() == 1
    assert faults(page) == []


@pytest.mark.parametrize("kind", ["file", "contact"])
def test_a_session_that_ended_keeps_what_is_written(
    writing: Callable[..., Any], visitors: Visitors, kind: str
) -> None:
    form = FORMS[kind]
    page, texts = form_of(kind, visitors, writing)
    (first, kept), *others = texts
    page.locator(first).fill(kept)
    state(page, "Kept as a draft")
    page.context.clear_cookies(name=re.compile("session"))
    for where, text in others:
        page.locator(where).fill(text)
    state(page, "You are signed out by now")
    page.get_by_role("button", name=form.button).click()
    state(page, "You are signed out by now")
    for where, text in texts:
        assert page.locator(where).input_value() == text
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in in another window").click()
    other = opened.value
    visitors.sign_in(other, WORKER)
    page.bring_to_front()
    page.evaluate("dispatchEvent(new Event('focus'))")
    state(page, "The connection is back")
    finish(page, form)
    assert faults(page) == []


def test_people_that_the_page_does_not_have_yet_come_back_too(writing: Callable[..., Any]) -> None:
    page, name = writing(), new_name()
    page.locator("#id_name").fill(name)
    page.locator("#id_people-0-first_name").fill("נועה")
    page.get_by_role("button", name="Add somebody").click()
    page.locator("#id_people-2-first_name").wait_for()
    page.locator("#id_people-2-first_name").fill("גיל")
    state(page, "Kept as a draft")
    page.goto(OPEN)
    offer = page.locator(".draft__offer")
    offer.wait_for()
    assert offer.count() == 1
    offer.get_by_role("button", name="Put it back").click()
    page.locator("#id_people-2-first_name").wait_for()
    assert page.locator("#id_people-0-first_name").input_value() == "נועה"
    assert page.locator("#id_people-2-first_name").input_value() == "גיל"
    assert faults(page) == []


def test_two_windows_do_not_write_over_each_other(writing: Callable[..., Any]) -> None:
    page, one, two = writing(), new_name(), new_name()
    beside = page.context.new_page()
    beside.goto(OPEN)
    page.locator("#id_name").fill(one)
    state(page, "Kept as a draft")
    beside.locator("#id_name").fill(two)
    state(beside, "Kept as a draft")
    third = page.context.new_page()
    third.goto(OPEN)
    third.locator(".draft__offer").nth(1).wait_for()
    for summary in third.locator(".draft__offer summary").all():
        summary.click()
    assert third.locator(".draft__offer").get_by_text(one).count() == 1
    assert third.locator(".draft__offer").get_by_text(two).count() == 1
    third.locator(".draft__offer").first.get_by_role("button", name="Throw it away").click()
    third.wait_for_load_state("networkidle")
    third.reload()
    third.locator(".draft__offer").wait_for()
    assert third.locator(".draft__offer").count() == 1


def test_a_change_taken_back_leaves_no_draft(writing: Callable[..., Any]) -> None:
    page = writing()
    page.locator("#id_name").fill(new_name())
    state(page, "Kept as a draft")
    page.locator("#id_name").fill("")
    page.wait_for_load_state("networkidle")
    page.reload()
    page.wait_for_load_state("networkidle")
    assert page.locator(".draft__offer").count() == 0


def test_a_folded_step_opens_where_a_draft_waits(visitors: Visitors, writing: Callable[..., Any]) -> None:
    page, texts = form_of("referral", visitors, writing)
    for where, text in texts:
        page.locator(where).fill(text)
    finish(page, FORMS["referral"])
    folded = page.locator("details:has([data-draft]):has(textarea)").first
    assert folded.get_attribute("open") is None
    folded.locator("summary").first.click()
    folded.locator("textarea").first.fill("המשפחה עברה דירה")
    folded.locator("[data-draft-state]", has_text="Kept as a draft").wait_for(timeout=PATIENCE)
    page.reload()
    page.locator(".draft__offer").wait_for()
    assert folded.get_attribute("open") is not None
    assert folded.locator(".draft__offer").is_visible()
    assert faults(page) == []
