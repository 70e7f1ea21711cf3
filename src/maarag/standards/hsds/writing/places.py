"""The city, the neighbourhood and the district of places, for addresses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from maarag.kernel.places.models import Containment, DistrictOf, PlaceKind


@dataclass
class Where:
    city: str = ""
    neighbourhood: str = ""
    district: str = ""


class PlaceWords:
    """Names around a set of places; one query however many they are."""

    def __init__(self, place_ids: Iterable[int]) -> None:
        self._where: dict[int, Where] = {}
        wanted = set(place_ids)
        if not wanted:
            return
        rows = Containment.objects.filter(descendant__in=wanted).order_by("depth", "pk")
        for descendant, kind, district_of, name in rows.values_list(
            "descendant_id", "ancestor__kind", "ancestor__district_of", "ancestor__name_he"
        ):
            where = self._where.setdefault(descendant, Where())
            if kind == PlaceKind.AUTHORITY:
                where.city = where.city or name
            elif kind == PlaceKind.NEIGHBOURHOOD:
                where.neighbourhood = where.neighbourhood or name
            elif kind == PlaceKind.DISTRICT and district_of == DistrictOf.INTERIOR:
                where.district = where.district or name

    def of(self, place_id: int) -> Where:
        return self._where.get(place_id) or Where()
