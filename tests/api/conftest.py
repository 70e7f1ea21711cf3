"""Accounts with tokens, and the API as a program reaches it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.middleware.csrf import CSRF_SECRET_LENGTH
from django.test import Client
from django.utils import timezone, translation

from maarag.api.actions import issue_token
from maarag.api.limits import forget
from maarag.kernel.access.models import Account
from tests.access.conftest import few as estate

__all__ = ["estate"]  # with the accounts that a test asks for


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    forget()
    yield
    forget()


@pytest.fixture
def one_connection(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Requests of a program within the test's own transaction: its connection is not closed between them."""
    monkeypatch.setattr(BaseDatabaseWrapper, "close_if_unusable_or_obsolete", lambda connection: None)
    log = logging.getLogger("django.request")
    level = log.level
    log.setLevel(logging.ERROR)
    yield
    log.setLevel(level)


def token_for(account: Account, access: str = "write", **more: Any) -> str:
    """The text of a new token."""
    until = timezone.localdate() + timedelta(days=30)
    return issue_token(by=account, name="tests", access=access, until=until, **more)[1]


def with_token(text: str, **headers: str) -> Client:
    """A client that sends the token; it enforces CSRF as for everybody."""
    return Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {text}", **headers})


@dataclass(frozen=True)
class Caller:
    """How a request says whose it is."""

    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.headers["Accept-Encoding"] = "identity"


def with_a_token(account: Account, access: str = "write") -> Caller:
    """A program that works for the account."""
    return Caller({"Authorization": f"Bearer {token_for(account, access)}"})


def signed_in(account: Account) -> Caller:
    """The account itself, which signed in just now."""
    client, secret = Client(), "t" * CSRF_SECRET_LENGTH
    client.force_login(account)
    cookies = {name: one.value for name, one in client.cookies.items()}
    return Caller({"X-CSRFToken": secret}, {**cookies, settings.CSRF_COOKIE_NAME: secret})
