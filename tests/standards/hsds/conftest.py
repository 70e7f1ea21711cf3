"""A directory with something of everything, and the schemas of HSDS 3.1 where they are at hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from jsonschema import Draft202012Validator, FormatChecker

from maarag.domains.services.actions import (
    AtLocationDraft,
    CapacityDraft,
    LanguageDraft,
    PhoneDraft,
    ScheduleDraft,
    save_location,
    save_programme,
)
from maarag.kernel.people.actions import save_organisation
from maarag.kernel.people.models import Sector
from maarag.kernel.places.actions import save_place
from maarag.kernel.places.models import DistrictOf, PlaceKind
from tests.factories.services import World, world


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Words are looked for in English."""
    with translation.override("en"):
        yield


@pytest.fixture
def w(db: None) -> World:
    return world()


def fill(w: World) -> None:
    """Three services: one with everything, one with nothing but a name, one fictional and closed."""
    district = save_place(
        by=w.system,
        code="D-north",
        within=[w.nation],
        kind=PlaceKind.DISTRICT,
        district_of=DistrictOf.INTERIOR,
        name_he="הצפון",
    )
    save_place(by=w.system, code=w.city.code, within=[w.nation, district])
    quarter = save_place(
        by=w.system,
        code="9001-1",
        within=[w.city],
        kind=PlaceKind.NEIGHBOURHOOD,
        name_he="שכונת הגפן",
        latitude=32.01,
        longitude=35.01,
    )
    unit = save_organisation(
        by=w.system,
        code="org-unit",
        name_he="מרכז הדגן",
        name_ar="مركز الدغان",
        name_en="HaDagan Centre",
        sector=Sector.COMMUNITY,
        place=quarter,
        parent=w.organisation,
        registration_number="580000001",
        website="https://example.org/",
        email="centre@example.org",
        description="מרכז קהילתי",
    )
    programme = save_programme(
        by=w.system,
        code="warm-meal",
        organisation=unit,
        name_he="ארוחה חמה",
        name_en="Warm meal",
        description="ארוחה אחת ביום",
    )
    kitchen = save_location(
        by=w.system,
        code="kitchen",
        organisation=unit,
        place=quarter,
        name_he="המטבח",
        name_en="The kitchen",
        address="רחוב הגפן 3",
        latitude=32.011,
        longitude=35.011,
        accessibility="נגיש לכיסא גלגלים",
        transportation="קו 5",
        phones=[PhoneDraft("04-1234567", extension="007", description="משרד")],
        schedules=[ScheduleDraft("SU,MO", time(9), time(12, 30))],
    )
    bare = save_location(by=w.system, code="bare", place=w.sister)
    w.service(
        "meals",
        'ארוחות חמות לקשישים "בשכונה"',
        "meals",
        "seniors",
        organisation=unit,
        programme=programme,
        name_ar="وجبات ساخنة",
        name_en="Hot meals",
        description_he="ארוחה חמה, כל יום.\nגם בחג; ובשבת",
        description_en="A hot meal every day",
        purpose="שאיש לא יהיה רעב",
        eligibility="מגיל 67",
        minimum_age=67,
        maximum_age=120,
        fees="10 ש״ח לארוחה",
        application_process="בטלפון",
        website="https://example.org/meals",
        email="meals@example.org",
        source_row="12",
        areas=[quarter, w.sister],
        locations=[AtLocationDraft(kitchen, "כניסה מהחצר"), bare],
        capacities=[
            CapacityDraft("people", 40, 3, location=kitchen, as_of=date(2026, 5, 1)),
            CapacityDraft("families", 0, None, is_estimate=True),
        ],
        phones=[PhoneDraft("*1234", extension="12", kind="voice"), PhoneDraft("04-7654321")],
        schedules=[
            ScheduleDraft("SU,TU", time(8), time(13), date(2026, 1, 1), date(2026, 12, 31), "בחגים סגור")
        ],
        languages=["he", LanguageDraft("ar", "בימי שלישי")],
    )
    w.service("plain", "סלי מזון", areas=[], organisation=w.sister_organisation)
    w.service("over", "מועדון שנסגר", "day_centre", status="defunct", is_fictional=True)


@pytest.fixture
def filled(w: World) -> World:
    fill(w)
    return w


@pytest.fixture(scope="session")
def schema(shared: Path) -> Callable[[str], Draft202012Validator]:
    """The validator of a schema of the standard, formats included."""
    folder = shared / "standards" / "hsds-3.1" / "schema"
    made: dict[str, Draft202012Validator] = {}

    def load(name: str) -> Draft202012Validator:
        if name not in made:
            content = json.loads((folder / f"{name}.json").read_text("utf-8"))
            made[name] = Draft202012Validator(content, format_checker=FormatChecker())
        return made[name]

    return load


@pytest.fixture
def get(client: Any) -> Callable[..., Any]:
    """The content of an answer, which must have the status expected."""

    def ask(path: str, expected: int = 200, **parameters: Any) -> Any:
        response = client.get(f"/hsds/{path}", parameters)
        assert response.status_code == expected, response.content.decode()
        return response.json()

    return ask
