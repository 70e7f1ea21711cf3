"""What services ask for, with what they asked before; and up to how much each role approves."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from maarag.domains.services.models import Service
from maarag.domains.services.queries import inside, offered
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission, Role
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.ui import figures
from maarag.ui.choices import asked_text
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Column, Table

from ..actions import may_set_limit, set_limit, set_price
from ..forms import LimitForm, PriceForm
from ..limits import DEFAULTS, LADDER
from ..models import ApprovalLimit, Price
from ..prices import in_force
from ..scope import authorities_with
from .family import tell
from .shown import room_tabs

PER_PAGE = 50
MOST_KNOWN = 400


@require_http_methods(["GET", "HEAD", "POST"])
def prices(request: HttpRequest) -> HttpResponse:
    """The prices in force, newest changes first; whoever may write one does it here."""
    account = request.user if isinstance(request.user, Account) else None
    may_write = account is not None and (
        account.may_somewhere(Permission.PAY_SPENDING) or account.may_somewhere(Permission.EDIT_SERVICES)
    )
    form, status = None, 200
    if request.method == "POST":
        if account is None or not may_write:
            raise PermissionDenied
        form, status = PriceForm(request.POST, by=account), 422
        if form.is_valid():
            try:
                price = set_price(by=account, **form.cleaned_data)
            except ValidationError as error:
                tell(form, error)
            else:
                words = _("The price was written down: %(price)s from %(day)s.")
                given = {"price": figures.money(price.amount), "day": figures.day(price.starts)}
                messages.success(request, words % given)
                return redirect("baskets:prices")
    elif may_write and account is not None:
        form = PriceForm(by=account, initial={"service": asked_text(request.GET, "service", 80)})
    text = asked_text(request.GET, "q", 120)
    rows = in_force().select_related("service__organisation", "response")
    if text:
        rows = rows.filter(
            Q(service__name_he__icontains=text)
            | Q(service__organisation__name_he__icontains=text)
            | Q(response__name_he__icontains=text)
        )
    page = Paginator(rows.order_by("response__name_he", "agorot", "pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "tabs": room_tabs(account, "prices") if account else [],
        "table": _prices_table(list(page), page.paginator.count),
        "page": page,
        "q": text,
        "form": form,
        "known": _known(account) if form is not None and account is not None else [],
        "fictional": any(row.service.is_fictional for row in page),
    }
    return render(request, "baskets/prices.html", context, status=status)


def _known(account: Account) -> list[Service]:
    """Services whose price this account may write, for the list that completes what is typed."""
    authorities = authorities_with(account, Permission.PAY_SPENDING)
    found: list[Service] = []
    for authority in authorities[:3]:
        found += offered().filter(pk__in=inside(authority).values("pk")).order_by("name_he")[:MOST_KNOWN]
    return found


def _prices_table(rows: list[Price], count: int) -> Table:
    before = _before(rows)
    return Table(
        columns=[
            Column("response", _("Response"), "name"),
            Column("service", _("Service"), "name", heading=True, link="url"),
            Column("unit", _("Counted by")),
            Column("amount", _("Price"), "money"),
            Column("starts", _("From"), "date"),
            Column("before", _("Before"), "money"),
            Column("change", _("Change"), "text"),
        ],
        rows=[
            {
                "response": row.response,
                "service": row.service,
                "url": reverse("services:detail", args=[row.service.code]),
                "unit": row.get_unit_display(),
                "amount": row.amount,
                "starts": row.starts,
                "before": before[row.pk].amount if row.pk in before else None,
                "change": _change(row, before.get(row.pk)),
            }
            for row in rows
        ],
        caption=_("Prices in force"),
        caption_hidden=True,
        empty=_("No price matches."),
        region="results",
        foot=ngettext("%(count)s price", "%(count)s prices", count) % {"count": figures.number(count)},
    )


def _before(rows: list[Price]) -> dict[int, Price]:
    found: dict[int, Price] = {}
    older = Price.objects.filter(service__in=[row.service_id for row in rows]).order_by("starts")
    known = list(older)
    for row in rows:
        same = [
            one
            for one in known
            if (one.service_id, one.response_id, one.unit) == (row.service_id, row.response_id, row.unit)
            and one.starts < row.starts
        ]
        if same:
            found[row.pk] = same[-1]
    return found


def _change(row: Price, before: Price | None) -> str:
    if before is None:
        return figures.UNKNOWN
    share = figures.percent(abs(row.agorot - before.agorot) / before.agorot)
    if row.agorot == before.agorot:
        return _("no change")
    return (_("rose by %(share)s") if row.agorot > before.agorot else _("fell by %(share)s")) % {
        "share": share
    }


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.APPROVE_SPENDING)
def limits_page(request: HttpRequest) -> HttpResponse:
    """Up to how much each role approves: what was set, and what holds where nothing was."""
    account = account_of(request)
    authorities = authorities_with(account, Permission.APPROVE_SPENDING).defer("outline")
    own = [place for place in authorities if may_set_limit(account, Role.TEAM_LEADER, place)]
    form, status = None, 200
    if request.method == "POST":
        if not own:
            raise PermissionDenied
        form, status = (
            LimitForm(request.POST, authorities=authorities.filter(pk__in=[p.pk for p in own])),
            422,
        )
        if form.is_valid():
            given: dict[str, Any] = form.cleaned_data
            try:
                set_limit(by=account, **{**given, "role": Role(given["role"])})
            except ValidationError as error:
                tell(form, error)
            except Http404:
                raise PermissionDenied from None
            else:
                messages.success(request, _("The limit was set."))
                return redirect("baskets:limits")
    elif own:
        only = own[0].code if len(own) == 1 else ""
        form = LimitForm(
            authorities=authorities.filter(pk__in=[p.pk for p in own]), initial={"authority": only}
        )
    rows = ApprovalLimit.objects.filter(Q(authority=None) | Q(authority__in=authorities)).select_related(
        "authority", "programme", "set_by"
    )
    table = Table(
        columns=[
            Column("role", _("Role"), heading=True),
            Column("amount", _("Approves one request up to"), "money"),
            Column("where", _("Where")),
            Column("programme", _("Programme")),
            Column("by", _("Set by")),
        ],
        rows=[
            *(
                {
                    "role": row.get_role_display(),
                    "amount": row.amount,
                    "where": name_in_language(row.authority) if row.authority else _("Everywhere"),
                    "programme": name_in_language(row.programme) if row.programme else _("Every programme"),
                    "by": row.set_by.name,
                }
                for row in rows
            ),
            *(
                {
                    "role": role.label,
                    "amount": DEFAULTS[role],
                    "where": _("Where nothing else was set"),
                    "programme": _("Every programme"),
                    "by": _("as the system comes"),
                }
                for role in LADDER
            ),
        ],
        caption=_("Limits of approval"),
        caption_hidden=True,
        foot=_(
            "The nearest limit holds: of the authority and the programme, then of the authority,"
            " then of the programme."
        ),
    )
    context = {"tabs": room_tabs(account, "limits"), "table": table, "form": form}
    return render(request, "baskets/limits.html", context, status=status)
