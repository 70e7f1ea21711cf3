"""Letters about signing in: short, in the reader's language, without more about anybody than is needed."""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Collection
from threading import Thread
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from maarag.ui.figures import name_in_language

from .permissions import Permission, Role
from .queries import accounts_with

if TYPE_CHECKING:
    from maarag.kernel.places.models import Place

    from .models import Account, FactorReset, Invitation

logger = logging.getLogger("maarag.letters")


def new_token() -> str:
    """256 random bits, for one link."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """What is kept of a token. It is random and long, so a plain hash tells nothing of it."""
    return hashlib.sha256(token.encode()).hexdigest()


def site_address() -> str:
    """Where the site is, as letters name it: never what a browser claims."""
    return str(settings.SITE_ADDRESS).rstrip("/")


def link(token: str) -> str:
    """The address of an invitation's link."""
    return site_address() + reverse("access:follow_invitation", args=[token])


def invitation(row: Invitation, token: str) -> None:
    """The letter with the link; it names the role and the place, and nobody."""
    with translation.override(row.language):
        context = {
            "link": link(token),
            "role": row.get_role_display(),
            "where": name_in_language(row.place or row.organisation),
            "until": row.expires_at,
        }
        send("invitation", row.email, context)


def factor_reset(row: FactorReset, what: str) -> None:
    """Tell the person that a reset of their factor was asked for, or was made."""
    with translation.override(settings.LANGUAGE_CODE):
        context = {"link": site_address() + reverse("access:my_reset"), "until": row.expires_at}
        send(f"factor_reset_{what}", row.account.email, context)


def factor_taken_away(account: Account) -> None:
    """Tell the person that whoever runs the server took away their second factor."""
    with translation.override(settings.LANGUAGE_CODE):
        send("factor_reset_server", account.email, {})


def who_is_told(place: Place, *, without: Collection[int]) -> list[Account]:
    """Whoever reviews the reading of files there; where nobody else does, whoever else manages access."""
    for permission in (Permission.REVIEW_READING, Permission.MANAGE_ACCESS):
        if others := list(accounts_with(permission, [place]).exclude(pk__in=without)):
            return others
    return []


def family_role(*, giver: Account, account: Account, role: Role, place: Place, key: str) -> None:
    """Tell of a role that reads families' files, by whom it was given and to whom; `key` is the same at each
    try, so that a mail server knows a letter sent twice.
    """
    told = who_is_told(place, without=[giver.pk, account.pk])
    if not told:
        return
    with translation.override(settings.LANGUAGE_CODE):
        context = {
            "giver": giver.name,
            "account": account.name,
            "role": role.label,
            "where": name_in_language(place),
        }
        subject, body = _written("family_role", context)
    get_connection().send_messages(
        [
            EmailMessage(
                subject,
                body,
                settings.DEFAULT_FROM_EMAIL,
                [reader.email],
                headers={"Message-ID": f"<{key}.{reader.pk}@maarag>"},
            )
            for reader in told
        ]
    )


def send(name: str, to: str, context: dict[str, Any]) -> None:
    """Send access/letters/<name>.txt."""
    deliver(EmailMessage(*_written(name, context), settings.DEFAULT_FROM_EMAIL, [to]))


def _written(name: str, context: dict[str, Any]) -> tuple[str, str]:
    """The subject, which is the first line, and the rest."""
    text = render_to_string(f"access/letters/{name}.txt", context).strip()
    subject, _line, body = text.partition("\n")
    return subject.strip(), body.strip() + "\n"


def deliver(message: EmailMessage) -> None:
    """Hand a letter to the mail server beside the answer, so that the answer's time tells nothing of it."""
    if settings.EMAIL_BACKEND.endswith(("locmem.EmailBackend", "console.EmailBackend")):
        message.send()
        return
    Thread(target=_deliver, args=[message]).start()


def _deliver(message: EmailMessage) -> None:
    try:
        message.send()
    except OSError as error:  # SMTP errors among them; the address stays out of the log
        logger.error("a letter was not sent: %s", type(error).__name__)
