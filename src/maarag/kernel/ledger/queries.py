"""Reading the ledger."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Count, Max, QuerySet, Sum

from maarag.kernel.audit.models import AuditEvent
from maarag.values import Money

from .models import GIVEN, Account, Draw, Entry, EntryKind, Posting, Pot, PotKind, Spending, Stage

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
        return Balance(*(getattr(self, name) + getattr(other, name) for name in BALANCES))

    def amounts(self, names: Collection[str] = ()) -> dict[str, Money]:
        """The amounts by name, all or these."""
        return {name: getattr(self, name) for name in names or BALANCES}


BALANCES = tuple(Balance.__dataclass_fields__)


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


def balance_of(pot: Pot) -> Balance:
    """The balance of one pot; empty where it is hidden."""
    return balances([pot]).get(pot.pk, Balance())


@dataclass(frozen=True)
class Line:
    """One line of a statement: what an entry moved, or the entries of a kind on a day together.

    `amount`: below zero where money left the free money by a transfer or a lowered grant; `entry` and
    `decision` where the line is of one entry; `after`: where the money stood then.
    """

    day: date
    kind: str
    amount: Money
    count: int
    after: Balance
    entry: Entry | None = None


@dataclass(frozen=True)
class Statement:
    """What happened in a pot on these days, between two balances, of which it tells those that it names."""

    pot: Pot
    opening: Balance
    lines: tuple[Line, ...]
    closing: Balance
    tells: tuple[str, ...] = BALANCES


_STAGE_OF = {
    EntryKind.GRANT: Stage.FREE,
    EntryKind.TRANSFER: Stage.FREE,
    EntryKind.PLAN: Stage.PLANNED,
    EntryKind.APPROVE: Stage.APPROVED,
    EntryKind.COMMIT: Stage.COMMITTED,
    EntryKind.PAY: Stage.PAID,
}


def statement(pot: Pot, *, since: date | None = None, until: date | None = None) -> Statement:
    """The statement of a pot, by the day of the entries.

    A basket's tells every entry. A pot that many baskets draw from tells grants and transfers one by one, and
    the rest by day and kind: whose each amount was is for its authority alone.
    """
    rows = Posting.objects.filter(account__pot=pot).order_by()
    if pot.kind == PotKind.BASKET:
        return _statement(pot, rows, rows.none(), since, until)
    return _statement(pot, rows.filter(kind__in=GIVEN), rows.exclude(kind__in=GIVEN), since, until)


def given(pot: Pot, *, since: date | None = None, until: date | None = None) -> Statement:
    """The statement of what was granted to a pot and moved between pots alone: it tells what lies in it, used
    or not.
    """
    rows = Posting.objects.filter(account__pot=pot, kind__in=GIVEN).order_by()
    return replace(_statement(pot, rows, rows.none(), since, until), tells=("granted",))


def _statement(
    pot: Pot,
    single: QuerySet[Posting],
    summed: QuerySet[Posting],
    since: date | None,
    until: date | None,
) -> Statement:
    """Of entries that are told one by one, and of those that are told by day and kind."""
    opening = Balance()
    if until:
        single, summed = single.filter(day__lte=until), summed.filter(day__lte=until)
    if since:
        for rows in (single, summed):
            before = rows.filter(day__lt=since).values_list("account__stage").annotate(Sum("amount"))
            opening = _moved(opening, dict(before))
        single, summed = single.filter(day__gte=since), summed.filter(day__gte=since)
    parts = [
        (day, number, kind, number, 1, stage, amount)
        for day, number, kind, stage, amount in single.values_list(
            "day", "entry_id", "kind", "account__stage", "amount"
        )
    ]
    parts += [
        (day, last, kind, 0, count, stage, amount)
        for day, kind, stage, amount, count, last in summed.values_list(
            "day", "kind", "account__stage"
        ).annotate(Sum("amount"), Count("entry_id"), Max("entry_id"))
    ]
    return _told(pot, opening, parts)


def _told(pot: Pot, opening: Balance, parts: list[tuple[date, int, str, int, int, str, Money]]) -> Statement:
    groups: dict[tuple[date, str, int], dict[str, Money]] = {}
    order: dict[tuple[date, str, int], int] = {}
    counts: dict[tuple[date, str, int], int] = {}
    for day, last, kind, number, count, stage, amount in parts:
        at = (day, kind, number)
        groups.setdefault(at, {})[stage] = amount
        order[at], counts[at] = max(last, order.get(at, 0)), max(count, counts.get(at, 0))
    entries = Entry.objects.select_related("decision", "by").in_bulk([at[2] for at in groups if at[2]])
    lines, after = [], opening
    for at in sorted(groups, key=lambda one: (one[0], order[one])):
        day, kind, number = at
        changes = groups[at]
        after = _moved(after, changes)
        stage_of = _STAGE_OF.get(EntryKind(kind))
        # what returns comes back to the free money, and what was only planned to nothing
        amount = (
            changes.get(stage_of, NOTHING)
            if stage_of
            else changes.get(Stage.FREE, NOTHING) - changes.get(Stage.PLANNED, NOTHING)
        )
        lines.append(Line(day, kind, amount, counts[at], after, entries.get(number)))
    return Statement(pot, opening, tuple(lines), after)


def _moved(before: Balance, changes: dict[str, Money]) -> Balance:
    return before + Balance(
        granted=-changes.get(Stage.GRANTED, NOTHING),
        planned=changes.get(Stage.PLANNED, NOTHING),
        approved=changes.get(Stage.APPROVED, NOTHING),
        committed=changes.get(Stage.COMMITTED, NOTHING),
        paid=changes.get(Stage.PAID, NOTHING),
        free=changes.get(Stage.FREE, NOTHING),
    )


@dataclass(frozen=True)
class Step:
    """One entry on the way of an amount: who, by which decision, and its event in the record."""

    entry: Entry
    event: AuditEvent | None


@dataclass(frozen=True)
class Trace:
    """Where an amount came from: every step, oldest first, and the pots it was drawn from."""

    spending: Spending | None
    steps: tuple[Step, ...]
    draws: tuple[Draw, ...]


def trace(subject: Entry | Spending) -> Trace:
    """Every entry of a spending, or of the spending of an entry, with its decision, person and event."""
    rows = Entry.objects.select_related("decision__by", "by").order_by("pk")
    spending = subject if isinstance(subject, Spending) else subject.spending if subject.spending_id else None
    if isinstance(subject, Entry) and spending is None:
        entries = list(rows.filter(pk=subject.pk))
    else:
        entries = list(rows.filter(spending=spending))
    events = {
        event.subject_id: event
        for event in AuditEvent.objects.filter(
            subject_type="ledger.entry", subject_id__in=[str(entry.pk) for entry in entries]
        )
    }
    draws = spending.draws.select_related("pot").order_by("pk") if spending else ()
    return Trace(spending, tuple(Step(entry, events.get(str(entry.pk))) for entry in entries), tuple(draws))
