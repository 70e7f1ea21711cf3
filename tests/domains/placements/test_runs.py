"""A run over a department: who is proposed which place, within every limit, and why."""

from __future__ import annotations

from maarag.domains.placements.models import Proposal
from maarag.kernel.matches.models import RunState
from tests.factories.placements import POOR, RISK, Town


def test_each_family_is_proposed_the_place_that_fits_it_best(place_town: Town):
    poor, at_risk = place_town.family(POOR), place_town.family(RISK)
    run = place_town.run()
    assert run.state == RunState.DONE
    assert run.percent == 100
    assert place_town.proposal(run, poor).quota == place_town.first
    assert place_town.proposal(run, at_risk).quota == place_town.second
    assert (run.totals["families"], run.totals["placed"]) == (2, 2)
    with place_town.scope():
        row = Proposal.objects.get(run=run, family=poor)
    assert row.fit == row.proposed_fit
    assert row.method.code == "rights"
    assert {each["code"] for each in row.explanation["for"]} == {"best_fit"}
    assert row.explanation["eligible"] == 2
