"""Approving and declining what was asked for: by limits of role, never by whoever wrote it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.audit.actions import record
from maarag.kernel.ledger.actions import approve, reverse
from maarag.values import Money

from ..buying import NotBought, buying_of, lock_given, require_within
from ..errors import AboveLimit, MoreThanReplaced, NoOpinion, OwnRequest
from ..limits import decider_for, limits, roles_for
from ..models import Request, Stage, Stance
from ..money import key_of
from .requests import require_swappable, stance_of
from .steps import day_or_today, decided, lock_money, locked, require_open, require_stage


@transaction.atomic
def approve_request(*, by: Account, request: Request, reason: str = "", day: date | None = None) -> Request:
    """Approve it: its money is reserved in the basket, the quota and each funder's share.

    What takes the place of another request takes over its money in the same transaction. `reason` is needed
    where the professional opinion is against it, and where baskets of the programme may no longer buy it.
    Raises Http404, AlreadyDone, OwnRequest, AboveLimit, NoOpinion, NotBought, CameAlready, MoreThanAllowed,
    BasketClosed, LimitPassed, ValidationError.
    """
    lock_money(request.authority_id, alone=request.replaces_id is not None)
    request = locked(by, request, Permission.APPROVE_SPENDING)
    require_stage(request, Stage.OPINION, Stage.APPROVAL)
    require_open(request.basket)
    _require_may_decide(by, request)
    return settle_approved(by, request, reason, day)


def settle_approved(by: Account, request: Request, reason: str, day: date | None) -> Request:
    """Approve what was locked, by somebody who may. Raises as approve_request."""
    stance = stance_of(request)
    if not stance or request.stage == Stage.OPINION:
        raise NoOpinion
    if stance == Stance.AGAINST and not reason.strip():
        raise NoOpinion(against=True)
    buying = buying_of(request.basket.quota.programme)
    no_longer = not buying.allows(request.response)
    if no_longer and not reason.strip():
        raise NotBought(buying, request.response, before=True)
    if request.spending is None:
        raise Http404
    lock_given(buying, request)
    require_within(buying, request, request.amount or Money(0))
    day = day_or_today(day, after=request.asked_on)
    if request.replaces_id is not None:
        _give_up(by, request, day)
    decision = decided(by, N_("A request of a basket was approved"), request.family.authority)
    approve(by=by, spending=request.spending, decision=decision, key=key_of(request, "approve"), day=day)
    return _settle(by, request, Stage.APPROVED, reason, day, no_longer=no_longer)


@transaction.atomic
def decline_request(*, by: Account, request: Request, reason: str, day: date | None = None) -> Request:
    """Decline it, with a reason; raises Http404, AlreadyDone, OwnRequest, AboveLimit, ValidationError."""
    lock_money(request.authority_id)
    request = locked(by, request, Permission.APPROVE_SPENDING)
    require_stage(request, Stage.OPINION, Stage.APPROVAL)
    _require_may_decide(by, request)
    return settle_declined(by, request, reason, day)


def settle_declined(by: Account, request: Request, reason: str, day: date | None) -> Request:
    """Decline what was locked, by somebody who may. Raises as decline_request."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say why it is declined; who asked reads it.")})
    if request.spending is None:
        raise Http404
    day = day_or_today(day, after=request.asked_on)
    reverse(by=by, spending=request.spending, reason="declined", key=key_of(request, "decline"), day=day)
    return _settle(by, request, Stage.DECLINED, reason, day)


@transaction.atomic
def send_back(*, by: Account, request: Request, reason: str, day: date | None = None) -> Request:
    """Give it back to whoever asked, to be completed; it is sent anew then.

    Raises Http404, AlreadyDone, OwnRequest, ValidationError.
    """
    lock_money(request.authority_id)
    request = locked(by, request, Permission.APPROVE_SPENDING)
    require_stage(request, Stage.OPINION, Stage.APPROVAL)
    if by.pk in request.written_by:
        raise OwnRequest
    return settle_sent_back(by, request, reason, day)


def settle_sent_back(by: Account, request: Request, reason: str, day: date | None) -> Request:
    """Give back what was locked; asked above or not, it begins anew. Raises as send_back."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say what is missing; who asked reads it.")})
    if request.spending is None:
        raise Http404
    day = day_or_today(day, after=request.asked_on)
    reverse(by=by, spending=request.spending, reason="sent back", key=key_of(request, "back"), day=day)
    before, request.stage = request.stage, Stage.DRAFT
    request.decision_reason, request.spending, request.asked_on = reason.strip(), None, None
    request.above_key, request.above_on, request.above_by, request.above_why = None, None, None, ""
    request.rounds += 1
    request.full_clean(validate_unique=False)
    request.save()
    changes = {"stage": [before, request.stage]}
    record(by=by, action="baskets.send_back", subject=request, changes=changes)
    return request


def _require_may_decide(by: Account, request: Request) -> None:
    if by.pk in request.written_by:
        raise OwnRequest
    amount = request.amount or Money(0)
    found = limits(request.basket.quota.programme, request.family.authority)
    limit = found.of(roles_for(by, request.family))
    if amount > limit:
        raise AboveLimit(amount, limit, decider_for(request))


def _settle(
    by: Account, request: Request, stage: str, reason: str, day: date, *, no_longer: bool = False
) -> Request:
    before, request.stage = request.stage, stage
    request.decided_by, request.decided_on, request.decision_reason = by, day, reason.strip()
    request.full_clean(validate_unique=False)
    request.save()
    changes: dict[str, Any] = {
        "stage": [before, stage],
        "amount": [None, str(request.amount or Money(0))],
    }
    if no_longer:
        changes["allowed"] = [None, False]
    action = "baskets.approve_request" if stage == Stage.APPROVED else "baskets.decline_request"
    record(by=by, action=action, subject=request, changes=changes)
    return request


def _give_up(by: Account, request: Request, day: date) -> None:
    """Free the money of what the request takes the place of, just before it is reserved again."""
    given_up = Request.objects.filter(replaced_by=request).order_by()
    given_up.select_for_update(of=("self",)).first()
    old = given_up.select_related("spending", "decided_by").get()
    require_swappable(old)
    most, amount = old.amount or Money(0), request.amount or Money(0)
    if amount > most or old.spending is None:
        raise MoreThanReplaced(amount, most)
    reverse(by=by, spending=old.spending, reason="swapped", key=key_of(old, "swap"), day=day)
    before, old.stage = old.stage, Stage.REVERSED
    old.ended_by, old.ended_on = by, day
    old.end_reason = _("Request %(number)s took its place.") % {"number": request.number}
    old.full_clean(validate_unique=False)
    old.save()
    changes = {"stage": [before, old.stage]}
    record(by=by, action="baskets.swap_request", subject=old, changes=changes)
