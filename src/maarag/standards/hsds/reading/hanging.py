"""What hangs on services and locations, as drafts: terms, areas, telephones, hours, languages, capacities."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from maarag.domains.services.actions import (
    AtLocationDraft,
    CapacityDraft,
    LanguageDraft,
    PhoneDraft,
    ScheduleDraft,
)
from maarag.domains.services.models import Location
from maarag.kernel.places.models import Place
from maarag.kernel.taxonomy.models import Term

from ..tables import Record
from ..writing.services import PLACE_URI
from . import values
from .understanding import Part, Understanding

UNITS = {
    "people": "people person persons individuals individual participants clients places beds אנשים מקומות",
    "families": "families family households household משפחות משפחה",
}


def phones(known: Understanding, *owners: Record) -> list[PhoneDraft]:
    found = []
    for owner in owners:
        for row in known.of("phone", owner):
            if not known.required(row, "number"):
                continue
            extension = known.facts.get(row.id, {}).get("extension", "") or row.text("extension")
            found.append(
                PhoneDraft(
                    row.text("number"),
                    extension.removesuffix(".0"),
                    row.text("type")[:20],
                    row.text("description"),
                )
            )
    return found


def schedules(known: Understanding, *owners: Record) -> list[ScheduleDraft]:
    """Weekly hours; those of months, and those without days, are told and left out."""
    found = []
    for owner in owners:
        for row in known.of("schedule", owner):
            days = row.text("byday").upper().replace(" ", "")
            if row.text("freq").upper() == "MONTHLY" or not re.fullmatch(
                r"(SU|MO|TU|WE|TH|FR|SA)(,(SU|MO|TU|WE|TH|FR|SA))*", days
            ):
                known.notes[_("Hours that are not by days of the week are not kept.")] += 1
                continue
            found.append(
                ScheduleDraft(
                    days,
                    values.clock(row, "opens_at", known.told),
                    values.clock(row, "closes_at", known.told),
                    values.day(row, "valid_from", known.told),
                    values.day(row, "valid_to", known.told),
                    " ".join(filter(None, (row.text("description"), row.text("notes")))),
                )
            )
    return found


def languages(known: Understanding, owner: Record) -> list[LanguageDraft]:
    found: dict[str, LanguageDraft] = {}
    for row in known.of("language", owner):
        code = re.split(r"[-_]", row.text("code").lower())[0]
        if not re.fullmatch(r"[a-z]{2,3}", code):
            known.notes[_("Languages without a code are not kept.")] += 1
            continue
        found.setdefault(code, LanguageDraft(code, row.text("note")))
    return list(found.values())


def terms(known: Understanding, part: Part) -> list[Term]:
    found = []
    for row in known.term_links.get(part.record.id, []):
        identifier = row.text("taxonomy_term_id")
        if term := known.terms.find(identifier):
            found.append(term)
        elif known.leave_unknown_terms:
            known.notes[_("Terms left out: %(term)s") % {"term": known.terms.name(identifier)}] += 1
        elif known.terms.is_described(identifier):
            known.told(
                row,
                _("The taxonomy has no term “%(term)s” (by id, code or name).")
                % {"term": known.terms.name(identifier)},
            )
        else:
            known.broken(row, "taxonomy_term_id", identifier)
    return list(dict.fromkeys(found))


def areas(known: Understanding, *owners: Record) -> list[Place]:
    found = []
    for owner in owners:
        for row in known.of("service_area", owner):
            uri = row.text("uri")
            place = known.places.by_code(uri.removeprefix(PLACE_URI)) if uri.startswith(PLACE_URI) else None
            if place := place or known.places.area(row.text("name")):
                found.append(place)
            else:
                known.told(
                    row,
                    _("No place is called “%(name)s”, or more than one: the service area cannot be placed.")
                    % {"name": row.text("name") or row.text("description")[:60]},
                )
    return list(dict.fromkeys(found))


def at_locations(
    known: Understanding, links: list[Record], stored: Mapping[str, Location]
) -> list[AtLocationDraft]:
    found = {}
    for row in links:
        if location := stored.get(row.text("location_id")):
            found[location.pk] = AtLocationDraft(location, row.text("description"))
    return list(found.values())


def capacities(known: Understanding, owner: Record, stored: Mapping[str, Location]) -> list[CapacityDraft]:
    """Places for people or families; other units are told and left out."""
    by_code = {location.code: location for location in stored.values()}
    found: dict[tuple[Any, str], CapacityDraft] = {}
    for row in known.of("service_capacity", owner):
        unit_row = known.package.rows["unit"].get(row.text("unit_id"))
        if unit_row is None:
            known.broken(row, "unit_id", row.text("unit_id"))
            continue
        said = unit_row.text("identifier") or unit_row.text("name")
        words = {said.lower(), unit_row.text("name").lower()}
        unit = next((unit for unit, alike in UNITS.items() if words & set(alike.split())), "")
        maximum = values.whole_number(row, "maximum", known.told)
        available = values.whole_number(row, "available", known.told)
        if not unit or maximum is None:
            known.notes[_("Capacities without a maximum, or in other units than people and families.")] += 1
            continue
        if maximum < 0 or (available or 0) < 0:
            known.told(row, _("A capacity cannot be negative."))
            continue
        facts = known.facts.get(row.id, {})
        location = by_code.get(facts.get("location", ""))
        key = (location.pk if location else None, unit)
        if key in found:
            known.told(row, _("The capacity in %(unit)s is given twice.") % {"unit": unit})
            continue
        found[key] = CapacityDraft(
            unit,
            maximum,
            None if facts.get("free_places_unknown") == "true" else available,
            location,
            facts.get("estimate") == "true",
            values.day(row, "updated", known.told),
        )
    return list(found.values())
