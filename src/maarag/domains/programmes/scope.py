"""Who may write programmes, say who works in them, and work in them."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from maarag.kernel.access.models import Account, Grant
from maarag.kernel.access.permissions import Permission, roles_with
from maarag.kernel.access.queries import in_force
from maarag.kernel.access.scope import Viewer, permits, places_permitted
from maarag.kernel.places.models import Containment, Place, PlaceKind


def may_write(viewer: Viewer) -> bool:
    """Whether the viewer says what programmes and methods are: whoever manages the nation's budgets."""
    nation = Place.objects.filter(kind=PlaceKind.NATION).defer("outline").first()
    return nation is not None and permits(viewer, Permission.MANAGE_BUDGETS, place=nation)


def authorities_staffed_by(viewer: Viewer) -> QuerySet[Place]:
    """The authorities where the viewer says who works in programmes."""
    return places_permitted(viewer, Permission.STAFF_PROGRAMMES).filter(kind=PlaceKind.AUTHORITY)


def people_of(authority: Place) -> QuerySet[Account]:
    """Who works with families in the authority today, or in a neighbourhood of it."""
    inside = Containment.objects.filter(ancestor=authority).values("descendant")
    held = Grant.objects.filter(
        in_force(),
        account=OuterRef("pk"),
        role__in=roles_with(Permission.EDIT_FAMILIES),
        place__in=inside,
        place__kind__in=[PlaceKind.AUTHORITY, PlaceKind.NEIGHBOURHOOD],
    )
    return Account.objects.filter(Exists(held), is_active=True, is_system=False).order_by("name", "pk")
