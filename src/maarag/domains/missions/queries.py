"""Reading missions."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import Viewer, held_places
from maarag.kernel.audit.queries import Told, told_of
from maarag.kernel.places.models import Containment, Place

from .models import Mission


def visible_to(viewer: Viewer) -> QuerySet[Mission]:
    """The missions of the places in which the viewer may open missions."""
    missions = Mission.objects.select_related("place", "topic", "owner", "opened_by")
    if getattr(viewer, "is_system", False):
        return missions
    inside = Containment.objects.filter(ancestor__in=held_places(viewer, Permission.OPEN_MISSIONS))
    return missions.filter(place__in=inside.values("descendant"))


def within(missions: QuerySet[Mission], place: Place) -> QuerySet[Mission]:
    """The missions of `place` and of everything inside it."""
    inside = Containment.objects.filter(ancestor=place, descendant=OuterRef("place"))
    return missions.filter(Exists(inside))


def history(mission: Mission) -> list[Told]:
    """What happened to the mission, newest first."""
    return told_of(mission)
