"""Taking HSDS 3.1 into the directory: through the domain's own actions, all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Count, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.domains.services.actions import (
    DraftsRefused,
    LocationDraft,
    ServiceDraft,
    save_locations,
    save_programme,
    save_services,
)
from maarag.domains.services.models import Location, Programme, Service
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.imports.lookups import SourceLookup
from maarag.kernel.people.actions import OrganisationDraft, save_organisations
from maarag.kernel.people.models import Organisation, Sector
from maarag.kernel.sources.actions import save_source
from maarag.kernel.sources.models import Source

from .ids import codes_of
from .reading import hanging
from .reading.understanding import Part, Understanding
from .tables import Package

if TYPE_CHECKING:
    from maarag.kernel.access.models import Account

BATCH = 1000
_EVENTS = {
    "organisations": "people.save_organisation",
    "programmes": "services.save_programme",
    "locations": "services.save_location",
    "services": "services.save",
}


class ImportRefused(Exception):
    """Nothing was written; `problems` are dictionaries of where and reason, in the order of the file."""

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        self.problems = [{"where": where, "reason": reason} for where, reason in dict.fromkeys(problems)]
        super().__init__("; ".join(f"{where}: {reason}" for where, reason in problems[:3]))


@dataclass
class Loaded:
    """What was read and what of it was new or changed; `notes`: what was not kept, with numbers."""

    read: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        records = {
            name: {"read": number, "changed": self.changed.get(name, 0)} for name, number in self.read.items()
        }
        return {"records": records, "notes": self.notes}


class _Undone(Exception):
    """Raised to take back a trial."""


def load(
    *,
    by: Account,
    package: Package,
    name: str,
    source: str = "",
    sector: str = Sector.CIVIL_SOCIETY,
    leave_unknown_terms: bool = False,
    dry_run: bool = False,
) -> Loaded:
    """Make or change what a package describes; what it does not speak of stays as it is.

    `source`: code or name of the source of records that do not name one of ours; `sector`: of new
    organisations that do not say theirs. Raises ImportRefused with every problem, PermissionDenied.
    """
    if sector not in Sector.values:
        words = _("“%(sector)s” is not a sector; there are: %(known)s.")
        raise ImportRefused([(name, words % {"sector": sector, "known": ", ".join(Sector.values)})])
    publisher = source or name
    known = Understanding(
        package, publisher=publisher, sector=sector, leave_unknown_terms=leave_unknown_terms
    )
    parts = known.service_parts()
    if not package.rows["service"] and not known.problems:
        known.problems.append((name, _("The file has no services.")))
    if known.problems:
        for part in parts:  # so that all problems are told at once
            _hang(known, part, {}, {})
        raise ImportRefused(known.problems)
    done = Loaded()
    try:
        with transaction.atomic():
            last = AuditEvent.objects.aggregate(Max("pk"))["pk__max"] or 0
            _write(by, known, parts, publisher)
            if known.problems:
                raise ImportRefused(known.problems)
            events = AuditEvent.objects.filter(pk__gt=last, action__in=_EVENTS.values()).order_by()
            counts = dict(
                events.values("action").annotate(number=Count("pk")).values_list("action", "number")
            )
            done.changed = {name: counts.get(action, 0) for name, action in _EVENTS.items()}
            if dry_run:
                raise _Undone
    except _Undone:
        pass
    except IntegrityError as error:
        raise ImportRefused(
            [(name, _("Two records contradict each other: %s") % str(error).splitlines()[0])]
        ) from error
    done.read = {
        "organisations": len(known.organisations),
        "programmes": len(known.programmes),
        "locations": sum(part is not None for part in known.locations.values()),
        "services": len(parts),
    }
    done.notes = [f"{words} ({number})" for words, number in known.notes.items()]
    return done


def _write(by: Account, known: Understanding, parts: list[Part], publisher: str) -> None:
    organisations = _save_organisations(by, known)
    programmes = _save_programmes(by, known, organisations)
    locations = _save_locations(by, known, organisations)
    if known.problems:
        return
    codes = [part.code for part in parts]
    sources = _Sources(by, publisher, codes)
    dates = dict(Service.objects.filter(code__in=codes).values_list("code", "as_of"))
    owners = {part.extra["organisation"] for part in parts} - set(organisations)
    organisations |= {row.code: row for row in Organisation.objects.filter(code__in=owners)}
    today = timezone.localdate()
    drafts = []
    for part in parts:
        hung = _hang(known, part, locations, programmes)
        drafts.append(
            ServiceDraft(
                code=part.code,
                organisation=organisations[part.extra["organisation"]],
                source=sources.of(part),
                as_of=part.extra["as_of"] or dates.get(part.code, today),
                **hung,
            )
        )
    if known.problems:
        return
    where = {part.code: part.where for part in parts}
    for start in range(0, len(drafts), BATCH):
        try:
            save_services(by=by, drafts=drafts[start : start + BATCH])
        except (DraftsRefused, ValidationError) as error:
            _tell(known, error, where)


def _tell(known: Understanding, error: Exception, where: dict[str, str]) -> None:
    if isinstance(error, DraftsRefused):
        for code, found in error.errors.items():
            for name, messages in found.message_dict.items():
                known.problems.extend((where.get(code, code), f"{name}: {message}") for message in messages)
    elif isinstance(error, ValidationError):
        known.problems.extend(("", message) for message in error.messages)


def _save_organisations(by: Account, known: Understanding) -> dict[str, Organisation]:
    """Parents before their units; by code."""
    ordered: list[Part] = []
    placed: set[str] = set()

    def put(identifier: str, above: tuple[str, ...]) -> None:
        part = known.organisations.get(identifier)
        if part is None or identifier in placed:
            return
        if identifier in above:
            known.problems.append((part.where, _("The organisation is its own parent, by way of others.")))
            return
        put(part.extra["parent"], (*above, identifier))
        if identifier not in placed:
            placed.add(identifier)
            ordered.append(part)

    for identifier in known.organisations:
        put(identifier, ())
    drafts = {}
    seats = _seats(known)
    stored_codes = set(Organisation.objects.values_list("code", flat=True))
    for part in ordered:
        parent = part.extra["parent"]
        stored = codes_of("organization", parent) if parent and parent not in known.organisations else None
        above = known.organisations[parent].code if parent in known.organisations else (stored or ("",))[0]
        if "place" not in part.fields and part.code not in stored_codes:
            part.fields["place"] = seats.get(part.code)
        drafts[part.code] = OrganisationDraft(part.code, part.fields, above)
    if known.problems:
        return {}
    saved = save_organisations(by=by, drafts=list(drafts.values()))
    return {row.code: row for row in saved}


def _seats(known: Understanding) -> dict[str, Any]:
    """A place for each organisation that does not say its own: that of its first location, or of its first
    service's.
    """
    found: dict[str, Any] = {}
    for location in known.locations.values():
        if location and (code := location.extra.get("organisation")):
            found.setdefault(code, location.extra["place"])
    for service in known.package.all("service"):
        owner = known.organisations.get(service.text("organization_id"))
        for link in known.of("service_at_location", service) if owner else ():
            location = known.locations.get(link.text("location_id"))
            if owner and location:
                found.setdefault(owner.code, location.extra["place"])
    return found


def _save_programmes(
    by: Account, known: Understanding, organisations: dict[str, Organisation]
) -> dict[str, Programme]:
    saved = {}
    for part in known.programmes.values():
        code = part.extra["organisation"]
        owner = organisations.get(code) or Organisation.objects.get(code=code)
        saved[part.code] = save_programme(by=by, code=part.code, organisation=owner, **part.fields)
    others = Programme.objects.exclude(code__in=saved)
    return saved | {row.code: row for row in others}


def _save_locations(
    by: Account, known: Understanding, organisations: dict[str, Organisation]
) -> dict[str, Location]:
    """By the id in the file."""
    drafts: dict[str, LocationDraft] = {}
    for identifier, part in known.locations.items():
        if part is None:
            continue
        fields = dict(part.fields)
        if code := part.extra.get("organisation"):
            fields["organisation"] = organisations.get(code) or Organisation.objects.get(code=code)
        lists = part.record.lists
        drafts[identifier] = LocationDraft(
            code=part.code,
            place=part.extra["place"],
            fields=fields,
            phones=hanging.phones(known, part.record) if "phones" in lists else None,
            schedules=hanging.schedules(known, part.record) if "schedules" in lists else None,
        )
    if known.problems:
        return {}
    where = {part.code: part.where for part in known.locations.values() if part}
    found: dict[str, Location] = {}
    identifiers = list(drafts)
    for start in range(0, len(identifiers), BATCH):
        some = identifiers[start : start + BATCH]
        try:
            rows = save_locations(by=by, drafts=[drafts[identifier] for identifier in some])
        except (DraftsRefused, ValidationError) as error:
            _tell(known, error, where)
            return {}
        found |= dict(zip(some, rows, strict=True))
    return found


def _hang(
    known: Understanding, part: Part, locations: dict[str, Location], programmes: dict[str, Programme]
) -> dict[str, Any]:
    """The fields of a service and the lists that the file has of it."""
    record, lists = part.record, part.record.lists
    links = known.of("service_at_location", record)
    fields = dict(part.fields)
    if code := part.extra.get("programme"):
        if code in programmes:
            fields["programme"] = programmes[code]
    elif "attributes" in lists and part.facts.get("code") == part.code:
        fields["programme"] = None
    own_links = [link for link in links if known.of("phone", link) or known.of("schedule", link)]
    return {
        "fields": fields,
        "terms": hanging.terms(known, part) if "attributes" in lists else None,
        "areas": hanging.areas(known, record, *links) if "service_areas" in lists else None,
        "locations": hanging.at_locations(known, links, locations)
        if "service_at_locations" in lists or links
        else None,
        "capacities": hanging.capacities(known, record, locations) if "capacities" in lists else None,
        "phones": hanging.phones(known, record, *own_links) if "phones" in lists or own_links else None,
        "schedules": hanging.schedules(known, record, *own_links)
        if "schedules" in lists or own_links
        else None,
        "languages": hanging.languages(known, record) if "languages" in lists else None,
    }


class _Sources:
    """The source of each service: the one it names, the one it has here, or that of the whole file."""

    def __init__(self, by: Account, publisher: str, codes: list[str]) -> None:
        self._by, self._publisher = by, publisher
        self._by_code = {row.code: row for row in Source.objects.all()}
        stored = Service.objects.filter(code__in=codes).select_related("source")
        self._stored = {row.code: row.source for row in stored}
        self._lookup: SourceLookup | None = None

    def of(self, part: Part) -> Source:
        if code := part.facts.get("source", ""):
            if code not in self._by_code:
                words = part.facts.get("source_name") or code
                self._by_code[code] = save_source(by=self._by, code=code, name_he=words)
            return self._by_code[code]
        if part.code in self._stored:
            return self._stored[part.code]
        self._lookup = self._lookup or SourceLookup()
        return self._lookup.take(self._publisher, by=self._by)


__all__ = ["ImportRefused", "Loaded", "load"]
