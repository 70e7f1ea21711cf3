"""Old proposals go, what was carried out stays with the file, and an erased file takes all with it."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from maarag.domains.families.models import Family
from maarag.domains.placements import actions
from maarag.domains.placements.models import Proposal, Waiting
from maarag.kernel.matches.models import Run
from maarag.kernel.retention.rules import RULES
from tests.factories.placements import POOR, RISK, Town


def test_proposals_that_were_not_carried_out_are_due_after_two_years(place_town: Town):
    given, left = place_town.family(POOR), place_town.family(RISK)
    run = place_town.run()
    with place_town.scope():
        actions.accept(by=place_town.leader, proposals=[place_town.proposal(run, given)])
        actions.carry_out(by=place_town.leader, run=run)
        rule = RULES["placements.proposals"]
        today = timezone.localdate()
        assert not list(rule.due(today - rule.keep))
        Run.objects.filter(pk=run.pk).update(asked_at=timezone.now() - rule.keep - timedelta(days=1))
        (due,) = rule.due(today - rule.keep)
        assert Proposal.objects.get(pk=due.row).family == left
        assert due.authority == place_town.city.pk


def test_an_erased_file_takes_its_proposals_and_waits_and_the_figures_stay(place_town: Town):
    family = place_town.family(POOR)
    run = place_town.run()
    with place_town.scope():
        actions.wait(by=place_town.worker, family=family, programme=place_town.second.programme)
        Family.objects.get(pk=family.pk).delete()
        assert not Proposal.objects.exists()
        assert not Waiting.objects.exists()
    run.refresh_from_db()
    assert run.totals["families"] == 1
