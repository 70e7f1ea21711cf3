"""What waits for somebody because of referrals: for their sender, and for the service's workers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.domains.families.waiting import Waiting
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.ui.figures import END_ISOLATE, name_in_language

from .models import OPEN, Referral, ReferralStatus
from .queries import not_followed, of_worker, sent_to
from .scope import visible_to
from .words import status_for_service, status_of

SOON = timedelta(days=3)
"""So long before its day what the sender is to do is shown."""
FIRST_STRONG = "\u2068"
KIND, ANSWERS = "referrals", "answers"


@transaction.atomic
def waiting_of(account: Account) -> Iterable[Waiting]:
    """For a sender: late answers, families to be asked, what is to be closed, refusals without a next step.
    For a worker of a service's body: what is to be answered and begun.
    """
    found: list[Waiting] = []
    if account.may_somewhere(Permission.EDIT_FAMILIES):
        found += [_of_sender(referral) for referral in of_sender(account)]
        mine = visible_to(account).filter(of_worker(account))
        found += [_to_send_on(referral) for referral in not_followed(mine)]
    if account.may_somewhere(Permission.ANSWER_REFERRALS):
        found += [_of_service(referral) for referral in of_service(account)]
    return found


def of_sender(account: Account) -> list[Referral]:
    """What the sender is to do something about: the service is late, or the step is the sender's own."""
    today = timezone.localdate()
    mine = visible_to(account).filter(of_worker(account), status__in=OPEN)
    late = mine.filter(due_on__lt=today)
    own = mine.filter(
        status__in=[ReferralStatus.STARTED, ReferralStatus.HEARD], due_on__range=(today, today + SOON)
    )
    return sorted({one.pk: one for one in (*late, *own)}.values(), key=lambda one: str(one.due_on))


def of_service(account: Account) -> list[Referral]:
    """What the service's workers are to answer or to begin."""
    return list(sent_to(account).filter(status__in=[ReferralStatus.SENT, ReferralStatus.ACCEPTED]))


def _of_sender(referral: Referral) -> Waiting:
    words = {"service": _name(referral.service)}
    what = {
        ReferralStatus.SENT.value: _("Ask %(service)s for its answer"),
        ReferralStatus.ACCEPTED.value: _("Ask %(service)s whether it has begun"),
        ReferralStatus.STARTED.value: _("Ask the family whether %(service)s helped"),
        ReferralStatus.HEARD.value: _("Close the referral to %(service)s"),
    }[referral.status]
    return Waiting(
        KIND,
        what % words,
        reverse("referrals:detail", args=[referral.pk]),
        referral.family,
        referral.due_on,
        status_of(referral),
    )


def _to_send_on(referral: Referral) -> Waiting:
    what = _("Find another service than %(service)s") % {"service": _name(referral.service)}
    ended = referral.ended_at
    return Waiting(
        KIND,
        what,
        reverse("referrals:detail", args=[referral.pk]),
        referral.family,
        timezone.localdate(ended) if ended else None,
        status_of(referral),
    )


def _of_service(referral: Referral) -> Waiting:
    words = {"service": _name(referral.service), "authority": _name(referral.authority)}
    what = (
        _("Answer a referral of %(authority)s to %(service)s")
        if referral.status == ReferralStatus.SENT
        else _("Say when %(service)s begins with a family of %(authority)s")
    )
    return Waiting(
        ANSWERS,
        what % words,
        reverse("referrals:inbox_referral", args=[referral.pk]),
        None,
        referral.due_on,
        status_for_service(referral),
    )


def _name(thing: Any) -> str:
    """A name inside a sentence of another direction, which it leaves as it is."""
    return f"{FIRST_STRONG}{name_in_language(thing)}{END_ISOLATE}"
