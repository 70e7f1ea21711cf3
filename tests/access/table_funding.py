"""The addresses of budgets and programmes: open where they are public, and for whoever manages budgets."""

from __future__ import annotations

from typing import Any

from maarag.kernel.access.permissions import Permission as P
from maarag.kernel.access.permissions import Role
from tests.factories.budgets import SMALL, WORDS, line_of, programme_of, quota, small

from .conftest import Estate
from .rules import Guarded, Public, Rule

MANAGER = Role.NATIONAL_MANAGER


def of_the_city(estate: Estate) -> dict[str, Any]:
    return {"code": small(estate.nation.world, estate.nation.world.city).code}


def plan_of_the_city(estate: Estate) -> dict[str, Any]:
    return {"code": small(estate.nation.world, estate.nation.world.city, plan=True).code}


def a_line(estate: Estate) -> dict[str, Any]:
    return {**of_the_city(estate), "line": "noshmim"}


def a_programme(estate: Estate) -> dict[str, Any]:
    world = estate.nation.world
    return {"code": programme_of(world, small(world, world.city)).code}


def a_quota(estate: Estate) -> dict[str, Any]:
    world = estate.nation.world
    budget = small(world, world.city)
    programme = programme_of(world, budget)
    line = line_of(budget, "noshmim")
    if not line.quotas.filter(authority=world.city).exists():
        quota(world.system, line, world.city, 10)
    return {"code": programme.code, "budget": budget.code, "authority": world.city.code}


def to_give(estate: Estate) -> dict[str, Any]:
    return {name: value for name, value in a_quota(estate).items() if name != "authority"}


def new_quota(estate: Estate) -> dict[str, Any]:
    """For an address that has made the budget already."""
    return {"budget": SMALL, "authority": estate.nation.world.city.code, "families": 5, **WORDS}


def managed(arguments: Any, **more: Any) -> Guarded:
    """Of a budget of the own authority: whoever manages the sister's has no such page."""
    return Guarded(P.MANAGE_BUDGETS, arguments, of_a_row=True, owner=MANAGER, **more)


FUNDING: dict[str, Rule] = {
    "funding:index": Public(),
    "funding:budget": Public(of_the_city),
    "funding:export": Public(lambda estate: {**of_the_city(estate), "form": "xlsx"}),
    "funding:line": Public(a_line),
    "funding:line POST": managed(a_line, method="post", statuses=(422,)),
    "funding:create": Guarded(P.MANAGE_BUDGETS),
    "funding:edit": managed(plan_of_the_city),
    "funding:add_line": managed(plan_of_the_city),
    "funding:funders": managed(plan_of_the_city),
    "funding:approve": managed(plan_of_the_city),
    "funding:close": managed(of_the_city),
    "programmes:index": Public(),
    "programmes:detail": Public(a_programme),
    "programmes:give": managed(to_give),
    "programmes:quota": managed(a_quota),
    "api:budgets": Public(),
    "api:budget": Public(of_the_city),
    "api:budget_months": Guarded(P.VIEW_STAFF_FIGURES, of_the_city, of_a_row=True, refusals=(403,)),
    "api:budget_grant": managed(plan_of_the_city, method="json", data=lambda estate: WORDS),
    "api:budget_line_change": managed(a_line, method="patch", data=lambda estate: {"families": 90, **WORDS}),
    "api:programmes": Public(),
    "api:programme_quotas": Public(a_programme),
    "api:programme_quota_set": managed(a_programme, method="put", data=new_quota),
}
