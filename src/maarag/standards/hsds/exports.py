"""The whole directory as one file: a JSON list of services, one service a line, or the tabular package.

A file is written beside its place under another name and then renamed: it is there whole or not at all.
"""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from maarag.domains.services.models import Service
from maarag.kernel.people.models import Organisation

from . import queries
from .answers import as_json
from .tables import TABLES, Column, Package, Table
from .writing.taxonomies import taxonomies, terms

Progress = Callable[[int], None]


def services(progress: Progress | None = None) -> Iterator[dict[str, Any]]:
    """Every service with everything about it, in order of code."""
    keys = list(Service.objects.order_by("code").values_list("pk", flat=True))
    for batch in queries.in_batches(keys):
        yield from queries.whole_objects(
            list(queries.whole(Service.objects.filter(pk__in=batch)).order_by("code"))
        )
        if progress:
            progress(len(batch))


def write_json(stream: IO[bytes], progress: Progress | None = None) -> int:
    """A JSON list of services; gives their number."""
    stream.write(b"[")
    number = 0
    for number, item in enumerate(services(progress), start=1):
        stream.write((b",\n" if number > 1 else b"\n") + as_json(item))
    stream.write(b"\n]\n")
    return number


def write_ndjson(stream: IO[bytes], progress: Progress | None = None) -> int:
    """One service a line; gives their number."""
    number = 0
    for number, item in enumerate(services(progress), start=1):  # noqa: B007 - counted
        stream.write(as_json(item) + b"\n")
    return number


def package(progress: Progress | None = None) -> Package:
    """The directory as rows: services, and also organisations, programmes and locations without services."""
    found = Package()
    for item in taxonomies():
        found.take("taxonomy", item, "taxonomies")
    for item in terms():
        found.take("taxonomy_term", item, "taxonomy_terms")
    keys = list(Organisation.objects.order_by("code").values_list("pk", flat=True))
    for batch in queries.in_batches(keys):
        rows = queries.whole_organisations(Organisation.objects.filter(pk__in=batch)).order_by("code")
        for item in queries.organisation_objects(list(rows)):
            item.pop("services")
            found.take("organization", item, "organizations")
    for item in services(progress):
        found.take("service", item, "services")
    if found.faults:  # our own objects agree with each other
        raise AssertionError(found.faults[0])
    return found


def _described(column: Column) -> dict[str, Any]:
    made: dict[str, Any] = {"name": column.name, "type": column.kind}
    return made | ({"constraints": {"required": True}} if column.required else {})


def _resource(table: Table) -> dict[str, Any]:
    return {
        "name": table.name,
        "path": table.file,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {"primaryKey": "id", "fields": [_described(column) for column in table.columns]},
    }


def write_tabular(stream: IO[bytes], progress: Progress | None = None) -> int:
    """A zip of the tabular package: datapackage.json and one CSV (UTF-8) for each table that has rows."""
    found = package(progress)
    used = [table for table in TABLES.values() if found.rows[table.name] or table.name in ALWAYS]
    described = {
        "name": "maarag-hsds",
        "title": "Maarag: directory of social services, HSDS 3.1",
        "profile": "tabular-data-package",
        "hsds_version": "3.1",
        "resources": [_resource(table) for table in used],
    }
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        _put(archive, "datapackage.json", json.dumps(described, ensure_ascii=False, indent=1).encode())
        for table in used:
            text = io.StringIO(newline="")
            writer = csv.writer(text)
            names = [column.name for column in table.columns]
            writer.writerow(names)
            writer.writerows([row.values.get(name, "") for name in names] for row in found.all(table.name))
            _put(archive, table.file, text.getvalue().encode())
    return len(found.rows["service"])


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    """With a fixed date, so that the same directory gives the same file."""
    entry = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content)


ALWAYS = frozenset(
    {
        "organization",
        "program",
        "service",
        "service_at_location",
        "location",
        "phone",
        "address",
        "schedule",
        "service_area",
        "language",
        "accessibility",
        "cost_option",
        "service_capacity",
        "attribute",
        "organization_identifier",
    }
)
"""Tables that are written even without rows: an importer then knows that there is nothing."""
WRITERS: dict[str, Callable[[IO[bytes], Progress | None], int]] = {
    "json": write_json,
    "ndjson": write_ndjson,
    "tabular": write_tabular,
}
ENDINGS = {"json": "json", "ndjson": "ndjson", "tabular": "zip"}


def write_file(target: Path, form: str, progress: Progress | None = None) -> int:
    """Write the directory into a file, whole or not at all; gives the number of services. Raises OSError."""
    target = target.resolve()
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            number = WRITERS[form](stream, progress)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return number
