"""A nation with two authorities, a worker, and pots with money in them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

import pytest

from maarag.database.rows import RowScope, visible
from maarag.kernel.access.actions import open_account, system_account
from maarag.kernel.access.models import Account as Person
from maarag.kernel.ledger import actions
from maarag.kernel.ledger.models import Decision, Pot, Spending
from maarag.kernel.places.actions import save_place
from maarag.kernel.places.models import Place
from maarag.values import Money


@dataclass
class Purse:
    """Shorter ways to move money in a test; every call has a key of its own unless one is given."""

    worker: Person
    nation: Place
    city: Place
    sister: Place
    decision: Decision
    keys: Iterator[int] = field(default_factory=count)

    def key(self) -> str:
        return f"test:{next(self.keys)}"

    def pot(self, code: str, agorot: int = 0, *, kind: str = "basket", authority: Place | None = None) -> Pot:
        place = authority or (self.city if kind == "basket" else None)
        pot = actions.open_pot(by=self.worker, kind=kind, code=code, label=code, authority=place)
        if agorot:
            self.grant(pot, agorot)
        return pot

    def grant(self, pot: Pot, agorot: int, key: str = "") -> None:
        actions.grant(
            by=self.worker, pot=pot, amount=Money(agorot), decision=self.decision, key=key or self.key()
        )

    def plan(self, agorot: int, *pots: Pot, shares: list[tuple[Pot, int]] | None = None) -> Spending:
        return actions.plan(
            by=self.worker, pots=pots, shares=shares or [], amount=Money(agorot), key=self.key()
        )

    def approved(self, agorot: int, *pots: Pot, shares: list[tuple[Pot, int]] | None = None) -> Spending:
        spending = self.plan(agorot, *pots, shares=shares)
        actions.approve(by=self.worker, spending=spending, decision=self.decision, key=self.key())
        return spending

    def paid(self, agorot: int, *pots: Pot, shares: list[tuple[Pot, int]] | None = None) -> Spending:
        spending = self.approved(agorot, *pots, shares=shares)
        actions.commit(by=self.worker, spending=spending, key=self.key())
        actions.pay(by=self.worker, spending=spending, key=self.key())
        return spending

    @contextmanager
    def seen_by(self, *authorities: Place) -> Iterator[None]:
        with visible(RowScope(frozenset(place.pk for place in authorities), self.worker.pk)):
            yield


def make_purse() -> Purse:
    by = system_account()
    nation = save_place(by=by, code="IL", within=[], kind="nation", name_he="ישראל")
    city, sister = (
        save_place(by=by, code=code, within=[nation], kind="authority", authority_type="city", name_he=name)
        for code, name in (("9001", "מעלה גן"), ("9002", "גבעת יער"))
    )
    worker = open_account(by=by, email="worker@example.org", name="עובדת")
    return Purse(
        worker, nation, city, sister, actions.decide(by=worker, what="הוראה תקציבית", document="מב/1")
    )


@pytest.fixture
def purse(db: None) -> Iterator[Purse]:
    """In the scope of the first authority."""
    made = make_purse()
    with made.seen_by(made.city):
        yield made
