"""Several people at the same moment, each in a transaction of their own, in PostgreSQL itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from maarag.domains.baskets import actions
from maarag.domains.baskets.errors import AlreadyDone, PaymentFaults, QuotaFull
from maarag.domains.baskets.models import Basket, Payment, Request, Stage
from maarag.domains.baskets.money import sums_of_basket
from maarag.domains.baskets.queries import delivered_quantity
from maarag.kernel.access.permissions import Role
from maarag.kernel.ledger.actions import LimitPassed
from maarag.kernel.ledger.queries import balances
from maarag.values import Money
from tests.factories.baskets import Department, department
from tests.factories.families import family as open_family
from tests.factories.services import world

shekels = Money.from_shekels
AT_ONCE = 6

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town(transactional_db: None) -> Department:
    return department(world())


def at_once(city: Department, works: list[Callable[[], Any]]) -> list[Any]:
    """The result or the error of each, begun together in the city's scope."""
    gate = Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        try:
            with city.scope():
                gate.wait(timeout=60)
                return work()
        except ValueError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def kinds(results: list[Any]) -> Counter[str]:
    return Counter(type(one).__name__ for one in results)


def test_two_who_approve_at_once_approve_it_once(town: Department):
    other = town.world.account(Role.TEAM_LEADER, place=town.world.city)
    with town.scope():
        request = town.sent(4)
    people = [town.leader, town.head, other] * 2
    results = at_once(town, [lambda by=by: actions.approve_request(by=by, request=request) for by in people])
    assert kinds(results) == {"Request": 1, "AlreadyDone": 5}
    assert all(one.who for one in results if isinstance(one, AlreadyDone))
    with town.scope():
        assert sums_of_basket(town.basket).approved == shekels(1800)


def test_a_most_of_a_family_that_is_used_up_at_the_same_moment_is_never_passed(town: Department):
    actions.allow_response(
        by=town.world.system,
        programme=town.programme,
        response=town.world.term("food"),
        most_of_family=shekels(2_000),
    )
    with town.scope():
        requests = [town.sent(2) for _number in range(AT_ONCE)]
    results = at_once(
        town, [lambda one=one: actions.approve_request(by=town.leader, request=one) for one in requests]
    )
    assert kinds(results) == {"Request": 2, "MoreThanAllowed": 4}
    with town.scope():
        assert sums_of_basket(town.basket).approved == shekels(1_800)


def test_a_basket_that_is_used_up_at_the_same_moment_is_never_passed(town: Department):
    with town.scope():
        requests = [town.sent(5) for _number in range(AT_ONCE)]
    results = at_once(
        town, [lambda one=one: actions.approve_request(by=town.leader, request=one) for one in requests]
    )
    assert kinds(results) == {"Request": 3, "LimitPassed": 3}
    assert {one.missing for one in results if isinstance(one, LimitPassed)} == {shekels(1000)}
    with town.scope():
        sums = sums_of_basket(town.basket)
        assert (sums.approved, sums.free) == (shekels(6750), shekels(1250))
        waiting = Request.objects.filter(stage=Stage.APPROVAL)
        assert waiting.count() == 3


def test_a_payment_sent_many_times_at_once_is_made_once(town: Department):
    with town.scope():
        request = town.delivered(4)
    key = uuid4()
    results = at_once(town, [lambda: town.pay(request, key=key) for _number in range(AT_ONCE)])
    assert kinds(results) == {"Paid": AT_ONCE}
    assert sorted(one.repeated for one in results) == [False] + [True] * (AT_ONCE - 1)
    with town.scope():
        assert Payment.objects.count() == 1
        assert sums_of_basket(town.basket).paid == shekels(1800)


