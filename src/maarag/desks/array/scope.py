"""Whose desks a viewer opens, and in which of them nothing is hidden."""

from __future__ import annotations

from maarag.domains.families.scope import authorities_with
from maarag.domains.referrals.counts import within
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import places_permitted
from maarag.kernel.places.models import Containment, Place, PlaceKind

ORDER = (PlaceKind.NATION, PlaceKind.DISTRICT, PlaceKind.CLUSTER, PlaceKind.AUTHORITY)
"""Kinds of places that have a desk, the widest first."""


def desks_of(viewer: Account) -> list[Place]:
    """The places for which the viewer was given a role with staff figures, the widest first."""
    places = places_permitted(viewer, Permission.VIEW_STAFF_FIGURES).filter(kind__in=ORDER).defer("outline")
    found = {place.pk: place for place in places}
    inside = Containment.objects.filter(ancestor__in=found, descendant__in=found, depth__gt=0)
    nested = set(inside.values_list("descendant", flat=True))
    shown = [place for pk, place in found.items() if pk not in nested]
    return sorted(shown, key=lambda one: (ORDER.index(PlaceKind(one.kind)), one.name_he, one.code))


def place_for(viewer: Account, code: str) -> Place | None:
    """The place with this code, where the viewer may open its desk."""
    return (
        places_permitted(viewer, Permission.VIEW_STAFF_FIGURES)
        .filter(code=code, kind__in=ORDER)
        .defer("outline")
        .first()
    )


def sees_exact(viewer: Account, place: Place) -> bool:
    """Whether the place is an authority in which the viewer works, so that nothing is hidden from them."""
    return place.kind == PlaceKind.AUTHORITY and place.pk in within(viewer)


def reads_files(viewer: Account, place: Place) -> bool:
    """Whether the place is an authority whose families the viewer reads by name."""
    return authorities_with(viewer, Permission.VIEW_FAMILIES).filter(pk=place.pk).exists()
