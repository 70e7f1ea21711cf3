"""What every write of a basket begins with: the row locked, the right asked for, the day looked at."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import Http404
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from maarag.domains.families.models import FamilyStatus
from maarag.domains.families.scope import require_for
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.ledger.actions import decide
from maarag.kernel.ledger.models import Decision
from maarag.kernel.places.models import Place

from ..errors import AlreadyDone, BasketClosed
from ..models import Basket, BasketStatus, Request


def lock_money(authority: int, *, alone: bool = False) -> None:
    """Let writes of several spendings (`alone`) run one at a time in an authority, apart from all others.

    One that holds the purses of one basket and waits for another's would else meet somebody who waits for it.
    """
    call = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {call}(hashtext('baskets.money'), %s)", [authority])


def locked(by: Account, request: Request, permission: Permission) -> Request:
    """The request as it is now, for a change; raises Http404.

    Locked first and read then: a row that was waited for is new, but what is joined to it would be as it was
    before the wait.
    """
    found = locked_row(request.pk)
    require_for(by, permission, found.family)
    return found


def locked_row(pk: UUID) -> Request:
    """The request as it is now, locked; whether anybody may, the caller asks. Raises Http404."""
    Request.objects.select_for_update().order_by().filter(pk=pk).values_list("pk").first()
    found = (
        Request.objects.select_related("family", "basket", "response", "spending")
        .prefetch_related(
            "family__authority",
            "family__neighbourhood",
            "basket__pot",
            "basket__quota__pot",
            "basket__quota__line__budget",
            "basket__quota__programme",
            "service__organisation",
            "plan_goal",
            "asked_by",
            "decided_by",
        )
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404
    return found


def locked_basket(by: Account, basket: Basket, permission: Permission) -> Basket:
    """The basket as it is now, for a change; raises Http404."""
    Basket.objects.select_for_update().order_by().filter(pk=basket.pk).values_list("pk").first()
    found = (
        Basket.objects.select_related(
            "family__authority", "family__neighbourhood", "pot", "quota__pot", "quota__line", "closed_by"
        )
        .filter(pk=basket.pk)
        .first()
    )
    if found is None:
        raise Http404
    require_for(by, permission, found.family)
    return found


def require_open(basket: Basket) -> None:
    """Raise BasketClosed where nothing more may be asked of the basket."""
    if basket.status != BasketStatus.OPEN or basket.family.status != FamilyStatus.OPEN:
        raise BasketClosed(basket.pk)


def require_stage(request: Request, *stages: str) -> None:
    """Raise AlreadyDone where the request stands elsewhere by now."""
    if request.stage not in stages:
        who = request.decided_by.name if request.decided_by else ""
        raise AlreadyDone(str(request.get_stage_display()), who, request.decided_on)


def day_or_today(day: date | None, *, after: date | None = None) -> date:
    """The day something was done on; raises ValidationError for one to come, or before what went before."""
    today = timezone.localdate()
    day = day or today
    if day > today:
        raise ValidationError({"day": _("This day is still to come.")})
    if after is not None and day < after:
        raise ValidationError({"day": _("This day lies before the step before it.")})
    return day


def decided(by: Account, what: str, authority: Place, *, why: str = "") -> Decision:
    """A decision of the ledger, in the house's language; `what` and `why` say nothing about people."""
    with translation.override(settings.LANGUAGE_CODE):
        return decide(by=by, what=_(what), why=why, authority=authority)
