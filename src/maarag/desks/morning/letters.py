"""The morning's letter: how much is late or due today, and nothing of whom it is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from maarag.domains.families.waiting import Waiting
from maarag.kernel.access.letters import site_address
from maarag.kernel.access.models import Account

from .queries import load_of

CONSENTS_AHEAD = timedelta(days=7)
"""So long before its end a consent is told of."""


@dataclass(frozen=True)
class Told:
    """What a letter says: how many things are late, are due today, and how many consents end within a week.

    `new_consents`: of these, those that no letter told of yet.
    """

    late: int = 0
    today: int = 0
    consents: int = 0
    new_consents: int = 0

    @property
    def due(self) -> int:
        return self.late + self.today

    @property
    def is_worth_a_letter(self) -> bool:
        """What is late or due today is told each day; a consent that will end once, or beside the rest."""
        return bool(self.due or self.new_consents)


def told_of(waiting: Iterable[Waiting], today: date, last_on: date | None = None) -> Told:
    """What of all that waits goes into a letter; `last_on`: the day of the last one."""
    items = list(waiting)
    load = load_of(items, today)
    until = today + CONSENTS_AHEAD
    ends = [item for item in items if item.kind == "consent" and item.due and today < item.due <= until]
    new = [item for item in ends if last_on is None or _is_new(item, last_on)]
    return Told(load.late, load.today, len(ends), len(new))


def _is_new(item: Waiting, last_on: date) -> bool:
    """Whether the letter of `last_on` did not tell of it: too early then, or not written down yet. What was
    written on that very day is told, perhaps again: the letter goes out before the day's work.
    """
    return bool(item.due and item.due > last_on + CONSENTS_AHEAD) or bool(
        item.since and item.since >= last_on
    )


def send(account: Account, told: Told, today: date) -> None:
    """The Message-ID is the same at each try on a day, so that a mail server knows a letter sent twice."""
    with translation.override(settings.LANGUAGE_CODE):
        context = {"told": told, "link": site_address() + reverse("morning:index")}
        text = render_to_string("morning/letters/day.txt", context).strip()
    subject, _line, body = text.partition("\n")
    letter = EmailMessage(
        subject.strip(),
        body.strip() + "\n",
        settings.DEFAULT_FROM_EMAIL,
        [account.email],
        headers={"Message-ID": f"<morning-{today:%Y%m%d}.{account.pk}@maarag>"},
    )
    get_connection().send_messages([letter])
