"""Whose pots an account sees on the ledger's own pages."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import Viewer, grants_of, places_permitted
from maarag.kernel.places.models import Place, PlaceKind

from .models import GIVEN, Entry, Posting, Pot, PotKind


def sees_nation(viewer: Viewer, permission: Permission = Permission.VIEW_LEDGER) -> bool:
    """Whether the viewer holds the permission for the nation as a whole."""
    return grants_of(viewer, permission).filter(place__kind=PlaceKind.NATION).exists()


def authorities_of(viewer: Viewer, permission: Permission = Permission.VIEW_LEDGER) -> QuerySet[Place]:
    return places_permitted(viewer, permission).filter(kind=PlaceKind.AUTHORITY)


def known_to(viewer: Viewer) -> frozenset[int]:
    """The authorities whose exact counts the viewer sees, and with them what their families' money did."""
    return frozenset(authorities_of(viewer, Permission.VIEW_EXACT_COUNTS).values_list("pk", flat=True))


def visible_to(viewer: Viewer) -> QuerySet[Pot]:
    """The pots of the authorities in which the viewer works, and the nation's for whoever sees the nation's.

    Baskets only of authorities whose exact counts the viewer sees, in whose scope PostgreSQL shows them. What
    is told of the money of other pots is decided in `above`.
    """
    inside = grants_of(viewer, Permission.VIEW_LEDGER).filter(place__kind=PlaceKind.AUTHORITY)
    wanted = Q(authority__in=inside.values("place"))
    if sees_nation(viewer):
        wanted |= Q(authority=None)
    known = ~Q(kind=PotKind.BASKET) | Q(authority__in=known_to(viewer))
    return Pot.objects.filter(wanted & known).select_related("authority")


def entries_visible_to(viewer: Viewer) -> QuerySet[Entry]:
    """The entries that moved money of a pot which the viewer sees.

    Those of families' spendings only where the pot is of an authority whose exact counts the viewer sees.
    """

    def moved(pots: QuerySet[Pot]) -> Exists:
        return Exists(Posting.objects.filter(entry=OuterRef("pk"), account__pot__in=pots.values("pk")))

    pots = visible_to(viewer)
    exact = pots.filter(authority__in=known_to(viewer))
    return Entry.objects.filter(moved(exact) | Q(moved(pots), kind__in=GIVEN))
