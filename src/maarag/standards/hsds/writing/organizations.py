"""Organisations and programmes."""

from __future__ import annotations

from typing import Any

from maarag.domains.services.models import Programme
from maarag.kernel.people.models import Organisation

from ..ids import id_of, organization_id, service_id
from ..own_fields import attribute, attributes
from .parts import location, name_facts, other_names, said
from .places import PlaceWords

CODE_SCHEME = "maarag"
CODE_TYPE = "Maarag code"
REGISTRATION_SCHEME = "IL-registration"
REGISTRATION_TYPE = "Registration number"


def organization_short(row: Organisation) -> dict[str, Any]:
    """An organisation without what hangs on it. HSDS requires a description: its name stands in."""
    return said(
        id=organization_id(row),
        name=row.name_he,
        alternate_name=other_names(row),
        description=row.description or row.name_he,
        email=row.email,
        website=row.website,
        parent_organization_id=organization_id(row.parent) if row.parent else None,
    )


def identifiers(row: Organisation) -> list[dict[str, Any]]:
    owner = organization_id(row)
    found = [(CODE_SCHEME, CODE_TYPE, row.code)]
    if row.registration_number:
        found.append((REGISTRATION_SCHEME, REGISTRATION_TYPE, row.registration_number))
    return [
        {
            "id": id_of("organization_identifier", owner, scheme),
            "organization_id": owner,
            "identifier_scheme": scheme,
            "identifier_type": kind,
            "identifier": identifier,
        }
        for scheme, kind, identifier in found
    ]


def organization(row: Organisation) -> dict[str, Any]:
    """An organisation with its identifiers and our own facts, as it stands within a service."""
    owner = organization_id(row)
    facts = attributes(
        "organization", owner, sector=row.sector, **name_facts(row), fictional=row.is_fictional
    )
    if row.place:
        facts.append(attribute("organization", owner, "place", row.place.code, row.place.name_he))
    return organization_short(row) | {"organization_identifiers": identifiers(row), "attributes": facts}


def program_short(row: Programme) -> dict[str, Any]:
    return said(
        id=id_of("program", row.code),
        organization_id=organization_id(row.organisation),
        name=row.name_he,
        alternate_name=other_names(row),
        description=row.description or row.name_he,
    )


def program(row: Programme) -> dict[str, Any]:
    owner = id_of("program", row.code)
    facts = attributes("program", owner, code=row.code, **name_facts(row))
    return program_short(row) | {"attributes": facts}


def organization_full(row: Organisation, places: PlaceWords, services: list[Any] | None) -> dict[str, Any]:
    """With programmes, locations and services: those given, or the names of all of them."""
    if services is None:
        services = [
            {"id": service_id(found), "name": found.name_he, "status": found.status}
            for found in row.services.all()
        ]
    return organization(row) | {
        "programs": [program(found) for found in row.programmes.all()],
        "locations": [location(found, places) for found in row.locations.all()],
        "services": services,
    }
