"""What waits: for an opinion, for approval, for payment; and all baskets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_safe

from maarag.domains.programmes.models import Programme
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.kernel.ledger.actions import KeyReused
from maarag.kernel.ledger.queries import Balance, balances
from maarag.ui import figures
from maarag.ui.choices import asked_text
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Column, Table
from maarag.values import Money

from ..actions import PaymentDraft, pay_requests
from ..amounts import read_amount, typed_amount
from ..errors import LEDGER as LEDGER_ERRORS
from ..errors import PaymentFaults, in_words
from ..models import BasketStatus, Payment, Request
from ..prices import change_since_asked, change_since_last_time
from ..queries import payable_of, to_pay
from ..scope import baskets_of, requests_of
from ..waits import Decisions, decisions_of
from ..words import status_of_basket
from .shown import change_in_words, price_in_words, room_tabs

PER_PAGE = 50
MOST_PAID = 200
PAYING = ("pay", "pay_sound")
CHOOSE = "choose-"
"""How the field begins by which a request is chosen."""


@require_safe
@needs_permission(Permission.VIEW_FAMILIES)
def index(request: HttpRequest) -> HttpResponse:
    """The baskets of my families with their sums."""
    account = account_of(request)
    state = asked_text(request.GET, "state") or BasketStatus.OPEN.value
    programme = asked_text(request.GET, "programme")
    rows = baskets_of(account)
    used = Programme.objects.filter(pk__in=set(rows.order_by().values_list("quota__programme_id", flat=True)))
    if state in BasketStatus.values:
        rows = rows.filter(status=state)
    if programme:
        rows = rows.filter(quota__programme__code=programme)
    page = Paginator(rows.order_by("family__name", "family__number", "pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    sums = balances([row.pot for row in page])
    count = page.paginator.count
    names = ("granted", "approved", "committed", "paid", "free")
    table = Table(
        columns=[
            Column("family", _("Family"), heading=True, link="url"),
            Column("programme", _("Programme"), "name"),
            Column("granted", _("Granted"), "money"),
            Column("approved", pgettext("money", "Approved"), "money"),
            Column("committed", pgettext("money", "Committed"), "money"),
            Column("paid", pgettext("money", "Paid"), "money"),
            Column("free", pgettext("money", "Free"), "money"),
            Column("status", _("State"), "status"),
        ],
        rows=[
            {
                "family": row.family.name,
                "url": reverse("baskets:family", args=[row.family_id]),
                "programme": row.quota.programme,
                **{name: getattr(sums.get(row.pot_id, Balance()), name) for name in names},
                "status": status_of_basket(row),
            }
            for row in page
        ],
        caption=_("Baskets"),
        caption_hidden=True,
        empty=_("No family has such a basket. A basket is opened from a family's file."),
        region="results",
        foot=ngettext("%(count)s basket", "%(count)s baskets", count) % {"count": figures.number(count)},
    )
    context = {
        "tabs": room_tabs(account, "index"),
        "table": table,
        "page": page,
        "asked": {"state": state, "programme": programme},
        "states": [*BasketStatus.choices, ("all", _("All"))],
        "programmes": [
            ("", _("Every programme")),
            *((one.code, name_in_language(one)) for one in used.order_by("code")),
        ],
        "fictional": any(row.family.authority.is_fictional for row in page),
    }
    return render(request, "baskets/index.html", context)


@require_safe
@needs_permission(Permission.VIEW_FAMILIES)
def approvals(request: HttpRequest) -> HttpResponse:
    """What waits for an opinion or an approval: mine first, then what goes to others."""
    account = account_of(request)
    found = decisions_of(account)
    parts = [
        (_("Wait for your decision"), found.mine, _("Nothing waits for your decision.")),
        (_("Wait for a professional opinion"), found.opinions, _("Nothing waits for an opinion.")),
        (_("Go to somebody else"), found.others, ""),
    ]
    context = {
        "tabs": room_tabs(account, "approvals"),
        "parts": [
            {"title": title, "table": _decisions(found, rows, empty), "count": len(rows)}
            for title, rows, empty in parts
            if rows or empty
        ],
        "approves": account.may_somewhere(Permission.APPROVE_SPENDING),
        "fictional": any(row.family.authority.is_fictional for row in found.all),
    }
    return render(request, "baskets/approvals.html", context)


def _decisions(found: Decisions, rows: Sequence[Request], empty: str) -> Table:
    return Table(
        columns=[
            Column("what", _("Response"), heading=True, link="url"),
            Column("family", _("Family")),
            Column("who", _("Who gives it"), "name"),
            Column("price", _("How much")),
            Column("amount", _("Amount"), "money"),
            Column("asked", _("Asked by")),
            Column("on", _("Asked for on"), "date"),
            Column("note", _("Look at")),
            Column("status", _("State"), "status"),
        ],
        rows=[
            {
                "what": name_in_language(row.response),
                "url": reverse("baskets:request", args=[row.pk]),
                "family": row.family.name,
                "who": row.service,
                "price": price_in_words(row),
                "amount": row.amount,
                "asked": row.asked_by.name,
                "on": row.asked_on,
                "note": found.notes.get(row.pk) or _rise(row),
                "status": found.status(row),
            }
            for row in rows
        ],
        caption=_("Requests"),
        caption_hidden=True,
        empty=empty,
    )


def _rise(row: Request) -> str:
    return change_in_words(change_since_asked(row), "asked") or change_in_words(
        change_since_last_time(row), "last"
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.PAY_SPENDING)
def payments(request: HttpRequest) -> HttpResponse:
    """What was delivered and waits to be paid: many with one confirmation."""
    account = account_of(request)
    rows = [_PayLine(row, account) for row in to_pay(account)[:MOST_PAID]]
    if request.method != "POST":
        return _payments_page(request, rows)
    for line in rows:
        line.read(request.POST)
    chosen = [line for line in rows if line.chosen]
    key, act = _key(request.POST.get("key")), request.POST.get("act")
    if Payment.objects.filter(invoice__key=key).exists():
        if act in PAYING:
            return _sent_again(request, account, key)
        key = uuid4()  # a page gone back to: what is chosen on it now is another confirmation
    if not chosen:
        return _payments_page(request, rows, key, error=_("Choose what is to be paid."), status=422)
    sound = [line for line in chosen if not line.error]
    if act not in PAYING or (act == "pay" and len(sound) < len(chosen)):
        faulty = len(chosen) - len(sound)
        return _payments_page(request, rows, key, confirm=sound, faulty=faulty, status=422 if faulty else 200)
    try:
        paid = pay_requests(
            by=account,
            drafts=[PaymentDraft(line.request, line.invoice, line.amount) for line in sound],
            key=key,
            leave_out_faulty=act == "pay_sound",
        )
    except PaymentFaults as error:
        for line in rows:
            line.error = error.faults.get(line.request.pk, line.error)
        still = [line for line in chosen if not line.error]
        return _payments_page(request, rows, key, confirm=still, faulty=len(chosen) - len(still), status=422)
    except (*LEDGER_ERRORS, ValidationError) as error:
        words = " ".join(error.messages) if isinstance(error, ValidationError) else in_words(error)
        return _payments_page(request, rows, key, error=words, status=422)
    _tell_paid(request, len(paid.payments), paid.total, paid.repeated)
    if left := len(chosen) - len(paid.payments):
        words = ngettext("%(count)s was left out.", "%(count)s were left out.", left)
        messages.warning(request, words % {"count": figures.number(left)})
    return redirect("baskets:payments")


class _PayLine:
    """One request of the payers' list with what was typed beside it."""

    def __init__(self, request: Request, account: Account) -> None:
        self.request = request
        self.payable = payable_of(request)
        self.own = request.decided_by_id == account.pk
        self.chosen = False
        self.invoice = ""
        self.typed = typed_amount(self.payable)
        self.amount: Money | None = None
        self.error = ""

    def read(self, given: Any) -> None:
        pk = str(self.request.pk)
        self.chosen = f"{CHOOSE}{pk}" in given and not self.own
        self.invoice = asked_text(given, f"invoice-{pk}", 40)
        self.typed = asked_text(given, f"amount-{pk}", 30) or self.typed
        if not self.chosen:
            return
        try:
            self.amount = read_amount(self.typed)
        except ValidationError as error:
            self.error = " ".join(error.messages)
        if not self.invoice:
            self.error = _("Write the number of the invoice.")
        elif self.amount is not None and self.amount > self.payable:
            self.error = _("That is more than the %(payable)s that wait to be paid.") % {
                "payable": figures.money(self.payable)
            }


