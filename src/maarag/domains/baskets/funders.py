"""What each funder of a budget bears of its baskets, and what is left in its purse beside the open ones.

A funder whose purse is not known, because no budget was stated, has no limit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Sum, Value

from maarag.database.rows import RowScope, visible
from maarag.domains.funding.models import BudgetLine, FunderShare
from maarag.domains.programmes.models import Quota
from maarag.kernel.ledger.models import Pot, Stage
from maarag.ui.figures import name_in_language
from maarag.values import Money

from .errors import FunderSpent
from .models import Basket, BasketStatus

Part = tuple[int, str]
"""A part of a budget, by the budget's key: its funders bear it together."""


@dataclass(frozen=True)
class FunderPart:
    """A funder's part of each basket of a quota, in agorot: its `cost`, and what is `left` in its purse."""

    purse: int
    cost: int
    left: int


@dataclass(frozen=True)
class Funders:
    """The funders of parts of budgets: of each part its purses, with weights and their sum (those of funders
    without a purse too); what is left in each purse, in agorot.
    """

    of: Mapping[Part, list[tuple[int, int, int]]] = field(default_factory=dict)
    left: Mapping[int, int] = field(default_factory=dict)

    def bear(self, line: BudgetLine, cost: Money) -> tuple[FunderPart, ...]:
        """What each bears of so much money of the line, as far as it bears anything."""
        parts = (
            FunderPart(purse, -(-cost.agorot * weight // total), max(0, self.left[purse]))
            for purse, weight, total in self.of.get((line.budget_id, line.part), ())
            if purse in self.left
        )
        return tuple(one for one in parts if one.cost)


def funders_of(lines: Iterable[BudgetLine]) -> Funders:
    """The funders of these lines, with what is left beside the open baskets that the scope in force lets see.

    What such a basket may still spend is taken from each of its funders, by weight.
    """
    of = _shares({(line.budget_id, line.part) for line in lines})
    purses = {purse for found in of.values() for purse, _weight, _total in found}
    if not purses:
        return Funders(of)
    drawn: dict[Part, int] = {}
    free: dict[int, int] = {}
    # all of one moment, in one query: what is spent leaves a basket and the purses of its funders together
    baskets = Basket.objects.filter(
        quota__line__budget__in={budget for budget, _part in of},
        status=BasketStatus.OPEN,
        pot__accounts__stage=Stage.FREE,
    )
    by_part = baskets.order_by().values("quota__line__budget", "quota__line__part")
    of_baskets = by_part.annotate(purse=Value(0), sum=Sum("pot__accounts__balance"))
    columns = ("quota__line__budget", "quota__line__part", "purse", "sum")
    shares = FunderShare.objects.filter(pot__in=purses, pot__accounts__stage=Stage.FREE)
    of_purses = shares.order_by().values_list("budget", "part", "pot", "pot__accounts__balance")
    for budget, part, purse, sum_ in of_baskets.values_list(*columns).union(of_purses, all=True):
        if purse:
            free[purse] = sum_.agorot
        else:
            drawn[budget, part] = sum_.agorot
    left = {
        purse: free[purse] - drawn.get(part, 0) * weight // total
        for part, found in of.items()
        for purse, weight, total in found
        if purse in free
    }
    return Funders(of, left)


def _shares(parts: Collection[Part]) -> dict[Part, list[tuple[int, int, int]]]:
    """Of each part of a budget the purses of its funders: (purse, weight, sum of all weights)."""
    known: dict[Part, list[tuple[int | None, int]]] = defaultdict(list)
    rows = FunderShare.objects.filter(budget__in={budget for budget, _part in parts})
    for budget, part, pot, weight in rows.values_list("budget_id", "part", "pot_id", "weight"):
        known[budget, part].append((pot, weight))
    found: dict[Part, list[tuple[int, int, int]]] = {}
    for of in parts:
        total = sum(weight for _pot, weight in known[of])
        found[of] = [(pot, weight, total) for pot, weight in known[of] if pot is not None]
    return found


class Purses:
    """The purses of funders, held until the end of the transaction while baskets are opened from them.

    Two who open baskets of one budget at once, in whichever departments, do so one after the other.
    """

    def __init__(self, lines: Iterable[BudgetLine]) -> None:
        lines = list(lines)
        _hold({line.budget_id for line in lines})
        self.funders = everywhere(lines)
        self.left = dict(self.funders.left)

    def take(self, line: BudgetLine, amount: Money) -> None:
        """Count so much money of the line as given; raises FunderSpent, where a funder has less."""
        parts = self.funders.bear(line, amount)
        for one in parts:
            if one.cost > max(0, self.left[one.purse]):
                raise FunderSpent(name_of(one.purse), Money(one.cost))
        for one in parts:
            self.left[one.purse] -= one.cost


def everywhere(lines: Iterable[BudgetLine]) -> Funders:
    """The funders of these lines, beside the open baskets of every authority: a purse is everybody's.

    Of the baskets nothing but their sum is read.
    """
    lines = list(lines)
    authorities = Quota.objects.filter(line__budget__in={line.budget_id for line in lines}).order_by()
    ids = frozenset(authorities.values_list("authority", flat=True).distinct())
    with visible(RowScope(authorities=ids)):
        return funders_of(lines)


def name_of(purse: int) -> str:
    """The name of a funder's purse."""
    return name_in_language(Pot.objects.get(pk=purse).label)


def _hold(budgets: Collection[int]) -> None:
    """In one order, so that nobody who holds one waits for somebody who holds another."""
    with connection.cursor() as cursor:
        for budget in sorted(budgets):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('baskets.funders'), %s)", [budget])
