"""The letter about an emergency opening: a number and who opened, no name of the family and no reason."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from maarag.kernel.access.letters import site_address, who_is_told
from maarag.kernel.access.permissions import Permission
from maarag.ui.figures import name_in_language

from .models import Opening
from .queries.openings import works_at
from .scope import may


def tell_supervisors(opening: Opening, key: str) -> None:
    """Tell whoever reviews the reading of the family's file, without the worker who opened it; where nobody
    does, whoever manages access there. `key` is the same at each try, so that a mail server knows a letter
    sent twice.
    """
    family = opening.family
    told = who_is_told(family.neighbourhood or family.authority, without=[opening.opened_by_id])
    letters = []
    for account in told:
        subject, body = _written(opening, link=may(account, Permission.REVIEW_READING, family))
        headers = {"Message-ID": f"<{key}.{account.pk}@maarag>"}
        letters.append(
            EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [account.email], headers=headers)
        )
    if letters:
        get_connection().send_messages(letters)


def _written(opening: Opening, *, link: bool) -> tuple[str, str]:
    """(subject, body); `link`: for those who may open the page of the opening."""
    address = site_address() + reverse("families:opening", args=[opening.pk]) if link else ""
    with translation.override(settings.LANGUAGE_CODE):
        context = {
            "number": opening.number,
            "authority": name_in_language(opening.authority),
            "worker": opening.opened_by.name,
            "where": ", ".join(name_in_language(place) for place in works_at(opening.opened_by)),
            "link": address,
        }
        text = render_to_string("families/letters/opening.txt", context).strip()
    subject, _line, body = text.partition("\n")
    return subject.strip(), body.strip() + "\n"
