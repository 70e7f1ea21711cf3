"""People who sign in by the real forms, with the checks of a real installation switched on."""

from __future__ import annotations

import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.kernel.access.second_factor import Factors
from tests.factories.services import World, world

PASSWORD = "סוס סוללה סיכה נכונה"


@pytest.fixture(autouse=True)
def real_checks(settings: Any, db: None) -> None:
    """As in production: staff need a second factor; nobody's attempts are counted from a former test."""
    settings.STAFF_NEED_SECOND_FACTOR = True
    cache.clear()


@pytest.fixture
def letters_go_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's transaction is never committed: what waits for that is done at once."""
    monkeypatch.setattr(transaction, "on_commit", lambda function, **_more: function())


@pytest.fixture
def here(db: None) -> World:
    return world()


@pytest.fixture
def worker(here: World) -> Account:
    return with_password(here.account(Role.SOCIAL_WORKER, place=here.city))


@pytest.fixture
def manager(here: World) -> Account:
    return with_password(here.account(Role.INTEGRATOR, place=here.city))


def with_password(account: Account) -> Account:
    account.set_password(PASSWORD)
    account.save()
    return account


def sign_in(client: Client, account: Account, password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/accounts/login/", {"login": account.email, "password": password}, **more)


def add_app(account: Account, secret: str = "JBSWY3DPEHPK3PXP") -> str:
    """An authenticator app, set up earlier; the secret that it shares."""
    Authenticator.objects.create(
        user=account, type=Authenticator.Type.TOTP, data={"secret": Factors().encrypt(secret)}
    )
    return secret


def code_of(secret: str, steps: int = 0) -> str:
    """What the app shows now, or so many half minutes later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def signed_in(account: Account) -> Client:
    """A browser in which the account is signed in whole: password and, if it has one, second factor."""
    client = Client()
    answer = sign_in(client, account)
    if answer.url == "/accounts/2fa/authenticate/":
        row = Authenticator.objects.get(user=account, type=Authenticator.Type.TOTP)
        secret = Factors().decrypt(row.data["secret"])
        cache.clear()
        assert client.post(answer.url, {"code": code_of(secret)}).status_code == 302
    return client


def who(client: Client) -> str | None:
    """Whose session it is, as the API says; None where nobody is signed in."""
    answer = client.get("/api/access/me")
    return answer.json()["email"] if answer.status_code == 200 else None
