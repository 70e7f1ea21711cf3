"""Accounts with tokens, and the API as a program reaches it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
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
def one_connection() -> Iterator[None]:
    """Requests of a program within the test's own transaction: its connection is not closed between them."""
    log = logging.getLogger("django.request")
    level = log.level
    log.setLevel(logging.ERROR)
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    log.setLevel(level)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def token_for(account: Account, access: str = "write", **more: Any) -> str:
    """The text of a new token."""
    until = timezone.localdate() + timedelta(days=30)
    return issue_token(by=account, name="tests", access=access, until=until, **more)[1]


def with_token(text: str, **headers: str) -> Client:
    """A client that sends the token; it enforces CSRF as for everybody."""
    return Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {text}", **headers})
