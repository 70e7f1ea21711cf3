"""The tables of HSDS 3.1: columns of the tabular package, and how nested objects hang together.

One description serves both ways: nested objects become rows of tables, for writing the tabular package and
for reading whatever shape a publisher sends.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_noop as N_

from .ids import id_of


@dataclass(frozen=True)
class Column:
    """`kind`: string, number, date, datetime, time."""

    name: str
    kind: str = "string"
    required: bool = False


@dataclass(frozen=True)
class Table:
    name: str
    file: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)


def _table(name: str, file: str, columns: str) -> Table:
    """Columns as `name`, `name!` where the standard requires it, `name:kind`."""
    made = []
    for word in columns.split():
        plain, _colon, kind = word.rstrip("!").partition(":")
        made.append(Column(plain, kind or "string", word.endswith("!")))
    return Table(name, f"{file}.csv", tuple(made))


TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        _table(
            "organization",
            "organizations",
            "id! name! alternate_name description! email website tax_status tax_id year_incorporated:number "
            "legal_status logo uri parent_organization_id",
        ),
        _table("program", "programs", "id! organization_id! name! alternate_name description!"),
        _table(
            "service",
            "services",
            "id! organization_id! program_id name! alternate_name description url email status! "
            "interpretation_services application_process fees_description wait_time fees accreditations "
            "eligibility_description minimum_age:number maximum_age:number assured_date:date assurer_email "
            "licenses alert last_modified:datetime",
        ),
        _table(
            "attribute",
            "attributes",
            "id! link_id! taxonomy_term_id! link_type link_entity! value label",
        ),
        _table("service_at_location", "service_at_location", "id! service_id! location_id! description"),
        _table(
            "location",
            "locations",
            "id! location_type! url organization_id name alternate_name description transportation "
            "latitude:number longitude:number external_identifier external_identifier_type",
        ),
        _table(
            "phone",
            "phones",
            "id! location_id service_id organization_id contact_id service_at_location_id number! "
            "extension:number type description",
        ),
        _table(
            "contact",
            "contacts",
            "id! organization_id service_id service_at_location_id location_id name title department email",
        ),
        _table(
            "address",
            "addresses",
            "id! location_id attention address_1! address_2 city! region state_province! postal_code! "
            "country! address_type!",
        ),
        _table(
            "schedule",
            "schedules",
            "id! service_id location_id service_at_location_id valid_from:date valid_to:date dtstart:date "
            "timezone:number until:date count:number wkst freq interval:number byday byweekno bymonthday "
            "byyearday description opens_at:time closes_at:time schedule_link attending_type notes",
        ),
        _table("funding", "funding", "id! organization_id service_id source"),
        _table(
            "service_area",
            "service_areas",
            "id! service_id service_at_location_id name description extent extent_type uri",
        ),
        _table("required_document", "required_documents", "id! service_id document uri"),
        _table("language", "languages", "id! service_id location_id phone_id name code note"),
        _table("accessibility", "accessibility", "id! location_id description details url"),
        _table(
            "taxonomy_term",
            "taxonomy_terms",
            "id! code name! description! parent_id taxonomy language taxonomy_id term_uri",
        ),
        _table(
            "metadata",
            "metadata",
            "id! resource_id! resource_type! last_action_date:date! last_action_type! field_name! "
            "previous_value! replacement_value! updated_by!",
        ),
        _table("meta_table_description", "meta_table_descriptions", "id! name language character_set"),
        _table(
            "cost_option",
            "cost_options",
            "id! service_id! valid_from:date valid_to:date option currency amount:number amount_description",
        ),
        _table(
            "organization_identifier",
            "organization_identifiers",
            "id! organization_id! identifier_scheme identifier_type! identifier!",
        ),
        _table("taxonomy", "taxonomies", "id! name! description! uri version"),
        # The published list of columns lacks most of these two; they are as in the schemas of the objects.
        _table(
            "service_capacity",
            "service_capacity",
            "id! service_id! unit_id! available:number! maximum:number description updated:datetime!",
        ),
        _table("unit", "units", "id! name! scheme identifier uri"),
        _table("url", "url", "id! label url! organization_id service_id"),
    )
}
_ATTRIBUTES = {"attributes": "attribute", "metadata": "metadata"}
CHILDREN: dict[str, dict[str, str]] = {
    "service": {
        "phones": "phone",
        "schedules": "schedule",
        "service_areas": "service_area",
        "service_at_locations": "service_at_location",
        "languages": "language",
        "funding": "funding",
        "cost_options": "cost_option",
        "required_documents": "required_document",
        "contacts": "contact",
        "capacities": "service_capacity",
        "additional_urls": "url",
    },
    "service_at_location": {
        "service_areas": "service_area",
        "contacts": "contact",
        "phones": "phone",
        "schedules": "schedule",
    },
    "location": {
        "languages": "language",
        "addresses": "address",
        "contacts": "contact",
        "accessibility": "accessibility",
        "phones": "phone",
        "schedules": "schedule",
    },
    "organization": {
        "additional_websites": "url",
        "funding": "funding",
        "contacts": "contact",
        "phones": "phone",
        "locations": "location",
        "programs": "program",
        "organization_identifiers": "organization_identifier",
        "services": "service",
    },
    "phone": {"languages": "language"},
    "contact": {"phones": "phone"},
}
"""Lists within an object: key → table of the rows, which name their owner in “<table of the owner>_id”."""
ONES: dict[str, dict[str, tuple[str, str]]] = {
    "service": {"organization": ("organization", "organization_id"), "program": ("program", "program_id")},
    "service_at_location": {"location": ("location", "location_id"), "service": ("service", "service_id")},
    "attribute": {"taxonomy_term": ("taxonomy_term", "taxonomy_term_id")},
    "taxonomy_term": {"taxonomy_detail": ("taxonomy", "taxonomy_id")},
    "service_capacity": {"unit": ("unit", "unit_id")},
}
"""Single objects within an object: key → (table, the owner's column that names it)."""
NEED_AN_ID = frozenset({"service", "organization", "location", "program"})
DEEPEST = 40


@dataclass
class Record:
    """One row, and where it stands in what was read; `lists`: which lists of children it has, even empty."""

    table: str
    values: dict[str, Any]
    where: str
    lists: set[str] = field(default_factory=set)

    @property
    def id(self) -> str:
        return str(self.values.get("id", ""))

    def text(self, name: str) -> str:
        value = self.values.get(name)
        return "" if value is None else str(value).strip()


@dataclass
class Fault:
    """What is wrong, and where; `template` is a message to translate, `values` fill it."""

    where: str
    template: str
    values: dict[str, Any] = field(default_factory=dict)


class Package:
    """Rows by table and id. The same record may come many times: what it says must not differ."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Record]] = {name: {} for name in TABLES}
        self.faults: list[Fault] = []

    def all(self, table: str) -> Iterator[Record]:
        yield from self.rows[table].values()

    def add(self, record: Record) -> Record:
        """Keep a row, or add to the one that is there what it did not say."""
        known = self.rows[record.table].get(record.id)
        if known is None:
            self.rows[record.table][record.id] = record
            return record
        known.lists |= record.lists
        for name, value in record.values.items():
            if value in (None, ""):
                continue
            have = known.values.get(name)
            if have in (None, ""):
                known.values[name] = value
            elif str(have) != str(value):
                self.faults.append(
                    Fault(
                        record.where,
                        N_(
                            "The %(table)s %(id)s is described in two ways: its %(name)s is “%(first)s” "
                            "(%(there)s) and “%(second)s”."
                        ),
                        {
                            "table": record.table,
                            "id": record.id,
                            "name": name,
                            "first": str(have)[:60],
                            "second": str(value)[:60],
                            "there": known.where,
                        },
                    )
                )
        return known

    def take(
        self, table: str, item: Any, where: str, owner: tuple[str, str] | None = None, depth: int = 0
    ) -> Record | None:
        """Make rows of a nested object. `owner`: (table, id) of the object that it hangs on."""
        if not isinstance(item, dict) or depth > DEEPEST:
            self.faults.append(
                Fault(where, N_("Here a %(table)s is expected: an object with fields."), {"table": table})
            )
            return None
        kept = TABLES[table]
        values: dict[str, Any] = {}
        for column in kept.columns:
            value = item.get(column.name)
            if value is None or (table == "taxonomy_term" and isinstance(value, dict)):
                continue
            if isinstance(value, dict | list | bool) or (
                isinstance(value, float) and not math.isfinite(value)
            ):
                self.faults.append(
                    Fault(where, N_("“%(name)s” is not a single value."), {"name": column.name})
                )
                continue
            values[column.name] = value
        if owner:
            self._belong(table, values, owner)
        record = Record(table, values, where)
        if not record.text("id"):
            if table in NEED_AN_ID:
                self.faults.append(Fault(where, N_("This %(table)s has no id."), {"table": table}))
                return None
            shown = sorted((name, str(value)) for name, value in values.items())
            values["id"] = id_of(table, where, shown)
        record = self.add(record)
        mine = (table, record.id)
        lists = CHILDREN.get(table, {}) | (_ATTRIBUTES if table != "metadata" else {})
        for key, child in lists.items():
            if item.get(key) is None:
                continue
            if not isinstance(item[key], list):
                self.faults.append(Fault(where, N_("“%(name)s” is not a list."), {"name": key}))
                continue
            record.lists.add(key)
            for place, inner in enumerate(item[key]):
                self.take(child, inner, f"{where}.{key}[{place}]", mine, depth + 1)
        for key, (other, column_name) in ONES.get(table, {}).items():
            if isinstance(item.get(key), dict):
                found = self.take(other, item[key], f"{where}.{key}", None, depth + 1)
                if found:
                    record.values.setdefault(column_name, found.id)
        return record

    @staticmethod
    def _belong(table: str, values: dict[str, Any], owner: tuple[str, str]) -> None:
        kind, identifier = owner
        if table == "attribute":
            values.setdefault("link_id", identifier)
            values.setdefault("link_entity", kind)
        elif table == "metadata":
            values.setdefault("resource_id", identifier)
            values.setdefault("resource_type", kind)
        else:
            name = f"{kind}_id"
            if TABLES[table].column(name):
                values.setdefault(name, identifier)
