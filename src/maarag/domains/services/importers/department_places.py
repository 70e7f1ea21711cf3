"""Which authority a welfare department belongs to, from what its row of the ministry's table says.

The table has the office's name, the city (or, for a regional council, the list of its localities), the kind
of
authority, and the ministry's own number of the authority, which is not the number of the Central Bureau of
Statistics.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from maarag.kernel.places.models import AuthorityType, Place
from maarag.kernel.places.names import PlaceMatch, PlaceNames, split_localities
from maarag.language import normalise

_KINDS = (
    ("מועצה מקומית", AuthorityType.LOCAL_COUNCIL),
    ("מועצה איזורית", AuthorityType.REGIONAL_COUNCIL),
    ("מועצה אזורית", AuthorityType.REGIONAL_COUNCIL),
    ("עיריה", AuthorityType.CITY),
    ("עירייה", AuthorityType.CITY),
)


@dataclass(frozen=True)
class DepartmentRow:
    """What a row says about where its department is."""

    office: str
    city: str = ""
    kind: str = ""
    number: str = ""


@dataclass(frozen=True)
class FoundAuthority:
    """The authority, or none with the `reason`; `note` tells of what disagreed in the row."""

    place: Place | None
    reason: str = ""
    note: str = ""
    candidates: tuple[Place, ...] = ()


def authority_type(kind: str) -> AuthorityType | None:
    """The type of authority that the table's words mean; None for words it does not know."""
    text = normalise(kind)
    return next((type_ for words, type_ in _KINDS if text.startswith(normalise(words))), None)


class DepartmentPlaces:
    """Matches departments; rows that share the ministry's number of an authority bear each other out."""

    def __init__(self, names: PlaceNames, rows: Iterable[DepartmentRow] = ()) -> None:
        self._names = names
        votes: dict[str, Counter[str]] = defaultdict(Counter)
        self._by_number: dict[str, Place] = {}
        places: dict[str, Place] = {}
        for row in rows:
            by_office, by_city = self._matches(row)
            for match in (by_office, by_city):
                if row.number and match is not None and match.place:
                    votes[row.number][match.place.code] += 1
                    places[match.place.code] = match.place
        for number, counted in votes.items():
            (code, count), *others = counted.most_common(2)
            if not others or count > others[0][1]:
                self._by_number[number] = places[code]

    def _matches(self, row: DepartmentRow) -> tuple[PlaceMatch, PlaceMatch | None]:
        localities = split_localities(row.city)
        kind = authority_type(row.kind)
        by_office = self._names.match(row.office, hint_type=kind, localities=localities)
        city = row.city.strip()
        by_city = self._names.match(city, hint_type=kind) if city and not localities else None
        return by_office, by_city

    def find(self, row: DepartmentRow) -> FoundAuthority:
        by_office, by_city = self._matches(row)
        office, city = by_office.place, by_city.place if by_city else None
        if office and city and office.code != city.code:
            shared = self._by_number.get(row.number)
            if shared is not None and shared.code in (office.code, city.code):
                note = _(
                    "The office's name says %(office)s and the city column %(city)s; "
                    "the other rows with authority number %(number)s say %(shared)s."
                ) % {"office": office, "city": city, "number": row.number, "shared": shared}
                return FoundAuthority(shared, note=note)
            reason = _("The office's name says %(office)s and the city column says %(city)s.") % {
                "office": office,
                "city": city,
            }
            return FoundAuthority(None, reason, candidates=(office, city))
        if office or city:
            return FoundAuthority(office or city)
        candidates = tuple(
            place for match in (by_office, by_city) if match for place, _score in match.candidates
        )
        shared = self._by_number.get(row.number)
        if shared is not None:
            note = _("Known by authority number %(number)s, which other rows give to %(shared)s.") % {
                "number": row.number,
                "shared": shared,
            }
            return FoundAuthority(shared, note=note)
        return FoundAuthority(None, _("No local authority is called so."), candidates=candidates)
