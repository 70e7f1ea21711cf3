"""The ledger against a simple one in Python: whatever is done in whatever order, they stand alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maarag.kernel.ledger import actions
from maarag.kernel.ledger.models import Posting, Pot, Spending
from maarag.kernel.ledger.queries import balances
from maarag.kernel.ledger.verifying import verify
from maarag.values import Money

from .conftest import Purse

STEP = st.tuples(
    st.sampled_from(["plan", "approve", "commit", "pay", "reverse", "refund", "grant", "transfer", "again"]),
    st.integers(0, 5),
    st.integers(1, 400),
)


@dataclass
class Simple:
    """A spending, and how much of it stands where."""

    spending: Spending
    shared: bool
    planned: int = 0
    approved: int = 0
    committed: int = 0
    paid: int = 0
    payments: int = 0


class Model:
    """One basket, one quota, three funders; limits are kept by counting."""

    def __init__(self, purse: Purse) -> None:
        self.purse = purse
        self.basket = purse.pot("basket", 600)
        self.quota = purse.pot("quota", 1000, kind="quota")
        self.funders = [(purse.pot(f"f{weight}", 300, kind="share"), weight) for weight in (1, 2, 4)]
        self.granted = {"basket": 600, "quota": 1000}
        self.spendings: list[Simple] = []
        self.last: Any = None

    def used(self, shared: bool) -> int:
        return sum(
            one.approved + one.committed + one.paid for one in self.spendings if one.shared or not shared
        )

    def take(self, what: str, number: int, agorot: int) -> None:
        if what == "plan":
            shares = self.funders if number % 2 else []
            spending = self.purse.plan(agorot, self.basket, self.quota, shares=shares)
            self.spendings.append(Simple(spending, bool(shares), planned=agorot))
            return
        if what in ("grant", "transfer"):
            self.money(what, agorot if number % 2 else -agorot)
            return
        if what == "again":
            if self.last:
                self.last()  # the same request once more: nothing changes
            return
        if not self.spendings:
            return
        one = self.spendings[number % len(self.spendings)]
        key = self.purse.key()
        call = {"by": self.purse.worker, "spending": one.spending, "key": key}
        try:
            getattr(self, what)(one, agorot, call)
        except actions.WrongStage:
            assert not self.possible(what, one, agorot), (what, one)
        except actions.LimitPassed as passed:
            self.short(what, one, passed)

    def short(self, what: str, one: Simple, passed: actions.LimitPassed) -> None:
        assert what == "approve"
        assert passed.missing.agorot > 0
        if passed.pot.code in self.granted:
            free = self.granted[passed.pot.code] - self.used(False)
            assert passed.missing.agorot == one.planned - free
        else:
            assert one.shared

    def possible(self, what: str, one: Simple, agorot: int) -> bool:
        return {
            "approve": one.planned > 0,
            "commit": 0 < agorot <= one.approved,
            "pay": 0 < agorot <= one.committed,
            "reverse": one.planned + one.approved + one.committed > 0,
            "refund": one.payments > 0,
        }[what]

    def approve(self, one: Simple, _agorot: int, call: Any) -> None:
        actions.approve(decision=self.purse.decision, **call)
        one.approved, one.planned = one.approved + one.planned, 0
        self.last = lambda: actions.approve(decision=self.purse.decision, **call)

    def commit(self, one: Simple, agorot: int, call: Any) -> None:
        actions.commit(amount=Money(agorot), **call)
        one.approved, one.committed = one.approved - agorot, one.committed + agorot
        self.last = lambda: actions.commit(amount=Money(agorot), **call)

    def pay(self, one: Simple, agorot: int, call: Any) -> None:
        actions.pay(amount=Money(agorot), **call)
        one.committed, one.paid, one.payments = one.committed - agorot, one.paid + agorot, one.payments + 1
        self.last = lambda: actions.pay(amount=Money(agorot), **call)

    def reverse(self, one: Simple, _agorot: int, call: Any) -> None:
        actions.reverse(reason="x", paid=False, **call)
        one.planned = one.approved = one.committed = 0
        self.last = lambda: actions.reverse(reason="x", paid=False, **call)

    def refund(self, one: Simple, _agorot: int, call: Any) -> None:
        actions.reverse(reason="x", paid=True, **call)
        one.paid = one.payments = 0
        self.last = lambda: actions.reverse(reason="x", paid=True, **call)

    def money(self, what: str, agorot: int) -> None:
        by, decision, key = self.purse.worker, self.purse.decision, self.purse.key()
        source, target = ("quota", "basket") if agorot > 0 else ("basket", "quota")
        name = source if what == "transfer" else "basket"
        enough = self.granted[name] - self.used(False) >= (abs(agorot) if what == "transfer" else -agorot)
        try:
            if what == "grant":
                actions.grant(by=by, pot=self.basket, amount=Money(agorot), decision=decision, key=key)
                self.granted["basket"] += agorot
            else:
                pots = {"basket": self.basket, "quota": self.quota}
                actions.transfer(
                    by=by,
                    source=pots[source],
                    target=pots[target],
                    amount=Money(abs(agorot)),
                    decision=decision,
                    key=key,
                )
                self.granted[source] -= abs(agorot)
                self.granted[target] += abs(agorot)
            assert enough
        except actions.LimitPassed:
            assert not enough

    def stands(self) -> None:
        pots: list[Pot] = [self.basket, self.quota, *(pot for pot, _ in self.funders)]
        found = balances(pots)
        for name, pot in (("basket", self.basket), ("quota", self.quota)):
            one = found[pot.pk]
            assert one.granted.agorot == self.granted[name]
            for stage in ("planned", "approved", "committed", "paid"):
                assert getattr(one, stage).agorot == sum(getattr(s, stage) for s in self.spendings)
            assert one.free.agorot == self.granted[name] - self.used(False) >= 0
        shares = [found[pot.pk] for pot, _ in self.funders]
        for stage in ("planned", "approved", "committed", "paid"):
            total = sum(getattr(one, stage).agorot for one in shares)
            assert total == sum(getattr(s, stage) for s in self.spendings if s.shared)
        assert all(one.free.agorot >= 0 for one in shares)
        assert sum(amount.agorot for amount in Posting.objects.values_list("amount", flat=True)) == 0
        assert verify().faults == []


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEP, min_size=4, max_size=25))
def test_whatever_is_done_the_two_stand_alike(purse: Purse, steps: list[tuple[str, int, int]]) -> None:
    from django.db import transaction

    with transaction.atomic():
        model = Model(purse)
        for step in steps:
            model.take(*step)
        model.stands()
        transaction.set_rollback(True)


@pytest.mark.proof
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEP, min_size=10, max_size=60))
def test_at_length(purse: Purse, steps: list[tuple[str, int, int]]) -> None:
    from django.db import transaction

    with transaction.atomic():
        model = Model(purse)
        for step in steps:
            model.take(*step)
        model.stands()
        transaction.set_rollback(True)
