"""A run over a department: who is proposed which place, within every limit, and why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils import timezone

from maarag.domains.baskets.actions import change_basket
from maarag.domains.families.actions import MemberDraft, change_family, close_family
from maarag.domains.placements import actions
from maarag.domains.placements.asked import FloorAsked, asked
from maarag.domains.placements.models import Priority, Proposal
from maarag.kernel.access.permissions import Role
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.matches.models import Run, RunState
from maarag.values import Money
from tests.factories.placements import ARABIC, POOR, RISK, Town
from tests.factories.programmes import rule


def codes(lines: list[dict[str, Any]]) -> list[str]:
    return [one["code"] for one in lines]


def placed(town: Town, run: Run) -> dict[str, str]:
    """Name of a family → code of the programme proposed, "" where it waits."""
    with town.scope():
        rows = Proposal.objects.filter(run=run).select_related("family", "quota__programme")
        return {row.family.name: row.quota.programme.code if row.quota else "" for row in rows}


def test_each_family_is_proposed_the_place_that_fits_it_best(place_town: Town):
    poor, at_risk = place_town.family(POOR), place_town.family(RISK)
    run = place_town.run()
    assert run.state == RunState.DONE
    assert run.percent == 100
    assert place_town.proposal(run, poor).quota == place_town.first
    assert place_town.proposal(run, at_risk).quota == place_town.second
    assert (run.totals["families"], run.totals["placed"]) == (2, 2)
    row = place_town.proposal(run, poor)
    assert row.fit == row.proposed_fit
    assert row.method.code == "rights"
    assert codes(row.explanation["for"]) == ["best_fit"]
    assert row.explanation["judged"]["pro"]
    assert row.explanation["eligible"] == 2
    ends = list(AuditEvent.objects.filter(action="matches.end").values_list("subject_id", flat=True))
    assert ends == [str(run.pk)]


def test_where_places_end_the_rest_wait_and_are_told_why(place_town: Town):
    families = [place_town.family(POOR, RISK) for _number in range(5)]
    run = place_town.run()
    found = placed(place_town, run)
    assert sorted(found.values()) == ["", "breathing", "breathing", "mapa", "mapa"]
    waits = next(one for one in families if not found[one.name])
    row = place_town.proposal(run, waits)
    assert row.fit is None
    assert {one["programme"] for one in row.explanation["why_not"]} == {"breathing", "mapa"}
    best = row.explanation["why_not"][0]
    assert codes(best["because"]) == ["full"]
    assert {"more_places", "more_fit"} <= set(codes(best["change"]))
    assert best["displaced"]["family"] in {str(one.pk) for one in families}
    assert run.totals["waiting"] == {"full": 1}
    assert {one["kind"] for one in run.totals["binding"]} >= {"place"}
    prices = run.totals["prices"]["place"]
    assert set(prices) == {str(place_town.first.pk), str(place_town.second.pk)}


def test_closed_files_and_families_with_a_place_are_left_out_and_their_places_are_taken(place_town: Town):
    closed, has, waits = (place_town.family(POOR) for _number in range(3))
    with place_town.scope():
        close_family(by=place_town.worker, family=closed, reason="goals_reached")
    place_town.place(has, place_town.first)
    run = place_town.run()
    assert set(placed(place_town, run)) == {waits.name}
    left = {row[0]: row[3] for row in run.totals["seats"]}
    assert left == {place_town.first.pk: 1, place_town.second.pk: 2}


def test_the_money_of_the_quota_is_kept(place_town: Town):
    """The basket of one family was made so large that the purse holds no second."""
    has = place_town.family(POOR)
    basket = place_town.place(has, place_town.first)
    with place_town.scope():
        change_basket(by=place_town.head, basket=basket, amount=Money.from_shekels(9_000), why="x")
    other = place_town.family(POOR)
    settings = asked(programmes=[place_town.first.programme_id])
    run = place_town.run(settings=settings)
    row = place_town.proposal(run, other)
    assert row.quota is None
    (why,) = row.explanation["why_not"][0]["because"]
    assert (why["code"], why["needs"], why["left"]) == ("purse_spent", 800_000, 700_000)
    assert run.totals["waiting"] == {"purse_spent": 1}


def test_the_team_carries_no_more_than_it_may_and_heavy_families_weigh_more(place_town: Town):
    place_town.team(place_town.first, most=1)
    one, other = place_town.family(POOR), place_town.family(POOR)
    settings = asked(programmes=[place_town.first.programme_id])
    run = place_town.run(settings=settings)
    rows = [place_town.proposal(run, family) for family in (one, other)]
    (given,) = [row for row in rows if row.quota]
    (left,) = [row for row in rows if not row.quota]
    assert given.worker == place_town.worker
    assert codes(left.explanation["why_not"][0]["because"]) == ["load_spent"]


def test_a_heavier_family_is_not_passed_over_for_lighter_ones(place_town: Town):
    """Room for one: with four children a family weighs more on the worker, and its fit counts for as much."""
    place_town.team(place_town.first, most=2)
    children = [MemberDraft(f"ילד {n}", "גל", "child", fields={"birth_date": "2018-05-01"}) for n in range(4)]
    light, heavy = place_town.family(POOR), place_town.family(POOR)
    with place_town.scope():
        kept = [
            MemberDraft(one.first_name, one.last_name, "parent", one.pk) for one in heavy.members.all()[:1]
        ]
        change_family(by=place_town.worker, family=heavy, members=[*kept, *children])
    run = place_town.run(settings=asked(programmes=[place_town.first.programme_id]))
    row = place_town.proposal(run, heavy)
    assert row.explanation["weight"] == 1.25
    assert row.quota == place_town.first
    assert place_town.proposal(run, light).quota is None


def test_a_condition_shuts_out_and_says_what_would_have_to_change(place_town: Town):
    rule(place_town.first.programme, "children", least=4)
    family = place_town.family(POOR)
    run = place_town.run()
    row = place_town.proposal(run, family)
    assert row.quota != place_town.first
    (barred,) = row.explanation["barred"]
    assert barred["programme"] == "breathing"
    assert barred["reasons"][0]["code"] == "rule_unmet"


def test_who_waits_longer_and_more_urgently_comes_first(place_town: Town):
    families = [place_town.family(POOR) for _number in range(4)]
    urgent = families[-1]
    with place_town.scope():
        actions.wait(
            by=place_town.worker,
            family=urgent,
            programme=place_town.first.programme,
            priority=Priority.URGENT,
            since=timezone.localdate() - timedelta(days=90),
        )
    settings = asked(programmes=[place_town.first.programme_id])
    run = place_town.run(settings=settings)
    row = place_town.proposal(run, urgent)
    assert row.quota == place_town.first
    (told,) = [one for one in row.explanation["for"] if one["code"] == "waits"]
    assert (told["days"], told["priority"], told["points"]) == (90, Priority.URGENT, 16.5)
    assert row.fit == place_town.proposal(run, families[0]).explanation.get("fit", row.fit)
    only = place_town.run(settings=asked(who="waiting"))
    assert set(placed(place_town, only)) == {urgent.name}


def test_a_floor_is_kept_and_its_cost_is_told(place_town: Town):
    for _number in range(4):
        place_town.family(POOR)
    arab = place_town.family(RISK, ARABIC)  # fits less: its need is answered by the other programme
    settings = asked(programmes=[place_town.first.programme_id], least_fit=20)
    assert placed(place_town, place_town.run(settings=settings))[arab.name] == ""
    floor = FloorAsked("language", "arabic_speaking", percent=100)
    settings = asked(programmes=[place_town.first.programme_id], least_fit=20, floors=[floor])
    run = place_town.run(settings=settings)
    assert placed(place_town, run)[arab.name] == "breathing"
    (told,) = run.totals["floors"]
    assert (told["members"], told["placed"], told["kept"]) == (1, 1, True)
    assert run.totals["floors_cost"] > 0
    assert "floor" in codes(place_town.proposal(run, arab).explanation["for"])


@pytest.mark.parametrize(
    "given",
    [
        {"who": "everybody"},
        {"least_fit": 101},
        {"floors": [FloorAsked("shoe_size", "43", percent=10)]},
        {"floors": [FloorAsked("sex", "female", percent=10, number=3)]},
        {"floors": [FloorAsked("sex", "female", percent=0)]},
    ],
)
def test_settings_that_make_no_sense_are_refused(given: dict[str, Any]):
    with pytest.raises(ValidationError):
        asked(**given)


def test_the_same_data_gives_the_same_digest_and_other_data_another(place_town: Town):
    place_town.family(POOR)
    first, second = place_town.run(), place_town.run()
    assert first.sources == second.sources
    place_town.family(RISK)
    assert place_town.run().sources != first.sources


def test_a_department_without_families_or_places_has_an_empty_run(place_town: Town):
    run = place_town.run()
    assert (run.state, run.totals["families"], run.totals["placed"]) == (RunState.DONE, 0, 0)
    place_town.family(POOR)
    run = place_town.run(settings=asked(programmes=[0]))
    assert (run.totals["families"], run.totals["placed"]) == (1, 0)
    assert run.totals["waiting"] == {"no_eligible": 1}


@pytest.mark.parametrize("role", [Role.SOCIAL_WORKER, Role.INTEGRATOR, Role.FUND_MANAGER])
def test_who_does_not_run_is_told_that_nothing_is_there(place_town: Town, role: str):
    account = place_town.world.account(role, place=place_town.city)
    with pytest.raises(Http404), place_town.scope(account):
        actions.start_run(by=account, place=place_town.city)


def test_a_leader_runs_for_no_other_place(place_town: Town):
    for place in (place_town.world.sister, place_town.world.nation):
        with pytest.raises(Http404), place_town.scope():
            actions.start_run(by=place_town.leader, place=place)
