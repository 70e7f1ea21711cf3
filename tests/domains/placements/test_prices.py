"""Prices that answer who arrives between runs: every run learns them anew, and the page says since when."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from maarag.domains.families.models import Family
from maarag.domains.placements.asked import asked
from maarag.domains.placements.queries import Ranked, ranking
from maarag.domains.placements.queries.prices import Worth
from maarag.domains.placements.queries.ranking import BELOW, KEEP, TAKE
from maarag.kernel.matches.models import Run
from tests.factories.placements import POOR, RISK, Town, town
from tests.factories.services import world

from .conftest import signed_in
from .test_api import Caller


@pytest.fixture
def here(db: None) -> Town:
    return town(world(), places=(2, 2))


def breathing(here: Town, family: Family) -> Ranked:
    with here.scope():
        return next(one for one in ranking(family).places if one.programme == here.first.programme)


def ended(run: Run, days_ago: int) -> None:
    moment = timezone.now() - timedelta(days=days_ago)
    Run.objects.filter(pk=run.pk).update(asked_at=moment, ended_at=moment)


def test_each_run_learns_prices_from_who_arrived_since_the_last(here: Town):
    everything = asked(least_fit=0)
    arrives = here.family(RISK)
    first = here.run(settings=everything)
    ended(first, 20)
    assert breathing(here, arrives).price == 0, "there is room for everybody"
    for _number in range(5):
        here.family(POOR)
    assert breathing(here, arrives).price == 0, "they came after the run"
    second = here.run(settings=everything)
    ended(second, 3)
    one = breathing(here, arrives)
    second.refresh_from_db()
    assert one.price == second.totals["prices"]["place"][str(here.first.pk)] > 0
    assert one.priced == second.ended_at
    assert one.advice == KEEP, "it is worth more to those who came"
    late = here.family(POOR)
    assert (breathing(here, late).price, breathing(here, late).advice) == (one.price, TAKE)


def test_a_run_of_one_programme_leaves_the_prices_of_the_others_in_force(here: Town):
    families = [here.family(POOR) for _number in range(6)]
    whole = here.run()
    ended(whole, 9)
    before = breathing(here, families[0])
    assert before.price > 0
    other = here.run(settings=asked(programmes=[here.second.programme_id]))
    assert str(here.first.pk) not in other.totals["prices"]["place"]
    now = breathing(here, families[0])
    whole.refresh_from_db()
    assert (now.price, now.priced) == (before.price, whole.ended_at)
    with here.scope():
        second = next(one for one in ranking(families[0]).places if one.programme == here.second.programme)
    assert second.priced == other.ended_at


def test_what_fits_too_little_is_asked_of_the_run_that_had_the_programme(here: Town):
    family = here.family(POOR)
    ended(here.run(), 9)
    before = breathing(here, family)
    assert before.advice == TAKE
    here.run(settings=asked(programmes=[here.second.programme_id], least_fit=100))
    assert breathing(here, family).advice == TAKE
    with here.scope():
        second = next(one for one in ranking(family).places if one.programme == here.second.programme)
    assert second.advice == BELOW
    here.run(settings=asked(programmes=[here.first.programme_id], least_fit=100))
    assert breathing(here, family).advice == BELOW


def test_page_and_api_say_since_when(here: Town):
    family = here.family(POOR)
    client = signed_in(here.worker)
    address = reverse("placements:family", args=[family.pk])
    assert "No run has been done yet" in client.get(address).content.decode()
    for _number in range(4):
        here.family(POOR)
    run = here.run()
    ended(run, 12)
    day = timezone.localdate() - timedelta(days=12)
    text = client.get(address).content.decode()
    assert f"in force since the run of {day:%d.%m.%Y}" in text
    assert f"by the run of {day:%d.%m.%Y}" in text
    assert "Mostly because its places are too few for all." in text
    told = Caller(here.worker).get(f"/families/{family.pk}/ranking")
    (one,) = (place for place in told["places"] if place["programme"] == "breathing")
    assert (one["price"] > 0, one["scarce"]) == (True, "place")
    assert one["priced"].startswith((timezone.now() - timedelta(days=12)).strftime("%Y-%m-%d"))


def test_what_most_of_a_price_is_for():
    assert Worth(place=3.0, money=4.0, work=1.0, groups=6.0).points == 2.0
    assert Worth(place=3.0, money=4.0, work=1.0, groups=6.0).most == "money"
    assert Worth(place=3.0, work=3.5).most == "work"
    assert (Worth(place=3.0, groups=3.0).points, Worth(place=3.0, groups=3.0).most) == (0.0, "")
