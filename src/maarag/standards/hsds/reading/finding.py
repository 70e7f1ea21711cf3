"""Finding what records refer to: our codes behind ids, taxonomy terms, places."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from maarag.kernel.imports.lookups import stable_code
from maarag.kernel.places.models import Place, PlaceKind
from maarag.kernel.places.names import PlaceNames
from maarag.kernel.taxonomy.models import FormerCode, Term
from maarag.language import normalise

from .. import own_fields
from ..ids import codes_of, id_of, is_uuid
from ..listing import metres_between
from ..parameters import Near
from ..tables import Package, Record
from ..writing.taxonomies import term_id

FARTHEST_METRES = 15_000
"""How far a point may lie from the nearest authority or neighbourhood to be taken for being in it."""


def code_of(kind: str, identifier: str, own_code: str, publisher: str) -> str:
    """Our code of a record: the one it says, if its id was made from it; the one that is stored under its id;
    else its own UUID, or a code made from its id and its publisher.
    """
    if re.fullmatch(r"[-A-Za-z0-9_]{1,80}", own_code) and id_of(kind, own_code) == identifier.lower():
        return own_code
    if is_uuid(identifier):
        stored = codes_of(kind, identifier)
        return stored[0] if stored else identifier.lower()
    return stable_code(f"hsds-{kind}", publisher, identifier)


class Terms:
    """Terms by id, code, former code or name; and the terms of our own fields."""

    def __init__(self, package: Package) -> None:
        self._records = package.rows["taxonomy_term"]
        self._by_id: dict[str, Term] = {}
        self._by_code: dict[str, Term] = {}
        self._by_name: dict[str, set[str]] = defaultdict(set)
        for term in Term.objects.all():
            self._by_id[term_id(term)] = term
            self._by_code[term.code] = term
            if term.is_current:
                for name in filter(None, (term.name_he, term.name_ar, term.name_en)):
                    self._by_name[normalise(name)].add(term.code)
        for former in FormerCode.objects.select_related("term"):
            self._by_code.setdefault(former.code, former.term)

    @staticmethod
    def own_field(identifier: str) -> str | None:
        return own_fields.FIELD_OF_TERM_ID.get(identifier.lower())

    def is_described(self, identifier: str) -> bool:
        return identifier in self._records

    def name(self, identifier: str) -> str:
        record = self._records.get(identifier)
        return (record.text("name") or record.text("code") or identifier) if record else identifier

    def find(self, identifier: str) -> Term | None:
        """The term with this id; or with the code or, where one term alone has it, the name that the file
        gives it.
        """
        if term := self._by_id.get(identifier.lower()):
            return term
        record = self._records.get(identifier)
        if record is None:
            return None
        if term := self._by_code.get(record.text("code")):
            return term
        names = self._by_name.get(normalise(record.text("name")), set()) if record.text("name") else set()
        return self._by_code[next(iter(names))] if len(names) == 1 else None


class Places:
    """Places by code, by name, and by the nearest point."""

    def __init__(self) -> None:
        places = list(Place.objects.all())
        self._by_code = {place.code: place for place in places}
        self._areas = PlaceNames.load(kinds=list(PlaceKind))
        self._cities = PlaceNames.load()
        small = (PlaceKind.AUTHORITY, PlaceKind.NEIGHBOURHOOD)
        self._points = [
            (place, place.latitude, place.longitude)
            for place in places
            if place.kind in small and place.latitude is not None and place.longitude is not None
        ]

    def by_code(self, code: str) -> Place | None:
        return self._by_code.get(code)

    def area(self, name: str) -> Place | None:
        return self._areas.match(name).place if name else None

    def of_address(self, address: Iterable[Record]) -> Place | None:
        """The authority that an address names as its city."""
        for record in address:
            city = record.text("city")
            if city and (place := self._cities.match(city).place):
                return place
        return None

    def nearest(self, latitude: float, longitude: float) -> Place | None:
        """The authority or neighbourhood whose point is nearest, unless that too is far."""
        best: tuple[float, Place] | None = None
        for place, lat, lon in self._points:
            if place.is_fictional:
                continue
            metres = metres_between(latitude, longitude, Near(lat, lon, 0))
            if metres <= FARTHEST_METRES and (best is None or metres < best[0]):
                best = (metres, place)
        return best[1] if best else None
