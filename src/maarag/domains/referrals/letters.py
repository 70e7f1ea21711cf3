"""Letters to the workers of a service's body: that something waits, and nothing of whom it is about."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from maarag.kernel.access.letters import site_address
from maarag.kernel.people.models import Organisation
from maarag.ui.figures import name_in_language

from .queries import workers_of


def tell_body(organisation: Organisation, name: str, key: str) -> int:
    """Send referrals/letters/<name>.txt to whoever answers for the body; how many letters.

    `key` is the same at each try, so that a mail server knows a letter sent twice.
    """
    workers = list(workers_of(organisation.pk).order_by("pk"))
    if not workers:
        return 0
    with translation.override(settings.LANGUAGE_CODE):
        context = {
            "organisation": name_in_language(organisation),
            "link": site_address() + reverse("referrals:inbox"),
        }
        text = render_to_string(f"referrals/letters/{name}.txt", context).strip()
    subject, _line, body = text.partition("\n")
    letters = [
        EmailMessage(
            subject.strip(),
            body.strip() + "\n",
            settings.DEFAULT_FROM_EMAIL,
            [account.email],
            headers={"Message-ID": f"<{key}.{account.pk}@maarag>"},
        )
        for account in workers
    ]
    get_connection().send_messages(letters)
    return len(letters)
