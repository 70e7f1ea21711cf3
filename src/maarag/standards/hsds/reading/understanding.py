"""The rows of a package as drafts of organisations, programmes, locations and services."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _

from maarag.domains.services.models import Location, Programme, Service, ServiceStatus
from maarag.kernel.people.models import Organisation, Sector
from maarag.kernel.places.models import Place

from ..ids import codes_of, is_uuid
from ..tables import TABLES, Package, Record
from ..writing.organizations import CODE_SCHEME, REGISTRATION_SCHEME
from ..writing.services import FICTIONAL
from . import values
from .finding import FARTHEST_METRES, Places, Terms, code_of

OWNERS = ("service", "organization", "location", "program", "service_at_location")
NOT_KEPT = {
    "service": (
        "interpretation_services",
        "wait_time",
        "accreditations",
        "licenses",
        "assurer_email",
        "alert",
    ),
    "organization": ("tax_status", "tax_id", "year_incorporated", "legal_status", "logo", "uri"),
    "location": ("description", "url"),
}
NO_TABLES = ("contact", "funding", "required_document", "url", "metadata")


@dataclass
class Part:
    """One record of ours: `draft` fields, and where it stands in the file."""

    code: str
    where: str
    fields: dict[str, Any]
    record: Record
    facts: dict[str, str] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)


class Understanding:
    """What a package says, by our codes; `problems` (where, reason) stop the loading, `notes` do not."""

    def __init__(
        self, package: Package, *, publisher: str, sector: str, leave_unknown_terms: bool = False
    ) -> None:
        self.package, self.publisher, self.sector = package, publisher, sector
        self.leave_unknown_terms = leave_unknown_terms
        self.problems: list[tuple[str, str]] = [
            (fault.where, _(fault.template) % fault.values) for fault in package.faults
        ]
        self.notes: Counter[str] = Counter()
        self.terms, self.places = Terms(package), Places()
        self.children: dict[tuple[str, str], dict[str, list[Record]]] = defaultdict(lambda: defaultdict(list))
        self._index()
        self.facts, self.term_links = self._read_attributes()
        self.organisations: dict[str, Part] = {}
        self.programmes: dict[str, Part] = {}
        self.locations: dict[str, Part | None] = {}
        self._organisations()
        self._programmes()
        self._locations()
        self._unkept()

    def told(self, record: Record, words: str) -> None:
        self.problems.append((record.where, words))

    def of(self, table: str, owner: Record) -> list[Record]:
        return self.children[(table, f"{owner.table}_id")].get(owner.id, [])

    def _index(self) -> None:
        """Children by their owner; an owner that is not there is a broken reference."""
        for table in TABLES.values():
            columns = [f"{owner}_id" for owner in OWNERS if table.column(f"{owner}_id")]
            for record in self.package.all(table.name):
                for column in columns:
                    if (owner := record.text(column)) and table.name not in OWNERS:
                        self.children[(table.name, column)][owner].append(record)
                        if owner not in self.package.rows[column.removesuffix("_id")]:
                            self.broken(record, column, owner)
        for record in self.package.all("service_at_location"):
            self.children[("service_at_location", "service_id")][record.text("service_id")].append(record)
            for column in ("service_id", "location_id"):
                if record.text(column) not in self.package.rows[column.removesuffix("_id")]:
                    self.broken(record, column, record.text(column))

    def broken(self, record: Record, column: str, identifier: str) -> None:
        self.told(
            record,
            _("%(column)s names “%(id)s”, and there is no such record in the file.")
            % {"column": column, "id": identifier[:80]},
        )

    def _read_attributes(self) -> tuple[dict[str, dict[str, str]], dict[str, list[Record]]]:
        """Our own facts by record, and the attributes that classify services."""
        facts: dict[str, dict[str, str]] = defaultdict(dict)
        links: dict[str, list[Record]] = defaultdict(list)
        for record in self.package.all("attribute"):
            owner, term = record.text("link_id"), record.text("taxonomy_term_id")
            entity = record.text("link_entity")
            if name := self.terms.own_field(term):
                facts[owner][name] = record.text("value")
                if name == "source":
                    facts[owner]["source_name"] = record.text("label")
            elif not term:
                self.notes[_("Attributes without a taxonomy term are not kept.")] += 1
            elif entity not in ("", "service"):
                self.notes[_("Taxonomy terms of records other than services are not kept.")] += 1
            elif owner not in self.package.rows["service"]:
                self.broken(record, "link_id", owner)
            else:
                links[owner].append(record)
        return facts, links

    def check(self, model: type[Model], part: Part) -> None:
        """The model's own limits, told where the record stands."""
        row = model(code=part.code, **{name: v for name, v in part.fields.items() if v is not None})
        relations = [f.name for f in model._meta.concrete_fields if f.is_relation]
        unsaid = [f.name for f in model._meta.concrete_fields if f.name not in part.fields]
        for look in (lambda: row.clean_fields(exclude={*relations, *unsaid}), row.clean):
            try:
                look()
            except ValidationError as error:
                for name, messages in error.message_dict.items():
                    self.problems.extend((part.where, f"{name}: {message}") for message in messages)

    def name_fields(self, record: Record, facts: Mapping[str, str] | None) -> dict[str, str]:
        name = record.text("name")
        if facts is None:
            return values.names(name, record.text("alternate_name"))
        return {"name_he": name, "name_ar": facts.get("name_ar", ""), "name_en": facts.get("name_en", "")}

    def own(self, record: Record, code: str, said: str) -> dict[str, str] | None:
        """The facts of a record that is ours and says everything; None of any other."""
        return self.facts.get(record.id, {}) if said == code and "attributes" in record.lists else None

    def required(self, record: Record, *columns: str) -> bool:
        missing = [name for name in columns if not record.text(name)]
        for name in missing:
            self.told(record, _("“%(name)s” is missing.") % {"name": name})
        return not missing

    def place_of_facts(self, record: Record) -> Place | None:
        code = self.facts.get(record.id, {}).get("place", "")
        return self.places.by_code(code) if code else None

    def _organisations(self) -> None:
        numbers = dict(
            Organisation.objects.exclude(registration_number="")
            .filter(parent=None)
            .values_list("registration_number", "code")
        )
        for record in self.package.all("organization"):
            identifiers = {
                row.text("identifier_scheme"): row.text("identifier")
                for row in self.of("organization_identifier", record)
            }
            said, number = identifiers.get(CODE_SCHEME, ""), identifiers.get(REGISTRATION_SCHEME, "")
            code = code_of("organization", record.id, said, self.publisher)
            if code != said and number in numbers:
                code = numbers[number]
            facts = self.own(record, code, said)
            fields: dict[str, Any] = {}
            if record.text("name"):
                fields = dict(self.name_fields(record, facts))
            elif not Organisation.objects.filter(code=code).exists():
                self.required(record, "name")
                continue
            description = record.text("description")
            for name, text in (
                ("description", "" if description == record.text("name") else description),
                ("website", values.website(record.text("website"))),
                ("email", record.text("email")),
                ("registration_number", number),
            ):
                if text or facts is not None:
                    fields[name] = text
            if facts is not None:
                fields["is_fictional"] = facts.get("fictional") == "true"
                fields["place"] = self.place_of_facts(record)
            sector = self.facts.get(record.id, {}).get("sector", "")
            if sector in Sector.values:
                fields["sector"] = sector
            elif not Organisation.objects.filter(code=code).exists():
                fields["sector"] = self.sector
                self.notes[_("Organisations whose sector is taken to be “%s”.") % self.sector] += 1
            part = Part(code, record.where, fields, record, extra={"ours": facts is not None})
            part.extra["parent"] = self._parent(record)
            self.check(Organisation, part)
            self.organisations[record.id] = part

    def _parent(self, record: Record) -> str:
        """The id of the parent, where it is known here or in the file."""
        parent = record.text("parent_organization_id")
        if not parent or parent == record.id:
            return ""
        if parent in self.package.rows["organization"] or (
            is_uuid(parent) and codes_of("organization", parent)
        ):
            return parent
        self.notes[_("Parent organisations that are not in the file are left out.")] += 1
        return ""

    def organisation_code(self, record: Record) -> str | None:
        """Our code of the organisation that a record belongs to."""
        identifier = record.text("organization_id")
        if identifier in self.organisations:
            return self.organisations[identifier].code
        if identifier in self.package.rows["organization"]:
            return None  # its own fault is told already
        stored = codes_of("organization", identifier) if is_uuid(identifier) else None
        if stored:
            return stored[0]
        self.broken(record, "organization_id", identifier)
        return None

    def _programmes(self) -> None:
        for record in self.package.all("program"):
            said = self.facts.get(record.id, {}).get("code", "")
            code = code_of("program", record.id, said, self.publisher)
            if not self.required(record, "name"):
                continue
            if not record.text("organization_id"):
                services = self.package.all("service")
                owner = next((s for s in services if s.text("program_id") == record.id), None)
                if owner and owner.text("organization_id"):
                    record.values["organization_id"] = owner.text("organization_id")
            if not self.required(record, "organization_id"):
                continue
            organisation = self.organisation_code(record)
            fields: dict[str, Any] = dict(self.name_fields(record, self.own(record, code, said)))
            fields["description"] = record.text("description") or record.text("name")
            part = Part(code, record.where, fields, record, extra={"organisation": organisation})
            self.check(Programme, part)
            self.programmes[record.id] = part

    def _locations(self) -> None:
        for record in self.package.all("location"):
            if record.text("location_type") in ("virtual", "postal"):
                self.locations[record.id] = None
                self.notes[_("Virtual and postal locations are not kept.")] += 1
                continue
            ours = record.text("external_identifier_type") == "maarag"
            said = record.text("external_identifier") if ours else ""
            code = code_of("location", record.id, said, self.publisher)
            facts = self.own(record, code, said)
            fields: dict[str, Any] = dict(self.name_fields(record, facts))
            latitude = values.degrees(record, "latitude", 90, self.told)
            longitude = values.degrees(record, "longitude", 180, self.told)
            if (latitude is None) != (longitude is None):
                self.told(record, _("Give both latitude and longitude, or neither."))
            fields |= {"latitude": latitude, "longitude": longitude}
            addresses = self.of("address", record)
            lines = [row.text(n) for row in addresses[:1] for n in ("address_1", "address_2") if row.text(n)]
            accessibility = "\n".join(
                filter(None, (row.text("description") for row in self.of("accessibility", record)))
            )
            for name, text, known in (
                ("address", ", ".join(lines), "addresses" in record.lists),
                ("accessibility", accessibility, "accessibility" in record.lists),
                ("transportation", record.text("transportation"), facts is not None),
            ):
                if text or known:
                    fields[name] = text
            part = Part(code, record.where, fields, record)
            part.extra["place"] = self._place(record, addresses, latitude, longitude)
            if record.text("organization_id"):
                part.extra["organisation"] = self.organisation_code(record)
            self.check(Location, part)
            self.locations[record.id] = part

    def _place(
        self, record: Record, addresses: list[Record], latitude: float | None, longitude: float | None
    ) -> Place | None:
        """By our own code, by the city of the address, by the nearest point; else it is a problem."""
        place = self.place_of_facts(record) or self.places.of_address(addresses)
        if place is None and latitude is not None and longitude is not None:
            place = self.places.nearest(latitude, longitude)
        if place is None:
            self.told(
                record,
                _(
                    "The location cannot be placed: no authority is called “%(city)s”, and none has its "
                    "point within %(km)s km. Write the city of the address, or correct the coordinates."
                )
                % {
                    "city": next((row.text("city") for row in addresses if row.text("city")), ""),
                    "km": FARTHEST_METRES // 1000,
                },
            )
        return place

    def _unkept(self) -> None:
        for table, columns in NOT_KEPT.items():
            for record in self.package.all(table):
                for name in columns:
                    text = record.text(name)
                    if text and text != FICTIONAL:
                        self.notes[_("Not kept: %(what)s") % {"what": f"{table}.{name}"}] += 1
        for table in NO_TABLES:
            if number := len(self.package.rows[table]):
                self.notes[_("Not kept: %(what)s") % {"what": table}] += number

    def service_parts(self) -> list[Part]:
        """The own fields of services; what hangs on them is made when locations are stored."""
        found = []
        for record in self.package.all("service"):
            facts_said = self.facts.get(record.id, {})
            said = facts_said.get("code", "")
            code = code_of("service", record.id, said, self.publisher)
            if not self.required(record, "name", "status", "organization_id"):
                continue
            if record.text("status") not in ServiceStatus.values:
                self.told(
                    record,
                    _("“%(status)s” is not a status; there are: %(known)s.")
                    % {"status": record.text("status")[:40], "known": ", ".join(ServiceStatus.values)},
                )
                continue
            facts = self.own(record, code, said)
            fields: dict[str, Any] = dict(self.name_fields(record, facts))
            fields["status"] = record.text("status")
            parts = ("option", "amount", "currency", "amount_description")
            parts = ("option", "amount", "currency", "amount_description")
            costs = [" ".join(filter(None, map(row.text, parts))) for row in self.of("cost_option", record)]
            fees = record.text("fees_description") or record.text("fees")
            for name, value in (
                ("description_he", record.text("description")),
                ("eligibility", record.text("eligibility_description")),
                ("fees", fees or "; ".join(filter(None, costs))),
                ("application_process", record.text("application_process")),
                ("website", values.website(record.text("url"))),
                ("email", record.text("email")),
                ("minimum_age", values.whole_number(record, "minimum_age", self.told)),
                ("maximum_age", values.whole_number(record, "maximum_age", self.told)),
            ):
                if value not in ("", None) or facts is not None:
                    fields[name] = value
            if facts is not None:
                for name in ("description_ar", "description_en", "purpose", "source_row"):
                    fields[name] = facts.get(name, "")
                fields["is_fictional"] = facts.get("fictional") == "true"
            part = Part(code, record.where, fields, record, facts=dict(facts_said))
            part.extra["as_of"] = values.day(record, "assured_date", self.told) or values.day(
                record, "last_modified", self.told
            )
            part.extra["organisation"] = self.organisation_code(record)
            program = record.text("program_id")
            if program in self.programmes:
                part.extra["programme"] = self.programmes[program].code
            elif program and not (is_uuid(program) and codes_of("program", program)):
                if program not in self.package.rows["program"]:
                    self.broken(record, "program_id", program)
            elif program:
                part.extra["programme"] = (codes_of("program", program) or ("",))[0]
            self.check(Service, part)
            found.append(part)
        return found


__all__ = ["Part", "Understanding"]
