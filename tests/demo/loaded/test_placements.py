"""The fictional department's review board in the demonstration."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from maarag.database.rows import RowScope, visible
from maarag.demo.actions import Loaded
from maarag.demo.households import AUTHORITY, SISTER
from maarag.demo.placement_board import ACCEPTED, CARRIED, WAITS
from maarag.demo.sister_toolbox import LEADER as SISTERS_LEADER
from maarag.domains.placements.models import Alternative, Choice, Proposal, Waiting
from maarag.domains.placements.queries import board, fairness, figures_of, ranking, waiting_list
from maarag.kernel.access.models import Account
from maarag.kernel.matches.models import Run, RunState
from maarag.kernel.matches.rows import Verdict
from maarag.kernel.places.models import Place


@pytest.mark.django_db
@pytest.mark.usefixtures("of_class")
class TestBoard:
    loaded: Loaded

    def test_the_department_has_a_board_with_decisions_of_every_kind(self) -> None:
        place = Place.objects.get(code=AUTHORITY)
        leader = Account.objects.get(email="team.leader@maale-gan.example")
        run = Run.objects.filter(place=place).latest("asked_at")
        assert run.state == RunState.DONE
        assert run.totals["placed"] > ACCEPTED
        with visible(RowScope(frozenset({place.pk}), leader.pk)):
            found = board(leader, run)
            assert len(found.lines) == run.totals["families"] > 100
            assert found.verdicts[Verdict.ACCEPTED] == ACCEPTED
            assert found.verdicts[Verdict.SWAPPED] == 2
            assert found.verdicts[Verdict.OVERRIDDEN] == found.verdicts[Verdict.DECLINED] == 1
            assert sum(line.carried for line in found.places) == CARRIED
            assert all(line.left >= 0 for line in found.places)
            assert len({line.quota.programme_id for line in found.places if line.decided}) > 1
            fits = {row.fit for row in Proposal.objects.filter(run=run) if row.fit is not None}
            assert len(fits) > 10, "families differ in what suits them"
            groups = {one.code: one.groups for one in fairness(leader, run)}
            assert len(groups["language"]) > 2
            lists = [waiting_list(leader, one.quota.programme, place) for one in found.places]
            assert sum(map(len, lists)) >= len(WAITS) - CARRIED

    def test_the_sister_works_by_one_toolbox_and_chooses_methods(self) -> None:
        place = Place.objects.get(code=SISTER)
        leader = Account.objects.get(email=SISTERS_LEADER)
        own = Run.objects.get(place=place)
        wide = Run.objects.get(asked_by__email="district@welfare.example")
        with visible(RowScope(frozenset({place.pk}), leader.pk)):
            for run in (own, wide):
                found = board(leader, run)
                assert all(line.proposal.works_by_method for line in found.lines)
                assert sum(line.families for line in found.methods) >= 20
                assert len(found.methods) > 1
            first = next(line.proposal for line in board(leader, own).lines if line.proposal.quota_id)
            ranked = ranking(first.family)
            assert ranked.by_method
            assert any(one.others for one in ranked.places), "a method that several programmes work by"
        other = Place.objects.get(code=AUTHORITY)
        with visible(RowScope(frozenset({other.pk}))):
            assert not any(row.works_by_method for row in Proposal.objects.filter(run=wide))

    def test_leaving_home_is_weighed_for_somebody(self) -> None:
        place = Place.objects.get(code=AUTHORITY)
        with visible(RowScope(frozenset({place.pk}))):
            one = Alternative.objects.exclude(options__words="").get()
            assert one.is_open
            assert one.member is not None
            assert [bool(option.barriers) for option in one.options.all()] == [True, True]
            assert Waiting.objects.filter(ended_on=None).exists()

    def test_leaving_home_was_considered_and_decided_in_every_way(self) -> None:
        place = Place.objects.get(code=AUTHORITY)
        with visible(RowScope(frozenset({place.pk}))):
            counts = Counter(Alternative.objects.values_list("choice", flat=True))
            assert set(counts) == set(Choice.values)
            assert counts[Choice.COMMUNITY] > counts[Choice.OUT_OF_HOME] > 4
            decided = Alternative.objects.exclude(choice=Choice.OPEN)
            assert all(one.opened_on <= one.decided_on <= date.today() for one in decided)

    def test_the_district_sees_a_run_in_figures(self) -> None:
        supervisor = Account.objects.get(email="district@welfare.example")
        run = Run.objects.get(asked_by=supervisor)
        found = figures_of(supervisor, run)
        assert found.whole.families
        assert not found.is_exact
