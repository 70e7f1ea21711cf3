"""What this account may do with a request as it stands, and in words why not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from maarag.domains.families.models import FamilyStatus
from maarag.domains.families.scope import may
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.ui import figures
from maarag.values import Money

from ..buying import buying_of
from ..errors import AboveLimit, NobodyAbove, OwnRequest, SamePerson
from ..forms import (
    AboveForm,
    CorrectionForm,
    DecisionForm,
    DeliveryForm,
    HelpedForm,
    OpinionForm,
    PayForm,
    ReasonForm,
    ResponseForm,
)
from ..limits import Decider, decider_for, limits, roles_for
from ..models import Request, Stage
from ..queries import SWAPPABLE, delivered_quantity, has_come, payable_of


@dataclass
class Possible:
    """The forms of the steps that may be taken, by name; `why_not` where one is somebody else's."""

    forms: dict[str, forms.Form] = field(default_factory=dict)
    may_order: bool = False
    may_print: bool = False
    why_not: list[str] = field(default_factory=list)
    limit: str = ""
    waits_for: Any = ""
    payable: str = ""


def possible(account: Account, request: Request) -> Possible:
    """The steps of the request for this account."""
    found = Possible()
    family = request.family
    edits = may(account, Permission.EDIT_FAMILIES, family) and family.status == FamilyStatus.OPEN
    if request.stage in (Stage.OPINION, Stage.APPROVAL):
        _deciding(found, account, request)
        if edits and not request.opinions.filter(by=account, round=request.rounds).exists():
            found.forms["opinion"] = OpinionForm(auto_id="id_opinion_%s")
        if edits:
            found.forms["withdraw"] = ReasonForm(auto_id="id_withdraw_%s")
    found.may_order = edits and request.stage == Stage.APPROVED
    found.may_print = bool(request.order_number)
    if edits and request.stage == Stage.ORDERED:
        initial = {"came": delivered_quantity(request)}
        found.forms["delivery"] = DeliveryForm(initial=initial, auto_id="id_delivery_%s")
    if edits and request.stage in SWAPPABLE and not has_come(request):
        found.forms["swap"] = ResponseForm(
            buying=buying_of(request.basket.quota.programme), auto_id="id_swap_%s"
        )
    _paying(found, account, request)
    if edits and (
        request.stage in (Stage.DELIVERED, Stage.PAID)
        or (request.stage == Stage.ORDERED and delivered_quantity(request))
    ):
        initial = {"helped": request.helped, "words": request.helped_words}
        found.forms["helped"] = HelpedForm(initial=initial, auto_id="id_helped_%s")
    return found


def _deciding(found: Possible, account: Account, request: Request) -> None:
    family, amount = request.family, request.amount or Money(0)
    in_force = limits(request.basket.quota.programme, family.authority)
    decider = decider_for(request)
    found.waits_for = decider.label if request.stage == Stage.APPROVAL else ""
    if decider.is_above and request.stage == Stage.APPROVAL:
        _asking_above(found, account, request, decider)
        if request.above_key is not None:
            return
    if not may(account, Permission.APPROVE_SPENDING, family):
        return
    limit = in_force.of(roles_for(account, family))
    found.limit = figures.money(limit)
    if account.pk in request.written_by:
        found.why_not.append(OwnRequest().in_words())
        found.why_not.append(_("It goes to: %(who)s.") % {"who": decider.with_names})
    elif amount > limit:
        found.why_not.append(AboveLimit(amount, limit, decider).in_words())
    elif request.stage == Stage.APPROVAL:
        found.forms["decide"] = DecisionForm(auto_id="id_decide_%s")


def _asking_above(found: Possible, account: Account, request: Request, decider: Decider) -> None:
    """Where nobody else in the department may decide: who may, and the form that asks them."""
    given = {"who": decider.with_names, "day": figures.day(request.above_on)}
    if request.above_key is not None:
        found.why_not.append(
            _("It was asked above on %(day)s, without the family's name. It goes to: %(who)s.") % given
        )
        return
    if not decider.others_than(account):
        found.why_not.append(NobodyAbove().in_words())
        return
    found.why_not.append(
        _("Nobody else in the department may decide it. Ask above: %(who)s decides on the figures.") % given
    )
    family = request.family
    if may(account, Permission.EDIT_FAMILIES, family) and family.status == FamilyStatus.OPEN:
        found.forms["above"] = AboveForm(auto_id="id_above_%s")


def _paying(found: Possible, account: Account, request: Request) -> None:
    family, payable = request.family, payable_of(request)
    found.payable = figures.money(payable) if payable else ""
    if payable and may(account, Permission.PAY_SPENDING, family):
        if request.decided_by_id == account.pk:
            found.why_not.append(SamePerson().in_words())
        else:
            found.forms["pay"] = PayForm(initial={"amount": payable}, auto_id="id_pay_%s")
    taking_back = Permission.PAY_SPENDING if request.stage == Stage.PAID else Permission.APPROVE_SPENDING
    if payable and may(account, Permission.EDIT_FAMILIES, family) and family.status == FamilyStatus.OPEN:
        initial = {"came": delivered_quantity(request)}
        found.forms["correct"] = CorrectionForm(initial=initial, auto_id="id_correct_%s")
    under_way = request.stage in (Stage.APPROVED, Stage.ORDERED, Stage.DELIVERED) and not payable
    is_paid = request.stage == Stage.PAID and request.spending and request.spending.paid
    if (under_way or is_paid) and may(account, taking_back, family):
        found.forms["reverse"] = ReasonForm(auto_id="id_reverse_%s")
