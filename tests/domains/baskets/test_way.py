"""A request on its whole way: asked for, opinion, approved, ordered, delivered, paid."""

from __future__ import annotations

from maarag.domains.baskets import actions
from maarag.domains.baskets.models import Stage
from maarag.domains.baskets.money import sums_of_basket
from maarag.kernel.ledger.queries import balances
from maarag.values import Money
from tests.factories.baskets import Department


def shekels(amount: int) -> Money:
    return Money.from_shekels(amount)


def test_a_request_goes_its_way_and_every_purse_with_it(city: Department) -> None:
    with city.scope():
        assert sums_of_basket(city.basket).free == shekels(8000)
        request = city.sent(4)
        assert (request.stage, request.amount) == (Stage.APPROVAL, shekels(1800))
        assert sums_of_basket(city.basket).planned == shekels(1800)
        assert sums_of_basket(city.basket).free == shekels(8000)

        request = actions.approve_request(by=city.leader, request=request)
        sums = sums_of_basket(city.basket)
        assert (sums.approved, sums.planned, sums.free) == (shekels(1800), Money(0), shekels(6200))

        request = actions.order_request(by=city.worker, request=request)
        assert request.order_number == 1
        assert sums_of_basket(city.basket).committed == shekels(1800)

        actions.record_delivery(by=city.worker, request=request, outcome="yes")
        paid = city.pay(request)
        request.refresh_from_db()
        assert (request.stage, paid.total) == (Stage.PAID, shekels(1800))

        shares = [share.pot for share in city.line.budget.shares.select_related("pot")]
        found = balances([city.basket.pot, city.quota.pot, *shares])
        assert found[city.basket.pot_id].paid == found[city.quota.pot_id].paid == shekels(1800)
        assert [found[pot.pk].paid for pot in shares] == [shekels(1350), shekels(450)]
