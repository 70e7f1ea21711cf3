"""Everything that moves money. Each writes one entry with its event, in one statement.

`key`: an idempotency key of at most 100 characters; the same request under the same key is done once, and its
first entry is given back. Whether `by` may is asked by the room that calls.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from maarag.kernel.access.models import Account as Person
from maarag.kernel.audit.actions import record
from maarag.kernel.places.models import Place
from maarag.values import Money

from .errors import KeyReused, LedgerError, LimitPassed, PeriodClosed, WrongStage
from .models import ClosedPeriod, Decision, Entry, Pot, PotKind, Spending
from .posting import call, content_of

__all__ = [
    "KeyReused",
    "LedgerError",
    "LimitPassed",
    "PeriodClosed",
    "WrongStage",
    "approve",
    "close_period",
    "commit",
    "decide",
    "grant",
    "open_pot",
    "open_pots",
    "pay",
    "plan",
    "rename_pot",
    "reverse",
    "transfer",
]


@transaction.atomic
def decide(
    *,
    by: Person,
    what: str,
    why: str = "",
    document: str = "",
    authority: Place | None = None,
    key: str | None = None,
) -> Decision:
    """Put down a decision about money; no words about a person in it. Raises ValidationError.

    `authority`: whose alone it is to read; `key`: the same decision under the same key is made once.
    """
    decision = Decision(what=what, why=why, document=document, by=by, authority=authority, key=key or None)
    if key and (known := Decision.objects.filter(key=key).first()):
        if (known.what, known.why, known.document, known.by_id) == (what, why, document, by.pk):
            return known
        raise KeyReused(key)
    decision.full_clean(validate_unique=False, validate_constraints=False)
    decision.save()
    record(by=by, action="ledger.decide", subject=decision, place=authority, changes={"what": [None, what]})
    return decision


def open_pot(
    *,
    by: Person,
    kind: PotKind | str,
    code: str,
    label: str,
    authority: Place | None = None,
    period_start: date | None = None,
    period_end: date | None = None,
) -> Pot:
    """Open a purse, empty; raises ValidationError (also where the code is taken)."""
    pot = Pot(
        kind=kind,
        code=code,
        label=label,
        authority=authority,
        period_start=period_start,
        period_end=period_end,
    )
    return open_pots(by=by, pots=[pot])[0]


@transaction.atomic
def open_pots(*, by: Person, pots: Sequence[Pot]) -> list[Pot]:
    """Open many purses at once, one event for all; raises ValidationError."""
    for pot in pots:
        pot.full_clean(validate_unique=False)
    taken = Pot.objects.filter(code__in=[pot.code for pot in pots]).values_list("code", flat=True)
    if clash := sorted(taken):
        raise ValidationError({"code": clash})
    made = Pot.objects.bulk_create(pots)
    if made:
        authorities = {pot.authority for pot in made}
        record(
            by=by,
            action="ledger.open_pot",
            subject=made[0],
            place=authorities.pop() if len(authorities) == 1 else None,
            changes={"pots": [None, len(made)], "code": [None, made[0].code]},
        )
    return made


@transaction.atomic
def rename_pot(*, by: Person, pot: Pot, label: str) -> Pot:
    """Give a pot another name."""
    before = pot.label
    pot.label = label
    pot.full_clean(validate_unique=False)
    pot.save(update_fields=["label"])
    changes = {"label": [before, label]}
    record(by=by, action="ledger.rename_pot", subject=pot, place=pot.authority, changes=changes)
    return pot


def grant(
    *, by: Person, pot: Pot, amount: Money, decision: Decision, key: str, day: date | None = None
) -> Entry:
    """Put money into a pot; below zero: take it out again, never below what is used (LimitPassed)."""
    content = content_of("grant", pot.pk, amount.agorot)
    if not amount:
        raise ValueError("a grant of nothing")
    return call(
        "ledger_grant",
        [None, pot.pk, amount.agorot, _key(key), content, _day(day), by.pk, decision.pk],
        key=key,
    )[0]


def transfer(
    *,
    by: Person,
    source: Pot,
    target: Pot,
    amount: Money,
    decision: Decision,
    key: str,
    day: date | None = None,
) -> Entry:
    """Move free money from one pot to another; raises LimitPassed where the source has too little."""
    if amount.agorot <= 0 or source.pk == target.pk:
        raise ValueError("a transfer is of some money between two pots")
    content = content_of("transfer", source.pk, target.pk, amount.agorot)
    return call(
        "ledger_grant",
        [source.pk, target.pk, amount.agorot, _key(key), content, _day(day), by.pk, decision.pk],
        key=key,
    )[0]


def plan(
    *,
    by: Person,
    pots: Sequence[Pot],
    shares: Sequence[tuple[Pot, int]] = (),
    amount: Money,
    key: str,
    day: date | None = None,
    spending_id: UUID | None = None,
) -> Spending:
    """Plan a spending; nothing is reserved yet.

    Each of `pots` is drawn by the whole amount; `shares`, (pot, weight), by the whole together, split to the
    agora. Baskets among them are of one authority.
    """
    drawn = [pot.pk for pot in pots] + [pot.pk for pot, _weight in shares]
    if amount.agorot <= 0 or not drawn or len(set(drawn)) < len(drawn):
        raise ValueError("a spending is of some money, from pots each named once")
    weights = [weight for _pot, weight in shares]
    parts = [part.agorot for part in amount.split(weights)] if shares else []
    content = content_of(
        "plan", sorted(pot.pk for pot in pots), [pot.pk for pot, _ in shares], weights, amount.agorot
    )
    _entry, spending = call(
        "ledger_plan",
        [
            spending_id or uuid4(),
            [pot.pk for pot in pots],
            [pot.pk for pot, _weight in shares],
            parts,
            amount.agorot,
            _key(key),
            content,
            _day(day),
            by.pk,
        ],
        key=key,
    )
    assert spending is not None
    return spending


def approve(
    *, by: Person, spending: Spending, decision: Decision, key: str, day: date | None = None
) -> Entry:
    """Reserve the whole planned amount in every pot; raises LimitPassed where one has too little free."""
    return _move("approve", by, spending, None, key, day, decision=decision)


def commit(
    *, by: Person, spending: Spending, key: str, amount: Money | None = None, day: date | None = None
) -> Entry:
    """Commit what was approved, or a part of it, to a provider."""
    return _move("commit", by, spending, amount, key, day)


def pay(
    *, by: Person, spending: Spending, key: str, amount: Money | None = None, day: date | None = None
) -> Entry:
    """Pay what was committed, or a part of it."""
    return _move("pay", by, spending, amount, key, day)


def reverse(
    *,
    by: Person,
    spending: Spending,
    reason: str,
    key: str,
    paid: bool | None = None,
    amount: Money | None = None,
    payment: Entry | None = None,
    day: date | None = None,
) -> Entry:
    """What is not paid returns to the pots; where all is paid, each payment is reversed by a counter entry.

    `paid`: True reverses payments though something is unpaid, False returns only what is unpaid; `amount`:
    a part of what is unpaid; `payment`: only this one. `reason`: a code, no words about a person.
    Gives the first entry made.
    """
    kind = "reverse" if paid or payment else "undo" if paid is None and amount is None else "return"
    if kind == "reverse" and amount is not None:
        raise ValueError("a payment is reversed as a whole")
    return _move(kind, by, spending, amount, key, day, reason=reason, payment=payment)


@transaction.atomic
def close_period(
    *,
    by: Person,
    starts: date,
    ends: date,
    authority: Place | None = None,
    decision: Decision | None = None,
) -> ClosedPeriod:
    """Let no entry bear a day of the period any more; waits for those under way. Raises ValidationError."""
    closed = ClosedPeriod(starts=starts, ends=ends, authority=authority, by=by, decision=decision)
    closed.full_clean()
    closed.save()
    closed.refresh_from_db(fields=["at"])
    record(
        by=by,
        action="ledger.close_period",
        subject=closed,
        place=authority,
        changes={"starts": [None, starts.isoformat()], "ends": [None, ends.isoformat()]},
    )
    return closed


def _move(
    kind: str,
    by: Person,
    spending: Spending,
    amount: Money | None,
    key: str,
    day: date | None,
    *,
    decision: Decision | None = None,
    reason: str = "",
    payment: Entry | None = None,
) -> Entry:
    asked = None if amount is None else amount.agorot
    which = None if payment is None else payment.pk
    content = content_of(kind, spending.pk, asked, which)
    entry, now = call(
        "ledger_move",
        [
            kind,
            spending.pk,
            asked,
            _key(key),
            content,
            _day(day),
            by.pk,
            None if decision is None else decision.pk,
            which,
            reason[:80],
        ],
        key=key,
        of=spending,
    )
    if now is not None:
        for name in ("planned", "approved", "committed", "paid", "returned"):
            setattr(spending, name, getattr(now, name))
        entry.spending = spending
    return entry


def _day(day: date | None) -> date:
    return day or timezone.localdate()


def _key(key: str) -> str:
    """Room is left for the numbers of the counter entries of one reversal."""
    if not key or len(key) > 100:
        raise ValueError("a key has between 1 and 100 characters")
    return key
