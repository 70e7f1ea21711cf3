"""Guessing is slow, counted by all processes together, and tells nothing about who has an account."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from contextlib import suppress
from typing import Any

import pytest
from allauth.account.adapter import get_adapter
from django.conf import settings as configured
from django.core import mail
from django.core.cache import caches
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client, RequestFactory

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from tests.factories.services import World

from .conftest import PASSWORD, sign_in, who, with_password

FIVE = 5


@pytest.fixture
def person(here: World) -> Account:
    return with_password(here.account(Role.VOLUNTEER, place=here.city))


def guess(account_email: str, address: str = "10.0.0.1", host: str = "testserver") -> Any:
    return Client().post(
        "/accounts/login/",
        {"login": account_email, "password": "not the password"},
        REMOTE_ADDR=address,
        headers={"host": host},
    )


def test_an_account_is_locked_wherever_the_guesses_come_from(person: Account) -> None:
    for number in range(FIVE):
        assert guess(person.email, f"10.0.{number}.1").status_code == 200
    client = Client()
    answer = sign_in(client, person, REMOTE_ADDR="10.9.9.9")
    assert answer.status_code == 200, "the right password comes too late"
    assert who(client) is None


def test_another_name_of_the_site_or_other_letters_open_no_second_count(person: Account) -> None:
    for number, written in enumerate((person.email.upper(), f" {person.email}", person.email, person.email)):
        host = "localhost" if number % 2 else "127.0.0.1:8001"
        guess(written, f"10.1.{number}.1", host)
    guess(person.email, "10.1.9.1", "testserver:9")
    client = Client()
    assert sign_in(client, person).status_code == 200
    assert who(client) is None


def test_an_address_is_slowed_down_over_many_accounts(here: World, person: Account) -> None:
    for number in range(10):
        guess(f"somebody{number}@example.org")
    client = Client()
    assert sign_in(client, person, REMOTE_ADDR="10.0.0.1").status_code in (200, 429)
    assert who(client) is None
    assert sign_in(client, person, REMOTE_ADDR="10.0.0.2").status_code == 302


def test_the_wait_grows(person: Account, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five at once, ten in an hour, twenty in a day, however many are tried."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    clock = [1_800_000_000.0]
    monkeypatch.setattr(time, "time", lambda: clock[0])
    taken = []
    for _step in range(24 * 10):
        clock[0] += 6 * 60
        taken.append(sum(let_through(person.email, number) for number in range(6)))
    assert taken[0] == 5
    assert sum(taken[:10]) == 10
    assert sum(taken) == 20


def let_through(email: str, number: int) -> bool:
    """Whether an attempt, from an address of its own, is compared with the password at all."""
    request = RequestFactory().post("/accounts/login/", REMOTE_ADDR=f"10.7.{number}.1")
    with suppress(ValidationError):
        get_adapter(request).pre_authenticate(request, email=email)
        return True
    return False


@pytest.mark.django_db(transaction=True)
def test_attempts_are_counted_by_all_processes(settings: Any) -> None:
    assert caches["default"].add("attempt:of:another:process", 1, 60)
    script = (
        "import django; django.setup();"
        "from django.db import connection; from django.core.cache import cache;"
        f"connection.settings_dict['NAME'] = {connection.settings_dict['NAME']!r};"
        "print('known', cache.get('attempt:of:another:process'))"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "maarag.config.settings.test"}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=120
    )
    assert "known 1" in done.stdout, done.stderr[-2000:]


def plain(answer: Any) -> str:
    """The page without what differs at every answer: tokens, nonces and what was typed."""
    text = re.sub(r'(csrfmiddlewaretoken" value=|nonce=)"[^"]+"', "", answer.content.decode())
    return re.sub(r"[\w.+-]+@[\w.-]+", "@", text)


def test_signing_in_tells_not_whether_there_is_an_account(here: World, person: Account) -> None:
    invited = here.account(Role.VOLUNTEER, place=here.city)  # without a password
    closed = with_password(here.account(Role.VOLUNTEER, place=here.city))
    Account.objects.filter(pk=closed.pk).update(is_active=False)
    pages = {
        plain(guess(email, f"10.2.{number}.1"))
        for number, email in enumerate([person.email, invited.email, closed.email, "nobody@example.org"])
    }
    assert len(pages) == 1


def test_locking_tells_not_whether_there_is_an_account(person: Account) -> None:
    pages = set()
    for which, email in enumerate([person.email, "nobody@example.org"]):
        for number in range(FIVE + 1):
            answer = guess(email, f"10.{3 + which}.{number}.1")
        pages.add((answer.status_code, plain(answer)))
    assert len(pages) == 1


def test_a_forgotten_password_tells_not_whether_there_is_an_account(person: Account) -> None:
    answers = []
    for email in (person.email, "nobody@example.org"):
        answer = Client().post("/accounts/password/reset/", {"email": email})
        answers.append((answer.status_code, answer.url, dict(answer.headers).keys()))
    assert answers[0] == answers[1]
    assert [message.to for message in mail.outbox] == [[person.email]]


def test_the_letter_names_the_sites_own_address(person: Account, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["maarag.example", "localhost"]
    settings.SITE_ADDRESS = "https://maarag.example"
    Client().post("/accounts/password/reset/", {"email": person.email}, headers={"Host": "localhost:6666"})
    (letter,) = mail.outbox
    assert "https://maarag.example/accounts/password/reset/key/" in letter.body
    assert "6666" not in letter.body


def test_nobody_asks_without_being_counted(person: Account) -> None:
    """A server that tells no address, or a proxy that is missing, opens no way past the limits."""
    request = RequestFactory().get("/")
    del request.META["REMOTE_ADDR"]
    assert get_adapter(request).get_client_ip(request) == "unknown"


def test_letters_about_passwords_are_few(person: Account) -> None:
    for number in range(6):
        Client().post("/accounts/password/reset/", {"email": person.email}, REMOTE_ADDR=f"10.5.{number}.1")
    assert len(mail.outbox) == 3


def test_a_new_password_removes_no_second_factor(person: Account) -> None:
    from allauth.mfa.models import Authenticator

    from .conftest import add_app

    add_app(person)
    Client().post("/accounts/password/reset/", {"email": person.email})
    link = re.search(r"http://localhost:8000(\S+)", mail.outbox[0].body)
    assert link
    client = Client()
    chosen = client.get(link[1], follow=True)
    where = chosen.redirect_chain[-1][0]
    new = "ארבע מילים אחרות לגמרי"
    assert client.post(where, {"password1": new, "password2": new}).status_code == 302
    assert who(client) is None, "a new password is no sign-in"
    assert Authenticator.objects.filter(user=person).exists()
    assert sign_in(Client(), person, new).url == "/accounts/2fa/authenticate/"
    again = Client().get(link[1], follow=True)
    assert "password1" not in again.content.decode(), "the link worked once"


def test_a_link_for_a_new_password_ends_after_an_hour(
    person: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    Client().post("/accounts/password/reset/", {"email": person.email})
    link = re.search(r"http://localhost:8000(\S+)", mail.outbox[0].body)
    assert link
    from datetime import datetime, timedelta

    from django.contrib.auth.tokens import PasswordResetTokenGenerator

    later = datetime.now() + timedelta(seconds=configured.PASSWORD_RESET_TIMEOUT + 60)
    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda self: later)
    assert "password1" not in Client().get(link[1], follow=True).content.decode()


@pytest.mark.parametrize(
    ("password", "taken"),
    [
        ("קצר מדי", False),
        ("123456789012", False),
        ("password1234", False),
        ("qwertyuiop123", False),
        ("maarag-maarag-1", False),
        ("aaaaaaaaaaaaaaaaaa", False),
        ("ארבע מילים בלי קשר", True),
        ("correct horse battery", True),
        ("x7 " * 30, True),
        ("🐎🔋📎✅ ארבעה ציורים", True),
    ],
)
def test_passwords(person: Account, password: str, taken: bool) -> None:
    from django.contrib.auth.password_validation import validate_password

    try:
        validate_password(password, person)
    except ValidationError:
        assert not taken
    else:
        assert taken


def test_passwords_are_kept_by_argon2() -> None:
    from maarag.config.settings import base

    assert base.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]


def test_forms_let_a_password_be_pasted_and_kept_by_a_manager() -> None:
    page = Client().get("/accounts/login/").content.decode()
    assert 'autocomplete="current-password"' in page
    assert "onpaste" not in page
    assert PASSWORD not in page
