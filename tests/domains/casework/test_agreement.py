"""How far the raters of a department agree: counts and coefficients for whoever leads them, no family."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from django.urls import reverse

from maarag.database.rows import visible
from maarag.domains.casework import actions
from maarag.domains.families.models import Family
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.kernel.places.actions import PlaceDraft, save_places
from maarag.kernel.places.models import Place, PlaceKind
from tests.domains.families.conftest import Towns
from tests.factories import casework as made
from tests.factories.families import everything, family

PAGE = "/casework/agreement/family-poverty/"
LEVELS = (1, 2, 3, 3, 1, 2, 2, 3, 1, 1)


@pytest.fixture
def leader(towns: Towns) -> Account:
    return towns.world.account(Role.TEAM_LEADER, place=towns.world.city)


def assessed(
    towns: Towns,
    subject: Family,
    raters: Sequence[Account],
    levels: Sequence[int] = LEVELS,
    *,
    close: bool = True,
) -> None:
    """Rounds about one family, one after the other, in which all raters say the same of the income."""
    for level in levels:
        found = made.assessment(subject.worker, subject, towns.world.system)
        for rater in raters:
            made.rated(rater, found, level)
        if close:
            with visible(everything(subject.authority)):
                actions.close_assessment(by=subject.worker, assessment=found)


def asked(towns: Towns, account: Account, **query: Any) -> dict[str, Any]:
    answer = towns.client(account).get(reverse("api:casework_agreement", args=["family-poverty"]), query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_by_dimension_with_what_stands_behind_it(towns: Towns, leader: Account):
    assessed(towns, towns.own, [towns.worker, leader])
    assessed(towns, towns.own, [towns.worker], [1, 3])
    found = asked(towns, leader)
    assert (found["assessments"], found["by_several"], found["raters"]) == (12, 10, 2)
    income, housing = found["dimensions"]
    assert (income["assessments"], income["measure"], income["reading"]) == (10, 1.0, "reliable")
    # everybody said of the housing that it cannot be told
    assert (housing["assessments"], housing["measure"], housing["reading"]) == (0, None, "too_few")
    [pair] = found["pairs"]
    assert set(pair["raters"]) == {towns.worker.name, leader.name}
    assert pair["together"] == 10
    page = towns.client(leader).get(PAGE).content.decode()
    assert "They agree well" in page
    assert "No dimension is low now." in page
    assert towns.own.name not in page
    assert str(towns.own.pk) not in page


def test_nothing_is_said_below_the_least_number(towns: Towns, leader: Account):
    assessed(towns, towns.own, [towns.worker, leader], LEVELS[:9])
    found = asked(towns, leader)
    assert found["by_several"] == 9
    assert {one["measure"] for one in found["dimensions"]} == {None}
    assert found["pairs"] == []
    page = towns.client(leader).get(PAGE).content.decode()
    assert "Nothing is said yet" in page
    assert "1.00" not in page


def test_what_is_low_is_named_with_what_to_do(towns: Towns, leader: Account):
    for level in LEVELS:
        found = made.assessment(towns.worker, towns.own, towns.world.system)
        made.rated(towns.worker, found, level)
        made.rated(leader, found, 4 - level)
        with visible(everything(towns.own.authority)):
            actions.close_assessment(by=leader, assessment=found)
    assert asked(towns, leader)["dimensions"][0]["reading"] == "unreliable"
    page = towns.client(leader).get(PAGE).content.decode()
    assert "Low here:" in page
    assert "/rubrics/family-poverty/1/" in page


def test_an_open_assessment_does_not_count_yet(towns: Towns, leader: Account):
    assessed(towns, towns.own, [towns.worker, leader], [2], close=False)
    found = asked(towns, leader)
    assert (found["assessments"], found["by_several"], found["still_open"]) == (0, 0, 1)


def test_of_the_own_department_and_neighbourhood_alone(towns: Towns, leader: Account):
    near = PlaceDraft("9001-1", ["9001"], {"kind": PlaceKind.NEIGHBOURHOOD, "name_he": "הגבעה"})
    save_places(by=towns.world.system, drafts=[near])
    hill = Place.objects.get(code="9001-1")
    there = family(
        towns.world.system, towns.world.city, towns.worker, name="גבע", neighbourhood=hill,
        national_id="000000026", phone="050-111 1111",
    )  # fmt: skip
    assessed(towns, towns.own, [towns.worker, leader], [1, 2])
    assessed(towns, there, [towns.worker, leader], [3])
    assessed(towns, towns.foreign, [towns.stranger], [1, 2, 3])
    assert asked(towns, leader)["assessments"] == 3
    of_the_hill = towns.world.account(Role.TEAM_LEADER, place=hill)
    assert asked(towns, of_the_hill)["assessments"] == 1
    head = towns.world.account(Role.DEPARTMENT_HEAD, place=towns.world.sister)
    assert asked(towns, head)["assessments"] == 3
    address = reverse("api:casework_agreement", args=["family-poverty"])
    assert towns.client(head).get(address, {"place": "9001"}).status_code == 404
    year = asked(towns, leader, year=2001)
    assert (year["assessments"], year["by_several"]) == (0, 0)


def test_who_may_not_see_it(towns: Towns, leader: Account):
    assessed(towns, towns.own, [towns.worker], [1])
    district = towns.world.account(Role.DISTRICT_SUPERVISOR, place=towns.world.nation)
    # a role for the whole nation leads nobody: from above people are only counted
    above = towns.world.account(Role.DEPARTMENT_HEAD, place=towns.world.nation)
    for account in (towns.worker, district):
        assert towns.client(account).get(PAGE).status_code == 403
    assert "You lead no department yet" in towns.client(above).get(PAGE).content.decode()
    assert towns.client(leader).get("/casework/agreement/home/").status_code == 404
    assert towns.client(leader).get(PAGE, {"version": "7"}).status_code == 404
    for account, there in ((leader, True), (towns.worker, False)):
        shown = towns.client(account).get("/rubrics/family-poverty/").content.decode()
        assert (f'href="{PAGE}"' in shown) is there
