"""Secrets in every text of placements: proposals, waiting lists, alternatives to leaving home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from maarag.domains.families.models import Family
from maarag.domains.placements.models import Alternative, AlternativeOption, Proposal, Waiting
from maarag.domains.programmes.models import Programme
from maarag.kernel.access.permissions import Role
from maarag.kernel.matches.models import Run
from maarag.kernel.matches.rows import Verdict
from maarag.kernel.taxonomy.models import Term

if TYPE_CHECKING:
    from .canaries import Canaries

PLANTED = "zq7"


def placements(found: Canaries) -> None:
    """For each planted family a proposal that was overridden, a wait, and an alternative with an option."""
    world, today, now = found.estate.nation.world, timezone.localdate(), timezone.now()
    by = found.estate.own[Role.TEAM_LEADER]
    programme, _made = Programme.objects.get_or_create(
        code="planted-places", defaults={"name_he": "תכנית", "organisation": world.organisation}
    )
    run = Run.objects.create(
        kind="placements",
        place=world.city,
        authorities=[world.city.pk],
        asked_by=by,
        state="done",
        percent=100,
        ended_at=now,
    )
    response = Term.objects.order_by("code").first()
    for rank, family in enumerate(Family.objects.filter(name__startswith=PLANTED).order_by("number"), 1):
        own = {"authority": family.authority, "family": family}
        Proposal.objects.create(
            run=run,
            rank=rank,
            verdict=Verdict.OVERRIDDEN,
            decided_by=by,
            decided_at=now,
            reason=found.new("Proposal.reason"),
            **own,
        )
        Waiting.objects.create(
            programme=programme,
            since=today,
            why="proposed",
            note=found.new("Waiting.note"),
            asked_by=by,
            **own,
        )
        alternative = Alternative.objects.create(
            response=response,
            why=found.new("Alternative.why"),
            reason=found.new("Alternative.reason"),
            opened_on=today,
            opened_by=by,
            **own,
        )
        texts = ("words", "barrier_words", "incentive_words")
        AlternativeOption.objects.create(
            alternative=alternative,
            written_by=by,
            written_on=today,
            **{name: found.new(f"AlternativeOption.{name}") for name in texts},
            **own,
        )
