"""Decisions that stay when a run is repeated: also past a limit, with their worker, and never in silence."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from maarag.domains.placements import actions
from maarag.domains.placements.asked import asked
from maarag.domains.placements.errors import NoPlaceLeft
from maarag.domains.placements.queries import board
from maarag.domains.programmes.models import Quota
from maarag.kernel.access.permissions import Role
from maarag.kernel.matches.models import RunState
from maarag.kernel.matches.rows import Verdict
from tests.factories.placements import POOR, RISK, Town, town
from tests.factories.services import world

from .conftest import signed_in


def test_decisions_past_a_limit_stay_and_are_told(place_town: Town):
    """People may decide more than a team carries; the next run keeps it and gives nobody else to the team."""
    place_town.team(place_town.first, 1)
    poor = [place_town.family(POOR) for _number in range(3)]
    run = place_town.run()
    rows = [place_town.proposal(run, family) for family in poor]
    with place_town.scope():
        for row in rows[:2]:
            actions.override(by=place_town.leader, proposal=row, quota=place_town.first, reason="הובטח")
        again = actions.rerun(by=place_town.leader, run=run)
    assert again.state == RunState.DONE, again.fault
    team = [place_town.first.programme_id, place_town.city.pk]
    assert again.totals["passed"] == [{"kind": "load", "key": team}]
    assert again.totals["kept"] == 2
    kept = [place_town.proposal(again, family) for family in poor]
    assert [row.quota for row in kept[:2]] == [place_town.first] * 2
    assert kept[2].quota != place_town.first
    page = signed_in(place_town.leader).get(reverse("placements:run", args=[again.pk])).text
    assert "What was decided takes more than there is" in page
    assert "more work than its workers may carry" in page


def test_nothing_is_told_where_nothing_is_passed(place_town: Town):
    place_town.team(place_town.first, 5)
    family = place_town.family(POOR)
    run = place_town.run()
    with place_town.scope():
        actions.accept(by=place_town.leader, proposals=[place_town.proposal(run, family)])
        again = actions.rerun(by=place_town.leader, run=run)
    assert (again.totals["passed"], again.totals["lost"]) == ([], {})
    page = signed_in(place_town.leader).get(reverse("placements:run", args=[again.pk])).text
    assert "takes more than there is" not in page


@pytest.mark.django_db
def test_a_swap_promises_no_place_that_is_promised():
    """One place, proposed to the first and decided for the second: the third cannot be swapped into it."""
    small = town(world(), places=(1, 2))
    first, second, third = (small.family(POOR) for _number in range(3))
    run = small.run(settings=asked(programmes=[small.first.programme_id]))
    has = next(one for one in (first, second, third) if small.proposal(run, one).quota is not None)
    waiting = [one for one in (first, second, third) if one != has]
    with small.scope():
        actions.override(
            by=small.leader, proposal=small.proposal(run, waiting[0]), quota=small.first, reason="דחוף"
        )
        with pytest.raises(NoPlaceLeft):
            actions.swap(
                by=small.leader, first=small.proposal(run, has), second=small.proposal(run, waiting[1])
            )
        # whoever gives the place up with the same decision does not stand in its way
        actions.swap(
            by=small.leader, first=small.proposal(run, waiting[0]), second=small.proposal(run, waiting[1])
        )
    assert small.proposal(run, waiting[1]).quota == small.first


def test_fewer_programmes_drop_no_decision_and_offer_no_other_place(place_town: Town):
    poor, risk, other = place_town.family(POOR), place_town.family(RISK), place_town.family(RISK)
    run = place_town.run()
    with place_town.scope():
        actions.accept(by=place_town.leader, proposals=[place_town.proposal(run, risk)])
        again = actions.rerun(
            by=place_town.leader, run=run, settings=asked(programmes=[place_town.first.programme_id])
        )
    kept = place_town.proposal(again, risk)
    assert (kept.verdict, kept.quota) == (Verdict.ACCEPTED, place_town.second)
    assert place_town.proposal(again, poor).quota == place_town.first
    assert place_town.proposal(again, other).quota is None
    assert again.totals["kept"] == 1


def test_a_decision_whose_place_has_ended_is_told(place_town: Town):
    family = place_town.family(POOR)
    run = place_town.run()
    with place_town.scope():
        actions.accept(by=place_town.leader, proposals=[place_town.proposal(run, family)])
        Quota.objects.filter(pk=place_town.first.pk).update(ends=timezone.localdate() - timedelta(days=1))
        again = actions.rerun(by=place_town.leader, run=run)
        assert board(place_town.leader, again).lost == 1
    assert again.totals["kept"] == 0
    assert place_town.proposal(again, family).verdict == Verdict.PENDING
    page = signed_in(place_town.leader).get(reverse("placements:run", args=[again.pk])).text
    assert "Not everything that was decided could stay" in page


def test_a_department_runs_its_part_of_a_wider_run_again(place_town: Town):
    """A leader who decides on a district's board need not wait for the district to match once more."""
    family = place_town.family(POOR)
    district = place_town.world.account(Role.DISTRICT_SUPERVISOR, place=place_town.world.nation)
    run = place_town.run(by=district, place=place_town.world.nation)
    with place_town.scope():
        actions.accept(by=place_town.leader, proposals=[place_town.proposal(run, family)])
    client = signed_in(place_town.leader)
    board_url, url = (reverse(f"placements:{name}", args=[run.pk]) for name in ("run", "again"))
    assert url in client.get(board_url).text
    answer = client.post(
        url, {"place": place_town.city.code, "who": "without_place", "least_fit": 25, "keep": 1}
    )
    assert answer.status_code == 302, answer.text
    with place_town.scope():
        again = run.__class__.objects.exclude(pk=run.pk).get()
    assert (again.place, again.based_on, again.totals["kept"]) == (place_town.city, run, 1)
    assert place_town.proposal(again, family).verdict == Verdict.ACCEPTED
    with place_town.scope(), pytest.raises(Http404):
        actions.rerun(by=place_town.leader, run=run)
    with place_town.scope(), pytest.raises(Http404):
        actions.rerun(by=place_town.leader, run=run, place=place_town.world.sister)


def test_another_place_has_a_worker_of_its_own_team(place_town: Town):
    """And taken back, one of the team of the place that was proposed; the least loaded beside the run."""
    one, two, three = (
        place_town.world.account(Role.SOCIAL_WORKER, place=place_town.city) for _number in range(3)
    )
    place_town.team(place_town.first, 5, one)
    place_town.team(place_town.second, 5, two)
    place_town.team(place_town.second, 5, three)
    poor, risk = place_town.family(POOR), place_town.family(RISK)
    run = place_town.run()
    row = place_town.proposal(run, poor)
    assert (row.quota, row.worker) == (place_town.first, one)
    busy = place_town.proposal(run, risk).worker
    with place_town.scope():
        row = actions.override(
            by=place_town.leader, proposal=row, quota=place_town.second, reason="קרוב לבית"
        )
        assert row.worker in (two, three)
        assert row.worker != busy
        row = actions.take_back(by=place_town.leader, proposal=row)
        assert (row.quota, row.worker) == (place_town.first, one)
