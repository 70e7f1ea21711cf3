"""A person's own file of services: HSDS 3.1 JSON, or a table (CSV, Excel) with lenient headers. Django-free.

`read_services` gives the services or one `ServiceFileError` that lists every row that cannot be understood.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from maarag.standards import service_tables, text_files
from maarag.standards.text_files import Problem, ServiceFileError

__all__ = ["Problem", "ServiceFileError", "ServiceRecord", "read_services", "services_from_bytes"]


@dataclass(frozen=True, slots=True)
class ServiceRecord:
    """One service as a file tells it. `lat` and `lon` are WGS 84 degrees, both or neither."""

    id: str
    name: str
    description: str = ""
    organisation: str = ""
    terms: tuple[str, ...] = ()
    """Codes of the taxonomy, or names where the file has only names."""
    term_names: tuple[str, ...] = ()
    lat: float | None = None
    lon: float | None = None
    population: str = ""
    """For whom: eligibility or population as written."""
    area: str = ""
    url: str = ""
    phone: str = ""
    source_row: int = 0
    """Row of the table with the header as row 1, line of JSON lines, or place in a JSON list from 1."""


class _Draft(NamedTuple):
    """What a reader found in one row, before it is checked."""

    row: int
    fields: dict[str, Any]


def read_services(path: str | Path, *, skipped: list[Problem] | None = None) -> list[ServiceRecord]:
    """The services in a file, in its order.

    JSON: an HSDS service, a list of them, `{"services": […]}`, a page `{"contents": […]}`, an organisation
    or a list of organisations with their services, or one object a line. CSV (comma, semicolon, tab or bar;
    UTF-8, UTF-16, Windows-1255 or -1256) and Excel: columns id, name, description, terms, organisation, lat,
    lon, population, area, url, phone under English, Hebrew or Arabic headers; without an id column a row is
    called by its number.

    Raises `ServiceFileError` when the file or any of its rows cannot be understood, or an id comes twice.
    With a list in `skipped` such rows are put there and the others returned.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ServiceFileError.of(
            "The file %(file)s cannot be read: %(reason)s.",
            file=path.name,
            reason=error.strerror or "unknown",
        ) from error
    return services_from_bytes(data, path.name, skipped=skipped)


def services_from_bytes(
    data: bytes, file_name: str, *, skipped: list[Problem] | None = None
) -> list[ServiceRecord]:
    """As `read_services`, for the content of a file (an upload); the name is used for messages."""
    problems: list[Problem] = []
    if not data.strip():
        raise ServiceFileError.of("The file %(file)s is empty.", file=file_name)
    if text_files.is_workbook(data):
        drafts = service_tables.drafts(text_files.workbook_rows(data, file_name), file_name, problems)
    else:
        text = text_files.decode(data, file_name)
        if text.lstrip()[:1] in ("{", "["):
            drafts = _json_drafts(text, file_name, problems)
        else:
            drafts = service_tables.drafts(text_files.csv_rows(text, file_name), file_name, problems)
    records: list[ServiceRecord] = []
    seen: dict[str, int] = {}
    for row, fields in drafts:
        record = _checked(row, fields, problems)
        if record is None:
            continue
        if record.id in seen:
            problems.append(
                Problem(
                    row,
                    "id",
                    "The id %(id)s was already used in row %(first)s.",
                    {"id": record.id, "first": str(seen[record.id])},
                )
            )
            continue
        seen[record.id] = row
        records.append(record)
    problems.sort(key=lambda problem: problem.row)
    if skipped is not None:
        skipped.extend(problems)
    elif problems:
        raise ServiceFileError(file_name, problems)
    if not records and not problems:
        raise ServiceFileError.of("No services were found in the file %(file)s.", file=file_name)
    return records


