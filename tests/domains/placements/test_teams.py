"""What a team carries: families by their weight, also those whose worker is nobody of the team."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from maarag.domains.families.actions import MemberDraft, change_family
from maarag.domains.families.models import Family
from maarag.domains.placements.asked import asked
from maarag.domains.placements.gathering import candidates, weights_of
from maarag.domains.placements.queries import ranking
from maarag.domains.placements.queries.ranking import NO_WORKER, TAKE, Ranked
from maarag.domains.placements.seats import teams, teams_alone
from maarag.domains.placements.sharing import Team, Teammate, charged
from maarag.domains.programmes.models import Quota
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from tests.factories.casework import assessment, rated
from tests.factories.placements import ARABIC, POOR, RISK, Town


def with_children(town: Town, family: Family, births: list[str]) -> Family:
    children = [
        MemberDraft(f"ילד {n}", "גל", "child", fields={"birth_date": born} if born else {})
        for n, born in enumerate(births)
    ]
    with town.scope():
        kept = [MemberDraft(one.first_name, one.last_name, "parent", one.pk) for one in family.members.all()]
        change_family(by=town.worker, family=family, members=[*kept[:1], *children])
    return family


def heavy(town: Town) -> Family:
    """A family with four children: it weighs 1.25."""
    return with_children(town, town.family(POOR), ["2018-05-01"] * 4)


def other_worker(town: Town) -> Account:
    made: Account = town.world.account(Role.SOCIAL_WORKER, place=town.city)
    return made


def first(town: Town, family: Family) -> Ranked:
    with town.scope():
        return next(one for one in ranking(family).places if one.programme == town.first.programme)


def is_placed(town: Town, family: Family) -> bool:
    run = town.run(settings=asked(programmes=[town.first.programme_id]))
    return town.proposal(run, family).quota is not None


def rooms(town: Town) -> list[float]:
    with town.scope():
        found = teams([town.city.pk], timezone.localdate())
    return [one.room for one in found[town.first.programme_id, town.city.pk]]


@pytest.mark.parametrize("day", [date(2028, 2, 29), date(2026, 11, 20)])
def test_weights_are_those_of_the_families_as_matching_reads_them(place_town: Town, day: date):
    grown_up = f"{day.year - 18}-{day.month:02}-{min(day.day, 28):02}"
    next_day = (date.fromisoformat(grown_up) + timedelta(days=1)).isoformat()
    families = [
        place_town.family(),
        heavy(place_town),
        with_children(place_town, place_town.family(), ["2018-05-01", "", "", next_day]),
        with_children(place_town, place_town.family(), ["2018-05-01", "", "", grown_up]),
        place_town.family(POOR, RISK, ARABIC),
        place_town.family(POOR, RISK, ARABIC, "seniors"),
        with_children(place_town, place_town.family(POOR, RISK, ARABIC, "seniors"), [""] * 5),
        place_town.family(),
        place_town.family(),
    ]
    for family, level in zip(families[-3:], (1, 1, 2), strict=True):
        round = assessment(place_town.worker, family, place_town.world.system, code="child-risk")
        rated(place_town.worker, round, level)
    with place_town.scope():
        read = {one.family: one.weight for one in candidates(families=[one.pk for one in families], day=day)}
        with CaptureQueriesContext(connection) as queries:
            found = weights_of(read, day)
    assert found == read
    assert [read[one.pk] for one in families] == [1, 1.25, 1.25, 1, 1, 1.25, 1.75, 1.25, 1]
    assert len(queries) <= 5


def test_a_family_s_page_and_a_run_agree_whether_a_worker_has_room(place_town: Town):
    """The worker may carry two usual families and has one of 1.25: there is no room for another of 1."""
    place_town.team(place_town.first, most=2)
    place_town.place(heavy(place_town), place_town.first)
    comes = place_town.family(POOR)
    line = first(place_town, comes)
    assert (line.workers_room, line.advice) == (0.75, NO_WORKER)
    assert not is_placed(place_town, comes)


def test_families_whose_worker_is_nobody_of_the_team_take_its_room(place_town: Town):
    account = other_worker(place_town)
    place_town.team(place_town.first, most=1)
    comes = place_town.family(POOR)
    assert first(place_town, comes).advice == TAKE
    place_town.place(place_town.family(POOR, worker=account), place_town.first)
    assert rooms(place_town) == [0]
    assert first(place_town, comes).advice == NO_WORKER
    assert not is_placed(place_town, comes)
    with place_town.scope():
        (team,) = teams_alone([place_town.city.pk], timezone.localdate()).values()
    assert ([one.families for one in team.people], team.beside) == ([0], (1.0,))
    assert (team.families, team.carried, team.most) == (1, 1, 1)


def test_who_left_the_team_leaves_the_families_to_it(place_town: Town):
    account = other_worker(place_town)
    place_town.team(place_town.first, most=3)
    leaves = place_town.team(place_town.first, most=2, account=account)
    place_town.place(place_town.family(POOR, worker=account), place_town.first)
    assert rooms(place_town) == [3, 1]
    leaves.ends = timezone.localdate() - timedelta(days=1)
    leaves.save()
    assert rooms(place_town) == [2]


def test_a_family_with_places_of_two_quotas_of_a_programme_weighs_once(place_town: Town):
    place_town.team(place_town.first, most=5)
    family = place_town.family(POOR)
    for one in (place_town.first, place_town.second):
        place_town.place(family, one)
    # as where next year's quota has begun while a basket of this year's is open still
    Quota.objects.filter(pk=place_town.second.pk).update(programme=place_town.first.programme)
    assert rooms(place_town) == [4]


@given(
    st.lists(st.tuples(st.integers(1, 6), st.integers(0, 28)), min_size=1, max_size=4),
    st.lists(st.sampled_from((1.0, 1.25, 1.5, 1.75)), max_size=8),
)
def test_the_room_shrinks_by_all_that_is_beside(people: list[tuple[int, int]], beside: list[float]):
    team = Team(tuple(Teammate(i, most, part / 4) for i, (most, part) in enumerate(people)), tuple(beside))
    found = charged(team)
    room = sum(one.room for one in team.people)
    assert sum(one.room for one in found) == max(0, room - sum(beside))
    assert sum(one.carried for one in found) == team.carried
    assert all(after.carried >= before.carried for before, after in zip(team.people, found, strict=True))


def test_a_team_of_nobody_is_charged_nothing():
    assert charged(Team((), (1.0,))) == []
