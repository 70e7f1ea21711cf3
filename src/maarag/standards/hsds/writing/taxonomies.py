"""Taxonomies and their terms: one taxonomy for each vocabulary of Open Eligibility, and our own fields."""

from __future__ import annotations

from typing import Any

from maarag.kernel.taxonomy.models import Term, Vocabulary

from .. import own_fields
from ..ids import id_of

NAMES = {
    Vocabulary.RESPONSE: ("Open Eligibility: responses", "What a service gives to people."),
    Vocabulary.SITUATION: ("Open Eligibility: situations", "Whom, or what situation, a service is for."),
    Vocabulary.SETTING: ("Open Eligibility: settings", "The kind of setting in which a service is given."),
}


def taxonomy_id(vocabulary: str) -> str:
    return id_of("taxonomy", vocabulary)


def taxonomy(vocabulary: Vocabulary, version: str = "") -> dict[str, Any]:
    name, description = NAMES[vocabulary]
    found = {"id": taxonomy_id(vocabulary), "name": name, "description": description}
    return found | ({"version": version} if version else {})


def taxonomies() -> list[dict[str, Any]]:
    """Every taxonomy; the version is that of its newest terms."""
    versions: dict[str, str] = {}
    for vocabulary, version in Term.objects.order_by().values_list("vocabulary", "version").distinct():
        versions[vocabulary] = max(version, versions.get(vocabulary, ""))
    return [
        *(taxonomy(vocabulary, versions.get(vocabulary, "")) for vocabulary in Vocabulary),
        own_fields.taxonomy(),
    ]


def term_id(term: Term) -> str:
    """From the stable key where there is one: a renamed term keeps its id."""
    return id_of("taxonomy_term", term.key or term.code)


def term_object(term: Term) -> dict[str, Any]:
    """HSDS has one name for a term; those in Arabic and English are its description."""
    vocabulary = Vocabulary(term.vocabulary)
    found = {
        "id": term_id(term),
        "code": term.code,
        "name": term.name_he,
        "description": " / ".join(filter(None, (term.name_en, term.name_ar))) or term.name_he,
        "taxonomy": NAMES[vocabulary][0],
        "taxonomy_id": taxonomy_id(vocabulary),
        "language": "he",
    }
    return found | ({"parent_id": term_id(term.parent)} if term.parent else {})


def terms() -> list[dict[str, Any]]:
    """Every term, those of our own fields last."""
    rows = Term.objects.select_related("parent").order_by("code")
    return [*(term_object(term) for term in rows), *(own_fields.term(field) for field in own_fields.FIELDS)]
