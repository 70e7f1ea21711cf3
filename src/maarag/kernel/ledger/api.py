"""Operations under /api/ledger: pots, statements, the way of an amount, closed periods. Amounts in agorot."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema, Status
from ninja.errors import HttpError

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, holds_somewhere
from maarag.values import Money

from .above import Told, standing, statement_for
from .actions import close_period, decide
from .models import ClosedPeriod, Decision, Entry, Pot, PotKind
from .queries import Line, trace
from .scope import authorities_of, entries_visible_to, sees_nation, visible_to

router = Router(tags=["ledger"])


class BalanceOut(Schema):
    """Where money stands, in agorot; granted = free + approved + committed + paid.

    Null: not told to this account, for it would tell of a few families, or when they drew.
    """

    granted: int
    planned: int | None
    approved: int | None
    committed: int | None
    paid: int | None
    free: int | None

    @classmethod
    def of(cls, told: Told) -> BalanceOut:
        amounts = {name: one.agorot for name, one in told.items() if isinstance(one, Money)}
        return cls.model_validate(dict.fromkeys(cls.model_fields) | amounts)


class PotOut(Schema):
    """A pot with limits."""

    code: str
    label: str
    kind: str = Field(description="basket, quota, share or line.")
    authority: str | None = Field(description="Code of the authority; null: the nation's.")
    period_start: date | None
    period_end: date | None
    balance: BalanceOut

    @classmethod
    def of(cls, pot: Pot, told: Told) -> PotOut:
        return cls(
            code=pot.code,
            label=pot.label,
            kind=pot.kind,
            authority=pot.authority.code if pot.authority else None,
            period_start=pot.period_start,
            period_end=pot.period_end,
            balance=BalanceOut.of(told),
        )


class PotPage(Schema):
    """A page of pots."""

    total: int
    items: list[PotOut]


class DecisionOut(Schema):
    """Who decided what, and where it is written."""

    what: str
    why: str
    document: str
    by: str
    at: datetime

    @classmethod
    def of(cls, decision: Decision | None) -> DecisionOut | None:
        if decision is None:
            return None
        return cls(
            what=decision.what,
            why=decision.why,
            document=decision.document,
            by=decision.by.name,
            at=decision.at,
        )


class LedgerLineOut(Schema):
    """A line of a statement: one entry, or those of a kind on a day together (`entry` is null)."""

    day: date
    kind: str
    amount: int
    count: int
    entry: int | None
    by: str | None
    decision: DecisionOut | None
    after: BalanceOut

    @classmethod
    def of(cls, line: Line, tells: Collection[str] = ()) -> LedgerLineOut:
        return cls(
            day=line.day,
            kind=line.kind,
            amount=line.amount.agorot,
            count=line.count,
            entry=line.entry.pk if line.entry else None,
            by=line.entry.by.name if line.entry else None,
            decision=DecisionOut.of(line.entry.decision) if line.entry else None,
            after=BalanceOut.of(line.after.amounts(tells)),
        )


class StatementOut(Schema):
    """What happened in a pot, between two balances; in `pot` where its money stands today.

    Of a pot behind which families stand whose counts the account does not see: grants and transfers alone.
    """

    pot: PotOut
    opening: BalanceOut
    lines: list[LedgerLineOut]
    closing: BalanceOut


class LedgerStepOut(Schema):
    """One entry on the way of an amount; `event`: its number in the audit."""

    entry: int
    kind: str
    day: date
    at: datetime
    amount: int
    by: str
    decision: DecisionOut | None
    reverses: int | None
    event: int | None


class DrawOut(Schema):
    """What was drawn from a pot."""

    pot: str
    amount: int


class TraceOut(Schema):
    """The way of an amount."""

    spending: str | None
    steps: list[LedgerStepOut]
    draws: list[DrawOut]


class PeriodIn(Schema):
    """Days to close, of an authority or (null) of the whole ledger, by a decision."""

    starts: date
    ends: date
    authority: str | None = None
    what: str = Field(min_length=1, max_length=200)
    document: str = Field("", max_length=300)


class PeriodOut(Schema):
    """Days whose entries are complete."""

    id: int
    starts: date
    ends: date
    authority: str | None
    by: str
    at: datetime
    decision: DecisionOut | None

    @classmethod
    def of(cls, period: ClosedPeriod) -> PeriodOut:
        return cls(
            id=period.pk,
            starts=period.starts,
            ends=period.ends,
            authority=period.authority.code if period.authority else None,
            by=period.by.name,
            at=period.at,
            decision=DecisionOut.of(period.decision),
        )


def _viewer(request: HttpRequest, permission: Permission = Permission.VIEW_LEDGER) -> Account:
    if not holds_somewhere(request.user, permission):
        raise HttpError(403, _("Your account has no role that opens the ledger."))
    return account_of(request)


@router.get("/pots", response=PotPage, summary="Pots and where their money stands", url_name="ledger_pots")
def list_pots(
    request: HttpRequest,
    kind: PotKind | None = None,
    limit: int = Query(50, ge=1, le=500),
    offset: int = Query(0, ge=0, le=10**9),
) -> dict[str, Any]:
    """The pots that the account sees; baskets of its own authority alone."""
    account = _viewer(request)
    pots = visible_to(account).order_by("code")
    if kind:
        pots = pots.filter(kind=kind)
    found = list(pots[offset : offset + limit])
    told = standing(account, found)
    items = [PotOut.of(pot, told[pot.pk]) for pot in found]
    return {"total": pots.count(), "items": items}


@router.get(
    "/pots/{code}", response=StatementOut, summary="The statement of a pot", url_name="ledger_statement"
)
def pot_statement(
    request: HttpRequest, code: str, since: date | None = None, until: date | None = None
) -> StatementOut:
    """What happened in the pot on these days, with the balance after each line."""
    account = _viewer(request)
    pot = visible_to(account).filter(code=code).first()
    if pot is None:
        raise Http404
    told = statement_for(account, pot, since=since, until=until)
    return StatementOut(
        pot=PotOut.of(pot, standing(account, [pot])[pot.pk]),
        opening=BalanceOut.of(told.opening.amounts(told.tells)),
        lines=[LedgerLineOut.of(line, told.tells) for line in told.lines],
        closing=BalanceOut.of(told.closing.amounts(told.tells)),
    )


@router.get("/entries/{pk}", response=TraceOut, summary="The way of an amount", url_name="ledger_entry")
def entry(request: HttpRequest, pk: int) -> TraceOut:
    """Every step of the amount that the entry moved, with who took it and by which decision."""
    viewer = _viewer(request)
    found: Entry | None = entries_visible_to(viewer).filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise Http404
    told = trace(found)
    return TraceOut(
        spending=str(told.spending.pk) if told.spending else None,
        steps=[
            LedgerStepOut(
                entry=step.entry.pk,
                kind=step.entry.kind,
                day=step.entry.day,
                at=step.entry.at,
                amount=step.entry.amount.agorot,
                by=step.entry.by.name,
                decision=DecisionOut.of(step.entry.decision),
                reverses=step.entry.reverses_id,
                event=step.event.pk if step.event else None,
            )
            for step in told.steps
        ],
        draws=[DrawOut(pot=draw.pot.code, amount=draw.amount.agorot) for draw in told.draws],
    )


@router.get("/periods", response=list[PeriodOut], summary="Closed periods", url_name="ledger_periods")
def list_periods(request: HttpRequest) -> list[PeriodOut]:
    """The newest hundred."""
    _viewer(request)
    rows = ClosedPeriod.objects.select_related("authority", "by", "decision__by")
    return [PeriodOut.of(period) for period in rows[:100]]


@router.post("/periods", response={201: PeriodOut}, summary="Close a period", url_name="ledger_close")
def close(request: HttpRequest, given: PeriodIn) -> Status:
    """Let no entry bear a day of the period any more; it is not opened again."""
    viewer = _viewer(request, Permission.MANAGE_BUDGETS)
    if given.authority is None:
        if not sees_nation(viewer, Permission.MANAGE_BUDGETS):
            raise HttpError(403, _("Your account may close periods of its authorities only."))
        authority = None
    else:
        authority = authorities_of(viewer, Permission.MANAGE_BUDGETS).filter(code=given.authority).first()
        if authority is None:
            raise Http404
    if given.ends < given.starts:
        raise HttpError(422, _("The last day lies before the first."))
    if given.ends > timezone.localdate():
        raise HttpError(422, _("A day that has not come yet cannot be closed."))
    with transaction.atomic():
        decision = decide(by=viewer, what=given.what, document=given.document)
        period = close_period(
            by=viewer, starts=given.starts, ends=given.ends, authority=authority, decision=decision
        )
    return Status(201, PeriodOut.of(period))
