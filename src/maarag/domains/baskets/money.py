"""What baskets ask of the ledger: the one place that knows which pots a request draws from."""

from __future__ import annotations

from typing import Any

from maarag.domains.programmes.queries import purses_of
from maarag.kernel.ledger.queries import Balance, balances
from maarag.values import Money

from .models import Basket, Request

ZERO = Money(0)


STAGES = ("granted", "planned", "approved", "committed", "paid", "free")


def sums_of_basket(basket: Basket) -> Balance:
    return balances([basket.pot]).get(basket.pot_id, Balance())


def drawn_by(basket: Basket) -> dict[str, Any]:
    """What a request draws from: the basket and the quota by the whole, the funders by shares."""
    purses = purses_of(basket.quota)
    return {"pots": [basket.pot, *purses.pots], "shares": purses.shares}


def key_of(request: Request, step: str) -> str:
    """The key under which one step of a request is written once, each time that it is sent."""
    return f"basket:{request.pk}:{request.rounds}:{step}"


def unpaid_of(request: Request) -> Money:
    """What is planned, approved or committed for the request and not paid."""
    spending = request.spending
    if spending is None:
        return ZERO
    return spending.planned + spending.approved + spending.committed


def paid_of(request: Request) -> Money:
    return request.spending.paid if request.spending else ZERO
