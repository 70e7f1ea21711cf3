"""What departments asked of whoever manages the budget: figures of requests, without the families."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.kernel.drafts.actions import forget_draft
from maarag.ui import figures
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Column, Table

from ..above import Asked, waiting_above
from ..actions import decide_above
from ..errors import LEDGER, AlreadyDone, BasketError, in_words
from ..forms import DecisionForm
from .family import tell
from .shown import room_tabs


@require_safe
@needs_permission(Permission.MANAGE_BUDGETS)
def index(request: HttpRequest) -> HttpResponse:
    """What waits, the oldest first."""
    account = account_of(request)
    rows = waiting_above(account)
    table = Table(
        columns=[
            Column("what", _("Response"), heading=True, link="url"),
            Column("authority", _("Local authority"), "name"),
            Column("programme", _("Programme"), "name"),
            Column("amount", _("Amount"), "money"),
            Column("asked", _("Asked by")),
            Column("on", _("Asked above on"), "date"),
        ],
        rows=[
            {
                "what": name_in_language(row.response),
                "url": reverse("baskets:above_request", args=[row.key]),
                "authority": row.authority,
                "programme": row.programme,
                "amount": row.amount,
                "asked": row.asked_by,
                "on": row.above_on,
            }
            for row in rows
        ],
        caption=_("Asked by departments"),
        caption_hidden=True,
        empty=_("No department waits for your decision."),
    )
    context = {
        "tabs": room_tabs(account, "above"),
        "table": table,
        "fictional": any(row.authority.is_fictional for row in rows),
    }
    return render(request, "baskets/above.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.MANAGE_BUDGETS)
def decide(request: HttpRequest, key: UUID) -> HttpResponse:
    """One of them, and the decision."""
    account = account_of(request)
    row = next(iter(waiting_above(account, key)), None)
    if row is None:
        raise Http404
    form, status = DecisionForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                words = _decided(account, key, request.POST.get("act", ""), form.cleaned_data["reason"])
            except AlreadyDone as error:
                messages.error(request, in_words(error))
                return redirect("baskets:above")
            except (BasketError, *LEDGER, ValidationError) as error:
                tell(form, error)
            else:
                forget_draft(request)
                messages.success(request, words)
                return redirect("baskets:above")
    context: dict[str, Any] = {
        "tabs": room_tabs(account, "above"),
        "row": row,
        "about": about(row),
        "form": form if isinstance(form, forms.Form) else DecisionForm(),
        "fictional": row.authority.is_fictional,
        "crumbs": [
            (_("Asked by departments"), reverse("baskets:above")),
            (name_in_language(row.response), ""),
        ],
    }
    return render(request, "baskets/above_request.html", context, status=status)


def _decided(account: Any, key: UUID, decision: str, reason: str) -> str:
    decide_above(by=account, key=key, decision=decision, reason=reason)
    return {
        "approve": _("It was approved, and its money reserved. The department orders it."),
        "decline": _("It was declined; the department sees the reason."),
        "back": _("It was sent back to be completed."),
    }[decision]


def about(row: Asked) -> list[tuple[Any, Any]]:
    """The facts on which it is decided."""
    return [
        (_("Local authority"), name_in_language(row.authority)),
        (_("Programme"), name_in_language(row.programme)),
        (_("Budget"), name_in_language(row.budget)),
        (_("Who gives it"), name_in_language(row.service) if row.service else None),
        (
            _("How much"),
            _("%(quantity)s × %(price)s (%(unit)s)")
            % {
                "quantity": figures.number(row.quantity),
                "price": figures.money(row.unit_price),
                "unit": row.unit,
            },
        ),
        (_("Amount"), figures.money(row.amount)),
        (_("Why it is needed"), row.why),
        (
            _("Professional opinions"),
            _("%(for)s for it, %(against)s against it")
            % {"for": figures.number(row.opinions_for), "against": figures.number(row.opinions_against)},
        ),
        (_("Asked by"), f"{row.asked_by} · {figures.day(row.asked_on)}"),
        (pgettext("money of the basket", "Free in the basket"), figures.money(row.basket_free)),
        (pgettext("money of the quota", "Free in the quota"), figures.money(row.quota_free)),
    ]
