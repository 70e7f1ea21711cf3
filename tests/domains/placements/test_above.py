"""A run of the nation: each department has its own proposals; above it are figures, small ones hidden."""

from __future__ import annotations

import json

import pytest
from django.http import Http404
from django.urls import reverse

from maarag.database.rows import RowScope, visible
from maarag.domains.placements import actions
from maarag.domains.placements.models import Proposal
from maarag.domains.placements.queries import board, compare, fairness, figures_of
from maarag.domains.placements.queries.binding_above import binding_above
from maarag.domains.placements.scope import proposals_of, runs_of
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.kernel.access.rows import scope_of
from maarag.kernel.jobs.inline import work_off
from maarag.kernel.matches.models import Run, RunState
from maarag.values import Suppressed
from tests.factories.baskets import quota as quota_of
from tests.factories.placements import POOR, RISK, Town

from .conftest import signed_in


@pytest.fixture
def national(place_town: Town) -> Account:
    return place_town.world.account(Role.NATIONAL_MANAGER, place=place_town.world.nation)


@pytest.fixture
def wide(place_town: Town, national: Account) -> Run:
    """A run of the nation: seven families in the city with four places, two in the sister with two."""
    sister = place_town.world.sister
    quota_of(place_town.world, place_town.first.line, sister, 2)
    for number in range(7):
        place_town.family(POOR if number % 2 else RISK)
    worker = place_town.world.account(Role.SOCIAL_WORKER, place=sister)
    for _number in range(2):
        place_town.family(POOR, authority=sister, worker=worker)
    with visible(scope_of(national)):
        run = actions.start_run(by=national, place=place_town.world.nation)
    assert run.state == RunState.QUEUED, "left to a worker"
    work_off()
    run.refresh_from_db()
    assert run.state == RunState.DONE, run.fault
    return run


def test_each_proposal_is_a_row_of_its_own_authority(place_town: Town, wide: Run, national: Account):
    assert (wide.totals["families"], wide.totals["placed"]) == (9, 6)
    counts = {}
    for place in (place_town.city, place_town.world.sister):
        with visible(RowScope(frozenset({place.pk}))):
            rows = Proposal.objects.filter(run=wide)
            assert {row.authority_id for row in rows} == {place.pk}
            counts[place.code] = rows.count()
            assert all(row.quota is None or row.quota.authority_id == place.pk for row in rows)
    assert counts == {"9001": 7, "9002": 2}
    with visible(scope_of(national)):
        assert not Proposal.objects.exists()
        assert not proposals_of(national, wide).exists()
        assert not board(national, wide).lines


def test_above_the_departments_small_numbers_are_hidden(place_town: Town, wide: Run, national: Account):
    with visible(scope_of(national)):
        found = figures_of(national, wide)
    assert not found.is_exact
    lines = {line.place.code: line for line in found.lines if line.place}
    assert set(lines) == {"9001", "9002"}
    assert isinstance(lines["9002"].families, Suppressed)
    assert found.hides_something
    assert all("left" not in one for one in found.binding)
    told = json.dumps([str(line) for line in found.lines])
    assert not any(family.name in told for family in place_town.families)


@pytest.fixture
def full(place_town: Town, national: Account) -> Run:
    """Every place is given: four in the city, three in the sister, which has twelve families."""
    sister = place_town.world.sister
    quota_of(place_town.world, place_town.first.line, sister, 3)
    worker = place_town.world.account(Role.SOCIAL_WORKER, place=sister)
    for number in range(30):
        place_town.family(POOR if number % 2 else RISK)
    for _number in range(12):
        place_town.family(POOR, authority=sister, worker=worker)
    with visible(scope_of(national)):
        run = actions.start_run(by=national, place=place_town.world.nation)
    work_off()
    run.refresh_from_db()
    assert run.totals["placed"] == 7
    return run


def test_what_binds_and_why_families_wait_tell_no_hidden_number(
    place_town: Town, full: Run, national: Account
):
    """How many places the sister has is public: that they are full would be the number that is hidden."""
    with visible(scope_of(national)):
        found = figures_of(national, full)
    assert isinstance(found.whole.placed, Suppressed)
    assert full.totals["binding"], "every place binds"
    assert found.binding == ()
    assert found.waiting_because == {}
    assert (found.value, found.bound, found.floors_cost, found.floors) == (None, None, None, ())
    client = signed_in(national)
    page = client.get(reverse("placements:whole", args=[full.pk])).content.decode()
    value, waiting = f"{full.totals['value']:,.1f}", f">{full.totals['families'] - 7}<"
    assert value not in page
    assert waiting not in page
    answer = client.get(f"/api/placements/runs/{full.pk}/figures").json()
    assert (answer["value"], answer["binding"], answer["waiting_because"]) == (None, [], {})
    # nor does a department learn the fit of others beside its own
    with place_town.scope():
        part = figures_of(place_town.leader, full)
    assert (part.is_part, part.value, part.bound) == (True, None, None)


