"""The family takes back the consent by which a service sees a referral: it sees it no more."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.domains.families.models import Basis
from maarag.kernel.access.models import Account
from maarag.kernel.audit.actions import record
from maarag.kernel.jobs.actions import defer
from maarag.kernel.jobs.registry import TASKS

from ..models import OPEN, CloseReason, Referral, ReferralStatus, StepKind, WithdrawalNotice
from ..scope import require_sender
from .rules import NEXT, NotNow, move, seen, trace


@transaction.atomic
def withdraw_referral_consent(*, by: Account, referral: Referral, words: str) -> Referral:
    """Write down that the family withdrew its consent: from the commit on the body sees nothing of it, and is
    told that it ended and why. What has not begun is withdrawn, what has is closed. Raises Http404, NotNow
    (nobody of the body sees it), ValidationError.
    """
    found = _locked(referral.pk)
    if found is None:
        raise Http404
    require_sender(by, found.family)
    if found.basis != Basis.CONSENT:
        raise ValidationError(_("This referral rests on a law, not on the consent of the family."))
    if not words.strip():
        raise ValidationError({"words": _("Say who withdrew it.")})
    if len(words.strip()) > 1000:
        raise ValidationError({"words": _("A thousand characters at most.")})
    if not ends_by_consent(found):
        raise NotNow(found)
    _end(by, found, words.strip())
    return found


def end_consented_referral(by: Account, pk: UUID, words: str) -> None:
    """The family withdrew the consent that a referral rests on."""
    found = _locked(pk)
    if found is not None and ends_by_consent(found):
        _end(by, found, words)


def ends_by_consent(referral: Referral) -> bool:
    """Whether withdrawing the consent ends something: the referral, or that the body sees it."""
    rests = referral.basis == Basis.CONSENT and referral.consent_withdrawn_at is None
    return rests and (referral.status in OPEN or seen(referral))


def _locked(pk: UUID) -> Referral | None:
    return Referral.objects.select_for_update(of=("self",)).filter(pk=pk).first()


def _end(by: Account, referral: Referral, words: str) -> None:
    now, was_seen, until = timezone.now(), seen(referral), referral.seen_until
    if referral.status in NEXT["withdrawn"]:
        referral.end_words = words
        move(referral, ReferralStatus.WITHDRAWN, now)
    elif referral.status in OPEN:
        referral.end_words, referral.close_reason = words, CloseReason.NO_CONSENT
        move(referral, ReferralStatus.CLOSED, now)
    referral.consent_withdrawn_at, referral.seen_until = now, None
    referral.save()
    trace(referral, StepKind.NO_CONSENT, by=by, at=now, words=words)
    changes = {"status": [None, referral.status], "seen_until": [until, None]}
    record(by=by, action="referrals.withdraw_consent", subject=referral, changes=changes)
    if was_seen:
        _tell_body(referral)


def _tell_body(referral: Referral) -> None:
    WithdrawalNotice.objects.create(
        referral=referral.pk,
        organisation_id=referral.organisation_id,
        service_id=referral.service_id,
        authority_id=referral.authority_id,
        sent_on=timezone.localdate(referral.sent_at),
    )
    defer(
        TASKS["referrals.tell_of_withdrawn_consent"],
        lock=f"referrals.tell_of_withdrawn_consent:{referral.organisation_id}",
        single=True,
        organisation=referral.organisation_id,
    )
