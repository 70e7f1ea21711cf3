"""Facts that HSDS has no field for: attributes whose terms are of one small taxonomy, “Maarag fields”."""

from __future__ import annotations

from typing import Any

from .ids import id_of

TAXONOMY = "maarag-fields"
TAXONOMY_ID = id_of("taxonomy", TAXONOMY)
NAME = "Maarag fields"
DESCRIPTION = (
    "Facts of a record that HSDS 3.1 has no field for: the value of the attribute is the fact. "
    "Such attributes do not classify what they are on."
)
FIELDS: dict[str, str] = {
    "code": "Code of the record in Maarag",
    "name_ar": "Name in Arabic",
    "name_en": "Name in English",
    "description_ar": "Description in Arabic",
    "description_en": "Description in English",
    "purpose": "Purpose of the service",
    "sector": "Sector of the organisation",
    "place": "Code of the place (authorities: as at the Central Bureau of Statistics)",
    "source": "Code of the source of the facts",
    "source_row": "Row of the source",
    "fictional": "Whether the record is fictional",
    "location": "Code of the location that the capacity belongs to",
    "estimate": "Whether the capacity is an estimate",
    "free_places_unknown": "Whether it is unknown how many places are free",
    "extension": "Extension of the telephone that is not a number",
}


def term(field: str) -> dict[str, Any]:
    """The taxonomy term of a field."""
    return {
        "id": id_of("taxonomy_term", TAXONOMY, field),
        "code": f"{TAXONOMY}:{field}",
        "name": FIELDS[field],
        "description": FIELDS[field],
        "taxonomy": NAME,
        "taxonomy_id": TAXONOMY_ID,
        "language": "en",
    }


def taxonomy() -> dict[str, Any]:
    return {"id": TAXONOMY_ID, "name": NAME, "description": DESCRIPTION, "version": "1"}


FIELD_OF_TERM_ID = {term(field)["id"]: field for field in FIELDS}


def attribute(entity: str, owner: str, field: str, value: object, label: str = "") -> dict[str, Any]:
    """One fact as an attribute of the record with the UUID `owner`."""
    found = {
        "id": id_of("attribute", owner, TAXONOMY, field),
        "link_id": owner,
        "link_entity": entity,
        "taxonomy_term_id": term(field)["id"],
        "value": "true" if value is True else str(value),
        "taxonomy_term": term(field),
    }
    return found | ({"label": label} if label else {})


def attributes(entity: str, owner: str, **facts: object) -> list[dict[str, Any]]:
    """The facts that are there: neither empty nor false."""
    return [attribute(entity, owner, name, value) for name, value in facts.items() if value]
