"""A budget with what became of it: computed once, and shown alike by page, workbook, report, API and command.

Nothing here is typed in as a total: amounts of lines are families × cost or their sums, funders' shares
are split from them, and what is granted and used comes from the ledger's purses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import Viewer, permits
from maarag.kernel.ledger.queries import Balance, balances
from maarag.kernel.people.models import Organisation
from maarag.kernel.places.models import PlaceKind
from maarag.values import Money, Suppressed

from .hidden import THRESHOLD, Hidden, decided
from .models import Budget, BudgetLine, Part
from .queries import parts_of_funders
from .scope import sees_use

STAGES = ("planned", "approved", "committed", "paid", "free")
"""What becomes of granted money, as the ledger calls it. Planned money is still free: plans
reserve nothing.
"""
NOTHING = Money(0)
HIDDEN = Suppressed(THRESHOLD, primary=False)
"""In place of an amount from which a handful of families could be told."""

Amount = Money | Suppressed | None
"""None: not shown to this viewer."""


@dataclass(frozen=True)
class Row:
    """Amounts of one line, part, funder or of the whole; `given_on` is what of it lies with authorities."""

    budgeted: Money
    granted: Money = NOTHING
    given_on: Money = NOTHING
    planned: Amount = None
    approved: Amount = None
    committed: Amount = None
    paid: Amount = None
    free: Amount = None
    families: int | None = None

    @property
    def use(self) -> dict[str, Amount]:
        return {stage: getattr(self, stage) for stage in STAGES}


@dataclass(frozen=True)
class LineRow:
    line: BudgetLine
    row: Row


@dataclass(frozen=True)
class PartRow:
    part: Part
    row: Row


@dataclass(frozen=True)
class FunderRow:
    """What a funder bears of one part; `share` of one."""

    part: Part
    organisation: Organisation
    weight: int
    share: Fraction
    row: Row


@dataclass(frozen=True)
class FunderTotal:
    """What a funder bears of all parts together."""

    organisation: Organisation
    budgeted: Money


@dataclass(frozen=True)
class Statement:
    """The whole budget as this viewer may see it."""

    budget: Budget
    lines: Sequence[LineRow]
    parts: Sequence[PartRow]
    funders: Sequence[FunderRow]
    funder_totals: Sequence[FunderTotal]
    total: Row
    shows_use: bool

    def lines_of(self, part: Part) -> list[LineRow]:
        return [line for line in self.lines if line.line.part == part]

    def funders_of(self, part: Part) -> list[FunderRow]:
        return [funder for funder in self.funders if funder.part == part]

    def part(self, part: Part) -> Row:
        return next((row.row for row in self.parts if row.part == part), Row(Money(0)))


def statement(budget: Budget, viewer: Viewer) -> Statement:
    """The budget as the viewer may see it: what was set is told to all who see it, its use to staff."""
    lines = list(budget.lines.select_related("pot").prefetch_related("allotments__pot"))
    shares = parts_of_funders(budget, lines)
    pots = [line.pot for line in lines if line.pot]
    pots += [allotment.pot for line in lines for allotment in line.allotments.all()]
    pots += [share.pot for share, _amount in shares if share.pot]
    known = balances(pots)
    shown = sees_use(viewer, budget)
    hidden = None if not shown or sees_exact(viewer, budget) else decided()
    exact = {line.pk: _row_of(line, known) for line in lines}
    of_part = {part: [line for line in lines if line.part == part] for part in Part}
    weights = {part: sum(share.weight for share, _amount in shares if share.part == part) for part in Part}

    def told(row: Row, behind: Iterable[BudgetLine]) -> Row:
        return _told(row, shown, hidden, behind)

    funders = [
        FunderRow(
            part=(part := Part(share.part)),
            organisation=share.organisation,
            weight=share.weight,
            share=Fraction(share.weight, weights[part]),
            row=told(_row_of_share(share.pot_id, amount, known), of_part[part]),
        )
        for share, amount in shares
    ]
    return Statement(
        budget=budget,
        lines=[LineRow(line, told(exact[line.pk], [line])) for line in lines],
        parts=[
            PartRow(part, told(_sum(exact[line.pk] for line in within), within))
            for part, within in of_part.items()
            if within
        ],
        funders=funders,
        funder_totals=_by_funder(funders),
        total=told(_sum(exact.values()), lines),
        shows_use=shown,
    )


def sees_exact(viewer: Viewer, budget: Budget) -> bool:
    """Whether all of the budget lies where the viewer works, so that nothing is hidden from them."""
    if getattr(viewer, "is_system", False):
        return True
    inside = budget.place.kind in (PlaceKind.AUTHORITY, PlaceKind.NEIGHBOURHOOD)
    return inside and permits(viewer, Permission.VIEW_EXACT_COUNTS, place=budget.place)


def _row_of(line: BudgetLine, known: Mapping[int, Balance]) -> Row:
    below = [known[allotment.pot_id] for allotment in line.allotments.all()]
    found = ([known[line.pot_id]] if line.pot_id else []) + below
    return Row(
        budgeted=line.amount,
        granted=_money(balance.granted for balance in found),
        given_on=_money(balance.granted for balance in below),
        families=line.families,
        **_use(found),
    )


def _row_of_share(pot: int | None, budgeted: Money, known: Mapping[int, Balance]) -> Row:
    found = [known[pot]] if pot else []
    return Row(budgeted=budgeted, granted=_money(balance.granted for balance in found), **_use(found))


def _use(found: Sequence[Balance]) -> dict[str, Any]:
    return {stage: _money(getattr(balance, stage) for balance in found) for stage in STAGES}


def _sum(rows: Iterable[Row]) -> Row:
    rows = list(rows)
    families = [row.families for row in rows if row.families is not None]
    summed = {
        name: _money(getattr(row, name) for row in rows)
        for name in ("budgeted", "granted", "given_on", *STAGES)
    }
    return Row(families=sum(families) if families else None, **summed)


def _told(row: Row, shown: bool, hidden: Hidden | None, behind: Iterable[BudgetLine]) -> Row:
    """The row without its use where the viewer sees none, or with it hidden where it tells of a
    few families.
    """
    if not shown:
        return replace(row, **dict.fromkeys(STAGES))
    pots = frozenset(allotment.pot_id for line in behind for allotment in line.allotments.all())
    kept = [stage for stage in STAGES if hidden is not None and hidden.of(pots, stage)]
    return replace(row, **dict.fromkeys(kept, HIDDEN)) if kept else row


def _by_funder(funders: Sequence[FunderRow]) -> list[FunderTotal]:
    found: dict[int, FunderTotal] = {}
    for funder in funders:
        before = found.get(funder.organisation.pk)
        amount = funder.row.budgeted + (before.budgeted if before else Money(0))
        found[funder.organisation.pk] = FunderTotal(funder.organisation, amount)
    return list(found.values())


def _money(amounts: Iterable[Money]) -> Money:
    return sum(amounts, Money(0))