def _payments_page(
    request: HttpRequest,
    rows: list[_PayLine],
    key: UUID | None = None,
    *,
    confirm: list[_PayLine] | None = None,
    faulty: int = 0,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    total = sum((line.amount or Money(0) for line in confirm or ()), Money(0))
    context = {
        "tabs": room_tabs(account_of(request), "payments"),
        "rows": rows,
        "key": key or uuid4(),
        "confirm": confirm,
        "total": total,
        "providers": len(
            {line.request.service and line.request.service.organisation_id for line in confirm or ()}
        ),
        "faulty": faulty,
        "error": error,
        "waiting": sum((line.payable for line in rows), Money(0)),
        "fictional": any(line.request.family.authority.is_fictional for line in rows),
    }
    return render(request, "baskets/payments.html", context, status=status)


def _sent_again(request: HttpRequest, account: Account, key: UUID) -> HttpResponse:
    """A confirmation that was sent before pays nothing more, and says so; with other content it is refused.

    What it chose need not wait to be paid any more, so it is read from the form alone.
    """
    sound_alone = request.POST.get("act") == "pay_sound"
    chosen = [_uuid(name.removeprefix(CHOOSE)) for name in request.POST if name.startswith(CHOOSE)]
    drafts = []
    try:
        for row in requests_of(account).filter(pk__in=filter(None, chosen)).exclude(decided_by=account):
            typed = asked_text(request.POST, f"amount-{row.pk}", 30)
            try:
                amount = read_amount(typed) if typed else None
            except ValidationError:
                if not sound_alone:
                    raise KeyReused(str(key)) from None
                continue
            invoice = asked_text(request.POST, f"invoice-{row.pk}", 40)
            drafts.append(PaymentDraft(row, invoice, amount))
        paid = pay_requests(by=account, drafts=drafts, key=key, leave_out_faulty=sound_alone)
    except (KeyReused, ValidationError) as error:
        messages.error(request, in_words(error) if isinstance(error, KeyReused) else " ".join(error.messages))
    else:
        _tell_paid(request, len(paid.payments), paid.total, paid.repeated)
    return redirect("baskets:payments")


def _tell_paid(request: HttpRequest, count: int, total: Money, repeated: bool) -> None:
    given = {"count": figures.number(count), "sum": figures.money(total)}
    if repeated:
        words = ngettext(
            "This was paid already: %(count)s request, %(sum)s. Nothing was paid a second time.",
            "This was paid already: %(count)s requests, %(sum)s. Nothing was paid a second time.",
            count,
        )
        messages.info(request, words % given)
    else:
        words = ngettext("Paid: %(count)s request, %(sum)s.", "Paid: %(count)s requests, %(sum)s.", count)
        messages.success(request, words % given)


def _key(text: Any) -> UUID:
    return _uuid(text) or uuid4()


def _uuid(text: Any) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None
