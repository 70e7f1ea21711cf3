"""Each kind of long form about a family: kept when it is refused, forgotten when it is saved, never mixed."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from django.test import Client

from maarag.database.rows import visible
from maarag.domains.casework.models import Contact
from maarag.kernel.drafts.actions import save_draft
from maarag.kernel.drafts.queries import drafts_of
from tests.factories.baskets import STARTS, department
from tests.factories.families import everything, family
from tests.factories.services import world

from . import written_files, written_requests
from .written import BACKEND, Town, Written

WRITER = "window-0001"


@pytest.fixture
def town(db: None) -> Town:
    city = department(world())
    return Town(city, family(city.world.system, city.world.city, city.worker, name="גפן", opened_on=STARTS))


KINDS: dict[str, Callable[[Town], Written]] = {
    "contact": written_files.contact,
    "goal": written_files.new_goal,
    "changed goal": written_files.changed_goal,
    "another goal": written_files.another_goal_of_the_family,
    "item of the plan": written_files.plan_item,
    "consent": written_files.consent,
    "withdrawn consent": written_files.withdrawn_consent,
    "closing": written_files.closing,
    "rating": written_files.rating,
    "referral": written_requests.referral,
    "the family's word": written_requests.familys_word,
    "answer of a body": written_requests.answer_of_a_body,
    "request saved": written_requests.basket_request,
    "request sent": written_requests.request_sent,
    "opinion": written_requests.step_of_a_request(
        "opinion", "sent", {"stance": "for", "text": "מתאים"}, "second"
    ),
    "decision": written_requests.step_of_a_request(
        "decide", "sent", {"act": "decline", "reason": "יקר"}, "leader"
    ),
    "delivery": written_requests.step_of_a_request(
        "delivery", "ordered", {"outcome": "yes", "note": "הגיע", "came": "0"}
    ),
    "what helped": written_requests.step_of_a_request(
        "helped", "delivered", {"helped": "yes", "words": "עזר"}
    ),
    "withdrawal": written_requests.step_of_a_request("withdraw", "sent", {"reason": "כבר לא נחוץ"}),
    "taken back": written_requests.step_of_a_request("reverse", "approved", {"reason": "טעות"}, "leader"),
    "decision above": written_requests.asked_above,
    "share": written_files.share,
    "justification": written_files.justification,
    "verdict on an opening": written_files.verdict,
    "verdict on reading": written_files.verdict_on_reading,
}


def forms_of(page: str, to: str = "") -> list[str]:
    """The forms of a page with drafts; with an address only those that are sent there."""
    found = re.findall(r"<form\b[^>]*>.*?</form>", page, re.DOTALL)
    return [form for form in found if "data-draft=" in form and (not to or f'action="{to}"' in form)]


def key_in(form: str) -> str:
    (key,) = re.findall(r'data-draft="([^"]+)"', form)
    assert f'name="draft_key" value="{key}"' in form
    return key


@pytest.mark.parametrize("kind", KINDS)
def test_kept_when_refused_forgotten_when_saved_and_never_offered_elsewhere(town: Town, kind: str) -> None:
    written = KINDS[kind](town)
    client = Client()
    client.force_login(written.by, backend=BACKEND)
    to = written.to or written.here
    (form,) = forms_of(client.get(written.here).text, written.to)
    key = key_in(form)
    save_draft(by=written.by, key=key, writer=WRITER, fields=[("said", "ביקור ארוך")])
    mine = {"draft_writer": WRITER, "draft_key": key}

    elsewhere = [key_in(one) for one in forms_of(client.get(written.there).text)]
    assert elsewhere
    for other in elsewhere:
        found = client.get("/api/drafts/", {"key": other})
        assert found.status_code == 200, other
        assert found.json()["drafts"] == []

    refused = client.post(to, {**written.bad, **mine})
    assert refused.status_code == 422
    assert len(drafts_of(written.by, key)) == 1
    # it goes on with the same draft, and the page's other forms have their own
    going_on = [key_in(one) for one in forms_of(refused.text) if WRITER in one]
    assert going_on == [key]

    saved = client.post(to, {**written.good, **mine})
    assert saved.status_code == 302
    assert drafts_of(written.by, key) == []


@pytest.mark.parametrize("kind", ["answer of a body", "decision above"])
def test_who_does_not_know_the_family_is_not_told_its_key(town: Town, kind: str) -> None:
    written = KINDS[kind](town)
    client = Client()
    client.force_login(written.by, backend=BACKEND)
    page = client.get(written.here).text
    assert forms_of(page)
    known: set[UUID] = {town.city.family.pk, town.other.pk}
    assert not [one for one in known if str(one) in page]


def test_a_file_that_was_closed_meanwhile_keeps_what_was_written(town: Town) -> None:
    """The form is gone and nothing was saved: the draft waits for the file to be opened again."""
    written = written_files.closing(town)
    note = written_files.contact(town)
    client = Client()
    client.force_login(note.by, backend=BACKEND)
    (form,) = forms_of(client.get(note.here).text)
    mine = {"draft_writer": WRITER, "draft_key": key_in(form)}
    save_draft(by=note.by, key=mine["draft_key"], writer=WRITER, fields=[("said", "ביקור ארוך")])
    assert client.post(written.here, written.good).status_code == 302
    assert client.post(note.here, {**note.good, **mine}).status_code == 302
    assert len(drafts_of(note.by, mine["draft_key"])) == 1
    with visible(everything(town.city.world.city)):
        assert not Contact.objects.exists()
