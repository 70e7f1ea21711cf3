"""Secrets in every text of referrals."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from maarag.domains.families.models import Family
from maarag.domains.referrals.models import HelpWord, Referral, ReferralStep

if TYPE_CHECKING:
    from .canaries import Canaries

PLANTED = "zq7"


def referrals(found: Canaries) -> None:
    """A referral of each planted family, with a step and the family's word."""
    by, now = found.estate.nation.world.system, timezone.now()
    for family in Family.objects.filter(name__startswith=PLANTED).order_by("number"):
        own = {"authority": family.authority, "family": family}
        texts = ("text", "basis_details", "answer_words", "end_words")
        referral = Referral.objects.create(
            service=found.estate.service,
            organisation=found.estate.service.organisation,
            fields=["family_name"],
            basis="consent",
            sent_by=by,
            due_on=timezone.localdate() + timedelta(days=7),
            seen_until=timezone.localdate() + timedelta(days=7),
            **{name: found.new(f"Referral.{name}") for name in texts},
            **own,
        )
        words = found.new("ReferralStep.words")
        ReferralStep.objects.create(referral=referral, kind="sent", at=now, by=by, words=words, **own)
        HelpWord.objects.create(
            referral=referral,
            help="yes",
            said_by=found.new("HelpWord.said_by"),
            how="phone",
            said_on=timezone.localdate(),
            words=found.new("HelpWord.words"),
            recorded_by=by,
            **own,
        )
