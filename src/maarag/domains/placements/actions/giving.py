"""Giving one family a place at once, outside of a run."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from maarag.domains.baskets.actions import open_basket
from maarag.domains.baskets.models import Basket
from maarag.domains.families.models import Family
from maarag.domains.programmes.models import Quota
from maarag.kernel.access.models import Account
from maarag.values import Money

from ..beyond import AboveRoom, Coming, beyond
from ..errors import WorkersAboveRoom
from .carrying import end_waits


@transaction.atomic
def give_place(
    *,
    by: Account,
    family: Family,
    quota: Quota,
    amount: Money | None = None,
    day: date | None = None,
    why: str = "",
    although_promised: bool = False,
) -> Basket:
    """Open the family's basket on the quota and end its waits for the programme.

    `why`: without names, where a worker comes to carry more than they may. Raises WorkersAboveRoom, and what
    `open_basket` raises: Http404, BasketError, errors of the ledger, ValidationError.
    """
    above = above_room(family, quota)
    if above and not why.strip():
        raise WorkersAboveRoom(tuple(one.in_words() for one in above))
    basket = open_basket(
        by=by,
        family=family,
        quota=quota,
        amount=amount,
        day=day,
        why=why.strip() if above else "",
        although_promised=although_promised,
    )
    end_waits(by, basket.family_id, quota.programme_id, basket.opened_on)
    return basket


def above_room(family: Family, quota: Quota) -> tuple[AboveRoom, ...]:
    """Who would carry more than they may by a place given now: the family's own worker, or else the team."""
    return beyond([Coming(family.pk, quota, family.worker_id)]).workers
