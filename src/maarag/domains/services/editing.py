"""The facts of a service as plain values: what an editor saw, wrote and is about to write over.

Three states of the same facts (the editor's base, the editor's own, what is stored now) are merged field by
field, so that two people who edit one service at once lose nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import TYPE_CHECKING, Any

from maarag.kernel.people.models import Organisation
from maarag.kernel.places.models import Place
from maarag.kernel.sources.models import Source
from maarag.kernel.taxonomy.models import Term, Vocabulary

from .actions import (
    AtLocationDraft,
    CapacityDraft,
    LanguageDraft,
    PhoneDraft,
    ScheduleDraft,
    save_service,
)
from .models import Location, Service
from .words import LANGUAGES

if TYPE_CHECKING:
    from datetime import datetime

    from maarag.kernel.access.models import Account

Facts = dict[str, Any]
PLAIN = (
    "name_he", "name_ar", "name_en", "description_he", "description_ar", "description_en", "status",
    "eligibility", "minimum_age", "maximum_age", "application_process", "fees", "website", "email",
)  # fmt: skip
CODES = ("responses", "situations", "areas", "locations", "languages")
COLUMNS = {
    "phones": ("number", "extension", "kind", "description"),
    "schedules": ("days", "opens_at", "closes_at", "valid_from", "valid_to", "description"),
    "capacities": ("unit", "maximum", "available", "is_estimate", "location", "as_of"),
}


def _value(value: Any) -> Any:
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return ",".join(value)
    return getattr(value, "code", value)


def facts_of(service: Service) -> Facts:
    """The facts as they are stored."""
    terms = list(service.terms.all())
    facts: Facts = {name: getattr(service, name) for name in PLAIN}
    facts |= {
        "organisation": service.organisation.code,
        "source": service.source.code,
        "as_of": service.as_of.isoformat(),
        "responses": sorted(t.code for t in terms if t.vocabulary == Vocabulary.RESPONSE and t.parent_id),
        "situations": sorted(t.code for t in terms if t.vocabulary == Vocabulary.SITUATION and t.parent_id),
        "areas": sorted(area.place.code for area in service.areas.select_related("place")),
        "locations": sorted(at.location.code for at in service.at_locations.select_related("location")),
        "languages": sorted(row.code for row in service.languages.all() if row.code in LANGUAGES),
    }
    for name, columns in COLUMNS.items():
        facts[name] = [
            [_value(getattr(row, column)) for column in columns]
            for row in getattr(service, name).order_by("pk")
        ]
    return facts


def facts_of_form(form: Any, rows: Mapping[str, Any]) -> Facts:
    """The facts as the editor wrote them; form and rows are valid."""
    given = form.cleaned_data
    facts: Facts = {name: given[name] for name in PLAIN}
    facts |= {name: _value(given[name]) for name in ("organisation", "source", "as_of")}
    facts |= {name: sorted(_value(item) for item in given[name]) for name in CODES}
    for name, columns in COLUMNS.items():
        facts[name] = [
            [_value(row.cleaned_data.get(column)) for column in columns]
            for row in rows[name]
            if row.cleaned_data and not row.cleaned_data.get("DELETE")
        ]
        empty_as_none = {"valid_from", "valid_to", "location", "as_of", "available", "opens_at", "closes_at"}
        for row in facts[name]:
            row[:] = [
                None if value == "" and column in empty_as_none else value
                for column, value in zip(columns, row, strict=True)
            ]
    return facts


def initial_of(facts: Facts) -> tuple[Facts, dict[str, list[dict[str, Any]]]]:
    """What the form and its rows show at first for these facts."""
    form = {name: value for name, value in facts.items() if name not in COLUMNS}
    rows = {
        name: [dict(zip(columns, row, strict=True)) for row in facts[name]]
        for name, columns in COLUMNS.items()
    }
    for row in rows["schedules"]:
        row["days"] = [day.strip() for day in row["days"].split(",")]
    return form, rows


@dataclass(frozen=True)
class Merged:
    """Facts put together; where both changed the same field to different things, the editor's stand."""

    facts: Facts
    conflicts: list[str]
    taken: list[str]
    """Fields that only the other changed."""


