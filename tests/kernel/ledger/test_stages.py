"""Money on its way: granted, planned, approved, committed, paid, returned, reversed."""

from __future__ import annotations

import pytest

from maarag.kernel.ledger import actions
from maarag.kernel.ledger.models import EntryKind, SpendingStage
from maarag.kernel.ledger.queries import Balance, balances
from maarag.values import Money

from .conftest import Purse


def balance(granted: int = 0, **stages: int) -> Balance:
    return Balance(Money(granted), **{name: Money(agorot) for name, agorot in stages.items()})


def test_a_spending_travels_and_is_reversed(purse: Purse) -> None:
    basket, quota = purse.pot("b", 1000), purse.pot("q", 5000, kind="quota")
    funders = [(purse.pot(code, 1000, kind="share"), weight) for code, weight in (("f", 3), ("g", 1), ("h", 1))]
    spending = purse.plan(333, basket, quota, shares=funders)
    assert balances([basket])[basket.pk] == balance(1000, planned=333, free=1000)
    actions.approve(by=purse.worker, spending=spending, decision=purse.decision, key="a")
    assert balances([quota])[quota.pk] == balance(5000, approved=333, free=4667)
    assert spending.stage == SpendingStage.APPROVED
    actions.commit(by=purse.worker, spending=spending, key="c", amount=Money(300))
    actions.pay(by=purse.worker, spending=spending, key="p1", amount=Money(100))
    assert (spending.approved, spending.committed, spending.paid) == (Money(33), Money(200), Money(100))
    shares = balances([pot for pot, _ in funders])
    assert sum(one.paid.agorot for one in shares.values()) == 100
    actions.commit(by=purse.worker, spending=spending, key="c2")
    actions.pay(by=purse.worker, spending=spending, key="p2")
    assert [balances([pot])[pot.pk].paid for pot, _ in funders] == Money(333).split([3, 1, 1])
    entry = actions.reverse(by=purse.worker, spending=spending, reason="returned", key="r")
    assert entry.kind == EntryKind.REVERSE
    assert {one.free + one.paid for one in balances([basket, quota]).values()} == {Money(1000), Money(5000)}
    assert all(one.paid == Money(0) for one in balances([basket, quota, *(pot for pot, _ in funders)]).values())
    assert spending.stage == SpendingStage.REVERSED
    with pytest.raises(actions.WrongStage):
        actions.reverse(by=purse.worker, spending=spending, reason="returned", key="r2")
