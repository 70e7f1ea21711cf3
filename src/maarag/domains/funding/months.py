"""Plan against use by month: a budget's plan spread evenly over its days, and what was done in each month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Sum
from django.db.models.functions import TruncMonth

from maarag.kernel.ledger.models import Posting, Stage
from maarag.values import Money, Period

from .models import WHOLE_SHEKELS, Allotment, Budget


@dataclass(frozen=True)
class Month:
    """One month: what the plan gives it, and what of it was approved, committed and paid (returns
    below zero).
    """

    first: date
    plan: Money
    approved: Money
    committed: Money
    paid: Money

    @property
    def used(self) -> Money:
        """What left the free money in the month, at whichever stage it stands."""
        return self.approved + self.committed + self.paid


def months_of(period: Period) -> list[tuple[date, int]]:
    """The first day of each month that the period touches, with how many of its days lie in the period."""
    if period.starts is None or period.ends is None:
        raise ValueError("a budget has a first and a last day")
    found: dict[date, int] = {}
    day = period.starts
    while day <= period.ends:
        first = day.replace(day=1)
        following = (first + timedelta(days=32)).replace(day=1)
        found[first] = (min(following, period.ends + timedelta(days=1)) - day).days
        day = following
    return list(found.items())


def by_month(budget: Budget, total: Money) -> Sequence[Month]:
    """The months of the budget's period, and others in which its money moved, in order.

    The plan of `total` is split by days in whole shekels (largest remainder); the uses come from the postings
    of its purses.
    """
    days = months_of(budget.period)
    spread = total.split([n for _first, n in days], unit=WHOLE_SHEKELS)
    plans = dict(zip((first for first, _n in days), spread, strict=True))
    pots = [line.pot_id for line in budget.lines.all() if line.pot_id]
    pots += Allotment.objects.filter(line__budget=budget).values_list("pot_id", flat=True)
    stages = (Stage.APPROVED, Stage.COMMITTED, Stage.PAID)
    moved = (
        Posting.objects.filter(account__pot__in=pots, account__stage__in=stages)
        .order_by()
        .annotate(month=TruncMonth("day"))
        .values_list("month", "account__stage")
        .annotate(sum=Sum("amount"))
    )
    uses: dict[date, dict[str, Money]] = {}
    for month, stage, amount in moved:
        uses.setdefault(month, {})[stage] = amount if isinstance(amount, Money) else Money(int(amount))
    return [
        Month(
            first,
            plans.get(first, Money(0)),
            *(uses.get(first, {}).get(stage, Money(0)) for stage in stages),
        )
        for first in sorted({*plans, *uses})
    ]
