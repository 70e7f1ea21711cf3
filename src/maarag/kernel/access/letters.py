"""Letters about signing in: short, in the reader's language, without more about anybody than is needed."""

from __future__ import annotations

import hashlib
import logging
import secrets
from threading import Thread
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from maarag.ui.figures import name_in_language

if TYPE_CHECKING:
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


def send(name: str, to: str, context: dict[str, Any]) -> None:
    """Send access/letters/<name>.txt, whose first line is the subject."""
    text = render_to_string(f"access/letters/{name}.txt", context).strip()
    subject, _line, body = text.partition("\n")
    message = EmailMessage(subject.strip(), body.strip() + "\n", settings.DEFAULT_FROM_EMAIL, [to])
    deliver(message)


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
