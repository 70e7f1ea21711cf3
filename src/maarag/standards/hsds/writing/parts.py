"""What hangs on services, organisations and locations: telephones, hours, addresses, capacities."""

from __future__ import annotations

from typing import Any

from maarag.domains.services.models import Language, Location, Phone, Schedule, ServiceCapacity

from ..ids import id_of, organization_id
from ..own_fields import attribute, attributes
from .places import PlaceWords

Object = dict[str, Any]
UNKNOWN = "-"
"""Where the standard requires a text that we do not have."""


def said(**fields: Any) -> Object:
    """The fields that have a value."""
    return {name: value for name, value in fields.items() if value not in (None, "")}


def other_names(row: Any) -> str:
    """The names in other languages than Hebrew, for `alternate_name`."""
    return " / ".join(filter(None, (row.name_ar, row.name_en)))


def name_facts(row: Any) -> dict[str, str]:
    return {"name_ar": row.name_ar, "name_en": row.name_en}


def phone(row: Phone, owner_field: str, owner: str) -> Object:
    whole = row.extension.isdigit() and str(int(row.extension)) == row.extension
    identifier = id_of("phone", owner, row.number, row.extension, row.kind, row.description)
    return said(
        id=identifier,
        **{owner_field: owner},
        number=row.number,
        extension=int(row.extension) if whole else None,
        type=row.kind,
        description=row.description,
    ) | {"attributes": attributes("phone", identifier, extension="" if whole else row.extension)}


def schedule(row: Schedule, owner_field: str, owner: str) -> Object:
    """Weekly hours; times are those of the clock in Israel, which has summer time: so without an offset."""
    parts = (row.days, row.opens_at, row.closes_at, row.valid_from, row.valid_to, row.description)
    return said(
        id=id_of("schedule", owner, *parts),
        **{owner_field: owner},
        freq="WEEKLY",
        interval=1,
        wkst="SU",
        byday=row.days,
        opens_at=f"{row.opens_at:%H:%M}" if row.opens_at else None,
        closes_at=f"{row.closes_at:%H:%M}" if row.closes_at else None,
        valid_from=row.valid_from.isoformat() if row.valid_from else None,
        valid_to=row.valid_to.isoformat() if row.valid_to else None,
        description=row.description,
    )


def language(row: Language, service: str) -> Object:
    return said(id=id_of("language", service, row.code), service_id=service, code=row.code, note=row.note)


UNITS = {"people": "People", "families": "Families"}


def unit(code: str) -> Object:
    return {"id": id_of("unit", code), "name": UNITS[code], "scheme": "maarag", "identifier": code}


def capacity(row: ServiceCapacity, service: str) -> Object:
    """HSDS requires the number of free places: where it is unknown we promise none, and say so."""
    location = row.location.code if row.location else ""
    identifier = id_of("service_capacity", service, location, row.unit)
    unknown = row.available is None
    words = filter(
        None,
        (
            "An estimate." if row.is_estimate else "",
            "How many places are free is not known." if unknown else "",
        ),
    )
    return said(
        id=identifier,
        service_id=service,
        unit=unit(row.unit),
        unit_id=unit(row.unit)["id"],
        available=row.available or 0,
        maximum=row.maximum,
        description=" ".join(words),
        updated=f"{row.as_of.isoformat()}T00:00:00Z",
    ) | {
        "attributes": attributes(
            "service_capacity",
            identifier,
            location=location,
            estimate=row.is_estimate,
            free_places_unknown=unknown,
        )
    }


def location_short(row: Location) -> Object:
    """A location without what hangs on it."""
    return said(
        id=id_of("location", row.code),
        location_type="physical",
        organization_id=organization_id(row.organisation) if row.organisation else None,
        name=row.name_he,
        alternate_name=other_names(row),
        transportation=row.transportation,
        latitude=row.latitude,
        longitude=row.longitude,
        external_identifier=row.code,
        external_identifier_type="maarag",
    )


def location(row: Location, places: PlaceWords) -> Object:
    """A location with its address, telephones, hours and accessibility."""
    identifier = id_of("location", row.code)
    where = places.of(row.place_id)
    addresses = []
    if row.address:
        addresses.append(
            said(
                id=id_of("address", identifier),
                location_id=identifier,
                address_1=row.address,
                city=where.city or row.place.name_he,
                region=where.neighbourhood,
                state_province=where.district or UNKNOWN,
                postal_code=UNKNOWN,
                country="IL",
                address_type="physical",
            )
        )
    accessibility = []
    if row.accessibility:
        accessibility.append(
            {
                "id": id_of("accessibility", identifier),
                "location_id": identifier,
                "description": row.accessibility,
            }
        )
    return location_short(row) | {
        "addresses": addresses,
        "phones": [phone(found, "location_id", identifier) for found in row.phones.all()],
        "schedules": [schedule(found, "location_id", identifier) for found in row.schedules.all()],
        "accessibility": accessibility,
        "attributes": [
            attribute("location", identifier, "place", row.place.code, row.place.name_he),
            *attributes("location", identifier, **name_facts(row)),
        ],
    }
