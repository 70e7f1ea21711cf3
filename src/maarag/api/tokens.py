"""Tokens as text: how they are made, and how one is told from a forgery."""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Any

from django.utils import timezone
from django.utils.crypto import constant_time_compare

from maarag.kernel.access.models import Account

from .models import ApiToken

MARK = "maarag_"
"""By it, programs that look for leaked secrets know a token."""
_SHAPE = re.compile(rf"{MARK}([0-9a-f]{{8}})_[A-Za-z0-9_-]{{43}}")


def new_token() -> tuple[str, str, str]:
    """(the token, its beginning, its fingerprint). 256 random bits need no slow hash."""
    prefix = MARK + secrets.token_hex(4)
    token = f"{prefix}_{secrets.token_urlsafe(32)}"
    return token, prefix, digest_of(token)


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def token_in_force(text: str) -> ApiToken | None:
    """The token with this text, if it is valid now and its account is open."""
    if not _SHAPE.fullmatch(text):
        return None
    prefix = text[: len(MARK) + 8]
    found = ApiToken.objects.select_related("account").filter(prefix=prefix).first()
    if found is None or not constant_time_compare(found.digest, digest_of(text)):
        return None
    if found.revoked_at is not None or found.expires_at <= timezone.now():
        return None
    return found if found.account.is_active and not found.account.is_system else None


def revoke_all(sender: Any, *, account: Account, **more: Any) -> None:
    """End the account's tokens together with its other ways in; the record has them below that action."""
    ApiToken.objects.filter(account=account, revoked_at=None).update(revoked_at=timezone.now())
