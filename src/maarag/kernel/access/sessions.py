"""How long a session lasts, and how sessions are ended."""

from __future__ import annotations

from collections.abc import Callable
from time import time

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.dispatch import Signal
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from .models import Account

BEGAN, SEEN = "maarag_began", "maarag_seen"
NOTED_EVERY = 60
"""Seconds between two notes that the person is still there: not every request writes."""
withdrawn = Signal()
"""Sent with `account`, in a transaction: whatever lets it in without signing in ends."""


def begin(request: HttpRequest) -> None:
    """Start the clock of a session that somebody has just signed in with."""
    request.session[BEGAN] = request.session[SEEN] = int(time())


def end_old_sessions(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Sign out whoever was away too long (SESSION_IDLE_SECONDS) or in too long (SESSION_LONGEST_SECONDS)."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            now, began = int(time()), request.session.get(BEGAN)
            if began is None:
                begin(request)
            elif (
                now - began > settings.SESSION_LONGEST_SECONDS
                or now - request.session.get(SEEN, 0) > settings.SESSION_IDLE_SECONDS
            ):
                logout(request)
                messages.info(
                    request, _("You were signed out because too much time had passed; sign in again.")
                )
            elif now - request.session[SEEN] >= NOTED_EVERY:
                request.session[SEEN] = now
        return get_response(request)

    return middleware


def end_sessions(account: Account) -> None:
    """End all sessions of the account, in the caller's transaction."""
    account.session_salt = get_random_string(32)
    account.save(update_fields=["session_salt"])


def withdraw(account: Account) -> None:
    """End all sessions of the account and everything else that lets it in, in the caller's transaction."""
    end_sessions(account)
    withdrawn.send(Account, account=account)


def end_other_sessions(request: HttpRequest, account: Account) -> None:
    """End the sessions of the account except the one that asks."""
    end_sessions(account)
    if isinstance(request.user, Account) and request.user.pk == account.pk:
        request.user.session_salt = account.session_salt
        # A new key with the same contents: whoever knew the old one has nothing.
        update_session_auth_hash(request, request.user)
