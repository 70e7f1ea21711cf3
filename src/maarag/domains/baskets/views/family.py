"""The part "basket" of a family's file: its money, its requests as a list of tasks, opening, closing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maarag.domains.families.actions import read_family
from maarag.domains.families.models import Family, FamilyStatus
from maarag.domains.families.parts import page_of
from maarag.domains.families.scope import may
from maarag.domains.programmes.words import quota_words
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.kernel.ledger.queries import Balance, balances
from maarag.ui import figures

from ..actions import begin_request, change_basket, close_basket, open_basket, places_left, quotas_for
from ..buying import buying_of
from ..errors import LEDGER, BasketError, in_words
from ..forms import MoneyForm, OpenForm, ResponseForm
from ..models import Basket, BasketStatus
from ..promised import promised_to_others
from ..queries import baskets_of_family, requests_in
from ..scope import baskets_of
from ..words import status_of_basket
from .shown import sums_bar, sums_table, tasks_of


@require_safe
@needs_permission(Permission.VIEW_FAMILIES)
def family(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The family's baskets. Whoever opens the page is recorded."""
    return family_page(request, _family(request, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def open_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give the family a basket in a programme."""
    found = _family(request, pk)
    if not may(request.user, Permission.EDIT_FAMILIES, found):
        raise Http404
    quotas = quotas_for(found)
    left = {quota.pk: places_left(quota) for quota in quotas}
    promised = {quota.pk: promised_to_others(quota, found) for quota in quotas}
    is_promised = any(0 < left[pk] <= promised[pk] for pk in left)
    form, status = OpenForm(request.POST or None, quotas=quotas, promised=is_promised), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            try:
                open_basket(
                    by=account_of(request),
                    family=found,
                    quota=given["quota"],
                    amount=given["amount"],
                    day=given["day"],
                    although_promised=given.get("although_promised", False),
                )
            except (BasketError, *LEDGER, ValidationError) as error:
                tell(form, error)
            else:
                messages.success(request, _("The basket was opened."))
                return redirect("baskets:family", pk=pk)
    context = {
        **page_of(request, found, "basket", crumb=_("Open a basket")),
        "form": form,
        "quotas": [
            {
                "name": quota_words(quota),
                "left": left[quota.pk],
                "promised": promised[quota.pk],
                "families": quota.families,
                "cost": figures.money(quota.line.unit_cost),
            }
            for quota in quotas
        ],
    }
    return render(request, "baskets/open.html", context, status=status)


@require_POST
@needs_permission(Permission.EDIT_FAMILIES)
def add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put a response on the basket's list."""
    basket = _basket(request, pk, Permission.EDIT_FAMILIES)
    buying = buying_of(basket.quota.programme)
    form = ResponseForm(request.POST, buying=buying, auto_id=f"id_{basket.pk}_%s")
    if form.is_valid():
        try:
            made = begin_request(
                by=account_of(request), basket=basket, response=form.cleaned_data["response"]
            )
        except (BasketError, ValidationError) as error:
            tell(form, error)
        else:
            return redirect("baskets:edit", pk=made.pk)
    return family_page(request, basket.family, form=form, basket=basket, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.APPROVE_SPENDING)
def money(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change how much a basket holds."""
    basket = _basket(request, pk, Permission.APPROVE_SPENDING)
    sums = balances([basket.pot])[basket.pot_id]
    form, status = MoneyForm(request.POST or None, initial={"amount": sums.granted}), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                change_basket(by=account_of(request), basket=basket, **form.cleaned_data)
            except (BasketError, *LEDGER, ValidationError) as error:
                tell(form, error)
            else:
                messages.success(request, _("The money of the basket was changed."))
                return redirect("baskets:family", pk=basket.family_id)
    context = {
        **page_of(request, basket.family, "basket", crumb=_("Money of the basket")),
        "form": form,
        "basket": basket,
        "sums": sums_table(sums),
    }
    return render(request, "baskets/money.html", context, status=status)


@require_POST
@needs_permission(Permission.EDIT_FAMILIES)
def close(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Close a basket; what is free goes back."""
    basket = _basket(request, pk, Permission.EDIT_FAMILIES)
    try:
        free = close_basket(by=account_of(request), basket=basket)
    except (BasketError, *LEDGER) as error:
        messages.error(request, in_words(error))
    else:
        words = _("The basket was closed; %(free)s went back to the quota.")
        messages.success(request, words % {"free": figures.money(free)})
    return redirect("baskets:family", pk=basket.family_id)


def family_page(
    request: HttpRequest,
    found: Family,
    *,
    form: forms.Form | None = None,
    basket: Basket | None = None,
    status: int = 200,
) -> HttpResponse:
    """The part with all baskets; `form` is one of `basket` that was not understood."""
    account = account_of(request)
    rows = baskets_of_family(account, found)
    sums = balances([row.pot for row in rows])
    may_edit = may(account, Permission.EDIT_FAMILIES, found) and found.status == FamilyStatus.OPEN
    context = {
        **page_of(request, found, "basket"),
        "form": form or forms.Form(),
        "may_open": may_edit and bool(quotas_for(found)),
        "has_open": any(row.status == BasketStatus.OPEN for row in rows),
        "baskets": [
            _shown(row, sums.get(row.pot_id, Balance()), account, found, may_edit, form, basket)
            for row in rows
        ],
    }
    return render(request, "baskets/family.html", context, status=status)


def _shown(
    row: Basket,
    sums: Balance,
    account: Any,
    found: Family,
    may_edit: bool,
    form: forms.Form | None,
    faulty: Basket | None,
) -> dict[str, Any]:
    requests = requests_in(account, row)
    is_open = row.status == BasketStatus.OPEN
    own = form if faulty is not None and faulty.pk == row.pk else None
    buying = buying_of(row.quota.programme)
    return {
        "basket": row,
        "programme": quota_words(row.quota),
        "status": status_of_basket(row),
        "sums": sums_table(sums),
        "bar": sums_bar(sums) if sums.granted else "",
        "tasks": tasks_of(row, requests, found, buying),
        "add": (own or ResponseForm(buying=buying, auto_id=f"id_{row.pk}_%s"))
        if may_edit and is_open
        else None,
        "code": row.quota.programme.code,
        "may_close": may_edit and is_open,
        "may_change": is_open and may(account, Permission.APPROVE_SPENDING, found),
    }


def tell(form: forms.Form, error: Exception) -> None:
    """What stands in the way, beside the form, at its field where there is one."""
    if isinstance(error, ValidationError):
        fields = getattr(error, "error_dict", {})
        if fields and set(fields) <= set(form.fields):
            form.add_error(None, error)
        else:
            form.add_error(None, error.messages)
    else:
        form.add_error(None, in_words(error))


def _family(request: HttpRequest, pk: UUID) -> Family:
    found = read_family(by=account_of(request), pk=pk)
    if found is None:
        raise Http404
    return found


def _basket(request: HttpRequest, pk: UUID, permission: Permission) -> Basket:
    basket = baskets_of(request.user).filter(pk=pk).first()
    if basket is None or not may(request.user, permission, basket.family):
        raise Http404
    return basket
