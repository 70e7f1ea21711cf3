"""Files of HSDS 3.1 as rows: JSON in its several shapes, JSON lines, the tabular package as zip or folder."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

from django.utils.translation import gettext_noop as N_

from maarag.standards.text_files import ServiceFileError, decode

from ..tables import CHILDREN, TABLES, Fault, Package

MOST_BYTES = 1_000_000_000
"""Of an unpacked package; more is taken for a trap."""
_LISTS = {"contents": "", "services": "service", "organizations": "organization"} | {
    "service_at_locations": "service_at_location",
    "locations": "location",
    "programs": "program",
    "taxonomies": "taxonomy",
    "taxonomy_terms": "taxonomy_term",
}
_OF_AN_ORGANISATION = frozenset(
    [
        "services",
        "programs",
        "locations",
        "organization_identifiers",
        "tax_id",
        "tax_status",
        "legal_status",
        "year_incorporated",
        "website",
        "additional_websites",
        "parent_organization_id",
    ]
)


def read_path(path: Path) -> Package:
    """The rows of a file or folder; what cannot be read is among the faults."""
    try:
        if path.is_dir():
            folder = path.resolve()

            def from_folder(name: str) -> bytes | None:
                target = (folder / name).resolve()
                return target.read_bytes() if target.is_relative_to(folder) and target.is_file() else None

            return _tabular(from_folder)
        return read_bytes(path.read_bytes(), path.name)
    except OSError as error:
        return _refused(path.name, N_("The file cannot be read: %(reason)s."), reason=error.strerror or "")


def read_bytes(data: bytes, name: str) -> Package:
    """As `read_path`, for the content of a file."""
    if data.startswith(b"PK\x03\x04"):
        return _zip(data, name)
    if not data.strip():
        return _refused(name, N_("The file is empty."))
    try:
        text = decode(data, name)
    except ServiceFileError as error:
        return _refused(name, "%(words)s", words=str(error))
    try:
        return _json(json.loads(text), name)
    except json.JSONDecodeError as error:
        if error.msg == "Extra data" and "\n" in text.strip():
            return _lines(text)
        return _refused(
            name,
            N_("The JSON is broken at line %(line)s, column %(column)s."),
            line=error.lineno,
            column=error.colno,
        )
    except RecursionError:
        return _refused(name, N_("The JSON is nested too deeply."))


def _refused(where: str, template: str, **values: Any) -> Package:
    package = Package()
    package.faults.append(Fault(where, template, values))
    return package


def _lines(text: str) -> Package:
    package = Package()
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        where = f"line {number}"
        try:
            content = json.loads(line)
        except (json.JSONDecodeError, RecursionError):
            package.faults.append(Fault(where, N_("This line is not JSON."), {}))
            continue
        package.take(_kind(content), content, where)
    return package


def _kind(item: Any) -> str:
    """What an object is that does not say so."""
    if not isinstance(item, dict):
        return "service"
    if "location_id" in item or ("location" in item and "status" not in item):
        return "service_at_location"
    if "status" not in item and "organization_id" not in item and _OF_AN_ORGANISATION & item.keys():
        return "organization"
    return "service"


def _json(content: Any, name: str) -> Package:
    package = Package()
    if isinstance(content, dict) and "service" in content and isinstance(content["service"], list):
        for table, rows in content.items():  # the tabular package as one JSON object
            if table in TABLES and isinstance(rows, list):
                for place, row in enumerate(rows):
                    package.take(table, row, f"{table}[{place}]")
        _lists_present(package, {table for table in content if table in TABLES})
        return package
    holders = _LISTS if isinstance(content, dict) and not content.get("id") else {}
    found = False
    for key, table in holders.items():
        if isinstance(content.get(key), list):
            found = True
            for place, item in enumerate(content[key]):
                package.take(table or _kind(item), item, f"{key}[{place}]")
    if found:
        return package
    if isinstance(content, list):
        for place, item in enumerate(content):
            package.take(_kind(item), item, f"[{place}]")
        return package
    package.take(_kind(content), content, name)
    return package


def _zip(data: bytes, name: str) -> Package:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = {entry.filename: entry for entry in archive.infolist() if not entry.is_dir()}
            if sum(entry.file_size for entry in entries.values()) > MOST_BYTES:
                return _refused(name, N_("Unpacked, the zip is larger than can be read."))
            inner = min(
                (n for n in entries if PurePosixPath(n).name in ("datapackage.json", "services.csv")),
                key=len,
                default="",
            )
            if not inner:
                return _refused(name, N_("The zip has neither datapackage.json nor services.csv."))
            folder = PurePosixPath(inner).parent

            def from_zip(wanted: str) -> bytes | None:
                entry = entries.get(str(folder / wanted))
                return archive.read(entry) if entry else None

            return _tabular(from_zip)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        return _refused(name, N_("The zip is broken: %(reason)s."), reason=str(error)[:80])


def _tabular(read: Callable[[str], bytes | None]) -> Package:
    """The tables that datapackage.json names, or else those under their usual names."""
    package = Package()
    paths = {table.name: table.file for table in TABLES.values()}
    described = read("datapackage.json")
    promised: set[str] = set()
    if described is not None:
        try:
            resources = json.loads(decode(described, "datapackage.json")).get("resources", [])
            for resource in resources:
                if resource.get("name") in TABLES and isinstance(resource.get("path"), str):
                    paths[resource["name"]] = resource["path"]
                    promised.add(resource["name"])
        except (ServiceFileError, json.JSONDecodeError, AttributeError, RecursionError):
            return _refused("datapackage.json", N_("The description of the package is not sound JSON."))
    present: set[str] = set()
    for table, path in paths.items():
        content = read(path)
        if content is None:
            if table == "service":
                package.faults.append(Fault(path, N_("The package has no table of services."), {}))
            continue
        present.add(table)
        if content.strip():
            _rows(package, table, path, content)
    _lists_present(package, present)
    return package


def _rows(package: Package, table: str, path: str, content: bytes) -> None:
    try:
        reader = csv.reader(io.StringIO(decode(content, path), newline=""), strict=True)
        header = [name.strip() for name in next(reader, [])]
        missing = [
            column.name
            for column in TABLES[table].columns
            if column.name == "id" and column.name not in header
        ]
        if missing and table != "service_capacity":
            package.faults.append(Fault(path, N_("The table has no column “%(name)s”."), {"name": "id"}))
            return
        for cells in reader:
            where = f"{path}, line {reader.line_num}"
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
                package.faults.append(Fault(where, N_("The row has more cells than the header."), {}))
                continue
            row = {name: cell for name, cell in zip(header, cells, strict=False) if cell.strip()}
            if row.get("id") in package.rows[table]:
                package.faults.append(
                    Fault(where, N_("The id %(id)s is used twice in this table."), {"id": row["id"][:80]})
                )
                continue
            package.take(table, row, where)
    except ServiceFileError as error:
        package.faults.append(Fault(path, "%(words)s", {"words": str(error)}))
    except csv.Error as error:
        package.faults.append(Fault(path, N_("The table is broken: %(reason)s."), {"reason": str(error)}))


def _lists_present(package: Package, present: set[str]) -> None:
    """A table that is there says everything of its kind: a record without rows in it has none."""
    for table in TABLES:
        lists = {key for key, child in CHILDREN.get(table, {}).items() if child in present}
        lists |= {"attributes"} if "attribute" in present else set()
        for record in package.all(table):
            record.lists |= lists
