"""A swap gives up the whole of a request: never one of which something came or was paid."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from maarag.domains.baskets import actions
from maarag.domains.baskets.errors import CameAlready
from maarag.domains.baskets.models import Request, Stage
from maarag.domains.baskets.money import sums_of_basket
from maarag.values import Money
from tests.factories.baskets import Department

from .conftest import signed_in

shekels = Money.from_shekels


def three_came(city: Department, request: Request) -> None:
    actions.record_delivery(by=city.worker, request=request, outcome="partly", quantity=3)


def three_paid(city: Department, request: Request) -> None:
    three_came(city, request)
    city.pay(request)


@pytest.mark.parametrize("happened", [three_came, three_paid])
def test_what_came_in_part_is_not_swapped_from_the_start(
    city: Department, happened: Callable[[Department, Request], None]
):
    with city.scope():
        old = city.ordered(4)
        drafted = city.draft(4, replaces=old)
        happened(city, old)
        with pytest.raises(CameAlready):
            city.draft(4, replaces=old)
        with pytest.raises(CameAlready):
            actions.send_request(by=city.worker, request=drafted)
    meals = city.world.term("meals")
    client = signed_in(city.worker)
    page = client.post(f"/baskets/requests/{old.pk}/swap/", {"response": meals.pk})
    asked = {"response": meals.code, "replaces": str(old.pk)}
    answer = client.post(f"/api/baskets/{city.basket.pk}/requests", asked, content_type="application/json")
    assert (page.status_code, answer.status_code) == (422, 409)


@pytest.mark.parametrize("happened", [three_came, three_paid])
def test_what_came_between_asking_and_approving_is_not_given_up(
    city: Department, happened: Callable[[Department, Request], None]
):
    with city.scope():
        old = city.ordered(4)
        new = city.sent(4, replaces=old)
        happened(city, old)
        before = sums_of_basket(city.basket)
        with pytest.raises(CameAlready):
            actions.approve_request(by=city.leader, request=new)
        old.refresh_from_db()
        assert (old.stage, sums_of_basket(city.basket)) == (Stage.ORDERED, before)
        assert before.committed + before.paid == shekels(1800)
        actions.decline_request(by=city.leader, request=new, reason="חלק כבר הגיע")