def test_what_binds_above_is_told_by_programme():
    """The highest price of a programme's places, where it is in three authorities at least."""
    limits = [
        {"kind": "place", "key": 1, "price": 4.0},
        {"kind": "place", "key": 2, "price": 9.0},
        {"kind": "load", "key": [7, 21], "price": 2.0},
        {"kind": "place", "key": 4, "price": 8.0},
        {"kind": "funder", "key": 5, "price": 0.1},
    ]
    seats = [[1, 7, 20, 0, 4], [2, 7, 21, 0, 3], [3, 7, 22, 1, 3], [4, 8, 20, 0, 5], [6, 8, 21, 0, 5]]
    run = Run(totals={"seats": seats})
    told = [
        {"kind": "places", "key": 7, "price": 9.0},
        {"kind": "loads", "key": 7, "price": 2.0},
    ]
    assert binding_above(limits, run, sums=False) == told
    funder = [{"kind": "funder", "key": 5, "price": 0.1}]
    assert binding_above(limits, run, sums=True) == funder + told


def test_groups_above_are_hidden_where_the_figures_are(wide: Run, national: Account):
    """Two families of one department could be worked out from sums that the figures hide."""
    with visible(scope_of(national)):
        figures, groups = figures_of(national, wide), fairness(national, wide)
    whole = (figures.whole.families, figures.whole.placed, figures.whole.waiting)
    hidden = any(isinstance(one, Suppressed) for one in whole)
    assert bool(groups) is not hidden
    assert "area" not in {one.code for one in groups}


def test_a_department_is_told_no_sum_that_is_hidden_above_it(place_town: Town, wide: Run, national: Account):
    """Its own figures are exact; whether sums of all departments are told does not hang on who asks."""
    with visible(scope_of(national)):
        whole = figures_of(national, wide).whole
        assert any(isinstance(one, Suppressed) for one in (whole.families, whole.placed, whole.waiting))
        assert not fairness(national, wide)
    with place_town.scope():
        assert figures_of(place_town.leader, wide).whole.families == 7
        assert not fairness(place_town.leader, wide)


def test_a_department_sees_its_own_part_and_decides_it(place_town: Town, wide: Run):
    leader = place_town.leader
    with place_town.scope():
        assert wide in runs_of(leader)
        found = figures_of(leader, wide)
        assert (found.whole.families, found.whole.placed) == (7, 4)
        assert [line.place.code for line in found.lines if line.place] == ["9001"]
        rows = list(proposals_of(leader, wide))
        assert len(rows) == 7
        given = [row for row in rows if row.quota_id]
        actions.accept(by=leader, proposals=given)
        assert len(actions.carry_out(by=leader, run=wide).placed) == 4
    with pytest.raises(Http404), place_town.scope():
        actions.rerun(by=leader, run=wide)


def test_another_district_finds_nothing(place_town: Town, wide: Run):
    supervisor = place_town.world.account(Role.DISTRICT_SUPERVISOR, place=place_town.world.sister)
    with visible(scope_of(supervisor)):
        assert wide not in runs_of(supervisor)
    leader = place_town.world.account(Role.TEAM_LEADER, place=place_town.world.sister)
    with visible(scope_of(leader)):
        assert {row.authority_id for row in proposals_of(leader, wide)} == {place_town.world.sister.pk}
        found = compare(leader, wide, wide)
        assert (found.same, found.lines) == (2, ())


def test_a_run_that_is_begun_anew_has_its_proposals_once(place_town: Town):
    place_town.family(POOR)
    run = place_town.run()
    Run.objects.filter(pk=run.pk).update(state=RunState.RUNNING, ended_at=None, percent=90)
    from maarag.kernel.matches.actions import compute

    assert compute(run=run).state == RunState.DONE
    with place_town.scope():
        assert Proposal.objects.filter(run=run).count() == 1
