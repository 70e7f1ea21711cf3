"""What the sign-in library tells: factors that come and go end the other sessions and are audited.

The library changes factors and passwords in its own views and offers no other place to stand in.
"""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
)
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.http import HttpRequest

from maarag.kernel.audit.actions import record

from .models import Account
from .second_factor import PROVED
from .sessions import end_other_sessions, withdrawn

logger = logging.getLogger("maarag.sign_in")


def connect() -> None:
    """Listen; called once, when the app is ready."""
    for signal, receiver in (
        (authenticator_added, _added),
        (authenticator_removed, _removed),
        (authenticator_reset, _renewed),
        (authentication_failed, _refused),
        (password_changed, _new_password),
        (password_set, _new_password),
        (password_reset, _new_password),
    ):
        signal.connect(receiver, dispatch_uid=f"maarag.access.{receiver.__name__}")


def _added(request: HttpRequest, user: Account, authenticator: Authenticator, **_rest: Any) -> None:
    _note(request, user, "access.add_factor", {"factor": [None, str(authenticator.type)]})


def _removed(request: HttpRequest, user: Account, authenticator: Authenticator, **_rest: Any) -> None:
    request.session.pop(PROVED, None)
    _note(request, user, "access.remove_factor", {"factor": [str(authenticator.type), None]})


def _renewed(request: HttpRequest, user: Account, **_rest: Any) -> None:
    _note(request, user, "access.renew_recovery_codes", {})


def _refused(request: HttpRequest, user: Account, **_rest: Any) -> None:
    logger.warning("second factor refused: account %s", user.pk)


def _new_password(request: HttpRequest, user: Account, **_rest: Any) -> None:
    """Other sessions end by themselves, for they carry a mark of the password; other ways in end here."""
    with transaction.atomic():
        record(by=user, action="access.change_password", subject=user)
        withdrawn.send(Account, account=user)


def _note(request: HttpRequest, account: Account, action: str, changes: dict[str, Any]) -> None:
    with transaction.atomic():
        record(by=account, action=action, subject=account, changes=changes)
        end_other_sessions(request, account)
        UserSession.objects.create_from_request(request)  # this session has a new key
