"""Whose pots an account sees on the ledger's own pages."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import Viewer, grants_of, places_permitted
from maarag.kernel.places.models import Place, PlaceKind

from .models import Entry, Posting, Pot


def sees_nation(viewer: Viewer, permission: Permission = Permission.VIEW_LEDGER) -> bool:
    """Whether the viewer holds the permission for the nation as a whole."""
    return grants_of(viewer, permission).filter(place__kind=PlaceKind.NATION).exists()


def authorities_of(viewer: Viewer, permission: Permission = Permission.VIEW_LEDGER) -> QuerySet[Place]:
    return places_permitted(viewer, permission).filter(kind=PlaceKind.AUTHORITY)


def visible_to(viewer: Viewer) -> QuerySet[Pot]:
    """The pots of the authorities in which the viewer works, and the nation's for whoever sees the nation's.

    Baskets only in the scope of their authority, which PostgreSQL sees to. From above an authority's pots are
    not told here: which of their sums rest on few families, rooms that know of families decide.
    """
    inside = grants_of(viewer, Permission.VIEW_LEDGER).filter(place__kind=PlaceKind.AUTHORITY)
    wanted = Q(authority__in=inside.values("place"))
    if sees_nation(viewer):
        wanted |= Q(authority=None)
    return Pot.objects.filter(wanted).select_related("authority")


def entries_visible_to(viewer: Viewer) -> QuerySet[Entry]:
    """The entries that moved money of a pot which the viewer sees."""
    moved = Posting.objects.filter(entry=OuterRef("pk"), account__pot__in=visible_to(viewer).values("pk"))
    return Entry.objects.filter(Exists(moved))
