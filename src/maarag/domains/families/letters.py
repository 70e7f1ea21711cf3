"""The letter about an emergency opening: a number and who opened, no name of the family and no reason."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from maarag.kernel.access.letters import site_address
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.queries import accounts_with
from maarag.ui.figures import name_in_language

from .models import Opening
from .queries.openings import works_at
from .scope import may


def supervisors_of(opening: Opening) -> list[Account]:
    """Whoever reviews the reading of the family's file, without the worker who opened it."""
    family = opening.family
    near = accounts_with(Permission.REVIEW_READING, [family.neighbourhood or family.authority])
    others = near.exclude(pk=opening.opened_by_id)
    return [account for account in others if may(account, Permission.REVIEW_READING, family)]


def tell_supervisors(opening: Opening, key: str) -> None:
    """Send the letters; `key` is the same at each try, so that a mail server knows a letter sent twice."""
    with translation.override(settings.LANGUAGE_CODE):
        where = ", ".join(name_in_language(place) for place in works_at(opening.opened_by))
        context = {
            "number": opening.number,
            "authority": name_in_language(opening.authority),
            "worker": opening.opened_by.name,
            "where": where,
            "until": opening.until,
            "link": site_address() + reverse("families:opening", args=[opening.pk]),
        }
        text = render_to_string("families/letters/opening.txt", context).strip()
    subject, _line, body = text.partition("\n")
    letters = [
        EmailMessage(
            subject.strip(),
            body.strip() + "\n",
            settings.DEFAULT_FROM_EMAIL,
            [account.email],
            headers={"Message-ID": f"<{key}.{account.pk}@maarag>"},
        )
        for account in supervisors_of(opening)
    ]
    if letters:
        get_connection().send_messages(letters)
