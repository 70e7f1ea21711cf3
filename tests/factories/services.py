"""A small world for tests of the directory: two authorities, an organisation in each, a few terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from maarag.domains.services.actions import save_location, save_service
from maarag.domains.services.models import Service
from maarag.kernel.access.actions import grant, open_account, system_account
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.kernel.people.actions import save_organisation
from maarag.kernel.people.models import Organisation, Sector
from maarag.kernel.places.actions import PlaceDraft, save_places
from maarag.kernel.places.models import AuthorityType, Place, PlaceKind
from maarag.kernel.sources.actions import save_source
from maarag.kernel.sources.models import Source
from maarag.kernel.taxonomy.actions import TermRow, save_version
from maarag.kernel.taxonomy.models import Term, Vocabulary

AS_OF = date(2026, 6, 1)
TERMS = (
    (Vocabulary.RESPONSE, "human_services", "שירותים", "Services"),
    (Vocabulary.RESPONSE, "human_services:food", "מזון", "Food"),
    (Vocabulary.RESPONSE, "human_services:food:meals", "ארוחות חמות", "Hot meals"),
    (Vocabulary.RESPONSE, "human_services:food:parcels", "סלי מזון", "Food parcels"),
    (Vocabulary.RESPONSE, "human_services:care", "טיפול", "Care"),
    (Vocabulary.RESPONSE, "human_services:care:day_centre", "מרכז יום", "Day centre"),
    (Vocabulary.SITUATION, "human_situations", "מצבים", "Situations"),
    (Vocabulary.SITUATION, "human_situations:seniors", "אזרחים ותיקים", "Senior citizens"),
    (Vocabulary.SITUATION, "human_situations:families", "משפחות", "Families"),
)
PLACES = (
    PlaceDraft(
        "IL",
        fields={"kind": PlaceKind.NATION, "name_he": "ישראל", "name_ar": "إسرائيل", "name_en": "Israel"},
    ),
    *(
        PlaceDraft(
            code,
            ["IL"],
            {
                "kind": PlaceKind.AUTHORITY,
                "authority_type": AuthorityType.CITY,
                "name_he": name,
                "latitude": latitude,
                "longitude": 35.0,
            },
        )
        for code, name, latitude in (("9001", "עיר הדגן", 32.0), ("9002", "עיר הנחל", 32.5))
    ),
)


@dataclass
class World:
    """What most tests need; services are added with `service`."""

    system: Account
    nation: Place
    city: Place
    sister: Place
    organisation: Organisation
    sister_organisation: Organisation
    source: Source
    terms: dict[str, Term]
    places: dict[str, Place] = field(default_factory=dict)
    """By code, as they were made."""

    def term(self, ending: str) -> Term:
        """The term whose code ends so."""
        return next(term for code, term in self.terms.items() if code.rpartition(":")[2] == ending)

    def service(self, code: str, name: str, *terms: str, **fields: Any) -> Service:
        """A service for the city's people, unless told otherwise."""
        fields.setdefault("organisation", self.organisation)
        fields.setdefault("areas", [self.city])
        return save_service(
            by=fields.pop("by", self.system),
            code=code,
            source=self.source,
            as_of=fields.pop("as_of", AS_OF),
            name_he=name,
            terms=[self.term(ending) for ending in terms],
            **fields,
        )

    def at(self, code: str, latitude: float, longitude: float, place: Place | None = None) -> Any:
        """A location at a point."""
        return save_location(
            by=self.system, code=code, place=place or self.city, latitude=latitude, longitude=longitude
        )

    def account(self, role: Role, **where: Any) -> Account:
        """An account with one role in force."""
        number = Account.objects.count()
        account = open_account(
            by=self.system,
            email=f"{role}.{number}@example.org",
            name=f"{role} {number}",
            password="a long one",
        )
        grant(by=self.system, account=account, role=role, starts=date(2020, 1, 1), **where)
        return account


def world(drafts: Sequence[PlaceDraft] = PLACES) -> World:
    """Make the world in the test's database, with more places or more of these where so told."""
    system = system_account()
    source = save_source(by=system, code="test-source", name_he="מקור לבדיקה", name_en="Source for tests")
    places = {place.code: place for place in save_places(by=system, drafts=drafts)}
    nation, city, sister = (places[code] for code in ("IL", "9001", "9002"))
    organisation, sister_organisation = (
        save_organisation(by=system, code=code, name_he=name, sector=sector, place=place)
        for code, name, sector, place in (
            ("org-city", "עמותת הדגן", Sector.CIVIL_SOCIETY, city),
            ("org-sister", "עיריית הנחל", Sector.LOCAL_GOVERNMENT, sister),
        )
    )
    save_version(by=system, version="1", rows=[TermRow(*row[:3], name_en=row[3]) for row in TERMS])
    return World(
        system=system,
        nation=nation,
        city=city,
        sister=sister,
        organisation=organisation,
        sister_organisation=sister_organisation,
        source=source,
        terms={term.code: term for term in Term.objects.all()},
        places=places,
    )
