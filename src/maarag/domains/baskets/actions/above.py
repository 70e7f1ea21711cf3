"""Asking above the department for what nobody else in it may decide, and deciding it there on figures."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.database.rows import visible
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.audit.actions import record

from ..above import asked_above, scope_above
from ..errors import AlreadyDone, DecidedHere, NamesTheFamily, NobodyAbove, OwnRequest
from ..limits import decider_for
from ..models import Request, Stage
from .decisions import settle_approved, settle_declined, settle_sent_back
from .steps import lock_money, locked, locked_row, require_open, require_stage

SHORTEST_NAME = 2


@transaction.atomic
def ask_above(*, by: Account, request: Request, why: str) -> Request:
    """Let whoever manages the budget decide: they see its figures and `why`, and no family.

    Raises Http404, AlreadyDone, DecidedHere, NobodyAbove, NamesTheFamily, BasketClosed, ValidationError.
    """
    request = locked(by, request, Permission.EDIT_FAMILIES)
    require_stage(request, Stage.APPROVAL)
    require_open(request.basket)
    if request.above_key is not None:
        raise AlreadyDone(
            _("Asked above"), request.above_by.name if request.above_by else "", request.above_on
        )
    decider = decider_for(request)
    if not decider.is_above:
        raise DecidedHere(decider)
    if not decider.others_than(by):
        raise NobodyAbove
    if not why.strip():
        raise ValidationError({"why": _("Say why it is needed, without names.")})
    family = request.family
    names = {str(family.name), *(part for member in family.members.all() for part in _names_of(member))}
    if any(name in why for name in names if len(name) >= SHORTEST_NAME):
        raise NamesTheFamily
    request.above_key, request.above_by, request.above_why = uuid4(), by, why.strip()
    request.above_on = timezone.localdate()
    request.full_clean(validate_unique=False)
    request.save()
    changes = {"above_on": [None, request.above_on]}
    record(by=by, action="baskets.ask_above", subject=request, changes=changes)
    return request


@transaction.atomic
def decide_above(*, by: Account, key: UUID, decision: str, reason: str = "", day: date | None = None) -> None:
    """Approve, decline or send back ("approve", "decline", "back") what a department asked above.

    Raises Http404, AlreadyDone, OwnRequest, NoOpinion, NotBought, MoreThanAllowed, BasketClosed, LimitPassed,
    ValidationError.
    """
    settle = {"approve": settle_approved, "decline": settle_declined, "back": settle_sent_back}.get(decision)
    if settle is None:
        raise ValidationError(_("Say whether you approve, decline or send back."))
    with visible(scope_above(by)):
        found = asked_above(by).filter(above_key=key).values_list("pk", "authority_id", "replaces_id").first()
        if found is None:
            raise Http404
        pk, authority, replaces = found
        lock_money(authority, alone=replaces is not None)
        request = locked_row(pk)
        require_stage(request, Stage.APPROVAL)
        if decision == "approve":
            require_open(request.basket)
        if by.pk in (*request.written_by, request.above_by_id):
            raise OwnRequest
        settle(by, request, reason, day)


def _names_of(member: object) -> list[str]:
    return [str(getattr(member, name, "") or "") for name in ("first_name", "last_name")]
