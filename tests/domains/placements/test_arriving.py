"""What a run learns for families to come: of those who came within the last year, for what is left."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from maarag.domains.baskets.actions import close_basket
from maarag.domains.families.models import Family
from maarag.domains.placements import actions
from maarag.domains.placements.arriving import coming
from maarag.domains.placements.asked import WAITING, asked
from maarag.domains.placements.gathering import candidates
from maarag.domains.placements.queries import Ranked, ranking
from maarag.domains.placements.queries.ranking import KEEP, TAKE
from maarag.domains.programmes.models import Quota
from tests.factories.placements import POOR, RISK, Town, town
from tests.factories.services import world

EVERYTHING = asked(least_fit=0)
THE_LIST = asked(least_fit=0, who=WAITING)


@pytest.fixture
def here(db: None) -> Town:
    """Twelve places of the first programme, ten of them taken by families who came half a year ago."""
    made = town(world(), places=(12, 2))
    for _number in range(10):
        made.place(made.family(POOR, opened_on=half_a_year_ago()), made.first)
    lasts(made, 364)
    return made


def half_a_year_ago() -> date:
    return timezone.localdate() - timedelta(days=180)


def lasts(here: Town, days: int) -> None:
    """The places of the first programme last so many days more."""
    Quota.objects.filter(pk=here.first.pk).update(ends=timezone.localdate() + timedelta(days=days))


def places(here: Town, families: int) -> None:
    Quota.objects.filter(pk=here.first.pk).update(families=families)


def losses(here: Town, **more: Any) -> dict[str, dict[str, float]]:
    """What a run of those on the lists learns for those to come: who had a place is not on one."""
    run = here.run(settings=THE_LIST, **more)
    run.refresh_from_db()
    return run.totals["losses"]


def breathing(here: Town, family: Family) -> Ranked:
    with here.scope():
        return next(one for one in ranking(family).places if one.programme == here.first.programme)


def came_a_year_ago(here: Town, families: list[Family]) -> None:
    """The day before those who tell of the year to come."""
    day = timezone.localdate() - timedelta(days=365)
    with here.scope():
        Family.objects.filter(pk__in=[one.pk for one in families]).update(opened_on=day)


def ten_end(here: Town) -> None:
    with here.scope():
        for family in here.families[:10]:
            close_basket(by=here.worker, basket=family.baskets.get())


def test_a_place_is_kept_for_those_to_come_though_nobody_waits(here: Town):
    badly = here.family(RISK)
    here.run(settings=EVERYTHING)
    one = breathing(here, badly)
    assert one.free == 2
    assert (one.advice, one.price > 0) == (KEEP, True), "ten like those of last year come to two places"
    well = breathing(here, here.family(POOR))
    assert (well.advice, well.price) == (TAKE, one.price), "nobody to come is worth more there"


def test_shortly_before_the_places_end_nobody_is_told_to_wait(here: Town):
    badly = here.family(RISK)
    lasts(here, 0)
    here.run(settings=EVERYTHING)
    one = breathing(here, badly)
    assert (one.advice, one.price) == (TAKE, 0)


def test_who_came_longer_ago_than_a_year_tells_nothing_of_the_next(here: Town):
    came_a_year_ago(here, here.families)
    badly = here.family(RISK)
    here.run(settings=EVERYTHING)
    one = breathing(here, badly)
    assert (one.advice, one.price) == (TAKE, 0)


def test_places_that_end_within_the_year_are_given_again(here: Town):
    badly = here.family(RISK)
    assert losses(here)["place"]
    assert breathing(here, badly).advice == KEEP
    ten_end(here)
    places(here, 2)
    came_a_year_ago(here, here.families[:2])  # so that the funder's money is enough too
    assert not losses(here)["place"]
    one = breathing(here, badly)
    assert one.free == 2, "as few are free as before"
    assert (one.advice, one.price) == (TAKE, 0), "but ten ended within the year, and ten will again"


def test_the_work_for_those_whose_place_ends_is_free_again(here: Town):
    team = here.team(here.first, 11)
    assert losses(here)["load"], "there is work for one family, and money for two"
    assert breathing(here, here.family(RISK)).worth.most == "work"
    ten_end(here)
    team.most = 1
    team.save()
    assert not losses(here)["load"]


def test_a_decision_that_stays_takes_its_place_from_those_to_come(here: Town):
    decided = here.family(POOR)
    first = here.run(settings=EVERYTHING)
    with here.scope():
        actions.accept(by=here.leader, proposals=[here.proposal(first, decided)])
    before = breathing(here, here.family(RISK)).price
    again = here.run(settings=asked(least_fit=0, keep=True), based_on=first)
    again.refresh_from_db()
    assert again.totals["kept"] == 1
    assert breathing(here, here.family(RISK)).price == before > 0


def test_where_families_are_many_those_to_come_are_read_at_once(here: Town, django_assert_max_num_queries):
    """Whoever came within the year is among the open files that a run reads anyway."""
    day = timezone.localdate()
    with here.scope():
        families = candidates(authorities=[here.city.pk], day=day, without_place=False)
        with django_assert_max_num_queries(1):
            known = coming(families, [], [here.city.pk], day)
    assert len(known.came) == 10
    assert all(not one.placed_in and not one.waits for one in known.came)
