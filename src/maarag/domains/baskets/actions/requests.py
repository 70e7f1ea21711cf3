"""Writing a request, sending it, saying a professional opinion of it, and taking it back."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.audit.actions import record
from maarag.kernel.ledger.actions import plan, reverse
from maarag.kernel.taxonomy.models import Term, Vocabulary

from ..buying import require_bought, require_within
from ..errors import AlreadyDone, CameAlready, MoreThanReplaced, NotComplete, PriceChanged
from ..models import Basket, Opinion, Request, Stage, Stance
from ..money import drawn_by, key_of
from ..prices import price_of
from ..queries import SWAPPABLE, has_come
from ..words import missing_of
from .steps import day_or_today, lock_money, locked, locked_basket, require_open, require_stage

FIELDS = (
    "service_id", "unit", "unit_agorot", "price_id", "quantity", "plan_goal_id", "goal", "why", "offered",
    "choice", "needed_by",
)  # fmt: skip


class ChangedMeanwhile(ValueError):
    """Somebody else changed the request since it was read."""


def version_of(request: Request) -> str:
    """A mark that differs whenever something of the request does."""
    text = [getattr(request, name) for name in (*FIELDS, "response_id", "stage")]
    return sha256("\x00".join(map(str, text)).encode()).hexdigest()[:20]


@transaction.atomic
def begin_request(
    *, by: Account, basket: Basket, response: Term, replaces: Request | None = None, day: date | None = None
) -> Request:
    """Put a response on the basket's list, not started yet; in the place of another request for a swap.

    Raises Http404, BasketClosed, NotBought, AlreadyDone, CameAlready, ValidationError.
    """
    basket = locked_basket(by, basket, Permission.EDIT_FAMILIES)
    require_open(basket)
    if response.vocabulary != Vocabulary.RESPONSE or not response.is_current:
        raise ValidationError({"response": _("This is no response of the taxonomy in use.")})
    require_bought(basket.quota.programme, response)
    day = day_or_today(day, after=basket.opened_on)
    if replaces is not None:
        replaces = Request.objects.select_for_update(of=("self",)).get(pk=replaces.pk, basket=basket)
        require_swappable(replaces)
    last = basket.requests.aggregate(last=Max("number"))["last"] or 0
    request = Request(
        authority=basket.authority,
        family=basket.family,
        basket=basket,
        number=last + 1,
        response=response,
        replaces=replaces,
        goal=replaces.goal if replaces else "",
        plan_goal=replaces.plan_goal if replaces else None,
        begun_on=day,
    )
    request.write_down(by)
    request.full_clean(validate_unique=False, validate_constraints=False)
    request.save(force_insert=True)
    changes = {"number": [None, request.number], "response": [None, response.code]}
    record(by=by, action="baskets.begin_request", subject=request, changes=changes)
    return request


@transaction.atomic
def change_request(*, by: Account, request: Request, seen: str = "", **fields: Any) -> Request:
    """Write on at a request that was not sent; whoever writes last asks for it, and nobody who wrote decides.

    `seen` is version_of the request as it was read. Raises Http404, AlreadyDone, ChangedMeanwhile,
    ValidationError.
    """
    request = locked(by, request, Permission.EDIT_FAMILIES)
    require_stage(request, Stage.DRAFT)
    require_open(request.basket)
    if seen and seen != version_of(request):
        raise ChangedMeanwhile(request.pk)
    goal = fields.get("plan_goal")
    if goal is not None:
        if goal.family_id != request.family_id:
            raise ValidationError({"plan_goal": _("This goal is of another family.")})
        fields["goal"] = ""
    related = ("service", "price", "plan_goal")
    given = {f"{name}_id" if name in related else name: value for name, value in fields.items()}
    given = {name: getattr(value, "pk", value) for name, value in given.items()}
    changed = [name for name, value in given.items() if getattr(request, name) != value]
    if not changed:
        return request
    for name in changed:
        setattr(request, name, given[name])
    request.write_down(by)
    request.full_clean(validate_unique=False, validate_constraints=False)
    request.save()
    changes = {"fields": [None, sorted(name.removesuffix("_id") for name in changed)]}
    record(by=by, action="baskets.change_request", subject=request, changes=changes)
    return request


@transaction.atomic
def remove_request(*, by: Account, request: Request) -> None:
    """Take a request that is being written off the list; raises Http404, AlreadyDone."""
    request = locked(by, request, Permission.EDIT_FAMILIES)
    require_stage(request, Stage.DRAFT)
    take_off(by, request, timezone.localdate())


def take_off(by: Account, request: Request, day: date) -> None:
    """Delete what was never sent; what was sent back stays, ended, with its opinions and entries."""
    if request.rounds:
        request.stage = Stage.REVERSED
        request.ended_by, request.ended_on = by, day
        request.end_reason = _("Taken off the list after it was sent back.")
        request.full_clean(validate_unique=False)
        request.save()
        changes: dict[str, Any] = {"stage": [Stage.DRAFT, Stage.REVERSED]}
    else:
        changes = {"number": [request.number, None]}
    record(by=by, action="baskets.remove_request", subject=request, changes=changes)
    if not request.rounds:
        request.delete()


@transaction.atomic
def send_request(
    *, by: Account, request: Request, accept_price: bool = False, day: date | None = None
) -> Request:
    """Ask for it: from now on its amount is planned, and a professional says an opinion.

    `accept_price`: take the list's price where it changed since the request was written. Raises Http404,
    AlreadyDone, NotComplete, NotBought, PriceChanged, CameAlready, MoreThanReplaced, MoreThanAllowed,
    BasketClosed, ValidationError.
    """
    lock_money(request.authority_id)
    request = locked(by, request, Permission.EDIT_FAMILIES)
    require_stage(request, Stage.DRAFT)
    require_open(request.basket)
    day = day_or_today(day, after=request.begun_on)
    if missing := missing_of(request):
        raise NotComplete(missing)
    buying = require_bought(request.basket.quota.programme, request.response)
    _take_price(request, accept_price, day)
    amount = request.amount
    if amount is None:  # missing_of says so already
        raise NotComplete([])
    if request.replaces is not None:
        require_swappable(request.replaces)
        most = request.replaces.amount
        if most is not None and amount > most:
            raise MoreThanReplaced(amount, most)
    require_within(buying, request, amount)
    request.spending = plan(
        by=by, amount=amount, key=key_of(request, "plan"), day=day, **drawn_by(request.basket)
    )
    request.stage, request.asked_on = Stage.OPINION, day
    request.write_down(by)
    request.full_clean(validate_unique=False)
    request.save()
    changes = {"amount": [None, str(amount)], "stage": [Stage.DRAFT, Stage.OPINION]}
    record(by=by, action="baskets.send_request", subject=request, changes=changes)
    return request


@transaction.atomic
def give_opinion(
    *, by: Account, request: Request, stance: str, text: str, day: date | None = None
) -> Opinion:
    """Say a professional opinion, with its reasons; raises Http404, AlreadyDone, ValidationError."""
    request = locked(by, request, Permission.EDIT_FAMILIES)
    require_stage(request, Stage.OPINION, Stage.APPROVAL)
    day = day_or_today(day, after=request.asked_on)
    if request.opinions.filter(by=by, round=request.rounds).exists():
        raise ValidationError(_("You have said your opinion of it already."))
    opinion = Opinion(
        authority=request.authority,
        family=request.family,
        request=request,
        stance=stance,
        text=text.strip(),
        by=by,
        day=day,
        round=request.rounds,
    )
    opinion.full_clean(validate_unique=False)
    opinion.save(force_insert=True)
    before, request.stage = request.stage, Stage.APPROVAL
    request.save(update_fields=["stage", "updated_at"])
    changes = {"stage": [before, request.stage]}
    record(by=by, action="baskets.give_opinion", subject=request, changes=changes)
    return opinion


@transaction.atomic
def withdraw_request(*, by: Account, request: Request, reason: str, day: date | None = None) -> Request:
    """Take back what was asked for and not decided yet; raises Http404, AlreadyDone, ValidationError."""
    lock_money(request.authority_id)
    request = locked(by, request, Permission.EDIT_FAMILIES)
    require_stage(request, Stage.OPINION, Stage.APPROVAL)
    if request.spending is None:
        raise AlreadyDone(str(request.get_stage_display()))
    day = day_or_today(day, after=request.asked_on)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why.")})
    reverse(by=by, spending=request.spending, reason="withdrawn", key=key_of(request, "withdraw"), day=day)
    before, request.stage = request.stage, Stage.REVERSED
    request.ended_by, request.ended_on, request.end_reason = by, day, reason.strip()
    request.full_clean(validate_unique=False)
    request.save()
    changes = {"stage": [before, request.stage]}
    record(by=by, action="baskets.withdraw_request", subject=request, changes=changes)
    return request


def require_swappable(request: Request) -> None:
    """Raise AlreadyDone or CameAlready where nothing can take the place of the request (any more)."""
    require_stage(request, *SWAPPABLE)
    if has_come(request):
        raise CameAlready


def stance_of(request: Request) -> str:
    """FOR where any professional is for it, else AGAINST; empty without an opinion."""
    found = set(request.opinions.filter(round=request.rounds).values_list("stance", flat=True))
    return Stance.FOR if Stance.FOR in found else Stance.AGAINST if found else ""


def _take_price(request: Request, accept: bool, day: date) -> None:
    if request.service is None or request.unit_price is None:
        return
    listed = price_of(request.service, request.response, request.unit, day)
    if listed is None:
        return
    if listed.amount != request.unit_price:
        if not accept:
            raise PriceChanged(request.unit_price, listed.amount)
        request.unit_agorot = listed.agorot
    request.price = listed
