"""Opening a family's basket, putting more into it or taking out of it, and closing it."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

from maarag.domains.families.models import Family, FamilyStatus
from maarag.domains.families.scope import require_for
from maarag.domains.programmes.models import Quota
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.audit.actions import record
from maarag.kernel.ledger.actions import grant, open_pot
from maarag.kernel.ledger.models import PotKind
from maarag.kernel.ledger.queries import balances
from maarag.ui.figures import name_in_language
from maarag.values import Money

from ..errors import (
    AlreadyDone,
    BasketClosed,
    BasketKnown,
    PlacePromised,
    ProgrammeShut,
    QuotaFull,
    StillUnderWay,
)
from ..funders import Purses
from ..models import Basket, BasketStatus, Request, Stage
from ..money import sums_of_basket
from ..promised import promised_to_others
from .requests import take_off
from .steps import day_or_today, decided, lock_money, locked_basket, require_open

UNDER_WAY = (Stage.OPINION, Stage.APPROVAL, Stage.APPROVED, Stage.ORDERED, Stage.DELIVERED)


@transaction.atomic
def open_basket(
    *,
    by: Account,
    family: Family,
    quota: Quota,
    amount: Money | None = None,
    day: date | None = None,
    why: str = "",
    purses: Purses | None = None,
    although_promised: bool = False,
    of_a_board: bool = False,
) -> Basket:
    """Give the family a place of the quota and a basket with `amount`, as much as the programme pays for one
    family unless told otherwise.

    `why` says nothing about people. `purses`: those of the funders, where they are held for several baskets.
    `although_promised`: also where a board promises all that is free to others; `of_a_board`: it is such a
    promise itself. Raises Http404, BasketClosed, ProgrammeShut, BasketKnown, QuotaFull, PlacePromised,
    FunderSpent, ValidationError.
    """
    require_for(by, Permission.EDIT_FAMILIES, family)
    lock_money(family.authority_id, alone=True)
    purses = purses or Purses([quota.line])
    family = Family.objects.select_for_update(of=("self",)).select_related("authority").get(pk=family.pk)
    quota = (
        Quota.objects.select_for_update(of=("self",))
        .select_related("pot", "line", "programme", "authority")
        .get(pk=quota.pk)
    )
    if quota.authority_id != family.authority_id:
        raise Http404
    if family.status != FamilyStatus.OPEN:
        raise BasketClosed(family.pk)
    if not quota.programme.is_active:
        raise ProgrammeShut(name_in_language(quota.programme))
    day = day_or_today(day, after=family.opened_on)
    if not quota.starts <= day <= quota.ends:
        raise ValidationError({"day": _("The quota does not run on this day.")})
    open_ones = list(Basket.objects.filter(quota=quota, status=BasketStatus.OPEN).select_related("pot"))
    if any(one.family_id == family.pk for one in open_ones):
        raise BasketKnown(family.pk)
    if len(open_ones) >= quota.families:
        raise QuotaFull(quota.families, len(open_ones))
    promised = 0 if of_a_board else promised_to_others(quota, family)
    is_promised = len(open_ones) + promised >= quota.families
    if is_promised and not although_promised:
        raise PlacePromised(promised)
    amount = amount or quota.line.unit_cost or Money(0)
    if amount <= Money(0):
        raise ValidationError({"amount": _("Say how much money the basket has.")})
    _require_covered(quota, open_ones, amount)
    purses.take(quota.line, amount)
    pk = uuid4()
    pot = open_pot(
        by=by,
        kind=PotKind.BASKET,
        code=f"basket-{pk}",
        label=str(quota.programme.name_he)[:200],
        authority=family.authority,
        period_start=quota.starts,
        period_end=quota.ends,
    )
    basket = Basket(
        pk=pk, authority=family.authority, family=family, quota=quota, pot=pot, opened_on=day, opened_by=by
    )
    basket.full_clean(validate_unique=False)
    basket.save(force_insert=True)
    decision = decided(by, N_("A basket of responses was opened"), family.authority, why=why)
    grant(by=by, pot=pot, amount=amount, decision=decision, key=f"basket:{pk}:open", day=day)
    changes: dict[str, Any] = {"quota": [None, str(quota)], "amount": [None, str(amount)]}
    if is_promised:
        changes["promised"] = [None, promised]
    record(by=by, action="baskets.open", subject=basket, place=family.authority, changes=changes)
    return basket


@transaction.atomic
def change_basket(*, by: Account, basket: Basket, amount: Money, why: str, day: date | None = None) -> Basket:
    """Let the basket hold `amount` in all from now on: more, or less as far as it is free.

    `why` says nothing about people. Raises Http404, BasketClosed, QuotaFull, FunderSpent, LimitPassed,
    ValidationError.
    """
    lock_money(basket.authority_id, alone=True)
    purses = Purses([basket.quota.line])
    basket = locked_basket(by, basket, Permission.APPROVE_SPENDING)
    require_open(basket)
    Quota.objects.select_for_update(of=("self",)).get(pk=basket.quota_id)
    day = day_or_today(day, after=basket.opened_on)
    before = sums_of_basket(basket)
    more = amount - before.granted
    if not more:
        return basket
    if more > Money(0):
        others = Basket.objects.filter(quota=basket.quota, status=BasketStatus.OPEN).select_related("pot")
        _require_covered(basket.quota, list(others), more)
        purses.take(basket.quota.line, more)
    decision = decided(by, N_("The money of a basket was changed"), basket.family.authority, why=why)
    key = f"basket:{basket.pk}:{uuid4()}"
    grant(by=by, pot=basket.pot, amount=more, decision=decision, key=key, day=day)
    changes = {"amount": [str(before.granted), str(amount)]}
    record(by=by, action="baskets.change", subject=basket, changes=changes)
    return basket


@transaction.atomic
def close_basket(*, by: Account, basket: Basket, day: date | None = None) -> Money:
    """Close the basket when nothing of it is under way; what was free, which goes back to the quota.

    Requests that are being written go with it. Raises Http404, AlreadyDone, StillUnderWay, ValidationError.
    """
    lock_money(basket.authority_id, alone=True)
    basket = locked_basket(by, basket, Permission.EDIT_FAMILIES)
    if basket.status != BasketStatus.OPEN:
        raise AlreadyDone(
            str(basket.get_status_display()),
            basket.closed_by.name if basket.closed_by else "",
            basket.closed_on,
        )
    if count := basket.requests.filter(stage__in=UNDER_WAY).count():
        raise StillUnderWay(count)
    day = day_or_today(day, after=basket.opened_on)
    free = take_out_free(by, basket, f"basket:{basket.pk}:close", day)
    drafts = Request.objects.filter(basket=basket, stage=Stage.DRAFT).order_by()
    drafts.filter(rounds=0).delete()
    for request in drafts.select_for_update(of=("self",)):
        take_off(by, request, day)
    basket.status, basket.closed_on, basket.closed_by = BasketStatus.CLOSED, day, by
    basket.save(update_fields=["status", "closed_on", "closed_by"])
    changes = {"amount": [str(free), str(Money(0))], "closed_on": [None, day]}
    record(by=by, action="baskets.close", subject=basket, changes=changes)
    return free


def take_out_free(by: Account, basket: Basket, key: str, day: date) -> Money:
    """Give what is free in a basket that is closed back to the quota; how much that was."""
    free = sums_of_basket(basket).free
    if free:
        decision = decided(by, N_("A basket of responses was closed"), basket.family.authority)
        grant(by=by, pot=basket.pot, amount=-free, decision=decision, key=key, day=day)
    return free


def _require_covered(quota: Quota, open_ones: list[Basket], more: Money) -> None:
    """Raise QuotaFull where the quota's free money does not cover what all its baskets could still spend."""
    found = balances([quota.pot, *(one.pot for one in open_ones)])
    promised = sum((found[one.pot_id].free for one in open_ones), Money(0)) + more
    free = found[quota.pot_id].free
    if promised > free:
        raise QuotaFull(quota.families, len(open_ones), promised - free)


def places_left(quota: Quota) -> int:
    """How many families more the quota has a place for; for whoever sees the authority's baskets."""
    taken = Basket.objects.filter(quota=quota, status=BasketStatus.OPEN).count()
    return max(0, quota.families - taken)


def quotas_for(family: Family, day: date | None = None) -> list[Quota]:
    """The quotas of the family's authority that run on the day, of programmes that run."""
    day = day or timezone.localdate()
    rows = Quota.objects.filter(
        authority=family.authority_id,
        starts__lte=day,
        ends__gte=day,
        families__gt=0,
        programme__is_active=True,
    ).select_related("programme", "line", "pot", "authority")
    return list(rows.order_by("programme__name_he", "starts"))
