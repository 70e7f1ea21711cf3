"""Why the file of a family is not closed: its basket would keep the place in the quota and the money."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from maarag.domains.families.closing import refuse_when
from maarag.domains.families.models import Family
from maarag.domains.programmes.words import quota_words

from .actions.baskets import UNDER_WAY
from .errors import StillUnderWay
from .models import Basket, BasketStatus


def open_basket(family: Family) -> Iterator[str]:
    """Each open basket, and how many requests of it must end before it can be closed."""
    rows = Basket.objects.filter(family=family, status=BasketStatus.OPEN).order_by("opened_on", "pk")
    for basket in rows.select_related("quota__programme"):
        yield _("The family's basket in %(programme)s is open: close the basket first.") % {
            "programme": quota_words(basket.quota)
        }
        if count := basket.requests.filter(stage__in=UNDER_WAY).count():
            yield StillUnderWay(count).in_words()


def register_all() -> None:
    """Called once, when the app is ready."""
    refuse_when(open_basket)
