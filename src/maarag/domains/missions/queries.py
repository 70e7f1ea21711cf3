"""Reading missions."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import Viewer, held_places
from maarag.kernel.audit.queries import Told, told_of
from maarag.kernel.places.models import Containment, Place

from .models import Mission

LISTED = (
    *("title", "due", "status", "owner__name"),
    *(f"{thing}__name_{code}" for thing in ("place", "topic") for code in ("he", "ar", "en")),
)


def visible_to(viewer: Viewer) -> QuerySet[Mission]:
    """The missions of the places in which the viewer may open missions."""
    missions = Mission.objects.select_related("place", "topic", "owner", "opened_by")
    if getattr(viewer, "is_system", False):
        return missions
    return missions.filter(place__in=ids_of_places(viewer))


def ids_of_places(viewer: Viewer) -> QuerySet[Containment, dict[str, int]]:
    """The ids of the places in which the viewer may open missions, for a condition."""
    held = held_places(viewer, Permission.OPEN_MISSIONS)
    return Containment.objects.filter(ancestor__in=held).values("descendant")


def listed(viewer: Viewer) -> QuerySet[Mission]:
    """The same with what a list shows of them alone."""
    shown = visible_to(viewer).select_related(None).select_related("place", "topic", "owner")
    return shown.only(*LISTED)


def within(missions: QuerySet[Mission], place: Place) -> QuerySet[Mission]:
    """The missions of `place` and of everything inside it."""
    inside = Containment.objects.filter(ancestor=place, descendant=OuterRef("place"))
    return missions.filter(Exists(inside))


def history(mission: Mission) -> list[Told]:
    """What happened to the mission, newest first."""
    return told_of(mission)