def _checked(row: int, fields: dict[str, Any], problems: list[Problem]) -> ServiceRecord | None:
    """The record of a row, or nothing and its problems."""
    found: list[Problem] = []
    name = _text(fields.get("name"))
    if not name:
        found.append(Problem(row, "name", "The service has no name.", {}))
    lat = _degrees(row, "lat", fields.get("lat"), 90.0, found)
    lon = _degrees(row, "lon", fields.get("lon"), 180.0, found)
    if not found and (lat is None) != (lon is None):
        missing = "lat" if lat is None else "lon"
        found.append(Problem(row, missing, "One coordinate is given without the other.", {}))
    if found:
        problems.extend(found)
        return None
    return ServiceRecord(
        id=_text(fields.get("id")) or f"row-{row}",
        name=name,
        description=_text(fields.get("description")),
        organisation=_text(fields.get("organisation")),
        terms=tuple(fields.get("terms") or ()),
        term_names=tuple(fields.get("term_names") or ()),
        lat=lat,
        lon=lon,
        population=_text(fields.get("population")),
        area=_text(fields.get("area")),
        url=_text(fields.get("url")),
        phone=_text(fields.get("phone")),
        source_row=row,
    )


def _text(value: Any) -> str:
    if value is None or isinstance(value, bool | dict | list):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _degrees(row: int, column: str, value: Any, limit: float, problems: list[Problem]) -> float | None:
    text = _text(value)
    if not text:
        return None
    try:
        number = float(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
    except ValueError:
        problems.append(Problem(row, column, "“%(value)s” is not a number of degrees.", {"value": text[:40]}))
        return None
    if not -limit <= number <= limit:
        problems.append(
            Problem(
                row,
                column,
                "%(value)s is not between −%(limit)s and %(limit)s degrees.",
                {"value": text[:40], "limit": str(int(limit))},
            )
        )
        return None
    return number


def _json_drafts(text: str, file_name: str, problems: list[Problem]) -> Iterator[_Draft]:
    for row, item, organisation in text_files.json_items(text, file_name):
        if not isinstance(item, dict):
            problems.append(Problem(row, "", "This is not a service but a bare value.", {}))
            continue
        yield _Draft(row, _hsds_fields(item, organisation))


def _named(item: Any) -> str:
    return _text(item.get("name")) if isinstance(item, dict) else _text(item)


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []


def _hsds_fields(item: dict[str, Any], organisation: str) -> dict[str, Any]:
    """The fields of an HSDS service with what hangs on it; plain flat keys are taken too."""
    fields = service_tables.by_known_names(item)
    codes = list(fields.get("terms") or ())
    names: list[str] = list(fields.get("term_names") or ())
    for holder in _items(item.get("attributes")) + _items(item.get("taxonomy_terms")):
        term = holder.get("taxonomy_term", holder) if isinstance(holder, dict) else holder
        if isinstance(term, dict):
            codes.append(_text(term.get("code")) or _text(term.get("id")))
            names.append(_text(term.get("name")))
        else:
            codes.append(_text(term))
    fields["terms"] = tuple(dict.fromkeys(code for code in codes if code))
    fields["term_names"] = tuple(dict.fromkeys(name for name in names if name))
    owner = _named(item.get("organization")) or _named(item.get("organisation"))
    fields["organisation"] = owner or organisation or fields.get("organisation")
    for place in _items(item.get("service_at_locations")) + _items(item.get("locations")):
        location = place.get("location", place) if isinstance(place, dict) else None
        if isinstance(location, dict) and _text(location.get("latitude")) and fields.get("lat") is None:
            fields["lat"], fields["lon"] = location.get("latitude"), location.get("longitude")
    areas = [_named(area) for area in _items(item.get("service_areas"))]
    fields["area"] = ", ".join(area for area in areas if area) or fields.get("area")
    phones = [_text(phone.get("number")) for phone in _items(item.get("phones")) if isinstance(phone, dict)]
    fields["phone"] = next((phone for phone in phones if phone), fields.get("phone"))
    people = [_text(item.get("eligibility_description")), _named(item.get("population"))]
    fields["population"] = "; ".join(part for part in people if part) or fields.get("population")
    return fields
