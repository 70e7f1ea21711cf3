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

from .carrying import end_waits


@transaction.atomic
def give_place(
    *, by: Account, family: Family, quota: Quota, amount: Money | None = None, day: date | None = None
) -> Basket:
    """Open the family's basket on the quota and end its waits for the programme.

    Raises what `open_basket` raises: Http404, BasketError, errors of the ledger, ValidationError.
    """
    basket = open_basket(by=by, family=family, quota=quota, amount=amount, day=day)
    end_waits(by, basket.family_id, quota.programme_id, basket.opened_on)
    return basket
