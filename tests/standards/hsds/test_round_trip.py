"""What is written out and read in again is the same directory; reading twice changes nothing."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from maarag.domains.services.models import Location, Programme, Service
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.people.models import Organisation
from maarag.kernel.sources.models import Source
from maarag.standards.hsds.actions import load
from maarag.standards.hsds.exports import ENDINGS, package, write_file
from maarag.standards.hsds.reading.files import read_path
from maarag.standards.hsds.tables import TABLES
from tests.factories.services import World

FORMS = sorted(ENDINGS)
_NOT_OWN = {
    "id",
    "modified_at",
    "organisation",
    "programme",
    "place",
    "parent",
    "source",
    "service",
    "location",
}


def _row(row: Any, **linked: Any) -> tuple[Any, ...]:
    fields = [f.name for f in row._meta.concrete_fields if f.name not in _NOT_OWN]
    return (*((name, getattr(row, name)) for name in fields), *sorted(linked.items()))


def _code(row: Any) -> str | None:
    return row.code if row else None


def snapshot() -> dict[str, list[Any]]:
    """All of the directory by codes, without keys and moments."""
    return {
        "organisations": [
            _row(o, place=_code(o.place), parent=_code(o.parent))
            for o in Organisation.objects.order_by("code")
        ],
        "programmes": [_row(p, owner=p.organisation.code) for p in Programme.objects.order_by("code")],
        "locations": [
            _row(
                at,
                place=at.place.code,
                owner=_code(at.organisation),
                phones=sorted(map(_row, at.phones.all()), key=str),
                schedules=sorted(map(_row, at.schedules.all()), key=str),
            )
            for at in Location.objects.order_by("code")
        ],
        "services": [
            _row(
                s,
                owner=s.organisation.code,
                programme=_code(s.programme),
                source=(s.source.code, s.source.name_he),
                terms=sorted(t.code for t in s.terms.all()),
                areas=sorted(a.place.code for a in s.areas.all()),
                locations=sorted((a.location.code, a.description) for a in s.at_locations.all()),
                capacities=sorted((_row(c, location=_code(c.location)) for c in s.capacities.all()), key=str),
                phones=sorted(map(_row, s.phones.all()), key=str),
                schedules=sorted(map(_row, s.schedules.all()), key=str),
                languages=sorted(map(_row, s.languages.all()), key=str),
            )
            for s in Service.objects.order_by("code")
        ],
    }


def empty() -> None:
    Service.objects.all().delete()
    Location.objects.all().delete()
    Programme.objects.all().delete()
    Organisation.objects.exclude(parent=None).delete()
    Organisation.objects.all().delete()
    Source.objects.all().delete()


@pytest.mark.parametrize("form", FORMS)
def test_round_trip(form: str, filled: World, tmp_path: Path) -> None:
    target = tmp_path / f"directory.{ENDINGS[form]}"
    assert write_file(target, form) == 3
    before = snapshot()
    empty()
    assert snapshot() != before
    done = load(by=filled.system, package=read_path(target), name=target.name)
    assert snapshot() == before
    assert done.read["services"] == done.changed["services"] == 3
    events = AuditEvent.objects.count()
    again = load(by=filled.system, package=read_path(target), name=target.name)
    assert set(again.changed.values()) == {0}
    assert AuditEvent.objects.count() == events
    second = tmp_path / f"second.{ENDINGS[form]}"
    write_file(second, form)
    if form == "tabular":
        assert _without_moments(second) == _without_moments(target)


def _without_moments(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as archive:
        found: dict[str, Any] = {
            name: list(csv.DictReader(io.StringIO(archive.read(name).decode(), newline="")))
            for name in archive.namelist()
            if name.endswith(".csv")
        }
    for row in found["services.csv"]:
        row.pop("last_modified")
    return found


def test_a_change_elsewhere_is_taken_back_by_the_file(filled: World, tmp_path: Path) -> None:
    target = tmp_path / "directory.json"
    write_file(target, "json")
    before = snapshot()
    filled.service(
        "plain", "שם אחר", "food", organisation=filled.sister_organisation, fees="יקר", purpose="אחר"
    )
    done = load(by=filled.system, package=read_path(target), name="f.json")
    assert (snapshot(), done.changed["services"]) == (before, 1)


def test_a_trial_writes_nothing(filled: World, tmp_path: Path) -> None:
    target = tmp_path / "directory.zip"
    write_file(target, "tabular")
    empty()
    before, events = snapshot(), AuditEvent.objects.count()
    done = load(by=filled.system, package=read_path(target), name="f.zip", dry_run=True)
    assert done.changed["services"] == 3
    assert (snapshot(), AuditEvent.objects.count()) == (before, events)


def test_the_tabular_package_is_as_the_standard_has_it(
    filled: World, tmp_path: Path, shared: Path, schema: Callable[[str], Any]
) -> None:
    target = tmp_path / "directory.zip"
    write_file(target, "tabular")
    standard = json.loads((shared / "standards" / "hsds-3.1" / "datapackage.json").read_text("utf-8"))
    theirs = {resource["name"]: resource for resource in standard["resources"]}
    with zipfile.ZipFile(target) as archive:
        ours = {r["name"]: r for r in json.loads(archive.read("datapackage.json"))["resources"]}
        assert ours.keys() <= theirs.keys()
        ids: dict[str, set[str]] = {}
        rows_of: dict[str, list[dict[str, str]]] = {}
        for name, resource in ours.items():
            assert resource["path"] == theirs[name]["path"]
            rows = list(csv.DictReader(io.StringIO(archive.read(resource["path"]).decode(), newline="")))
            rows_of[name] = rows
            ids[name] = {row["id"] for row in rows}
            assert len(ids[name]) == len(rows)
            for column in theirs[name]["schema"]["fields"]:
                if column["constraints"].get("required"):
                    assert all(row[column["name"]] for row in rows), (name, column["name"])
        for name, rows in rows_of.items():
            for key in theirs[name]["schema"].get("foreignKeys", ()):
                for row in rows:
                    value = row[key["fields"]]
                    assert not value or value in ids[key["reference"]["resource"]], (name, key)
    for table in TABLES.values():
        fields = [(f["name"], f["type"]) for f in theirs[table.name]["schema"]["fields"]]
        if table.name not in ("service_capacity", "unit"):  # the standard's own list lacks their columns
            assert [(column.name, column.kind) for column in table.columns] == fields
    rows = {name: [row.values for row in records.values()] for name, records in package().rows.items()}
    schema("compiled/tabular").validate(rows)


@pytest.mark.parametrize("form", ["json", "ndjson"])
def test_files_are_as_the_standard_has_them(
    form: str, filled: World, tmp_path: Path, schema: Callable[[str], Any]
) -> None:
    target = tmp_path / "directory"
    write_file(target, form)
    text = target.read_text("utf-8")
    items = json.loads(text) if form == "json" else [json.loads(line) for line in text.splitlines()]
    assert len(items) == 3
    for item in items:
        schema("compiled/service").validate(item)


def test_a_file_is_written_whole_or_not_at_all(
    filled: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "directory.json"
    target.write_text("as it was")

    def broken(stream: Any, _progress: Any) -> int:
        stream.write(b"half")
        raise RuntimeError

    monkeypatch.setitem(__import__("maarag.standards.hsds.exports", fromlist=["x"]).WRITERS, "json", broken)
    with pytest.raises(RuntimeError):
        write_file(target, "json")
    assert target.read_text() == "as it was"
    assert [path.name for path in tmp_path.iterdir()] == ["directory.json"]
