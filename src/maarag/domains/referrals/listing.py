"""What lists of referrals are asked for, and the referrals they hold: for pages, the API and the workbook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet

from maarag.kernel.access.models import Account
from maarag.ui.choices import asked_text

from .models import OPEN, Referral, ReferralStatus
from .queries import late, not_followed, of_worker, with_help
from .scope import visible_to

S = ReferralStatus
STATES = ("open", "late", "service", "sender", "refused", "ended", "all")
INBOX_STATES = ("open", "answer", "late", "ended", "all")


@dataclass(frozen=True)
class Asked:
    """Filters of the sender's list; what makes no sense counts as not given."""

    whose: str = "mine"
    state: str = "open"
    text: str = ""

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Asked:
        state = asked_text(given, "state")
        return cls(
            whose="all" if asked_text(given, "whose") == "all" else "mine",
            state=state if state in STATES else "open",
            text=asked_text(given, "q", 120),
        )


def referrals(account: Account, asked: Asked) -> QuerySet[Referral]:
    """The referrals asked for, those that are due first on top, ended ones by their end."""
    found = visible_to(account)
    if asked.whose == "mine":
        found = found.filter(of_worker(account))
    match asked.state:
        case "open":
            found = found.filter(status__in=OPEN)
        case "late":
            found = found.filter(late())
        case "service":
            found = found.filter(status__in=[S.SENT, S.ACCEPTED])
        case "sender":
            found = found.filter(status__in=[S.STARTED, S.HEARD])
        case "refused":
            found = not_followed(found)
        case "ended":
            found = found.exclude(status__in=OPEN)
    for word in asked.text.split():
        found = found.filter(
            Q(family__name__icontains=word)
            | Q(service__name_he__icontains=word)
            | Q(service__name_ar__icontains=word)
            | Q(service__name_en__icontains=word)
            | Q(organisation__name_he__icontains=word)
        )
    return with_help(found).order_by(F("due_on").asc(nulls_last=True), "-ended_at", "-sent_at", "pk")


def narrowed(found: QuerySet[Referral], state: str) -> QuerySet[Referral]:
    """A body's referrals in one of INBOX_STATES; another one counts as "open"."""
    match state:
        case "answer":
            return found.filter(status=S.SENT)
        case "late":
            return found.filter(late(), status__in=[S.SENT, S.ACCEPTED])
        case "ended":
            return found.exclude(status__in=OPEN)
        case "all":
            return found
        case _:
            return found.filter(status__in=OPEN)
