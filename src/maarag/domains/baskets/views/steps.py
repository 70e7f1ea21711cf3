"""The steps of a request, one address each: a form of its page that is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from maarag.domains.families.scope import may
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.kernel.drafts.actions import forget_draft
from maarag.ui import figures

from ..actions import (
    PaymentDraft,
    approve_request,
    ask_above,
    begin_request,
    correct_delivery,
    decline_request,
    give_opinion,
    order_request,
    pay_requests,
    record_delivery,
    remove_request,
    reverse_request,
    send_back,
    tell_what_helped,
    withdraw_request,
)
from ..buying import buying_of
from ..errors import LEDGER, AlreadyDone, BasketError, CameMeanwhile, PaymentFaults, in_words
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
from ..models import Request
from ..scope import request_of
from .family import tell
from .requests import request_page

Work = Callable[[Account, Request, dict[str, Any], HttpRequest], str]


def _step(name: str, permission: Permission, form_class: type[forms.Form], work: Work) -> Any:
    """A view that takes one step of a request: what is wrong is told on its page, nothing typed is lost."""

    @require_POST
    @needs_permission(permission)
    def view(request: HttpRequest, pk: UUID) -> HttpResponse:
        found = _request(request, pk, permission)
        form = form_class(request.POST, auto_id=f"id_{name}_%s")
        if not form.is_valid():
            return request_page(request, found, {name: form}, status=422)
        try:
            words = work(account_of(request), found, form.cleaned_data, request)
        except (AlreadyDone, CameMeanwhile) as error:
            messages.error(request, in_words(error))
            return redirect("baskets:request", pk=pk)
        except (BasketError, *LEDGER, ValidationError) as error:
            if isinstance(error, PaymentFaults):
                form.add_error(None, list(error.faults.values()))
            else:
                tell(form, error)
            return request_page(request, _request(request, pk, permission), {name: form}, status=422)
        forget_draft(request)
        messages.success(request, words)
        return redirect("baskets:request", pk=pk)

    view.__name__ = name
    return view


def _opinion(by: Account, request: Request, given: dict[str, Any], _asked: HttpRequest) -> str:
    give_opinion(by=by, request=request, **given)
    return _("Your opinion was written down. Approval comes next.")


def _decide(by: Account, request: Request, given: dict[str, Any], asked: HttpRequest) -> str:
    reason = given["reason"]
    match asked.POST.get("act"):
        case "decline":
            decline_request(by=by, request=request, reason=reason)
            return _("It was declined; who asked sees the reason.")
        case "back":
            send_back(by=by, request=request, reason=reason)
            return _("It was sent back to be completed.")
        case "approve":
            approve_request(by=by, request=request, reason=reason)
            return _("It was approved, and its money reserved. Ordering it comes next.")
        case _:
            raise ValidationError(_("Say whether you approve, decline or send back."))


def _above(by: Account, request: Request, given: dict[str, Any], _asked: HttpRequest) -> str:
    ask_above(by=by, request=request, **given)
    return _("It was asked above, without the family's name. The answer will stand here.")


def _delivery(by: Account, request: Request, given: dict[str, Any], _asked: HttpRequest) -> str:
    record_delivery(by=by, request=request, **given)
    return _("What came was written down.")


def _correct(by: Account, request: Request, given: dict[str, Any], _asked: HttpRequest) -> str:
    correct_delivery(
        by=by, request=request, quantity=given["quantity"], why=given["note"], came=given["came"]
    )
    return _("What came was corrected.")


def _pay(by: Account, request: Request, given: dict[str, Any], _asked: HttpRequest) -> str:
    draft = PaymentDraft(request, given["invoice"], given["amount"])
    paid = pay_requests(by=by, drafts=[draft], key=given["key"], day=given["day"])
    if paid.repeated:
        return _("This was paid already: %(sum)s. It was not paid a second time.") % {
            "sum": figures.money(paid.total)
        }
    return _("Paid: %(sum)s.") % {"sum": figures.money(paid.total)}


def _reverse(by: Account, request: Request, given: dict[str, Any], _asked: HttpRequest) -> str:
    done = reverse_request(by=by, request=request, **given)
    if done.spending and done.spending.paid:
        return _("What was not paid went back to the basket.")
    return _("It was reversed; its money is free in the basket again.")


def _withdraw(by: Account, request: Request, given: dict[str, Any], _asked: HttpRequest) -> str:
    withdraw_request(by=by, request=request, **given)
    return _("The request was withdrawn.")


def _helped(by: Account, request: Request, given: dict[str, Any], _asked: HttpRequest) -> str:
    tell_what_helped(by=by, request=request, **given)
    return _("The family's word was written down.")


def _order(by: Account, request: Request, _given: dict[str, Any], _asked: HttpRequest) -> str:
    done = order_request(by=by, request=request)
    return _("It was ordered under number %(number)s. Print the order and send it to the provider.") % {
        "number": done.order_number
    }


EDIT, PAY = Permission.EDIT_FAMILIES, Permission.PAY_SPENDING
opinion = _step("opinion", EDIT, OpinionForm, _opinion)
above = _step("above", Permission.EDIT_FAMILIES, AboveForm, _above)
decide = _step("decide", Permission.APPROVE_SPENDING, DecisionForm, _decide)
order = _step("order", EDIT, forms.Form, _order)
delivery = _step("delivery", EDIT, DeliveryForm, _delivery)
correct = _step("correct", EDIT, CorrectionForm, _correct)
pay = _step("pay", PAY, PayForm, _pay)
reverse = _step("reverse", Permission.APPROVE_SPENDING, ReasonForm, _reverse)
withdraw = _step("withdraw", EDIT, ReasonForm, _withdraw)
helped = _step("helped", EDIT, HelpedForm, _helped)


@require_POST
@needs_permission(Permission.EDIT_FAMILIES)
def swap(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Begin a request that takes the place of this one, within its money."""
    found = _request(request, pk, Permission.EDIT_FAMILIES)
    buying = buying_of(found.basket.quota.programme)
    form = ResponseForm(request.POST, buying=buying, auto_id="id_swap_%s")
    if form.is_valid():
        try:
            made = begin_request(
                by=account_of(request),
                basket=found.basket,
                response=form.cleaned_data["response"],
                replaces=found,
            )
        except (BasketError, ValidationError) as error:
            tell(form, error)
        else:
            messages.success(
                request, _("Write the request that takes its place. Until it is approved, nothing changes.")
            )
            return redirect("baskets:edit", pk=made.pk)
    return request_page(request, found, {"swap": form}, status=422)


@require_POST
@needs_permission(Permission.EDIT_FAMILIES)
def remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a request that was never sent off the list."""
    found = _request(request, pk, Permission.EDIT_FAMILIES)
    try:
        remove_request(by=account_of(request), request=found)
    except AlreadyDone as error:
        messages.error(request, in_words(error))
        return redirect("baskets:request", pk=pk)
    messages.success(request, _("It was taken off the list."))
    return redirect("baskets:family", pk=found.family_id)


def _request(request: HttpRequest, pk: UUID, permission: Permission) -> Request:
    found = request_of(request.user, pk)
    if found is None or not may(request.user, permission, found.family):
        raise Http404
    return found
