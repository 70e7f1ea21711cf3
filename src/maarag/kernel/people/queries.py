"""Reading organisations, people and positions."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from maarag.kernel.places.models import Place

from .models import Position


def forces(place: Place, on: date) -> QuerySet[Position]:
    """The positions held within `place` on that day."""
    return (
        Position.objects.filter(
            Q(ends=None) | Q(ends__gte=on), place__contained_in__ancestor=place, starts__lte=on
        )
        .select_related("person", "organisation", "place")
        .order_by("kind", "person__name_he")
    )
