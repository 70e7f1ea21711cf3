"""Sessions: new at sign-in, ended by time, by a new password, by a closed account, and from elsewhere."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.conf import settings as configured
from django.test import Client

from maarag.kernel.access.actions import close_account, reopen_account
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.kernel.access.sessions import BEGAN, SEEN
from tests.factories.services import World

from .conftest import PASSWORD, add_app, sign_in, signed_in, who, with_password


@pytest.fixture
def person(here: World) -> Account:
    return with_password(here.account(Role.VOLUNTEER, place=here.city))


def aged(client: Client, **seconds: int) -> None:
    session = client.session
    for key, by in seconds.items():
        session[{"began": BEGAN, "seen": SEEN}[key]] -= by
    session.save()


def test_the_session_is_another_one_after_signing_in(person: Account) -> None:
    client = Client()
    client.get("/accounts/login/")
    store = import_module(configured.SESSION_ENGINE).SessionStore()
    store["planted"] = "by somebody else"
    store.save()
    client.cookies[configured.SESSION_COOKIE_NAME] = store.session_key
    sign_in(client, person)
    assert client.cookies[configured.SESSION_COOKIE_NAME].value != store.session_key
    assert not store.exists(store.session_key)
    assert who(client) == person.email


@pytest.mark.parametrize(
    ("seconds", "goes_on"),
    [
        ({"seen": 29 * 60}, True),
        ({"seen": 31 * 60}, False),
        ({"began": 11 * 3600}, True),
        ({"began": 12 * 3600 + 5}, False),
    ],
)
def test_a_session_ends_by_time(person: Account, seconds: dict[str, int], goes_on: bool) -> None:
    client = signed_in(person)
    key = client.session.session_key
    aged(client, **seconds)
    assert (who(client) == person.email) is goes_on
    assert import_module(configured.SESSION_ENGINE).SessionStore().exists(key) is goes_on


def test_whoever_works_on_stays_signed_in(person: Account) -> None:
    client = signed_in(person)
    for _quarter in range(4):
        aged(client, seen=20 * 60)
        assert who(client) == person.email


def test_the_other_sessions_end_with_a_new_password(person: Account) -> None:
    here, there = signed_in(person), signed_in(person)
    new = "ארבע מילים אחרות לגמרי"
    answer = here.post(
        "/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )
    assert answer.status_code == 302
    assert who(here) == person.email
    assert who(there) is None


def test_a_closed_account_is_out_at_once_and_stays_out(here: World, person: Account) -> None:
    client = signed_in(person)
    close_account(by=here.system, account=person)
    assert who(client) is None
    assert sign_in(Client(), person).url == "/accounts/inactive/"
    reopen_account(by=here.system, account=person)
    assert who(client) is None, "the former session does not come back"
    assert who(signed_in(person)) == person.email


def test_sessions_are_listed_and_ended_elsewhere(person: Account) -> None:
    here, there = signed_in(person), signed_in(person)
    page = here.get("/accounts/sessions/").content.decode()
    assert page.count('<li class="card">') == 2
    assert here.post("/accounts/sessions/").status_code == 302
    assert who(there) is None
    assert who(here) == person.email


def test_ending_the_others_asks_for_a_proof(person: Account, settings: Any) -> None:
    """Whoever sits down at a screen left open can look, and cannot lock its owner out."""
    here, there = signed_in(person), signed_in(person)
    settings.RECENT_SIGN_IN_SECONDS = -1
    assert here.get("/accounts/sessions/").status_code == 200
    answer = here.post("/accounts/sessions/")
    assert answer.url.startswith("/accounts/reauthenticate/")
    assert who(there) == person.email
    assert Client().post("/accounts/sessions/").url.startswith("/accounts/")


def test_signing_out_ends_the_session_on_the_server(person: Account) -> None:
    client = signed_in(person)
    key = client.session.session_key
    client.post("/accounts/logout/")
    again = Client()
    again.cookies[configured.SESSION_COOKIE_NAME] = key
    assert who(again) is None


def test_a_half_finished_sign_in_is_nobody(worker: Account, settings: Any) -> None:
    add_app(worker)
    client = Client()
    sign_in(client, worker)
    for address in ("/missions/", "/accounts/2fa/", "/accounts/sessions/", "/accounts/password/change/"):
        assert client.get(address).url.startswith("/accounts/login/"), address
