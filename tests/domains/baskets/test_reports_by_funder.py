"""From above, what each funder bears: of the year alone, with its own families, and few of them hidden."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from maarag.domains.baskets import actions
from maarag.domains.baskets.report_tables import as_data
from maarag.domains.baskets.reports import report_for
from maarag.domains.families.models import Family
from maarag.domains.funding.models import BudgetLine, FunderShare
from maarag.domains.programmes.models import Quota
from maarag.kernel.access.permissions import Role
from maarag.kernel.people.actions import save_organisation
from tests.factories.baskets import ENDS, STARTS, Department, programme, quota
from tests.factories.families import family as open_family


def families(city: Department, number: int) -> list[Family]:
    world = city.world
    return [open_family(world.system, world.city, city.worker, name=f"משפחה{n}") for n in range(number)]


def approved(city: Department, of: Iterable[Family], given: Quota, quantity: int) -> None:
    """Each of these families opens a basket of the quota, and as much of the same is approved."""
    with city.scope():
        for family in of:
            basket = actions.open_basket(by=city.worker, family=family, quota=given)
            city.approved(quantity, basket=basket, goal="מטרה", plan_goal=None)


def told(city: Department, year: int) -> dict[str, Any]:
    national = city.world.account(Role.NATIONAL_MANAGER, place=city.world.nation)
    return as_data(report_for(national, year))  # type: ignore[arg-type]


def test_of_a_budget_of_two_years_each_year_is_told_by_itself(city: Department):
    line = programme(city.world, "second")
    BudgetLine.objects.filter(pk=line.pk).update(budget=city.line.budget, code="second")
    line.refresh_from_db()
    second = quota(city.world, line, city.world.city)
    first = families(city, 5)
    with city.scope():
        actions.close_basket(by=city.worker, basket=city.basket)
    approved(city, first, city.quota, 2)
    approved(city, families(city, 5), second, 1)
    later = {"starts": STARTS.replace(year=STARTS.year + 1), "ends": ENDS.replace(year=ENDS.year + 1)}
    Quota.objects.filter(pk=second.pk).update(**later)
    for year, agorot in ((STARTS.year, 450_000), (STARTS.year + 1, 225_000)):
        data = told(city, year)
        assert data["total"]["approved_agorot"] == agorot
        shares = {row["code"]: row["approved_agorot"] for row in data["funder"]}
        assert shares == {"org-city": agorot * 3 // 4, "org-sister": agorot // 4}
        assert {(row["families"], row["requests"]) for row in data["funder"]} == {(5, 5)}


@pytest.mark.parametrize("few", [2, 5])
def test_a_funder_is_told_of_its_own_families_and_few_are_not_worked_back(city: Department, few: int):
    """One funder bears both budgets, two others one each: five families and a few."""
    world = city.world
    line = programme(world, "second")
    third = save_organisation(
        by=world.system, code="org-third", name_he="קרן הגשר", sector="civil_society", place=world.city
    )
    sisters = FunderShare.objects.filter(budget=line.budget, organisation=world.sister_organisation)
    assert sisters.update(organisation=third) == 1
    with city.scope():
        actions.close_basket(by=city.worker, basket=city.basket)
    approved(city, families(city, 5), city.quota, 1)
    approved(city, families(city, few), quota(world, line, world.city), 1)
    data = told(city, STARTS.year)
    funders = {row["code"]: row for row in data["funder"]}
    if few == 5:
        counts = {code: (row["families"], row["approved_agorot"]) for code, row in funders.items()}
        assert counts == {
            "org-city": (10, 337_500), "org-sister": (5, 56_250), "org-third": (5, 56_250),
        }  # fmt: skip
        return
    assert funders["org-third"]["families"] is None
    rows = [data["total"], *data["place"], *data["funder"]]
    shown = {row["families"] for row in rows} - {None}
    assert not [pair for pair in combinations(shown, 2) if 0 < abs(pair[0] - pair[1]) < 5]
    assert all(row[f"{stage}_agorot"] is None for row in data["funder"] for stage in ("approved", "paid"))


@pytest.mark.parametrize("same", [4, 6])
def test_families_of_two_programmes_are_no_more_than_they_are(city: Department, same: int):
    """The same families in both programmes: four of them are not told as eight, nor as four."""
    world = city.world
    second = quota(world, programme(world, "second"), world.city, 10)
    first = quota(world, city.line, world.city, 10)
    with city.scope():
        actions.close_basket(by=city.worker, basket=city.basket)
    both = families(city, same)
    for given in (first, second):
        approved(city, both, given, 1)
    rows = told(city, STARTS.year)
    towns = {row["programme"]: row for row in rows["place"] if row["code"] == world.city.code}
    found = [row["families"] for row in (rows["total"], towns[None], towns["breathing"], towns["second"])]
    assert found == ([None] * 4 if same == 4 else [12, 12, 6, 6])
    assert towns[None]["approved_agorot"] == (None if same == 4 else 12 * 45_000)
    above = world.account(Role.NATIONAL_MANAGER, place=world.nation)
    page = Client(headers={"accept-language": "en"})
    page.force_login(above, backend="django.contrib.auth.backends.ModelBackend")
    text = page.get(reverse("baskets:reports")).text
    assert "a family with baskets of several quotas is counted in each" in text
