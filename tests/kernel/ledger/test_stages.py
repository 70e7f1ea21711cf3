"""Money on its way: granted, planned, approved, committed, paid, returned, reversed."""

from __future__ import annotations

import pytest

from maarag.kernel.ledger import actions
from maarag.kernel.ledger.models import Entry, EntryKind, SpendingStage
from maarag.kernel.ledger.queries import Balance, balance_of, balances
from maarag.values import Money

from .conftest import Purse


def balance(granted: int = 0, **stages: int) -> Balance:
    return Balance(Money(granted), **{name: Money(agorot) for name, agorot in stages.items()})


def test_a_spending_travels_and_is_reversed(purse: Purse) -> None:
    basket, quota = purse.pot("b", 1000), purse.pot("q", 5000, kind="quota")
    funders = [
        (purse.pot(code, 1000, kind="share"), weight) for code, weight in (("f", 3), ("g", 1), ("h", 1))
    ]
    spending = purse.plan(333, basket, quota, shares=funders)
    assert balance_of(basket) == balance(1000, planned=333, free=1000)
    actions.approve(by=purse.worker, spending=spending, decision=purse.decision, key="a")
    assert balance_of(quota) == balance(5000, approved=333, free=4667)
    assert spending.stage == SpendingStage.APPROVED
    actions.commit(by=purse.worker, spending=spending, key="c", amount=Money(300))
    actions.pay(by=purse.worker, spending=spending, key="p1", amount=Money(100))
    assert (spending.approved, spending.committed, spending.paid) == (Money(33), Money(200), Money(100))
    shares = balances([pot for pot, _ in funders])
    assert sum(one.paid.agorot for one in shares.values()) == 100
    actions.commit(by=purse.worker, spending=spending, key="c2")
    actions.pay(by=purse.worker, spending=spending, key="p2")
    assert [balance_of(pot).paid for pot, _ in funders] == Money(333).split([3, 1, 1])
    first = actions.reverse(by=purse.worker, spending=spending, reason="returned", key="r")
    assert first.kind == EntryKind.REVERSE
    payments = Entry.objects.filter(spending=spending, kind=EntryKind.PAY)
    reversals = Entry.objects.filter(spending=spending, kind=EntryKind.REVERSE)
    assert {one.reverses_id for one in reversals} == {one.pk for one in payments}
    assert balance_of(basket) == balance(1000, free=1000)
    assert balance_of(quota) == balance(5000, free=5000)
    assert all(balance_of(pot) == balance(1000, free=1000) for pot, _ in funders)
    assert spending.stage == SpendingStage.REVERSED
    with pytest.raises(actions.WrongStage):
        actions.reverse(by=purse.worker, spending=spending, reason="returned", key="r2")


def test_what_is_not_paid_returns_and_what_is_paid_stays(purse: Purse) -> None:
    basket = purse.pot("b", 1000)
    spending = purse.approved(300, basket)
    actions.commit(by=purse.worker, spending=spending, key="c", amount=Money(200))
    actions.pay(by=purse.worker, spending=spending, key="p", amount=Money(50))
    entry = actions.reverse(by=purse.worker, spending=spending, reason="cancelled", key="r")
    assert (entry.kind, entry.amount) == (EntryKind.RETURN, Money(250))
    assert balance_of(basket) == balance(1000, paid=50, free=950)
    assert spending.stage == SpendingStage.PAID


def test_a_plan_that_is_dropped_leaves_nothing(purse: Purse) -> None:
    basket = purse.pot("b", 100)
    spending = purse.plan(70, basket)
    actions.reverse(by=purse.worker, spending=spending, reason="declined", key="r")
    assert balance_of(basket) == balance(100, free=100)


def test_one_payment_alone_is_reversed_once(purse: Purse) -> None:
    basket = purse.pot("b", 1000)
    spending = purse.approved(300, basket)
    actions.commit(by=purse.worker, spending=spending, key="c")
    first = actions.pay(by=purse.worker, spending=spending, key="p1", amount=Money(100))
    actions.pay(by=purse.worker, spending=spending, key="p2", amount=Money(150))
    reverse = {"by": purse.worker, "spending": spending, "reason": "returned", "payment": first}
    entry = actions.reverse(key="r", **reverse)
    assert (entry.reverses_id, entry.amount) == (first.pk, Money(100))
    assert balance_of(basket) == balance(1000, committed=50, paid=150, free=800)
    with pytest.raises(actions.WrongStage):
        actions.reverse(key="r2", **reverse)


@pytest.mark.parametrize("step", ["approve", "commit", "pay"])
def test_no_step_before_the_one_before_it(purse: Purse, step: str) -> None:
    spending = purse.plan(100, purse.pot("b", 1000))
    if step == "approve":
        actions.approve(by=purse.worker, spending=spending, decision=purse.decision, key="a")
        more = {"decision": purse.decision}
    else:
        more = {}
    with pytest.raises(actions.WrongStage) as refused:
        getattr(actions, step)(by=purse.worker, spending=spending, key="x", **more)
    assert refused.value.available == Money(0)


def test_more_than_stands_at_the_stage(purse: Purse) -> None:
    spending = purse.approved(100, purse.pot("b", 1000))
    with pytest.raises(actions.WrongStage) as refused:
        actions.commit(by=purse.worker, spending=spending, key="c", amount=Money(101))
    assert refused.value.available == Money(100)
    assert spending.approved == Money(100)


def test_transfers_and_lowered_grants(purse: Purse) -> None:
    one, other = purse.pot("b1", 500), purse.pot("b2", 100)
    purse.approved(300, one)
    give = {"by": purse.worker, "source": one, "target": other, "decision": purse.decision}
    with pytest.raises(actions.LimitPassed) as refused:
        actions.transfer(amount=Money(201), key="t", **give)
    assert (refused.value.pot, refused.value.missing) == (one, Money(1))
    actions.transfer(amount=Money(150), key="t", **give)
    assert balance_of(one) == balance(350, approved=300, free=50)
    assert balance_of(other) == balance(250, free=250)
    with pytest.raises(actions.LimitPassed):
        purse.grant(one, -51)
    purse.grant(one, -50)
    assert balance_of(one) == balance(300, approved=300)
