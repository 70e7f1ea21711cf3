"""What the ledger refuses, with what a clear message needs."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from maarag.values import Money

if TYPE_CHECKING:
    from .models import Pot, SpendingStage


class LedgerError(ValueError):
    """The ledger refused; nothing was written."""


class LimitPassed(LedgerError):
    """`pot` has too little free money (or other money, at `stage`): `missing` more were needed."""

    def __init__(self, pot: Pot, missing: Money, stage: str = "free") -> None:
        super().__init__(f"{missing} missing in {pot.code}")
        self.pot, self.missing, self.stage = pot, missing, stage


class PeriodClosed(LedgerError):
    """The day of the entry lies in a period that was closed; `opens`: the first day after it that is open."""

    def __init__(self, starts: date, ends: date, opens: date) -> None:
        super().__init__(f"closed: {starts:%Y-%m-%d} to {ends:%Y-%m-%d}")
        self.starts, self.ends, self.opens = starts, ends, opens


class KeyReused(LedgerError):
    """The key was used before for something else."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class WrongStage(LedgerError):
    """Not so much of the spending stands at the stage that this needs: `available` does."""

    def __init__(self, wanted: str, available: Money, asked: Money | None, stage: SpendingStage) -> None:
        super().__init__(
            f"{wanted}: {asked if asked is not None else 'all'} of {available}, at {stage.value}"
        )
        self.wanted, self.available, self.asked, self.stage = wanted, available, asked, stage
