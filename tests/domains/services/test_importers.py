"""Tables of services, departments and the catalogue, on small files of our own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.files.base import ContentFile
from django.utils import translation

from maarag.domains.services.models import Service
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.kernel.imports.actions import import_now
from maarag.kernel.imports.models import ImportFile, Mode
from maarag.kernel.people.models import Organisation, Sector
from tests.factories.services import World

pytestmark = pytest.mark.django_db
HEADER = "שם השירות\tארגון\tמגזר\tתיאור\tמענים\tמקום\tכתובת\tמקומות\tיחידה\tטלפון\tאתר"
ROW = (
    "ארוחה חמה\tעמותת הלב\tעמותה\tארוחות לכולם\tארוחות חמות|משפחות\tעיר הדגן\tהרצל 1\t30 משפחות\t\t"
    "03-5555555\texample.org"
)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def load(
    world: World, kind: str, *lines: str, mode: str | None = Mode.ALL, by: Account | None = None
) -> ImportFile:
    file = ContentFile("\n".join(lines).encode("utf-16"), name="s.csv")
    return import_now(by=by or world.system, kind=kind, file=file, name="s_2026-06-01.csv", mode=mode)[0]


def problems(found: ImportFile) -> str:
    return " ".join(
        f"{p['reason']} {p['hint']}" for row in found.rows.order_by("number") for p in row.problems
    )


def test_a_service_with_everything(world: World) -> None:
    found = load(world, "services", HEADER, ROW)
    assert found.counts == {"new": 1}
    service = Service.objects.get()
    assert (service.name_he, service.website, str(service.as_of)) == (
        "ארוחה חמה",
        "https://example.org",
        "2026-06-01",
    )
    assert (service.organisation.name_he, service.organisation.sector) == ("עמותת הלב", Sector.CIVIL_SOCIETY)
    assert {term.code.rpartition(":")[2] for term in service.terms.all()} == {"meals", "families"}
    assert [area.place for area in service.areas.all()] == [world.city]
    assert [(c.maximum, c.unit) for c in service.capacities.all()] == [(30, "families")]
    assert [phone.number for phone in service.phones.all()] == ["03-5555555"]
    assert service.at_locations.get().location.address == "הרצל 1"


def test_twice_is_once_and_a_change_shows_both_sides(world: World) -> None:
    load(world, "services", HEADER, ROW)
    assert load(world, "services", HEADER, ROW).counts == {"unchanged": 1}
    changed = load(world, "services", HEADER, ROW.replace("30 משפחות", "45 משפחות"))
    assert changed.rows.get().changes == {"capacity": [["families", 30], ["families", 45]]}
    assert (Service.objects.count(), Organisation.objects.filter(name_he="עמותת הלב").count()) == (1, 1)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("עיר הדגן", "עיר הדמיון", "no place called"),
        ("ארוחות חמות", "ארוחות חמוד", "Did you mean “ארוחות חמות”"),
        ("עמותה\t", "\t", "does not say its sector"),
        ("עמותה\t", "מגזר רביעי\t", "not known here"),
        ("30 משפחות", "30", "people or families"),
        ("30 משפחות", "-30 משפחות", "below zero"),
        ("03-5555555", "חמש", "not a telephone number"),
        ("example.org", "לא אתר", "not the address of a website"),
        ("ארוחה חמה", "", "“Name” is empty"),
    ],
)
def test_what_cannot_be_understood_is_said(world: World, old: str, new: str, why: str) -> None:
    found = load(world, "services", HEADER, ROW.replace(old, new, 1), mode=None)
    assert found.counts == {"problem": 1}
    assert why in problems(found)


def test_an_integrator_loads_services_of_the_own_city_only(world: World) -> None:
    integrator = world.account(Role.INTEGRATOR, place=world.city)
    found = load(
        world,
        "services",
        HEADER,
        ROW,
        ROW.replace("עיר הדגן", "עיר הנחל"),
        mode=Mode.UNDERSTOOD,
        by=integrator,
    )
    assert found.counts == {"new": 1, "problem": 1}
    assert "not yours" in problems(found)
    assert Service.objects.get().areas.get().place == world.city


DEPARTMENTS = "semel_machlaka\tlocation\tcity\tauthority_num\tnoshmim\totzma"


def test_departments_and_the_programmes_that_run_in_them(world: World) -> None:
    rows = (
        "1010\tעיר הדגן - מערב\tעיר הדגן   \t1\tיש\tאין",
        "1020\tעיר הדגן - מזרח\tעיר הדגן\t1\tיש \tיש",
        "1020\tעיר הנחל\tעיר הנחל\t2\tאין\tאין",
        "\tעיר הנחל - צפון\t\t2\tאין\tיש",
        "3010\tיהודי העיר\tכפר אחר\t3\tאין\tאין",
    )
    found = load(world, "departments", DEPARTMENTS, *rows, mode=Mode.UNDERSTOOD)
    assert found.counts == {"new": 4, "problem": 1}
    assert "No local authority" in problems(found)
    offices = Organisation.objects.filter(sector=Sector.LOCAL_GOVERNMENT, name_he__startswith="המחלקה")
    assert sorted(office.place.code for office in offices) == ["9001", "9001", "9002", "9002"]
    assert set(Service.objects.values_list("code", flat=True)) == {"noshmim-9001", "otzma-9001", "otzma-9002"}
    notes = {row.number: row.notes for row in found.rows.all() if row.notes}
    assert "also that of row 3" in notes[4][0]
    assert "has no code" in notes[5][0]
    again = load(world, "departments", DEPARTMENTS, *rows, mode=Mode.UNDERSTOOD)
    assert again.counts == {"unchanged": 4, "problem": 1}


def test_the_catalogue_splits_ways_and_proposes_only_sure_terms(world: World) -> None:
    lines = (
        "id\tשם השירות (ציבורי)\tאופן התערבות\tאוכלוסייה",
        "7\tשירות לדוגמה\tהדרכה, הכוונה והכשרה|איתור ויישוג|מילה חדשה\tאוכלוסייה כללית",
    )
    found = load(world, "service-catalogue", *lines)
    row = found.rows.get()
    assert row.becomes["terms"] == []
    assert any("מילה חדשה" in note for note in row.notes)
    assert any("human_services:care:guidance" in note for note in row.notes)
    service = Service.objects.get(code="welfare-7")
    assert service.eligibility == "אוכלוסייה כללית"
    assert load(world, "service-catalogue", *lines).counts == {"unchanged": 1}
