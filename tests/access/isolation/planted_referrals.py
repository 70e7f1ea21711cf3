"""Secrets in every text of referrals."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from maarag.domains.families.models import Family
from maarag.domains.referrals.models import HelpWord, Referral, ReferralStep
from maarag.kernel.people.actions import save_organisation
from maarag.kernel.people.models import Sector

if TYPE_CHECKING:
    from .canaries import Canaries

PLANTED = "zq7"


def referrals(found: Canaries) -> None:
    """A referral of each planted family, with a step and the family's word, to a body nobody here is of."""
    world, now = found.estate.nation.world, timezone.now()
    by = world.system
    body = save_organisation(
        by=by, code="receives", name_he="גוף מקבל", sector=Sector.CIVIL_SOCIETY, place=world.city
    )
    service = world.service("receives", "שירות מקבל", "meals", organisation=body)
    for family in Family.objects.filter(name__startswith=PLANTED).order_by("number"):
        own = {"authority": family.authority, "family": family}
        texts = ("text", "basis_details", "answer_words", "end_words")
        referral = Referral.objects.create(
            service=service,
            organisation=body,
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
