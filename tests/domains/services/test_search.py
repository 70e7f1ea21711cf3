"""Searching the directory as it stands in the database."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation

from maarag.domains.services import search
from maarag.domains.services.actions import retire_service, save_location
from maarag.domains.services.search import search_directory, why_found
from maarag.kernel.people.actions import save_organisation
from tests.factories.services import World


@pytest.fixture
def directory(world: World) -> World:
    here, there = world.at("L1", 32.001, 35.001), world.at("L2", 32.5, 35.0, world.sister)
    world.service(
        "meals", "ארוחות חמות לקשישים", "meals", "seniors", locations=[here], languages=["he", "ar"]
    )
    world.service("parcels", "סלי מזון", "parcels", "families", locations=[here])
    world.service(
        "centre", "מרכז יום לוותיקים", "day_centre", "seniors",
        areas=[world.sister], locations=[there], organisation=world.sister_organisation,
    )  # fmt: skip
    world.service(
        "line", "קו סיוע ארצי", "care", "families", areas=[world.nation], name_en="National helpline"
    )
    return world


def codes(page: Any) -> list[str]:
    return [row.service.code for row in page.rows]


def test_words_forms_and_slips_find(directory: World) -> None:
    assert codes(search_directory("ארוחה חמה"))[0] == "meals"
    assert codes(search_directory("והארוחות"))[0] == "meals"
    assert codes(search_directory("helpline")) == ["line"]
    assert codes(search_directory("דינוזאורים")) == []
    assert search_directory("").total == 4


def test_a_slip_is_corrected_and_said(directory: World) -> None:
    page = search_directory("helplime")
    assert codes(page) == ["line"]
    assert [(correction.typed, correction.meant) for correction in page.corrections] == [
        ("helplime", "helpline")
    ]
    reasons = why_found(page.rows[0].matched)
    assert any("helpline" in reason and "helplime" in reason for reason in reasons)


def test_facets_count_parents_with_their_children(directory: World) -> None:
    page = search_directory("")
    responses = {facet.term.code: facet.count for facet in page.facets["response"]}
    assert responses == {"human_services:food": 2, "human_services:care": 2}
    food = search_directory("", term="human_services:food")
    assert sorted(codes(food)) == ["meals", "parcels"]
    shown = {facet.term.code: (facet.count, facet.selected, facet.depth) for facet in food.facets["response"]}
    assert shown == {
        "human_services:food": (2, True, 0),
        "human_services:food:meals": (1, False, 1),
        "human_services:food:parcels": (1, False, 1),
        "human_services:care": (2, False, 0),
    }
    assert {facet.term.code: facet.count for facet in food.facets["situation"]} == {
        "human_situations:seniors": 1,
        "human_situations:families": 1,
    }
    both = search_directory("", term=["human_services:food", "human_situations:seniors"])
    assert codes(both) == ["meals"]


def test_by_place_with_what_contains_it(directory: World) -> None:
    assert sorted(codes(search_directory("", place=directory.city))) == ["line", "meals", "parcels"]
    assert sorted(codes(search_directory("", place=directory.sister))) == ["centre", "line"]
    assert search_directory("", place=directory.nation).total == 4


def test_by_distance(directory: World) -> None:
    page = search_directory("", near=(32.0, 35.0), within_km=10)
    assert sorted(codes(page)) == ["meals", "parcels"]
    assert page.rows[0].distance_km == pytest.approx(0.146, abs=0.01)
    assert sorted(codes(search_directory("", place=directory.city, within_km=100))) == [
        "centre",
        "meals",
        "parcels",
    ]
    with translation.override("en"), pytest.raises(ValueError, match="point on the map"):
        search_directory("", within_km=5)
    with pytest.raises(ValueError, match="degrees"):
        search_directory("", near=(99.0, 35.0))


def test_by_sector_and_language(directory: World) -> None:
    assert codes(search_directory("", sector="local_government")) == ["centre"]
    assert codes(search_directory("", language="ar")) == ["meals"]


def test_the_index_follows_the_directory(directory: World) -> None:
    assert codes(search_directory("גינה")) == []
    service = directory.service("garden", "גינה קהילתית", "care")
    assert codes(search_directory("גינה")) == ["garden"]
    save_organisation(by=directory.system, code="org-city", name_he="עמותת הרימון")
    assert "garden" in codes(search_directory("רימון"))
    moved = directory.at("L5", 33.0, 35.5)
    directory.service("garden", "גינה קהילתית", "care", locations=[moved])
    save_location(by=directory.system, code="L5", place=directory.city, latitude=31.0, longitude=34.0)
    assert codes(search_directory("", near=(31.0, 34.0), within_km=1)) == ["garden"]
    retire_service(by=directory.system, service=service)
    assert codes(search_directory("גינה")) == []


def test_an_unchanged_directory_is_indexed_once(directory: World, monkeypatch: pytest.MonkeyPatch) -> None:
    search_directory("")
    monkeypatch.setattr(search, "_build", lambda _revision: pytest.fail("indexed again"))
    search_directory("מזון")


def test_a_page_takes_the_same_queries_however_long(
    directory: World, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        directory.service(f"more-{number}", f"סלי מזון {number}", "parcels", "families", languages=["he"])
    search_directory("")
    with django_assert_max_num_queries(12):
        page = search_directory("מזון", limit=30, place=directory.city)
        for row in page.rows:
            assert [t.term.name_he for t in row.service.service_terms.all()]
            assert [a.place.name_he for a in row.service.areas.all()]
            assert row.service.organisation.name_he
    assert len(page.rows) == 30
    assert page.total == 32
