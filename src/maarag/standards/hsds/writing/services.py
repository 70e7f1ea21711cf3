"""Services, and services at their locations."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from maarag.domains.services.models import Service, ServiceArea, ServiceAtLocation
from maarag.kernel.taxonomy.models import Vocabulary

from ..ids import at_location_id, id_of, organization_id, service_id
from ..own_fields import attribute, attributes
from .organizations import organization, organization_short, program, program_short
from .parts import (
    capacity,
    language,
    location,
    location_short,
    name_facts,
    other_names,
    phone,
    said,
    schedule,
)
from .places import PlaceWords
from .taxonomies import term_id, term_object

FICTIONAL = "שירות בדוי, להדגמה בלבד · A fictional service, for demonstration only"
LINK_TYPES = {Vocabulary.RESPONSE: "service type", Vocabulary.SITUATION: "intended audience"}
PLACE_URI = "urn:maarag:place:"


def _own(row: Service) -> dict[str, Any]:
    return said(
        id=service_id(row),
        organization_id=organization_id(row.organisation),
        program_id=id_of("program", row.programme.code) if row.programme else None,
        name=row.name_he,
        alternate_name=other_names(row),
        description=row.description_he,
        url=row.website,
        email=row.email,
        status=row.status,
        application_process=row.application_process,
        fees_description=row.fees,
        eligibility_description=row.eligibility,
        minimum_age=row.minimum_age,
        maximum_age=row.maximum_age,
        assured_date=row.as_of.isoformat(),
        alert=FICTIONAL if row.is_fictional else "",
        last_modified=row.modified_at.astimezone(UTC).isoformat(),
    )


def service_short(row: Service) -> dict[str, Any]:
    """A service of a list: with its organisation and programme, without what it has several of."""
    found = _own(row) | {"organization": organization_short(row.organisation)}
    return found | ({"program": program_short(row.programme)} if row.programme else {})


def service_minimal(row: Service) -> dict[str, Any]:
    moment = row.modified_at.astimezone(UTC).isoformat()
    return {"id": service_id(row), "modified_date": moment, "last_modified": moment}


def area(row: ServiceArea, service: str) -> dict[str, Any]:
    return {
        "id": id_of("service_area", service, row.place.code),
        "service_id": service,
        "name": row.place.name_he,
        "uri": f"{PLACE_URI}{row.place.code}",
    }


def _at_location(row: ServiceAtLocation, service_code: str) -> dict[str, Any]:
    return said(
        id=at_location_id(service_code, row.location.code),
        service_id=id_of("service", service_code),
        location_id=id_of("location", row.location.code),
        description=row.description,
    )


def at_location_short(row: ServiceAtLocation) -> dict[str, Any]:
    """A service at a location, of a list."""
    return _at_location(row, row.service.code) | {
        "location": location_short(row.location),
        "service": service_short(row.service),
    }


def at_location_full(row: ServiceAtLocation, places: PlaceWords) -> dict[str, Any]:
    """A service at a location with everything about both."""
    return _at_location(row, row.service.code) | {
        "location": location(row.location, places),
        "service": service_full(row.service, places),
    }


def _attributes(row: Service, owner: str) -> list[dict[str, Any]]:
    found = []
    for link in row.service_terms.all():
        kind = LINK_TYPES.get(Vocabulary(link.term.vocabulary))
        found.append(
            said(
                id=id_of("attribute", owner, term_id(link.term)),
                link_id=owner,
                link_type=kind,
                link_entity="service",
                taxonomy_term_id=term_id(link.term),
                taxonomy_term=term_object(link.term),
            )
        )
    found.append(attribute("service", owner, "code", row.code))
    found.append(attribute("service", owner, "source", row.source.code, row.source.name_he))
    return found + attributes(
        "service",
        owner,
        **name_facts(row),
        description_ar=row.description_ar,
        description_en=row.description_en,
        purpose=row.purpose,
        source_row=row.source_row,
        fictional=row.is_fictional,
    )


def service_full(row: Service, places: PlaceWords) -> dict[str, Any]:
    """A service with everything about it."""
    owner = service_id(row)
    costs = []
    if row.fees:
        costs.append({"id": id_of("cost_option", owner), "service_id": owner, "amount_description": row.fees})
    found = _own(row) | {
        "organization": organization(row.organisation),
        "phones": [phone(item, "service_id", owner) for item in row.phones.all()],
        "schedules": [schedule(item, "service_id", owner) for item in row.schedules.all()],
        "service_areas": [area(item, owner) for item in row.areas.all()],
        "service_at_locations": [
            _at_location(item, row.code) | {"location": location(item.location, places)}
            for item in row.at_locations.all()
        ],
        "languages": [language(item, owner) for item in row.languages.all()],
        "cost_options": costs,
        "capacities": [capacity(item, owner) for item in row.capacities.all()],
        "attributes": _attributes(row, owner),
    }
    return found | ({"program": program(row.programme)} if row.programme else {})
