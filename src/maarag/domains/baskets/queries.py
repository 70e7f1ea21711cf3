"""Reading baskets: their requests, what waits for whom, what was delivered and is to be paid."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Prefetch, QuerySet, Sum

from maarag.domains.families.models import Family
from maarag.kernel.access.models import Account
from maarag.values import Money

from .models import Basket, BasketStatus, Delivery, Opinion, Payment, Request, Stage
from .money import ZERO, paid_of
from .scope import baskets_of, requests_of

WAITING = (Stage.OPINION, Stage.APPROVAL)
PAYABLE = (Stage.ORDERED, Stage.DELIVERED)
SWAPPABLE = (Stage.APPROVED, Stage.ORDERED)


def writers_of(requests: Iterable[Request]) -> dict[UUID, list[Account]]:
    """Who wrote each of them, in the order in which they first did."""
    rows = list(requests)
    known = Account.objects.in_bulk({pk for row in rows for pk in row.written_by})
    return {row.pk: [known[pk] for pk in row.written_by if pk in known] for row in rows}


def delivered_quantity(request: Request) -> int:
    """How much of it came so far."""
    return int(request.deliveries.aggregate(sum=Sum("quantity"))["sum"] or 0)


def has_come(request: Request) -> bool:
    """Whether anything of it came or was paid: then it is no longer given up as a whole."""
    return bool(delivered_quantity(request) or paid_of(request))


def payable_of(request: Request) -> Money:
    """What was delivered and is not paid yet, as far as its money is committed."""
    if request.stage not in PAYABLE or request.unit_agorot is None or request.spending is None:
        return ZERO
    delivered = Money(request.unit_agorot) * delivered_quantity(request)
    return max(ZERO, min(delivered - request.spending.paid, request.spending.committed))


def with_rows(requests: QuerySet[Request]) -> QuerySet[Request]:
    """With the opinions, deliveries and payments that a page of the request shows."""
    return requests.prefetch_related(
        Prefetch("opinions", Opinion.objects.select_related("by")),
        Prefetch("deliveries", Delivery.objects.select_related("by").order_by("at", "pk")),
        Prefetch("payments", Payment.objects.select_related("invoice__paid_by", "invoice__provider")),
    )


def baskets_of_family(viewer: Account, family: Family) -> list[Basket]:
    """The family's baskets, the open ones first, the newest first."""
    rows = baskets_of(viewer).filter(family=family)
    return sorted(rows, key=lambda row: (row.status != BasketStatus.OPEN, -row.opened_on.toordinal()))


def requests_in(viewer: Account, basket: Basket) -> list[Request]:
    """The requests of a basket in their order."""
    return list(requests_of(viewer).filter(basket=basket).order_by("number"))


def to_decide(viewer: Account) -> QuerySet[Request]:
    """What waits for an opinion or an approval in the viewer's authorities, oldest first."""
    return requests_of(viewer).filter(stage__in=WAITING).order_by("asked_on", "updated_at", "pk")


def to_pay(viewer: Account) -> list[Request]:
    """What was delivered and waits to be paid, oldest first."""
    rows = requests_of(viewer).filter(stage__in=PAYABLE, deliveries__quantity__gt=0).distinct()
    return [row for row in rows.order_by("ordered_on", "order_number", "pk") if payable_of(row)]


def with_delivered(requests: Iterable[Request]) -> dict[Request, int]:
    """How much of each came so far, in one query."""
    rows = list(requests)
    sums = (
        Delivery.objects.filter(request__in=rows).order_by().values("request").annotate(sum=Sum("quantity"))
    )
    found = {row["request"]: int(row["sum"] or 0) for row in sums}
    return {row: found.get(row.pk, 0) for row in rows}
