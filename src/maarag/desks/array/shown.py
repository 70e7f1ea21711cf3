"""What the pages of a place's desk share: the way to it, and the viewer's other places."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import permits
from maarag.kernel.places.models import Place, PlaceKind
from maarag.kernel.places.queries import above
from maarag.ui.figures import name_in_language

from .scope import ORDER, desks_of


def places_above(account: Account, place: Place, address: Callable[[Place], str]) -> list[tuple[str, str]]:
    """Names and addresses of the places around this one whose desks the viewer opens, the widest first."""
    around = above(place).filter(kind__in=ORDER).defer("outline")
    mine = [one for one in around if permits(account, Permission.VIEW_STAFF_FIGURES, place=one)]
    mine.sort(key=lambda one: ORDER.index(PlaceKind(one.kind)))
    return [(name_in_language(one), address(one)) for one in mine]


def place_tabs(account: Account, place: Place, address: Callable[[Place], str]) -> list[dict[str, Any]]:
    """The viewer's own places as tabs, where there are several."""
    places = desks_of(account)
    if len(places) < 2:
        return []
    return [{"label": name_in_language(one), "url": address(one), "current": one == place} for one in places]
