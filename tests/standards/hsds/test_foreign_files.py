"""Files of other publishers: a sound one, one with little in it, one with every fault; and bad files."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

from maarag.domains.services.models import Location, Service
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.people.models import Organisation
from maarag.standards.hsds.actions import ImportRefused, Loaded, load
from maarag.standards.hsds.reading.files import read_bytes, read_path
from tests.factories.services import World

SAMPLES = Path(__file__).with_name("samples")
GOOD = "4f1d2c0e-7f4a-4f0e-9c55-0d7a3c1b9a"


def loaded(w: World, name: str, **options: Any) -> Loaded:
    return load(by=w.system, package=read_path(SAMPLES / name), name=name, **options)


def test_a_sound_file(w: World) -> None:
    done = loaded(w, "good.json", source="Kitchen register", sector="community")
    assert done.read == {"organisations": 1, "programmes": 1, "locations": 2, "services": 1}
    service = Service.objects.get(code=f"{GOOD}01")
    assert (service.name_he, service.name_en) == ("Community Kitchen", "Community Kitchen")
    assert (service.website, service.minimum_age) == ("https://www.kitchen.example.org", 18)
    assert (service.as_of, service.fees) == (date(2026, 3, 4), "a meal 5 ILS")
    assert (service.source.name_he, service.organisation.sector) == ("Kitchen register", "community")
    assert service.programme is not None
    assert service.programme.organisation == service.organisation
    assert [(p.number, p.extension) for p in service.phones.order_by("number")] == [
        ("+972 4 111 1111", "5"),
        ("04-2222222", ""),
    ]
    assert [(s.days, s.opens_at) for s in service.schedules.all()] == [("SU,TU", time(11))]
    assert [language.code for language in service.languages.all()] == ["en"]
    assert [area.place for area in service.areas.all()] == [w.city]
    assert [term.code for term in service.terms.all()] == ["human_services:food:meals"]
    assert [(c.unit, c.maximum, c.available) for c in service.capacities.all()] == [("people", 30, 4)]
    places = {at.code: at.place for at in Location.objects.all()}
    assert places == {f"{GOOD}13": w.city, f"{GOOD}15": w.sister}
    assert service.organisation.place == w.city
    said = " ".join(done.notes)
    for words in (
        "service.wait_time",
        "organization.legal_status",
        "days of the week",
        "Virtual",
        "code",
        "maximum",
    ):
        assert words in said


def test_its_ids_are_kept(w: World, get: Callable[..., Any]) -> None:
    loaded(w, "good.json")
    found = get(f"services/{GOOD}01")
    assert found["id"] == f"{GOOD}01"
    assert found["organization"]["id"] == f"{GOOD}02"
    assert found["service_at_locations"][0]["location"]["id"] == f"{GOOD}13"


@pytest.mark.parametrize("name", ["good.json", "partial.json"])
def test_loading_twice_changes_nothing(name: str, w: World) -> None:
    loaded(w, name)
    before = AuditEvent.objects.count()
    assert set(loaded(w, name).changed.values()) == {0}
    assert AuditEvent.objects.count() == before


def test_a_file_with_little_in_it(w: World) -> None:
    done = loaded(w, "partial.json")
    assert done.read["services"] == done.changed["services"] == 2
    first, second = Service.objects.order_by("status")
    assert (first.status, second.status) == ("inactive", "temporarily closed")
    assert (first.name_he, first.name_ar) == ("سلة غذاء", "سلة غذاء")
    assert first.organisation == second.organisation
    assert any("civil_society" in note for note in done.notes)


def test_what_a_file_does_not_speak_of_stays(w: World) -> None:
    loaded(w, "good.json")
    little = {"id": f"{GOOD}01", "name": "New name", "status": "active", "organization_id": f"{GOOD}02"}
    load(by=w.system, package=read_bytes(json.dumps(little).encode(), "x"), name="x")
    service = Service.objects.get(code=f"{GOOD}01")
    assert (service.name_he, service.email) == ("New name", "hello@kitchen.example.org")
    assert (service.phones.count(), service.terms.count(), service.at_locations.count()) == (2, 1, 2)


FAULTS = {
    "services[0]": "“name” is missing",
    "services[1]": "“open” is not a status",
    "services[2]": "organization_id names “nowhere”",
    "services[3]": "“minimum_age” is not a whole number",
    "services[4]": "maximum_age",
    "services[5]": "no id",
    "services[6].attributes[0]": "Flying lessons",
    "services[6].attributes[1]": "taxonomy_term_id names “gone”",
    "services[6].service_areas[0]": "Atlantis",
    "services[6].phones[0]": "“number” is missing",
    "services[6].service_at_locations[0].location": "cannot be placed",
    "services[6].service_at_locations[1]": "location_id names “missing”",
    "services[6].service_at_locations[2].location": "degrees",
    "services[7]": "expected",
    "services[8].organization": "described in two ways",
    "services[8]": "not a list",
}


def test_every_fault_is_told_and_nothing_is_written(w: World) -> None:
    before = (Service.objects.count(), Organisation.objects.count(), AuditEvent.objects.count())
    with pytest.raises(ImportRefused) as refused:
        loaded(w, "broken.json")
    for where, words in FAULTS.items():
        reasons = [p["reason"] for p in refused.value.problems if p["where"] == where]
        assert any(words in reason for reason in reasons), (where, reasons)
    assert (Service.objects.count(), Organisation.objects.count(), AuditEvent.objects.count()) == before


def test_a_fault_that_only_the_directory_finds_undoes_everything(w: World) -> None:
    item = json.loads((SAMPLES / "good.json").read_text("utf-8"))
    item[0]["capacities"][0]["available"] = 31
    before = AuditEvent.objects.count()
    with pytest.raises(ImportRefused) as refused:
        load(by=w.system, package=read_bytes(json.dumps(item).encode(), "f"), name="f")
    assert [p["where"] for p in refused.value.problems] == ["[0]"]
    assert (Service.objects.count(), Location.objects.count(), AuditEvent.objects.count()) == (0, 0, before)


def test_terms_that_are_unknown_may_be_left_out(w: World) -> None:
    item = json.loads((SAMPLES / "good.json").read_text("utf-8"))
    item[0]["attributes"][0]["taxonomy_term"]["name"] = "Flying lessons"
    package = read_bytes(json.dumps(item).encode(), "f")
    with pytest.raises(ImportRefused, match="Flying lessons"):
        load(by=w.system, package=package, name="f")
    done = load(by=w.system, package=package, name="f", leave_unknown_terms=True)
    assert any("Flying lessons" in note for note in done.notes)


def zipped(**files: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"{name}.csv", content)
    return stream.getvalue()


def test_tables_without_a_description(w: World) -> None:
    package = read_bytes(
        zipped(
            organizations="id,name,description\n1,ארגון,תיאור\n",
            services="id,organization_id,name,status\n5,1,שירות,active\n",
            phones="id,service_id,number\n9,5,03-1234567\n",
        ),
        "x.zip",
    )
    load(by=w.system, package=package, name="x.zip")
    assert [phone.number for phone in Service.objects.get().phones.all()] == ["03-1234567"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b'[{"id": 1,', "broken at line 1"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[]", "no services"),
        (b"3", "expected"),
        (b'{"id": "1", "name": "a", "status": "active"}', "organization_id"),
        (b'{"id":"1"}\n{oops}\n', "not JSON"),
        (b"PK\x03\x04 but no zip", "broken"),
        (zipped(people="id\n1\n"), "neither datapackage.json"),
        (zipped(services="name,status\nx,active\n"), "no column “id”"),
        (zipped(services="id,organization_id,name,status\n1,2,a,active,more\n"), "more cells"),
        (zipped(services="id,organization_id,name,status\n1,2,a,active\n1,2,b,active\n"), "used twice"),
        (zipped(services='id,organization_id,name,status\n1,2,"a,active\n'), "broken"),
        (zipped(services="id,organization_id,name,status\n1,2,a,active\n"), "names “2”"),
        (b'{"id": "1", "name": {"he": "x"}, "status": "active", "organization_id": "1"}', "single value"),
    ],
)
def test_bad_files_are_refused_in_words(data: bytes, words: str, w: World) -> None:
    with pytest.raises(ImportRefused) as refused:
        load(by=w.system, package=read_bytes(data, "file"), name="file")
    assert any(words in problem["reason"] for problem in refused.value.problems), refused.value.problems
    assert Service.objects.count() == 0


def test_organisations_in_a_circle_are_refused(w: World) -> None:
    organisations = [
        {"id": a, "name": a, "description": a, "parent_organization_id": b, "services": []}
        for a, b in (("x", "y"), ("y", "x"))
    ]
    organisations[0]["services"] = [{"id": "s", "name": "s", "status": "active"}]  # type: ignore[assignment]
    package = read_bytes(json.dumps(organisations).encode(), "f")
    with pytest.raises(ImportRefused, match="own parent"):
        load(by=w.system, package=package, name="f")