def merge(base: Facts, mine: Facts, theirs: Facts) -> Merged:
    """Put the editor's facts together with what somebody else stored meanwhile."""
    merged, conflicts, taken = dict(mine), [], []
    for name, stored in theirs.items():
        if mine.get(name) == stored or base.get(name, "?") == stored:
            continue
        if name in base and mine.get(name) == base[name]:
            merged[name] = stored
            taken.append(name)
        else:
            conflicts.append(name)
    return Merged(merged, conflicts, taken)


def write_down(facts: Facts) -> str:
    """Facts as text for a hidden field of the form."""
    return json.dumps(facts, ensure_ascii=False, sort_keys=True)


def read_back(text: str) -> Facts:
    """The facts of such a text; none where it is not sound, so that every difference is shown."""
    try:
        facts = json.loads(text)
    except ValueError:
        return {}
    return facts if isinstance(facts, dict) else {}


def in_words(value: Any) -> str:
    """A value as the comparison of two editors' versions shows it."""
    if isinstance(value, list):
        return "; ".join(in_words(part) for part in value)
    return "" if value is None else str(value)


def save_facts(
    *, by: Account, code: str, facts: Facts, stored: Service | None = None, seen: datetime | None = None
) -> Service:
    """Write the facts of an editor; what the form does not show (other terms, notes at locations) stays."""
    terms = list(Term.objects.filter(code__in=[*facts["responses"], *facts["situations"]]))
    notes: dict[str, str] = {}
    languages: list[LanguageDraft] = []
    spoken: dict[str, str] = {}
    if stored is not None:
        terms += [t for t in stored.terms.all() if t.vocabulary == Vocabulary.SETTING or not t.parent_id]
        notes = {at.location.code: at.description for at in stored.at_locations.select_related("location")}
        spoken = {row.code: row.note for row in stored.languages.all()}
        languages = [LanguageDraft(code, note) for code, note in spoken.items() if code not in LANGUAGES]
    languages += [LanguageDraft(code, spoken.get(code, "")) for code in facts["languages"]]
    capacity_locations = {row[4] for row in facts["capacities"] if row[4]}
    locations = {
        row.code: row for row in Location.objects.filter(code__in={*facts["locations"], *capacity_locations})
    }
    return save_service(
        by=by,
        code=code,
        seen=seen,
        organisation=Organisation.objects.get(code=facts["organisation"]),
        source=Source.objects.get(code=facts["source"]),
        as_of=date.fromisoformat(facts["as_of"]),
        terms=terms,
        areas=list(Place.objects.filter(code__in=facts["areas"])),
        locations=[AtLocationDraft(locations[one], notes.get(one, "")) for one in facts["locations"]],
        languages=languages,
        phones=[PhoneDraft(*(value or "" for value in row)) for row in facts["phones"]],
        schedules=[_schedule(row) for row in facts["schedules"]],
        capacities=[_capacity(row, locations) for row in facts["capacities"]],
        **{name: facts[name] for name in PLAIN},
    )


def _schedule(row: Sequence[Any]) -> ScheduleDraft:
    days, opens, closes, since, until, note = row
    return ScheduleDraft(
        days,
        time.fromisoformat(opens) if opens else None,
        time.fromisoformat(closes) if closes else None,
        date.fromisoformat(since) if since else None,
        date.fromisoformat(until) if until else None,
        note or "",
    )


def _capacity(row: Sequence[Any], locations: Mapping[str, Location]) -> CapacityDraft:
    unit, maximum, available, is_estimate, location, as_of = row
    return CapacityDraft(
        unit,
        maximum,
        available,
        locations.get(location) if location else None,
        bool(is_estimate),
        date.fromisoformat(as_of) if as_of else None,
    )
