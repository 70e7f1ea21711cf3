"""How baskets and requests stand on a page: sums as a bar and a table, requests as a list of tasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from maarag.domains.families.models import Family
from maarag.kernel.access.models import Account
from maarag.kernel.ledger.queries import Balance
from maarag.ui import figures
from maarag.ui.charts.bars import Part, stacked_bar
from maarag.ui.figures import name_in_language
from maarag.ui.tables import Column, Table
from maarag.values import Money

from ..buying import Buying, not_bought_in_short
from ..limits import decider_of, limits
from ..models import Basket, Request, Stage
from ..prices import Change
from ..words import next_step, status_of

BAR = (("paid", "series-1"), ("committed", "series-3"), ("approved", "series-4"), ("free", "series-2"))


def sums_in_words() -> dict[str, str]:
    return {
        "granted": _("Granted"),
        "planned": _("Planned, not approved yet"),
        "approved": pgettext("money", "Approved"),
        "committed": _("Committed to providers"),
        "paid": pgettext("money", "Paid"),
        "free": pgettext("money", "Free"),
    }


def sums_table(sums: Balance, *, id: str = "") -> Table:
    """The sums of a basket, one line each."""
    words = sums_in_words()
    order = ("granted", "approved", "committed", "paid", "free", "planned")
    return Table(
        columns=[Column("what", _("Money"), heading=True), Column("sum", _("Shekels"), "money")],
        rows=[{"what": words[name], "sum": getattr(sums, name)} for name in order],
        caption=_("Money of the basket"),
        caption_hidden=True,
        dense=True,
    )


def sums_bar(sums: Balance) -> SafeString:
    """What of the basket is paid, committed, approved and free."""
    words = sums_in_words()
    return stacked_bar(
        [Part(words[name], float(getattr(sums, name).shekels), css) for name, css in BAR],
        _("What the basket's money is used for, in shekels"),
    )


def task_of(request: Request, waits_for: Any = "", buying: Buying | None = None) -> dict[str, Any]:
    """A request as a line of the list of tasks."""
    who = name_in_language(request.service) if request.service else ""
    unit = request.get_unit_display() if request.unit else ""
    count = f"{figures.number(request.quantity)} × {unit}" if request.quantity and unit else ""
    amount = figures.money(request.amount) if request.amount else ""
    address = "baskets:edit" if request.stage == Stage.DRAFT else "baskets:request"
    step = next_step(request)
    if request.stage == Stage.DRAFT and request.decision_reason:
        step = _("Sent back: %(reason)s") % {"reason": request.decision_reason} + " · " + step
    if buying is not None and buying.bars(request):
        step = not_bought_in_short() + (f" · {step}" if request.stage != Stage.DRAFT else "")
    return {
        "title": name_in_language(request.response),
        "url": reverse(address, args=[request.pk]),
        "facts": [text for text in (who, count, amount) if text],
        "hint": step,
        "status": status_of(request, waits_for=waits_for),
    }


def tasks_of(
    basket: Basket, requests: Sequence[Request], family: Family, buying: Buying
) -> list[dict[str, Any]]:
    """All requests of a basket; what waits for approval says for whom."""
    found = limits(basket.quota.programme, family.authority)
    whom: dict[Any, str] = {}
    for request in requests:
        if request.stage == Stage.APPROVAL:
            budget = basket.quota.line.budget
            amount = request.amount or Money(0)
            whom[request.pk] = decider_of(amount, found, family, request.written_by, budget).label
    return [task_of(request, whom.get(request.pk, ""), buying) for request in requests]


def change_in_words(change: Change | None, since: str) -> str:
    """A price that rose or fell: `since` is "asked" or "last"."""
    if change is None:
        return ""
    given = {
        "before": figures.money(change.before),
        "after": figures.money(change.after),
        "share": figures.percent(abs(change.share)),
    }
    rose = change.rise > Money(0)
    if since == "asked":
        words = (
            _("Since it was asked for, the price rose by %(share)s: from %(before)s to %(after)s.")
            if rose
            else _("Since it was asked for, the price fell by %(share)s: from %(before)s to %(after)s.")
        )
    else:
        words = (
            _("Since last time, the price rose by %(share)s: from %(before)s to %(after)s.")
            if rose
            else _("Since last time, the price fell by %(share)s: from %(before)s to %(after)s.")
        )
    return words % given


def price_in_words(request: Request) -> str:
    """So many of such a price each."""
    if request.unit_price is None or request.quantity is None:
        return ""
    return _("%(quantity)s × %(price)s (%(unit)s)") % {
        "quantity": figures.number(request.quantity),
        "price": figures.money(request.unit_price),
        "unit": request.get_unit_display(),
    }


def room_tabs(account: Account, current: str) -> list[dict[str, Any]]:
    """The ways between the pages of baskets that this account may open."""
    rooms = [
        ("index", _("Baskets"), "view_families"),
        ("approvals", _("To decide"), "view_families"),
        ("payments", _("To pay"), "pay_spending"),
        ("above", _("Asked by departments"), "manage_budgets"),
        ("reports", _("Reports"), "view_staff_figures"),
        ("prices", _("Prices"), None),
        ("limits", _("Limits of approval"), "approve_spending"),
    ]
    return [
        {"label": label, "url": reverse(f"baskets:{name}"), "current": name == current}
        for name, label, permission in rooms
        if permission is None or account.may_somewhere(permission)
    ]
