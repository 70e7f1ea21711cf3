"""Budgets that overlap: a programme has two quotas in an authority, each with its own places and money."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils.translation import override

from maarag.domains.baskets.models import Basket
from maarag.domains.families.actions import close_family
from maarag.domains.families.models import Family
from maarag.domains.placements import actions
from maarag.domains.placements.asked import Asked, asked
from maarag.domains.placements.errors import NoPlaceLeft
from maarag.domains.placements.models import Proposal, Waiting
from maarag.domains.placements.queries import board, compare, ranking
from maarag.domains.placements.queries.ranking import FULL, TAKE, Ranked
from maarag.domains.placements.seats import seats
from maarag.domains.programmes.in_use import places_taken
from maarag.domains.programmes.models import Quota, ToolboxSwitch
from maarag.domains.programmes.words import quota_words
from maarag.kernel.matches.models import Run
from tests.domains.placements.test_api import Caller
from tests.factories.baskets import ENDS, STARTS
from tests.factories.baskets import programme as programme_line
from tests.factories.baskets import quota as quota_of
from tests.factories.placements import POOR, RISK, Town
from tests.factories.programmes import rule

from .conftest import signed_in

EARLIER = (STARTS - timedelta(days=170)).replace(day=1)


@pytest.fixture
def older(place_town: Town) -> Quota:
    """Three places of the first programme from the budget before, which runs still."""
    line = programme_line(place_town.world, "breathing", budget="budget-before", starts=EARLIER)
    made = quota_of(place_town.world, line, place_town.city, 3)
    assert (made.programme, made.starts) == (place_town.first.programme, EARLIER)
    return made


@pytest.fixture
def newer_full(place_town: Town, older: Quota) -> Quota:
    for _number in range(2):
        place_town.place(place_town.family(POOR), place_town.first)
    return place_town.first


def first_only(town: Town) -> Asked:
    return asked(programmes=[town.first.programme_id])


def families(town: Town, n: int) -> list[Family]:
    return [town.family(POOR) for _number in range(n)]


def given(town: Town, run: Run) -> Counter[int | None]:
    with town.scope():
        return Counter(Proposal.objects.filter(run=run).values_list("quota_id", flat=True))


class TestRun:
    def test_each_quota_is_a_place_with_its_own_money(
        self, place_town: Town, newer_full: Quota, older: Quota
    ):
        with place_town.scope():
            found = {one.quota: one for one in seats([place_town.city.pk], date.today())}
        assert {pk: one.left for pk, one in found.items()} == {
            newer_full.pk: 0,
            older.pk: 3,
            place_town.second.pk: 2,
        }
        cost = found[older.pk].cost
        assert (found[newer_full.pk].purse_left, found[older.pk].purse_left) == (0, 3 * cost)

    def test_the_older_quota_is_proposed_while_the_newer_one_is_full(
        self, place_town: Town, newer_full: Quota, older: Quota
    ):
        waiting = families(place_town, 4)
        run = place_town.run(settings=first_only(place_town))
        assert given(place_town, run) == {older.pk: 3, None: 1}
        left = next(row for one in waiting if (row := place_town.proposal(run, one)).quota is None)
        (why,) = left.explanation["why_not"]
        assert why["because"] == [{"code": "full", "n": 5}]
        assert (left.explanation["eligible"], left.explanation["better"]) == (1, 1)
        assert run.totals["waiting"] == {"full": 1}
        assert {row[0]: row[3] for row in run.totals["seats"]} == {newer_full.pk: 0, older.pk: 3}

    def test_both_are_filled_and_a_place_is_not_lost_to_the_other_quota(self, place_town: Town, older: Quota):
        """Six families of one fit for five places: one leaves, and has none of the programme instead."""
        waiting = families(place_town, 6)
        run = place_town.run(settings=first_only(place_town))
        assert given(place_town, run) == {place_town.first.pk: 2, older.pk: 3, None: 1}
        for row in (place_town.proposal(run, one) for one in waiting):
            if row.quota is None:
                (why,) = row.explanation["why_not"]
                assert why["displaced"]["goes_to"] is None
            else:
                assert not row.explanation["why_not"]
                assert [one["code"] for one in row.explanation["for"]] == ["best_fit"]

    def test_a_programme_with_room_in_one_quota_is_not_called_full(
        self, place_town: Town, newer_full: Quota, older: Quota
    ):
        """The team has no room: that is why, though the newer quota is full too."""
        place_town.team(newer_full, most=3)
        waiting = families(place_town, 2)
        run = place_town.run(settings=first_only(place_town))
        left = [row for one in waiting if (row := place_town.proposal(run, one)).quota is None]
        (why,) = left[0].explanation["why_not"]
        assert [one["code"] for one in why["because"]] == ["load_spent"]
        assert (why["quota"], run.totals["waiting"]) == (older.pk, {"load_spent": 1})

    def test_barred_and_too_little_are_told_once(self, place_town: Town, older: Quota):
        badly = place_town.family(RISK)
        assert [
            one["programme"] for one in place_town.proposal(place_town.run(), badly).explanation["below"]
        ] == ["breathing"]
        rule(place_town.first.programme, "children", least=4)
        row = place_town.proposal(place_town.run(), badly)
        assert [one["programme"] for one in row.explanation["barred"]] == ["breathing"]

    def test_the_board_tells_the_quotas_apart_by_their_periods(self, place_town: Town, older: Quota):
        families(place_town, 4)
        run = place_town.run(settings=first_only(place_town))
        with place_town.scope():
            lines = board(place_town.leader, run).places
        assert [(one.quota, one.quota.is_beside_another, one.quota.families) for one in lines] == [
            (older, True, 3),
            (place_town.first, True, 2),
        ]
        client = signed_in(place_town.leader)
        for page in ("run", "whole"):
            text = client.get(reverse(f"placements:{page}", args=[run.pk])).text
            assert f"{EARLIER:%d.%m.%Y}" in text, page

    def test_the_other_quota_of_a_programme_is_no_other_place(self, place_town: Town, older: Quota):
        (family,) = families(place_town, 1)
        one = place_town.run(settings=first_only(place_town))
        other = place_town.run(settings=first_only(place_town))
        with place_town.scope():
            row = place_town.proposal(one, family)
            instead = older if row.quota == place_town.first else place_town.first
            actions.override(by=place_town.leader, proposal=row, quota=instead, reason="שנת התקציב")
            found = compare(place_town.leader, one, other)
        assert (found.same, found.lines) == (1, ())


class TestRanking:
    def line(self, town: Town, family: Family) -> Ranked:
        with town.scope():
            (found,) = [one for one in ranking(family).places if one.programme == town.first.programme]
        return found

    def test_the_quota_with_free_places_is_ranked(self, place_town: Town, newer_full: Quota, older: Quota):
        family = place_town.family(POOR)
        found = self.line(place_town, family)
        assert (found.advice, found.quota, found.free, found.families) == (TAKE, older, 3, 3)
        for one in families(place_town, 3):
            place_town.place(one, older)
        found = self.line(place_town, family)
        assert (found.advice, found.free) == (FULL, 0)

    def test_page_and_api_lead_to_it(self, place_town: Town, newer_full: Quota, older: Quota):
        family = place_town.family(POOR)
        told = Caller(place_town.worker).get(f"/families/{family.pk}/ranking")
        best = told["places"][0]
        assert (best["programme"], best["advice"], best["free"]) == ("breathing", "take", 3)
        client = signed_in(place_town.worker)
        text = client.get(reverse("placements:family", args=[family.pk])).text
        give = reverse("placements:give", args=[family.pk, older.pk])
        assert give in text
        assert "3 of 3 places are free" in client.get(give).text
        assert client.post(give, {}).status_code == 302
        assert places_taken(older) == 1


def test_carrying_out_takes_the_place_of_the_quota_that_is_named(
    place_town: Town, newer_full: Quota, older: Quota
):
    waiting = families(place_town, 4)
    with place_town.scope():
        for family in waiting:
            actions.wait(by=place_town.worker, family=family, programme=older.programme)
    run = place_town.run(settings=first_only(place_town))
    with place_town.scope():
        rows = list(Proposal.objects.filter(run=run))
        actions.accept(by=place_town.leader, proposals=rows)
        found = actions.carry_out(by=place_town.leader, run=run)
        taken = Counter(Basket.objects.filter(family__in=waiting).values_list("quota", flat=True))
        # one list for the programme: whoever is left stays on it, once
        lists = Waiting.objects.filter(programme=older.programme, ended_on=None)
        assert (len(found.placed), found.ended, lists.count()) == (3, 3, 1)
    assert taken == {older.pk: 3}
    assert (places_taken(older), places_taken(newer_full)) == (3, 2)


class TestChosen:
    """People choose among the quotas of a programme, each by its days and what is left in it."""

    OLDER = f"{EARLIER:%d.%m.%Y} to {ENDS:%d.%m.%Y}"
    NEWER = f"{STARTS:%d.%m.%Y} to {ENDS:%d.%m.%Y}"

    def test_deciding_otherwise_offers_every_quota(self, place_town: Town, older: Quota):
        family = place_town.family(POOR)
        place_town.place(place_town.family(POOR), older)
        row = place_town.proposal(place_town.run(), family)
        url = reverse("placements:override", args=[row.pk])
        client = signed_in(place_town.leader)
        page = client.get(reverse("placements:proposal", args=[row.pk]))
        offered = dict(page.context["forms"]["override"].fields["to"].choices)
        left = {str(place_town.first.pk): "2 of 2", str(older.pk): "2 of 3"}
        other = older if row.quota == place_town.first else place_town.first
        assert str(row.quota_id) not in offered
        days = self.OLDER if other == older else self.NEWER
        words = offered[str(other.pk)]
        assert days in words
        assert f"{left[str(other.pk)]} places are free" in words
        client.post(url, {"to": str(other.pk), "reason": "שנת התקציב"})
        row = place_town.proposal(row.run, family)
        assert (row.quota, row.verdict) == (other, "overridden")
        assert days in client.get(reverse("placements:run", args=[row.run_id])).text

    def test_the_place_is_given_in_the_quota_that_is_chosen(self, place_town: Town, older: Quota):
        """Each page tells of its own quota: what is free in it, and what it is worth to others."""
        place_town.place(place_town.family(POOR), older)
        run = place_town.run(settings=first_only(place_town))
        prices = {str(place_town.first.pk): 17.5, str(older.pk): 3.25}
        run.totals = {**run.totals, "losses": {"place": prices}}
        run.save(update_fields=["totals"])
        family = place_town.family(POOR)
        client = signed_in(place_town.worker)
        text = client.get(reverse("placements:family", args=[family.pk])).text
        said = {
            place_town.first: ("2 of 2 places are free.", "worth 17.5 points", self.NEWER),
            older: ("2 of 3 places are free.", "worth 3.3 points", self.OLDER),
        }
        for quota, words in said.items():
            give = reverse("placements:give", args=[family.pk, quota.pk])
            assert give in text
            page = client.get(give).text
            for one in words:
                assert one in page, (quota.starts, one)
        assert self.OLDER in text
        assert self.NEWER in text

    def test_the_api_names_every_quota(self, place_town: Town, newer_full: Quota, older: Quota):
        family = place_town.family(POOR)
        told = Caller(place_town.worker).get(f"/families/{family.pk}/ranking")["places"][0]
        assert [
            (one["id"], one["starts"], one["advice"], one["free"], one["families"]) for one in told["quotas"]
        ] == [
            (older.pk, str(EARLIER), "take", 3, 3),
            (newer_full.pk, str(STARTS), "full", 0, 2),
        ]
        row = place_town.proposal(place_town.run(), family)
        made = Caller(place_town.leader).post(
            f"/proposals/{row.pk}/override", quota=told["quotas"][0]["id"], reason="שנת התקציב"
        )
        assert made["quota"] == older.pk

    def test_quotas_of_the_same_days_are_told_apart_by_their_budgets(self, place_town: Town):
        line = programme_line(place_town.world, "breathing", budget="budget-twin")
        line.budget.name_en = "The other fund"
        line.budget.save()
        twin = quota_of(place_town.world, line, place_town.city, 3)
        with override("en"):
            assert quota_words(twin) == f"תכנית breathing · {self.NEWER} · The other fund"
            assert quota_words(place_town.second) == "תכנית mapa"

    def test_a_method_is_had_through_the_quota_that_is_chosen(self, place_town: Town, older: Quota):
        ToolboxSwitch.objects.create(
            authority=place_town.city, starts=EARLIER, why="ארגז אחד", decided_by=place_town.head
        )
        family = place_town.family(POOR)
        row = place_town.proposal(place_town.run(), family)
        client = signed_in(place_town.leader)
        for _there_and_back in range(2):
            (quota,) = {place_town.first, older} - {row.quota}
            page = client.get(reverse("placements:proposal", args=[row.pk]))
            offered = dict(page.context["forms"]["override"].fields["to"].choices)
            assert f"{quota.pk}:rights" in offered
            client.post(
                reverse("placements:override", args=[row.pk]), {"to": f"{quota.pk}:rights", "reason": "x"}
            )
            row = place_town.proposal(row.run, family)
            assert (row.quota, row.method.code) == (quota, "rights")


def test_notices_name_the_quota(place_town: Town, older: Quota):
    """Two quotas of one name on a board: a notice says which of them has too many."""
    waiting = families(place_town, 5)
    run = place_town.run(settings=first_only(place_town))
    others = families(place_town, 3)
    for family in others:
        place_town.place(family, older)
    text = signed_in(place_town.leader).get(reverse("placements:run", args=[run.pk])).text
    notice = text.partition("these have too many:")[2].partition("</p>")[0]
    assert notice
    assert TestChosen.OLDER in notice
    assert TestChosen.NEWER not in notice
    with place_town.scope():
        row = next(one for family in waiting if (one := place_town.proposal(run, family)).quota != older)
        with override("en"), pytest.raises(NoPlaceLeft) as refused:
            actions.override(by=place_town.leader, proposal=row, quota=older, reason="x")
        assert TestChosen.OLDER in refused.value.programme


def test_no_place_is_given_from_a_closed_file(place_town: Town):
    family = place_town.family(POOR)
    with place_town.scope():
        close_family(by=place_town.worker, family=family, reason="other")
    give = reverse("placements:give", args=[family.pk, place_town.first.pk])
    client = signed_in(place_town.worker)
    assert client.get(give).status_code == 200
    refused = client.post(give, {})
    assert refused.status_code == 422
    assert refused.context["form"].errors
    assert not places_taken(place_town.first)
