"""A movement of money whose audit fails is undone: the two are one statement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import Error, connection, transaction

from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.ledger import actions
from maarag.kernel.ledger.models import ClosedPeriod, Decision, Entry, Pot, Spending
from maarag.kernel.ledger.queries import balances
from maarag.values import Money

from .conftest import Purse

MOVES: dict[str, Callable[[Any, Purse, Spending], Any]] = {
    "grant": lambda by, purse, s: actions.grant(
        by=by, pot=s.draws.get().pot, amount=Money(1), decision=purse.decision, key="x"
    ),
    "plan": lambda by, purse, s: actions.plan(by=by, pots=[s.draws.get().pot], amount=Money(1), key="x"),
    "commit": lambda by, purse, s: actions.commit(by=by, spending=s, key="x"),
    "reverse": lambda by, purse, s: actions.reverse(by=by, spending=s, reason="x", key="x"),
}


@pytest.mark.parametrize("move", MOVES)
def test_without_a_person_nothing_moves(purse: Purse, move: str) -> None:
    spending = purse.approved(10, purse.pot("b", 100))
    pots = list(Pot.objects.all())
    before = Entry.objects.count(), AuditEvent.objects.count(), balances(pots)
    nobody = type(purse.worker)(pk=2**40)

    @transaction.atomic
    def committed() -> None:
        MOVES[move](nobody, purse, spending)
        connection.check_constraints()  # as a commit does

    with pytest.raises(Error):
        committed()
    assert (Entry.objects.count(), AuditEvent.objects.count(), balances(pots)) == before


WRITES: dict[str, Callable[[Purse], Any]] = {
    "decide": lambda purse: actions.decide(by=purse.worker, what="x"),
    "open_pot": lambda purse: actions.open_pot(by=purse.worker, kind="quota", code="q", label="q"),
    "rename_pot": lambda purse: actions.rename_pot(by=purse.worker, pot=Pot.objects.get(), label="other"),
    "close_period": lambda purse: actions.close_period(
        by=purse.worker, starts=purse.decision.at.date(), ends=purse.decision.at.date()
    ),
}


@pytest.mark.parametrize("write", WRITES)
def test_a_write_without_its_event_is_undone(
    purse: Purse, write: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    purse.pot("b")

    def refuse(**_given: Any) -> None:
        raise RuntimeError("the audit failed")

    def state() -> Any:
        return Decision.objects.count(), ClosedPeriod.objects.count(), list(Pot.objects.values_list("label"))

    before = state()
    monkeypatch.setattr(actions, "record", refuse)
    with pytest.raises(RuntimeError):
        WRITES[write](purse)
    assert state() == before
