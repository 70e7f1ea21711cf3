"""Reading need estimates."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import Viewer, grants_of, places_permitted
from maarag.kernel.places.models import Containment, Place

from .models import NeedEstimate


def visible_to(viewer: Viewer) -> QuerySet[NeedEstimate]:
    """Public estimates, and those of the places whose staff figures the viewer may see."""
    if getattr(viewer, "is_system", False):
        return NeedEstimate.objects.all()
    own = places_permitted(viewer, Permission.VIEW_STAFF_FIGURES)
    return NeedEstimate.objects.filter(Q(is_public=True) | Q(place__in=own))


def kind_of_viewer(viewer: Viewer) -> tuple[object, ...]:
    """What decides which estimates a viewer sees: viewers of one kind see the same."""
    if getattr(viewer, "is_system", False):
        return ("system",)
    places = grants_of(viewer, Permission.VIEW_STAFF_FIGURES).filter(place__isnull=False)
    return tuple(sorted(set(places.values_list("place_id", flat=True))))


def within(estimates: QuerySet[NeedEstimate], place: Place) -> QuerySet[NeedEstimate]:
    """The estimates for `place` and everything inside it."""
    inside = Containment.objects.filter(ancestor=place, descendant=OuterRef("place"))
    return estimates.filter(Exists(inside))


SAME_NEED = ("place", "topic", "situation", "population", "unit")
"""What two estimates of the same need share."""
NEWEST_FIRST = (F("as_of").desc(), F("certainty").asc(), F("recorded_at").desc(), F("pk").desc())


def newest(estimates: QuerySet[NeedEstimate], as_of: date) -> QuerySet[NeedEstimate]:
    """For each place, topic, situation, population and unit: the newest estimate up to `as_of`.

    Of two of the same day the surer one is taken, and of two as sure the one recorded last.
    """
    return (
        estimates.filter(as_of__lte=as_of)
        .alias(
            newness=Window(
                RowNumber(),
                partition_by=[F(name) for name in SAME_NEED],
                order_by=list(NEWEST_FIRST),
            )
        )
        .filter(newness=1)
    )
