"""What whoever manages a budget is asked to decide: figures of single requests, without the families.

Nobody above an authority sees its rows: here they are read in the scope of the authorities whose budget it
is, and only what stands in `Asked` leaves. The one way to it is a request that a department asked above.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from maarag.database.rows import RowScope, visible
from maarag.domains.funding.models import Budget
from maarag.domains.programmes.models import Quota
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import places_permitted
from maarag.kernel.ledger.queries import Balance, balances
from maarag.values import Money

from .buying import in_the_way
from .models import Request, Stage, Stance


@dataclass(frozen=True)
class Asked:
    """A request as it is told above: what, for how much, who judges it how; nothing of the family."""

    key: UUID
    authority: Any
    programme: Any
    budget: Any
    response: Any
    service: Any
    unit: str
    unit_price: Money | None
    quantity: int | None
    amount: Money
    asked_on: date | None
    above_on: date | None
    asked_by: str
    opinions_for: int
    opinions_against: int
    why: str
    basket_free: Money
    quota_free: Money
    in_the_way: str
    """What of the programme's rules stands in the way, in words; empty where nothing does."""


def budgets_of(viewer: Account) -> QuerySet[Budget]:
    """The budgets that the account manages."""
    return Budget.objects.filter(place__in=places_permitted(viewer, Permission.MANAGE_BUDGETS))


def scope_above(viewer: Account) -> RowScope:
    """The authorities with quotas of those budgets."""
    quotas = Quota.objects.filter(line__budget__in=budgets_of(viewer).values("pk")).order_by()
    return RowScope(authorities=frozenset(quotas.values_list("authority_id", flat=True)), account=viewer.pk)


def asked_above(viewer: Account) -> QuerySet[Request]:
    """The requests that wait for whoever manages these budgets; to be read in their scope."""
    return Request.objects.filter(
        above_key__isnull=False,
        stage=Stage.APPROVAL,
        basket__quota__line__budget__in=budgets_of(viewer).values("pk"),
    )


def waiting_above(viewer: Account, key: UUID | None = None) -> Sequence[Asked]:
    """What waits for the account above the departments, the oldest first; one of them by its key."""
    with visible(scope_above(viewer)):
        rows = asked_above(viewer).exclude(written_by__contains=[viewer.pk]).exclude(above_by=viewer)
        if key is not None:
            rows = rows.filter(above_key=key)
        found = rows.select_related("basket__pot", "response", "asked_by").prefetch_related(
            "authority",
            "service__organisation",
            "opinions",
            "basket__quota__programme",
            "basket__quota__line__budget",
            "basket__quota__pot",
        )
        requests = list(found.order_by("above_on", "pk"))
        pots = [pot for row in requests for pot in (row.basket.pot, row.basket.quota.pot)]
        free = balances(pots)
        return [_told(row, free) for row in requests]


def _told(row: Request, known: dict[int, Balance]) -> Asked:
    stances = [one.stance for one in row.opinions.all() if one.round == row.rounds]
    quota = row.basket.quota
    assert row.above_key is not None
    error = in_the_way(row)
    return Asked(
        key=row.above_key,
        authority=row.authority,
        programme=quota.programme,
        budget=quota.line.budget,
        response=row.response,
        service=row.service,
        unit=str(row.get_unit_display()),
        unit_price=row.unit_price,
        quantity=row.quantity,
        amount=row.amount or Money(0),
        asked_on=row.asked_on,
        above_on=row.above_on,
        asked_by=row.asked_by.name,
        opinions_for=stances.count(Stance.FOR),
        opinions_against=stances.count(Stance.AGAINST),
        why=row.above_why,
        basket_free=known[row.basket.pot_id].free,
        quota_free=known[quota.pot_id].free,
        in_the_way=error.in_words() if error else "",
    )
