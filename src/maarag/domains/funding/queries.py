"""Reading budgets: what was granted to purses, how funders share a budget, what decisions changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import QuerySet

from maarag.kernel.ledger.models import Pot
from maarag.kernel.ledger.queries import balances
from maarag.values import Money

from .models import WHOLE_SHEKELS, Budget, BudgetLine, FunderShare, LineChange


def granted_to(pots: Iterable[Pot]) -> dict[int, Money]:
    """What lies in each purse by the ledger, used or not."""
    return {pk: balance.granted for pk, balance in balances(list(pots)).items()}


def parts_of_funders(budget: Budget, lines: Sequence[BudgetLine]) -> list[tuple[FunderShare, Money]]:
    """What each funder bears of these lines: every part of the budget split by weight, in whole shekels.

    By largest remainder (`Money.split`), so that the shares of a part sum to the part: 4,184,775 at 75,
    12.5 and 12.5 per cent gives 3,138,581, 523,097 and 523,097.
    """
    by_part: dict[str, list[FunderShare]] = {}
    for share in budget.shares.select_related("organisation", "pot"):
        by_part.setdefault(share.part, []).append(share)
    found = []
    for part, shares in by_part.items():
        total = sum((line.amount for line in lines if line.part == part), Money(0))
        amounts = total.split([share.weight for share in shares], unit=WHOLE_SHEKELS)
        found += list(zip(shares, amounts, strict=True))
    return found


def shares_of(line: BudgetLine) -> list[tuple[Pot, int]]:
    """The funders' purses that a spending of the line draws from, each with its weight."""
    shares = FunderShare.objects.filter(budget=line.budget_id, part=line.part).select_related("pot")
    return [(share.pot, share.weight) for share in shares if share.pot is not None]


def history_of(line: BudgetLine) -> QuerySet[LineChange]:
    """What decisions changed in the line, newest first."""
    return line.changes.select_related("decision", "changed_by")
