"""A plain table of services, as an organisation or an authority keeps it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from maarag.kernel.imports import parsing
from maarag.kernel.imports.importer import (
    Existing,
    Field,
    Importer,
    NotUnderstood,
    Problem,
    Row,
    RowRefused,
    Understood,
    register,
)
from maarag.kernel.imports.lookups import PlaceLookup, SourceLookup, TermLookup, stable_code
from maarag.kernel.people.actions import save_organisation
from maarag.kernel.people.models import Organisation
from maarag.kernel.places.models import Place
from maarag.kernel.taxonomy.models import Term, Vocabulary
from maarag.language import normalise

from ..actions import CapacityDraft, LocationDraft, PhoneDraft, ServiceDraft, save_locations, save_services
from ..models import Location, Service
from .service_cells import SECTORS, UNITS, email, limited, phone, website


@dataclass(frozen=True)
class _Target:
    code: str
    organisation_code: str
    organisation: Mapping[str, Any]
    place: Place
    terms: tuple[Term, ...]
    fields: Mapping[str, Any]
    address: str
    point: tuple[float, float] | None
    capacity: tuple[str, int] | None
    phone: str
    source: str
    row: int
    as_of: Any


@register
class Services(Importer):
    """One row for each service in a place; known again by its code, or by organisation, name and place."""

    kind = "services"
    title = _l("Services")
    description = _l("Services with their organisation, terms, place, address, capacity and telephone.")
    fields = (
        Field("name", _l("Name"), ("שם השירות", "שם", "שירות", "اسم الخدمة"), limited(300), required=True),
        Field(
            "organisation",
            _l("Organisation"),
            ("ארגון", "שם הארגון", "גוף מפעיל", "المنظمة", "organization"),
            limited(200),
            required=True,
        ),
        Field("sector", _l("Sector"), ("מגזר", "القطاع"), parsing.choice(SECTORS)),
        Field("description", _l("Description"), ("תיאור", "תיאור השירות", "الوصف"), parsing.lines),
        Field(
            "terms",
            _l("Responses and situations"),
            ("מענים", "מונחים", "סוג המענה", "responses", "taxonomy"),
            parsing.several,
        ),
        Field(
            "place",
            _l("Place"),
            ("מקום", "רשות", "יישוב", "ישוב", "עיר", "שכונה", "المكان", "city"),
            required=True,
        ),
        Field("address", _l("Address"), ("כתובת", "العنوان"), limited(300)),
        Field("latitude", _l("Latitude"), ("קו רוחב", "lat"), parsing.decimal(-90, 90)),
        Field("longitude", _l("Longitude"), ("קו אורך", "lon", "lng"), parsing.decimal(-180, 180)),
        Field(
            "capacity", _l("Capacity"), ("קיבולת", "מספר מקומות", "מקומות", "מכסה", "السعة"), parsing.count
        ),
        Field("unit", _l("Unit"), ("יחידה", "יחידת קיבולת", "الوحدة"), parsing.choice(UNITS)),
        Field("phone", _l("Telephone"), ("טלפון", "מס' טלפון", "هاتف"), phone),
        Field("email", _l("E-mail"), ('דוא"ל', "אימייל", "מייל", "email", "بريد إلكتروني"), email),
        Field("website", _l("Website"), ("אתר", "אתר אינטרנט", "url", "موقع"), website),
        Field(
            "eligibility",
            _l("Who it is for"),
            ("זכאות", "למי מיועד", "קהל יעד", "eligibility", "الاستحقاق"),
            parsing.lines,
        ),
        Field("minimum_age", _l("Minimum age"), ("גיל מינימום", "מגיל"), parsing.whole(0, 120)),
        Field("maximum_age", _l("Maximum age"), ("גיל מקסימום", "עד גיל"), parsing.whole(0, 120)),
        Field("fees", _l("Fees"), ("עלות", "תשלום", "الرسوم"), parsing.lines),
        Field("code", _l("Code"), ("קוד", "מזהה", "id")),
        Field("as_of", _l("As of"), ("נכון ליום", "תאריך עדכון", "תאריך", "التاريخ"), parsing.day),
        Field("source", _l("Source"), ("מקור", "المصدر")),
    )
    example = (
        {
            "name": "מועדונית לילדים",
            "organisation": "עמותת דוגמה",
            "sector": "עמותה",
            "description": "מועדונית אחר הצהריים לילדים, עם ארוחה חמה.",
            "terms": "human_services:education:afterschool_care",
            "place": "עיר לדוגמה",
            "address": "רחוב הדוגמה 1",
            "capacity": 25,
            "unit": "אנשים",
            "phone": "03-0000000",
        },
    )

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._places, self._terms, self._sources = PlaceLookup(), TermLookup(), SourceLookup()
        self._organisations: dict[str, list[Organisation]] = {}
        for organisation in Organisation.objects.all():
            names = (organisation.code, organisation.name_he, organisation.name_ar, organisation.name_en)
            for name in {normalise(name) for name in (*names, organisation.registration_number) if name}:
                self._organisations.setdefault(name, []).append(organisation)

    def understand(self, row: Row) -> Understood:
        problems: list[Problem] = []
        place: Place | None = None
        try:
            place = self._places.find(row.get("place"))
        except NotUnderstood as error:
            problems.append(Problem("place", error.reason, error.hint))
        terms: list[Term] = []
        for word in row.get("terms", ()):
            try:
                terms.append(self._terms.find(word, Vocabulary.RESPONSE, Vocabulary.SITUATION))
            except NotUnderstood as error:
                problems.append(Problem("terms", error.reason, error.hint))
        organisation_code, organisation = self._organisation(row, place, problems)
        capacity = self._capacity(row, problems)
        point = self._point(row, problems)
        youngest, oldest = row.get("minimum_age"), row.get("maximum_age")
        if youngest is not None and oldest is not None and youngest > oldest:
            problems.append(Problem("minimum_age", _("The minimum age is above the maximum age.")))
        code = row.get("code", "")
        if code and not re.fullmatch(r"[-A-Za-z0-9_]{1,80}", code):
            problems.append(
                Problem("code", _("A code has only Latin letters, digits, hyphens and underscores."))
            )
        if problems or place is None:
            raise RowRefused(*problems)
        code = code or stable_code("service", organisation_code, row.get("name"), place.code)
        fields = {"name_he": row.get("name")}
        for name, column in (("description", "description_he"), *((n, n) for n in _PLAIN)):
            if row.get(name) is not None:
                fields[column] = row.get(name)
        target = _Target(
            code=code,
            organisation_code=organisation_code,
            organisation=organisation,
            place=place,
            terms=tuple(dict.fromkeys(terms)),
            fields=fields,
            address=row.get("address", ""),
            point=point,
            capacity=capacity,
            phone=row.get("phone", ""),
            source=row.get("source") or _("Table of services: %(file)s") % {"file": self.file_name},
            row=row.number,
            as_of=row.get("as_of") or self.date_of_file(),
        )
        return Understood(
            code, self._shown(target), target, frozenset({place.pk}), self._notes(row, organisation)
        )

    def _organisation(
        self, row: Row, place: Place | None, problems: list[Problem]
    ) -> tuple[str, dict[str, Any]]:
        """(code, fields of a new organisation or nothing where it is known)."""
        name = row.get("organisation")
        known = self._organisations.get(normalise(name), [])
        if len(known) > 1 and place is not None:
            known = [organisation for organisation in known if organisation.place_id == place.pk] or known
        if len(known) > 1:
            codes = ", ".join(organisation.code for organisation in known[:5])
            reason = _("Several organisations are called “%(name)s”: %(codes)s.") % {
                "name": name,
                "codes": codes,
            }
            problems.append(Problem("organisation", reason, _("Write the code of the organisation.")))
        if known:
            return known[0].code, {}
        if row.get("sector") is None:
            reason = _(
                "The organisation “%(name)s” is not known yet, and the row does not say its sector."
            ) % {"name": name}
            problems.append(Problem("sector", reason))
        return stable_code("organisation", name), {"name_he": name, "sector": str(row.get("sector"))}

    @staticmethod
    def _capacity(row: Row, problems: list[Problem]) -> tuple[str, int] | None:
        counted: parsing.Count | None = row.get("capacity")
        if counted is None:
            return None
        unit = row.get("unit") or counted.unit
        if not unit:
            problems.append(Problem("unit", _("The row does not say whether these are people or families.")))
            return None
        return str(unit), counted.number

    @staticmethod
    def _point(row: Row, problems: list[Problem]) -> tuple[float, float] | None:
        latitude, longitude = row.get("latitude"), row.get("longitude")
        if latitude is None and longitude is None:
            return None
        if latitude is None or longitude is None:
            problems.append(Problem("latitude", _("A point needs both a latitude and a longitude.")))
            return None
        return latitude, longitude

    @staticmethod
    def _notes(row: Row, organisation: Mapping[str, Any]) -> tuple[str, ...]:
        notes = (
            [_("A new organisation: %(name)s.") % {"name": organisation["name_he"]}] if organisation else []
        )
        if not row.get("terms"):
            notes.append(_("Without terms it will not be found by topic."))
        return tuple(notes)

    @staticmethod
    def _shown(target: _Target) -> dict[str, Any]:
        shown: dict[str, Any] = {
            **target.fields,
            "organisation": target.organisation_code,
            "place": target.place.code,
        }
        if target.terms:
            shown["terms"] = sorted(term.code for term in target.terms)
        if target.address or target.point:
            shown["address"] = target.address
            shown["point"] = list(target.point) if target.point else None
        if target.capacity:
            shown["capacity"] = list(target.capacity)
        if target.phone:
            shown["phone"] = target.phone
        return shown

    def existing(self, keys: Sequence[str]) -> Mapping[str, Existing]:
        services = Service.objects.filter(code__in=keys).select_related("organisation")
        found: dict[str, Existing] = {}
        for service in services.prefetch_related(
            "terms", "areas__place", "at_locations__location", "capacities", "phones"
        ):
            shown = {name: getattr(service, name) for name in ("name_he", "description_he", *_PLAIN)}
            places = [area.place for area in service.areas.all()]
            location = next((at.location for at in service.at_locations.all()), None)
            point = (
                [location.latitude, location.longitude]
                if location and location.latitude is not None
                else None
            )
            shown |= {
                "organisation": service.organisation.code,
                "place": places[0].code if places else "",
                "terms": sorted(term.code for term in service.terms.all()),
                "address": location.address if location else "",
                "point": point,
                "capacity": next(([c.unit, c.maximum] for c in service.capacities.all()), None),
                "phone": next((phone.number for phone in service.phones.all()), ""),
            }
            found[service.code] = Existing(shown, frozenset(place.pk for place in places))
        return found

    def apply(self, rows: Sequence[Understood]) -> None:
        targets: list[_Target] = [row.target for row in rows]
        organisations = self._save_organisations(targets)
        locations = self._save_locations(targets, organisations)
        save_services(
            by=self.by,
            drafts=[
                ServiceDraft(
                    code=target.code,
                    organisation=organisations[target.organisation_code],
                    source=self._sources.take(target.source, by=self.by),
                    as_of=target.as_of,
                    fields={**target.fields, "source_row": str(target.row)},
                    terms=list(target.terms) or None,
                    areas=[target.place],
                    locations=[locations[target.code]] if target.code in locations else None,
                    capacities=[CapacityDraft(unit=target.capacity[0], maximum=target.capacity[1])]
                    if target.capacity
                    else None,
                    phones=[PhoneDraft(target.phone)] if target.phone else None,
                )
                for target in targets
            ],
        )

    def _save_organisations(self, targets: Sequence[_Target]) -> dict[str, Organisation]:
        wanted = {target.organisation_code: target for target in targets}
        known = {o.code: o for o in Organisation.objects.filter(code__in=wanted)}
        for code, target in wanted.items():
            if code not in known:
                known[code] = save_organisation(
                    by=self.by, code=code, place=target.place, **target.organisation
                )
        return known

    def _save_locations(
        self, targets: Sequence[_Target], organisations: Mapping[str, Organisation]
    ) -> dict[str, Location]:
        drafts = {
            target.code: LocationDraft(
                code=f"at-{target.code}"[:80],
                place=target.place,
                fields={
                    "organisation": organisations[target.organisation_code],
                    "address": target.address,
                    "latitude": target.point[0] if target.point else None,
                    "longitude": target.point[1] if target.point else None,
                },
            )
            for target in targets
            if target.address or target.point
        }
        return dict(zip(drafts, save_locations(by=self.by, drafts=list(drafts.values())), strict=True))


_PLAIN = ("email", "website", "eligibility", "minimum_age", "maximum_age", "fees")
