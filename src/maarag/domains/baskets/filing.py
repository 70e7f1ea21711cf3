"""Baskets in the rest of the work with families: a part of the file, and what waits for somebody."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from maarag.domains.families import parts, waiting
from maarag.domains.families.models import Family
from maarag.kernel.access.models import Account
from maarag.kernel.access.scope import Viewer
from maarag.kernel.ledger.queries import Balance, balances
from maarag.ui import figures

from .models import BasketStatus, Stage
from .queries import baskets_of_family
from .scope import requests_of
from .waits import waiting_of
from .words import status_of_basket


def summary(viewer: Viewer, family: Family) -> parts.Summary | None:
    """What of the basket is granted, used and free, and how many requests are under way."""
    if not isinstance(viewer, Account):
        return None
    rows = baskets_of_family(viewer, family)
    if not rows:
        return parts.Summary([(_("Basket"), _("none was opened"))])
    open_ones = [row for row in rows if row.status == BasketStatus.OPEN] or rows[:1]
    sums = sum(balances([row.pot for row in open_ones]).values(), Balance())
    under_way = (
        requests_of(viewer)
        .filter(basket__in=open_ones)
        .exclude(stage__in=[Stage.PAID, Stage.REVERSED, Stage.DECLINED])
    )
    return parts.Summary(
        [
            (_("Granted"), figures.money(sums.granted)),
            (_("Approved, committed or paid"), figures.money(sums.approved + sums.committed + sums.paid)),
            (pgettext("money", "Free"), figures.money(sums.free)),
            (_("Requests under way"), figures.number(under_way.count())),
        ],
        status_of_basket(open_ones[0]),
    )


def register_all() -> None:
    """Called once, when the app is ready."""
    parts.register(parts.Part("basket", gettext_lazy("Basket"), 50, "baskets:family", summary))
    waiting.register("baskets", waiting_of)
