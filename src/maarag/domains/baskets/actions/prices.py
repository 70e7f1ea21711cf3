"""Writing what services ask for, and up to how much roles approve."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.domains.programmes.models import Programme
from maarag.domains.services.models import Service
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission, Role
from maarag.kernel.access.scope import permits
from maarag.kernel.audit.actions import record
from maarag.kernel.places.models import Place
from maarag.kernel.taxonomy.models import Term, Vocabulary
from maarag.values import Money

from ..limits import LADDER
from ..models import ApprovalLimit, Price
from ..scope import may_set_price


@transaction.atomic
def set_price(
    *,
    by: Account,
    service: Service,
    response: Term,
    unit: str,
    amount: Money,
    starts: date | None = None,
    note: str = "",
) -> Price:
    """Write what one unit costs from a day on; what it cost before stays. Raises Http404, ValidationError."""
    if not may_set_price(by, service):
        raise Http404
    if response.vocabulary != Vocabulary.RESPONSE:
        raise ValidationError({"response": _("This is no response of the taxonomy in use.")})
    starts = starts or timezone.localdate()
    known = (
        Price.objects.select_for_update(of=("self",))
        .order_by()
        .filter(service=service, response=response, unit=unit, starts=starts)
    )
    price = known.first() or Price(service=service, response=response, unit=unit, starts=starts)
    before = price.agorot
    price.agorot, price.note, price.set_by = amount.agorot, note.strip(), by
    price.set_at = timezone.now()
    price.full_clean()
    price.save()
    place = service.organisation.place
    changes = {"agorot": [before, price.agorot], "starts": [None, price.starts]}
    record(by=by, action="baskets.set_price", subject=price, place=place, changes=changes)
    return price


def may_set_limit(by: Account, role: Role, authority: Place | None) -> bool:
    """A department head sets the limits below their own; whoever manages the budget sets theirs too."""
    if by.is_system:
        return True
    if authority is not None and role in LADDER[:-1]:
        held = by.grants.filter(role=Role.DEPARTMENT_HEAD).exists()
        if held and permits(by, Permission.PAY_SPENDING, place=authority):
            return True
    keeper = getattr(Permission, "MANAGE_BUDGETS", None)
    nation = authority or Place.objects.filter(kind="nation").first()
    return keeper is not None and nation is not None and permits(by, keeper, place=nation)


@transaction.atomic
def set_limit(
    *,
    by: Account,
    role: Role,
    amount: Money,
    authority: Place | None = None,
    programme: Programme | None = None,
) -> ApprovalLimit:
    """Set up to how much the role approves; raises Http404, ValidationError."""
    if not may_set_limit(by, role, authority):
        raise Http404
    if role not in LADDER:
        raise ValidationError({"role": _("This role approves nothing.")})
    known = (
        ApprovalLimit.objects.select_for_update(of=("self",))
        .order_by()
        .filter(role=role, authority=authority, programme=programme)
    )
    row = known.first() or ApprovalLimit(role=role, authority=authority, programme=programme)
    before = row.agorot
    row.agorot, row.set_by = amount.agorot, by
    row.full_clean()
    row.save()
    changes = {"role": [None, role], "agorot": [before, row.agorot]}
    record(by=by, action="baskets.set_limit", subject=row, place=authority, changes=changes)
    return row