def test_two_who_pay_the_same_invoice_at_once_pay_it_once(town: Department):
    with town.scope():
        one, two = town.delivered(4), town.delivered(4)
    results = at_once(town, [lambda row=row: town.pay(row, invoice="700") for row in (one, two)])
    assert kinds(results) == {"Paid": 1, "PaymentFaults": 1}
    assert any("700" in str(fault.faults) for fault in results if isinstance(fault, PaymentFaults))
    with town.scope():
        assert sums_of_basket(town.basket).paid == shekels(1800)


def test_the_last_place_of_a_quota_is_given_once(town: Department):
    families = [
        open_family(town.world.system, town.world.city, town.worker, name=f"משפחה{number}")
        for number in range(AT_ONCE)
    ]
    results = at_once(
        town,
        [
            lambda family=family: actions.open_basket(by=town.worker, family=family, quota=town.quota)
            for family in families
        ],
    )
    assert kinds(results) == {"Basket": 4, "QuotaFull": 2}
    assert all(one.missing is None for one in results if isinstance(one, QuotaFull))
    with town.scope():
        assert Basket.objects.count() == 5
        found = balances([row.pot for row in Basket.objects.select_related("pot")])
        assert sum((one.free for one in found.values()), Money(0)) == shekels(40_000)


def test_paying_many_swapping_and_ordering_at_once_come_to_an_end_and_add_up(town: Department):
    with town.scope():
        delivered = [town.delivered(1) for _number in range(2)]
        approved = [town.approved(2) for _number in range(2)]
        old = town.approved(3)
        new = actions.send_request(by=town.worker, request=town.draft(2, replaces=old))
        actions.give_opinion(by=town.worker, request=new, stance="for", text="עדיף")
    works: list[Callable[[], Any]] = [
        lambda: town.pay(*delivered, invoice="1"),
        lambda: actions.approve_request(by=town.leader, request=new),
        *(lambda one=one: actions.order_request(by=town.worker, request=one) for one in approved),
    ]
    results = at_once(town, works)
    assert kinds(results) == {"Paid": 1, "Request": 3}
    with town.scope():
        sums = sums_of_basket(town.basket)
        assert (sums.paid, sums.committed, sums.approved) == (shekels(900), shekels(1800), shekels(900))
        assert sums.free == shekels(4400)
        assert sorted(Request.objects.exclude(order_number=None).values_list("order_number", flat=True)) == [
            1, 2, 3, 4,
        ]  # fmt: skip


def test_a_delivery_sent_many_times_at_once_counts_once(town: Department):
    with town.scope():
        request = town.ordered(4)
    given = {"by": town.worker, "request": request, "outcome": "partly", "quantity": 1, "came": 0}
    results = at_once(town, [lambda: actions.record_delivery(**given) for _number in range(AT_ONCE)])
    assert kinds(results) == {"Delivery": 1, "CameMeanwhile": AT_ONCE - 1}
    with town.scope():
        assert delivered_quantity(request) == 1


def test_of_a_swap_and_a_delivery_at_once_one_is_done(town: Department):
    with town.scope():
        pairs = [(old, town.sent(1, replaces=old)) for old in (town.ordered(1) for _number in range(3))]
    works: list[Callable[[], Any]] = []
    for old, new in pairs:
        works.append(lambda old=old: actions.record_delivery(by=town.worker, request=old, outcome="yes"))
        works.append(lambda new=new: actions.approve_request(by=town.leader, request=new))
    results = at_once(town, works)
    with town.scope():
        for number, (old, new) in enumerate(pairs):
            delivered, swapped = (type(one).__name__ for one in results[2 * number : 2 * number + 2])
            assert (delivered, swapped) in {("Delivery", "AlreadyDone"), ("AlreadyDone", "Request")}
            old.refresh_from_db()
            new.refresh_from_db()
            stages = (old.stage, new.stage)
            assert stages in {(Stage.DELIVERED, Stage.APPROVAL), (Stage.REVERSED, Stage.APPROVED)}
        sums = sums_of_basket(town.basket)
        assert sums.approved + sums.committed == shekels(1350)
