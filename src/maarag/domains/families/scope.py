"""Which families an account may read, and where it may open a file.

PostgreSQL lets an account's transaction see the rows of its authorities (kernel.access.rows); here a grant
for a neighbourhood narrows them to the families that live there.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import Http404

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import Viewer, held_places, permits, places_permitted
from maarag.kernel.places.models import Containment, Place, PlaceKind

from .models import Family


def visible_to(viewer: Viewer) -> QuerySet[Family]:
    """The families whose files the viewer may read, by their own grants."""
    families = Family.objects.select_related("authority", "neighbourhood", "worker")
    if isinstance(viewer, Account) and viewer.is_system:
        return families
    readable = Q(authority__in=authority_ids(viewer, Permission.VIEW_FAMILIES))
    parts = held_places(viewer, Permission.VIEW_FAMILIES, PlaceKind.NEIGHBOURHOOD)
    if parts:
        inside = Containment.objects.filter(ancestor__in=parts)
        readable |= Q(neighbourhood__in=inside.values("descendant"))
    return families.filter(readable)


def authority_ids(viewer: Viewer, permission: Permission) -> list[int]:
    """Ids of the authorities for the whole of which the viewer holds a permission that is held within them;
    for reading.
    """
    return held_places(viewer, permission, PlaceKind.AUTHORITY)


def authorities_with(viewer: Viewer, permission: Permission) -> QuerySet[Place]:
    """The authorities for the whole of which the viewer holds the permission."""
    return places_permitted(viewer, permission).filter(kind=PlaceKind.AUTHORITY)


def may(viewer: Viewer, permission: Permission, family: Family) -> bool:
    """Whether the viewer holds the permission for this family."""
    places = [family.authority, family.neighbourhood] if family.neighbourhood else [family.authority]
    return any(permits(viewer, permission, place=place) for place in places)


def require_for(viewer: Viewer, permission: Permission, family: Family) -> None:
    """Raise Http404 unless the viewer holds the permission for this family."""
    if not may(viewer, permission, family):
        raise Http404
