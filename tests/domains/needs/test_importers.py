"""Need estimates from tables as people write them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

import pytest
from django.core.files.base import ContentFile
from django.utils import translation

from maarag.domains.needs.models import Certainty, NeedEstimate, Unit
from maarag.kernel.imports.actions import import_now
from maarag.kernel.imports.models import ImportFile, Mode
from maarag.kernel.sources.models import Source
from maarag.kernel.taxonomy.actions import save_topic
from tests.factories.services import World
from tests.factories.services import world as make_world

pytestmark = pytest.mark.django_db
HEADER = "רשות;מצב;אוכלוסייה;מספר;יחידה;מקור;נכון ליום;ודאות"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def world(db: None) -> World:
    world = make_world()
    names = {"name_he": "מזון", "name_ar": "غذاء", "name_en": "Food"}
    save_topic(
        by=world.system,
        code="food",
        responses=[world.term("food")],
        situations=[world.term("families")],
        **names,
    )
    return world


def load(world: World, *rows: str, mode: str | None = Mode.ALL, header: str = HEADER) -> ImportFile:
    content = "\n".join((header, *rows)).encode("cp1255")
    file = ContentFile(content, name="n.csv")
    return import_now(by=world.system, kind="needs", file=file, name="n.csv", mode=mode)[0]


def problems(found: ImportFile) -> list[str]:
    return [
        f"{p['reason']} {p['hint']}".strip() for row in found.rows.order_by("number") for p in row.problems
    ]


def test_numbers_dates_and_words_as_people_write_them(world: World) -> None:
    load(
        world,
        "עיר הדגן;משפחות;;1,200;משפחות;סקר 2025;31.12.2025;ספירה",
        "עיריית עיר הנחל;Families;אזרחים ותיקים;כ-30 משפחות;;סקר 2025;31/12/25;",
    )
    first, second = NeedEstimate.objects.order_by("place__code")
    assert (first.place, first.number, first.unit, first.certainty) == (
        world.city,
        1200,
        Unit.FAMILIES,
        Certainty.COUNTED,
    )
    assert (second.place, second.number, second.unit) == (world.sister, 30, Unit.FAMILIES)
    assert (second.certainty, second.as_of) == (Certainty.ROUGH, date(2025, 12, 31))
    assert second.population == world.term("seniors")
    assert first.topic.code == second.topic.code == "food"
    assert first.source == second.source == Source.objects.get(name_he="סקר 2025")


def test_twice_is_once_and_a_correction_is_a_change(world: World) -> None:
    row = "עיר הדגן;משפחות;;30;משפחות;סקר 2025;31.12.2025;אומדן"
    assert load(world, row).counts == {"new": 1}
    assert load(world, row).counts == {"unchanged": 1}
    changed = load(world, row.replace(";30;", ";45;"))
    assert changed.counts == {"changed": 1}
    assert changed.rows.get().changes == {"number": [30, 45]}
    assert NeedEstimate.objects.get().number == 45


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("עיר הדגם;משפחות;;30;משפחות;סקר;31.12.2025;", "no place called"),
        (";משפחות;;30;משפחות;סקר;31.12.2025;", "“Place” is empty"),
        ("עיר הדגן;משפחוד;;30;משפחות;סקר;31.12.2025;", "no term “משפחוד”. Did you mean “משפחות”"),
        ("עיר הדגן;אזרחים ותיקים;;30;משפחות;סקר;31.12.2025;", "belongs to no topic"),
        ("עיר הדגן;משפחות;;-30;משפחות;סקר;31.12.2025;", "below zero"),
        ("עיר הדגן;משפחות;;שלושים;משפחות;סקר;31.12.2025;", "not a number"),
        ("עיר הדגן;משפחות;;1.200;משפחות;סקר;31.12.2025;", "two ways"),
        ("עיר הדגן;משפחות;;30;;סקר;31.12.2025;", "people or families"),
        ("עיר הדגן;משפחות;;30 נפשות;משפחות;סקר;31.12.2025;", "disagree"),
        ("עיר הדגן;משפחות;;30;כפרים;סקר;31.12.2025;", "not known here"),
        ("עיר הדגן;משפחות;;30;משפחות;;31.12.2025;", "“Source” is empty"),
        ("עיר הדגן;משפחות;;30;משפחות;סקר;2025;", "no day"),
        ("עיר הדגן;משפחות;;30;משפחות;סקר;1.1.2099;", "in the future"),
        ("עיר הדגן;משפחות;;30;משפחות;סקר;31.12.2025;אולי", "not known here"),
    ],
)
def test_what_cannot_be_understood_is_said(world: World, row: str, why: str) -> None:
    found = load(world, row, mode=None)
    assert found.counts == {"problem": 1}
    assert why in " ".join(problems(found))


def test_a_number_outside_its_own_range(world: World) -> None:
    header = "place,situation,number,unit,lowest,highest,source,as_of"
    found = load(
        world, "9001,human_situations:families,30,families,40,50,x,2025-01-01", header=header, mode=None
    )
    assert "outside its own range" in problems(found)[0]


def test_json_is_read_as_well(world: World) -> None:
    rows = [
        {
            "place": "9001",
            "situation": "human_situations:families",
            "number": 7,
            "unit": "people",
            "source": "x",
            "as_of": "2025-01-01",
            "is_public": False,
        }
    ]
    file = ContentFile(json.dumps(rows).encode(), name="n.json")
    import_now(by=world.system, kind="needs", file=file, name="n.json", mode=Mode.ALL)
    estimate = NeedEstimate.objects.get()
    assert (estimate.number, estimate.unit, estimate.is_public) == (7, Unit.PEOPLE, False)
