"""Ordering from the provider, saying whether it came, and what it gave the family."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Max
from django.http import Http404
from django.utils.translation import gettext as _

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.audit.actions import record
from maarag.kernel.ledger.actions import commit

from ..errors import CameMeanwhile
from ..models import Delivered, Delivery, Request, Stage
from ..money import ZERO, key_of, paid_of
from ..queries import PAYABLE, delivered_quantity
from .steps import day_or_today, lock_money, locked, require_stage


@transaction.atomic
def order_request(*, by: Account, request: Request, day: date | None = None) -> Request:
    """Commit to the provider under a number of the authority.

    Raises Http404, AlreadyDone, ValidationError.
    """
    lock_money(request.authority_id)
    request = locked(by, request, Permission.EDIT_FAMILIES)
    require_stage(request, Stage.APPROVED)
    if request.spending is None:
        raise Http404
    day = day_or_today(day, after=request.decided_on)
    commit(by=by, spending=request.spending, key=key_of(request, "order"), day=day)
    request.order_number, request.ordered_on = _next_order(request.authority_id), day
    request.stage = Stage.ORDERED
    request.full_clean(validate_unique=False)
    request.save()
    changes = {
        "order_number": [None, request.order_number],
        "stage": [Stage.APPROVED, Stage.ORDERED],
    }
    record(by=by, action="baskets.order_request", subject=request, changes=changes)
    return request


@transaction.atomic
def record_delivery(
    *,
    by: Account,
    request: Request,
    outcome: str,
    quantity: int | None = None,
    day: date | None = None,
    note: str = "",
    came: int | None = None,
) -> Delivery:
    """Say that all of the rest came, a part of it (`quantity`), or nothing.

    `came`: how much had come before it, as it was read; so the same is never written twice. Raises Http404,
    AlreadyDone, CameMeanwhile, ValidationError.
    """
    request = locked(by, request, Permission.EDIT_FAMILIES)
    require_stage(request, Stage.ORDERED)
    day = day_or_today(day, after=request.ordered_on)
    rest = (request.quantity or 0) - _came(request, came)
    if outcome == Delivered.YES:
        quantity = rest
    elif outcome == Delivered.NO:
        quantity = 0
    elif not quantity or quantity < 1:
        raise ValidationError({"quantity": _("Write how much of it came.")})
    elif quantity > rest:
        raise ValidationError({"quantity": _("Only %(rest)s are still to come.") % {"rest": rest}})
    elif quantity == rest:
        outcome = Delivered.YES
    delivery = Delivery(
        authority=request.authority,
        family=request.family,
        request=request,
        outcome=outcome,
        quantity=quantity,
        day=day,
        note=note.strip(),
        by=by,
    )
    delivery.full_clean(validate_unique=False)
    delivery.save(force_insert=True)
    before = request.stage
    if outcome == Delivered.YES:
        request.stage = Stage.DELIVERED
    request.save(update_fields=["stage", "updated_at"])
    changes = {"quantity": [None, quantity], "stage": [before, request.stage]}
    record(by=by, action="baskets.record_delivery", subject=request, changes=changes)
    return delivery


@transaction.atomic
def correct_delivery(
    *, by: Account, request: Request, quantity: int | None, why: str, came: int | None = None
) -> Request:
    """Say that only so many came in all: what was written above that is taken back, the newest first.

    Never below what is paid. `came` as in record_delivery. Raises Http404, AlreadyDone, CameMeanwhile,
    ValidationError.
    """
    request = locked(by, request, Permission.EDIT_FAMILIES)
    require_stage(request, *PAYABLE)
    before = _came(request, came)
    if quantity is None or not 0 <= quantity < before:
        words = _("Write how many came in all, fewer than the %(came)s that are written.") % {"came": before}
        raise ValidationError({"quantity": words})
    if (request.unit_price or ZERO) * quantity < paid_of(request):
        raise ValidationError({"quantity": _("More of it is paid already; reverse the payment first.")})
    if not why.strip():
        raise ValidationError({"note": _("Say why.")})
    surplus = before - quantity
    for row in request.deliveries.filter(quantity__gt=0).order_by("-at", "-pk"):
        taken = min(surplus, row.quantity)
        row.quantity -= taken
        row.outcome = Delivered.PARTLY if row.quantity else Delivered.NO
        row.note = " · ".join(part for part in (why.strip(), row.note) if part)[:1000]
        row.full_clean(validate_unique=False)
        row.save()
        surplus -= taken
        if not surplus:
            break
    stage, request.stage = request.stage, Stage.ORDERED
    request.save(update_fields=["stage", "updated_at"])
    changes = {"quantity": [before, quantity], "stage": [stage, request.stage]}
    record(by=by, action="baskets.correct_delivery", subject=request, changes=changes)
    return request


@transaction.atomic
def tell_what_helped(
    *, by: Account, request: Request, helped: str, words: str = "", day: date | None = None
) -> Request:
    """Put down the family's own word of what it gave; may be said anew. Raises Http404, AlreadyDone,
    ValidationError.
    """
    request = locked(by, request, Permission.EDIT_FAMILIES)
    require_stage(request, Stage.ORDERED, Stage.DELIVERED, Stage.PAID)
    if request.stage == Stage.ORDERED and not delivered_quantity(request):
        require_stage(request, Stage.DELIVERED)
    before = request.helped or None
    request.helped, request.helped_words = helped, words.strip()
    request.helped_on = day_or_today(day, after=request.ordered_on)
    request.full_clean(validate_unique=False)
    request.save()
    record(by=by, action="baskets.tell_what_helped", subject=request, changes={"helped": [before, helped]})
    return request


def _came(request: Request, seen: int | None) -> int:
    """How much came so far; raises CameMeanwhile where that is not what was seen."""
    came = delivered_quantity(request)
    if seen is not None and seen != came:
        raise CameMeanwhile(came, request.quantity or 0)
    return came


def _next_order(authority: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('baskets.order'), %s)", [authority])
    last = Request.objects.filter(authority=authority).aggregate(last=Max("order_number"))["last"]
    return 1 + (last or 0)
