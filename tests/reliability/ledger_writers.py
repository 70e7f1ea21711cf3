"""Writers on one basket and one funder's pot, who come back with the same key until they are answered."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field

import psycopg
from django.db import Error, connection

from maarag.database.rows import RowScope, visible
from maarag.kernel.access.models import Account
from maarag.kernel.ledger import actions
from maarag.kernel.ledger.models import Decision, Entry, EntryKind, Pot, Spending
from maarag.values import Money

STEPS = ("plan", "approve", "commit", "pay", "rest")


@dataclass
class Field:
    """What all writers share; granted is so little that most of them meet the limit in the end."""

    by: Account
    city: int
    basket: Pot
    funder: Pot
    decision: Decision
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def scope(self) -> RowScope:
        return RowScope(frozenset({self.city}), self.by.pk)


@dataclass
class Writer(threading.Thread):
    """Plans, approves, commits and pays in two parts, one spending after the other."""

    shared: Field
    number: int
    acknowledged: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Key → (kind, agorot), of what the ledger answered for."""
    met: Counter[str] = field(default_factory=Counter)
    odd: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        dice = random.Random(self.number)
        count = 0
        try:
            while not self.shared.over.is_set():
                count += 1
                self.one(f"{self.number}-{count}", dice.randint(2, 999))
        except Exception as error:
            self.odd.append(repr(error))
        finally:
            connection.close()

    def one(self, name: str, agorot: int) -> None:
        spending = Spending()
        for step in STEPS:
            key = f"{name}-{step}"
            answer = self.until_answered(step, key, spending, agorot)
            if answer is None:
                return
            if isinstance(answer, Spending):
                spending = answer

    def until_answered(self, step: str, key: str, spending: Spending, agorot: int) -> object:
        """Ask again with the same key after a lost connection; None where the limit is reached."""
        patience = time.monotonic() + 90
        while True:
            try:
                with visible(self.shared.scope):
                    answer = self.ask(step, key, spending, agorot)
            except actions.LimitPassed:
                self.met["limit"] += 1
                with suppress(Error, psycopg.Error), visible(self.shared.scope):
                    actions.reverse(by=self.shared.by, spending=spending, reason="limit", key=f"{key}-back")
                return None
            except (Error, psycopg.Error) as error:
                self.met[type(error).__name__] += 1
                with suppress(Exception):
                    connection.close()
                if time.monotonic() > patience:
                    raise
                time.sleep(0.02)
                continue
            if isinstance(answer, Entry):
                self.acknowledged[key] = (answer.kind, answer.amount.agorot)
            return answer

    def ask(self, step: str, key: str, spending: Spending, agorot: int) -> object:
        shared = self.shared
        by, part = shared.by, Money(agorot // 2)
        match step:
            case "plan":
                return actions.plan(
                    by=by, pots=[shared.basket], shares=[(shared.funder, 1)], amount=Money(agorot), key=key
                )
            case "approve":
                return actions.approve(by=by, spending=spending, decision=shared.decision, key=key)
            case "commit":
                return actions.commit(by=by, spending=spending, key=key)
            case "pay":
                return actions.pay(by=by, spending=spending, amount=part, key=key)
            case _:
                return actions.pay(by=by, spending=spending, key=key)


def payments() -> dict[str, tuple[str, int]]:
    """Every payment, approval and commitment that is in the ledger, by key; in the scope in force."""
    rows = Entry.objects.exclude(kind__in=[EntryKind.GRANT, EntryKind.PLAN, EntryKind.RETURN])
    return {key: (kind, amount.agorot) for key, kind, amount in rows.values_list("key", "kind", "amount")}
