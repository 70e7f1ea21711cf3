"""Baskets as a whole through the API: listed, opened, closed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Status
from ninja.errors import HttpError

from maarag.domains.families.actions import read_words
from maarag.domains.families.models import Family
from maarag.domains.families.scope import visible_to
from maarag.domains.programmes.models import Quota
from maarag.kernel.access.permissions import Permission
from maarag.kernel.ledger.queries import Balance, balances
from maarag.values import Money

from ..actions import close_basket, open_basket, quotas_for
from ..models import Basket
from ..scope import baskets_of
from .schemas import BasketIn, BasketOut, BasketPage, done, keeper, nothing

router = Router(tags=["baskets"])


@router.get("/", response=BasketPage, summary="Baskets of my families", url_name="baskets_list")
def list_baskets(
    request: HttpRequest,
    family: UUID | None = None,
    status: str = Query("open", description="open, closed or all."),
    programme: str = Query("", max_length=80),
    limit: int = Query(100, ge=1, le=500),
    offset: int = Query(0, ge=0, le=1_000_000),
) -> BasketPage:
    """The baskets of the families whose files the account may read, with their sums. Asked of one family, it
    is recorded as a reading of its file.
    """
    by = keeper(request)
    found = baskets_of(by)
    if family is not None:
        found = found.filter(family=family)
    if status in ("open", "closed"):
        found = found.filter(status=status)
    if programme:
        found = found.filter(quota__programme__code=programme)
    rows = list(found.order_by("family__number", "pk")[offset : offset + limit])
    if family is not None:
        read_words(by=by, rows=rows)
    sums = balances([row.pot for row in rows])
    items = [BasketOut.of(row, sums.get(row.pot_id, Balance())) for row in rows]
    return BasketPage(total=found.count(), items=items)


@router.post("/", response={201: BasketOut}, summary="Open a family's basket", url_name="baskets_open")
def open_new(request: HttpRequest, body: BasketIn) -> Status[Any]:
    """Give the family a place of the quota; 409 where none is left."""
    by = keeper(request, Permission.EDIT_FAMILIES)
    family = visible_to(by).filter(pk=body.family).first()
    if family is None:
        raise HttpError(404, _("There is no such family in your authorities."))
    quota = _quota(family, body)
    amount = None if body.amount_agorot is None else Money(body.amount_agorot)
    row = done(
        lambda: open_basket(
            by=by,
            family=family,
            quota=quota,
            amount=amount,
            day=body.day,
            although_promised=body.although_promised,
        )
    )
    return Status(201, _out(row))


@router.get("/{uuid:pk}", response=BasketOut, summary="One basket", url_name="basket")
def one(request: HttpRequest, pk: UUID) -> BasketOut:
    """A basket with its sums; that the family's file is read is recorded."""
    return _out(basket_of(request, pk))


@router.post("/{uuid:pk}/close", response=BasketOut, summary="Close a basket", url_name="basket_close")
def close(request: HttpRequest, pk: UUID) -> BasketOut:
    """What is free goes back to the quota; 409 while something is under way."""
    by = keeper(request, Permission.EDIT_FAMILIES)
    row = basket_of(request, pk)
    done(lambda: close_basket(by=by, basket=row))
    return _out(basket_of(request, pk))


def basket_of(request: HttpRequest, pk: UUID) -> Basket:
    """A basket of a family whose file the account may read; that it is read is recorded."""
    by = keeper(request)
    found = baskets_of(by).filter(pk=pk).first()
    if found is None:
        raise HttpError(404, nothing())
    read_words(by=by, rows=[found])
    return found


def _out(row: Basket) -> BasketOut:
    return BasketOut.of(row, balances([row.pot]).get(row.pot_id, Balance()))


def _quota(family: Family, body: BasketIn) -> Quota:
    for quota in quotas_for(family, body.day):
        if quota.programme.code == body.programme:
            return quota
    words = _("The authority has no quota in a programme with the code %(code)s on this day.")
    raise HttpError(422, words % {"code": body.programme})
