"""The baskets and requests that addresses ask for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from maarag.domains.baskets import actions
from maarag.domains.baskets.models import Request
from maarag.kernel.access.permissions import Role
from tests.factories.baskets import Department, department_of
from tests.factories.budgets import programme_of, small

from .conftest import Estate


def _at(make: Callable[[Department], Request]) -> Callable[[Estate], dict[str, Any]]:
    def arguments(estate: Estate) -> dict[str, Any]:
        city = department_of(estate)
        with city.scope():
            return {"pk": make(city).pk}

    return arguments


def basket(estate: Estate) -> dict[str, Any]:
    """An open basket of the own family."""
    return {"pk": department_of(estate).basket.pk}


def family_with_quota(estate: Estate) -> dict[str, Any]:
    return {"pk": department_of(estate).family.pk}


def _for_above(estate: Estate) -> tuple[Department, Request]:
    """Above every limit, so that nobody in the department decides it, and somebody above does."""
    city = department_of(estate)
    city.world.account(Role.PROGRAMME_DIRECTOR, place=city.world.nation)
    with city.scope():
        return city, city.sent(100)


def above(estate: Estate) -> dict[str, Any]:
    return {"pk": _for_above(estate)[1].pk}


def raised(estate: Estate) -> dict[str, Any]:
    """Asked above already."""
    city, request = _for_above(estate)
    with city.scope():
        return {"key": actions.ask_above(by=city.worker, request=request, why="טיפול ארוך").above_key}


draft = _at(lambda city: city.draft(1))
sent = _at(lambda city: city.sent(1))
approved = _at(lambda city: city.approved(1))
ordered = _at(lambda city: city.ordered(1))
delivered = _at(lambda city: city.delivered(1))


def an_allowed(estate: Estate) -> dict[str, Any]:
    """A line of what the programme's baskets may be of."""
    world = estate.nation.world
    programme = programme_of(world, small(world, world.city))
    response = world.term("food")
    row = actions.allow_response(by=world.system, programme=programme, response=response)
    return {"code": programme.code, "pk": row.pk}


def allowed_key(estate: Estate) -> dict[str, Any]:
    return {"pk": an_allowed(estate)["pk"]}


def to_allow(estate: Estate) -> dict[str, Any]:
    return {"programme": "none", "response": "none"}


def new_basket(estate: Estate) -> dict[str, Any]:
    return {"family": str(estate.family.pk), "programme": "none"}


def new_request(estate: Estate) -> dict[str, Any]:
    return {"response": estate.nation.world.term("meals").code}


def new_payment(estate: Estate) -> dict[str, Any]:
    return {"key": str(uuid4()), "lines": [{"request": str(uuid4()), "invoice": "1"}]}
