"""Secrets in every text of placements: proposals, waiting lists, alternatives to leaving home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from maarag.domains.families.models import Family
from maarag.domains.placements.actions import start_run
from maarag.domains.placements.models import Alternative, AlternativeOption, Proposal, Waiting
from maarag.domains.programmes.models import Programme
from maarag.kernel.access.permissions import Role
from maarag.kernel.matches.models import RunState
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
    run = start_run(by=by, place=world.city, at_once=True)
    assert run.state == RunState.DONE
    response = Term.objects.order_by("code").first()
    for family in Family.objects.filter(name__startswith=PLANTED).order_by("number"):
        own = {"authority": family.authority, "family": family}
        Proposal.objects.filter(run=run, family=family).update(
            verdict=Verdict.OVERRIDDEN, decided_by=by, decided_at=now, reason=found.new("Proposal.reason")
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
