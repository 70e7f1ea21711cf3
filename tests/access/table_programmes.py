"""The addresses of what programmes are, who works in them, and of departments' toolboxes."""

from __future__ import annotations

from typing import Any

from maarag.domains.programmes.actions import set_worker
from maarag.domains.programmes.models import EligibilityRule, Method, ProgrammeWorker, What
from maarag.kernel.access.permissions import Permission as P
from maarag.kernel.access.permissions import Role
from tests.factories.budgets import programme_of, small

from .conftest import Estate
from .rules import Guarded, Public, Rule
from .table_funding import a_programme

HEAD = Role.DEPARTMENT_HEAD
NOT_OF_THE_NATION = (404,)
"""What programmes are is said for the nation; the accounts of the table manage budgets of one authority."""


def a_method(estate: Estate) -> dict[str, Any]:
    return {"method": Method.objects.get_or_create(code="visits", name_he="ביקורי בית")[0].code}


def a_rule(estate: Estate) -> dict[str, Any]:
    world = estate.nation.world
    programme = programme_of(world, small(world, world.city))
    rule, _made = EligibilityRule.objects.get_or_create(programme=programme, what=What.SINGLE_PARENT)
    return {"code": programme.code, "pk": rule.pk}


def in_the_city(estate: Estate) -> dict[str, Any]:
    return {**a_programme(estate), "authority": estate.nation.world.city.code}


def of_the_city(estate: Estate) -> dict[str, Any]:
    return {"authority": estate.nation.world.city.code}


def a_worker(estate: Estate) -> dict[str, Any]:
    world = estate.nation.world
    programme = programme_of(world, small(world, world.city))
    if not ProgrammeWorker.objects.filter(programme=programme, authority=world.city).exists():
        worker = estate.own[Role.SOCIAL_WORKER]
        set_worker(by=world.system, programme=programme, authority=world.city, account=worker, most=9)
    return {"code": programme.code, "authority": world.city.code}


def a_worker_of(estate: Estate) -> dict[str, Any]:
    return {"code": a_worker(estate)["code"]}


def new_worker(estate: Estate) -> dict[str, Any]:
    return {"account": estate.own[Role.TEAM_LEADER].email, "most": 12}


def last_day(estate: Estate) -> dict[str, Any]:
    return {"account": estate.own[Role.SOCIAL_WORKER].email}


def for_the_nation(arguments: Any = lambda estate: {}, **more: Any) -> Guarded:
    return Guarded(P.MANAGE_BUDGETS, arguments, statuses=NOT_OF_THE_NATION, **more)


def staffed(arguments: Any, **more: Any) -> Guarded:
    return Guarded(P.STAFF_PROGRAMMES, arguments, of_a_row=True, owner=HEAD, **more)


PROGRAMMES: dict[str, Rule] = {
    "programmes:create": for_the_nation(),
    "programmes:edit": for_the_nation(a_programme),
    "programmes:methods": for_the_nation(a_programme),
    "programmes:add_rule": for_the_nation(a_programme),
    "programmes:rule": for_the_nation(a_rule),
    "programmes:remove_rule": for_the_nation(a_rule, method="post"),
    "programmes:method_list": Public(),
    "programmes:create_method": for_the_nation(),
    "programmes:method": Public(a_method),
    "programmes:edit_method": for_the_nation(a_method),
    "programmes:workers": staffed(in_the_city),
    "programmes:end": staffed(a_worker, method="post", statuses=(422,)),
    "programmes:toolboxes": Guarded(P.VIEW_STAFF_FIGURES, statuses=(200, 302)),
    "programmes:toolbox": Guarded(P.VIEW_STAFF_FIGURES, of_the_city, of_a_row=True),
    "programmes:switch": staffed(of_the_city),
    "programmes:back": staffed(of_the_city, method="post", statuses=(404,)),
    "api:programme": Public(a_programme),
    "api:programme_save": for_the_nation(
        a_programme, method="put", data=lambda estate: {"organisation": estate.nation.world.organisation.code}
    ),
    "api:programme_model": for_the_nation(
        a_programme, method="put", data=lambda estate: {"methods": [], "rules": []}
    ),
    "api:programme_methods": Public(),
    "api:programme_method_save": for_the_nation(a_method, method="put", data=lambda estate: {"months": 6}),
    "api:programme_workers": Guarded(
        P.STAFF_PROGRAMMES, a_programme, query="?authority=9001", of_a_row=True, owner=HEAD
    ),
    "api:programme_worker_set": staffed(
        a_programme,
        method="put",
        data=lambda estate: {"authority": estate.nation.world.city.code, **new_worker(estate)},
    ),
    "api:programme_worker_end": staffed(
        a_worker_of,
        method="json",
        data=lambda estate: {"authority": estate.nation.world.city.code, **last_day(estate)},
    ),
    "api:programme_toolbox": Guarded(P.VIEW_STAFF_FIGURES, of_the_city, of_a_row=True),
    "api:programme_toolbox_switch": staffed(
        of_the_city, method="json", data=lambda estate: {"starts": "2030-01-01", "why": "x"}, statuses=(422,)
    ),
    "api:programme_toolbox_back": staffed(
        of_the_city, method="json", data=lambda estate: {"why": "x"}, statuses=(404,)
    ),
}
