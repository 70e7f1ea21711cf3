"""Reading the ledger."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from maarag.values import Money

from .models import Account, Pot, Stage

NOTHING = Money(0)


@dataclass(frozen=True)
class Balance:
    """Where the money of a pot stands; `granted` = free + approved + committed + paid."""

    granted: Money = NOTHING
    planned: Money = NOTHING
    approved: Money = NOTHING
    committed: Money = NOTHING
    paid: Money = NOTHING
    free: Money = NOTHING

    def __add__(self, other: Balance) -> Balance:
        return Balance(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))


def balances(pots: Collection[Pot | int]) -> dict[int, Balance]:
    """The balances of the pots, by id, in one query; an unknown or hidden pot has none."""
    ids = [pot if isinstance(pot, int) else pot.pk for pot in pots]
    stages: dict[int, dict[str, Money]] = {}
    rows = Account.objects.filter(pot_id__in=ids).order_by().values_list("pot_id", "stage", "balance")
    for pk, stage, balance in rows:
        stages.setdefault(pk, {})[stage] = balance
    return {
        pk: Balance(
            granted=-found[Stage.GRANTED],
            planned=found[Stage.PLANNED],
            approved=found[Stage.APPROVED],
            committed=found[Stage.COMMITTED],
            paid=found[Stage.PAID],
            free=found[Stage.FREE],
        )
        for pk, found in stages.items()
    }
