"""What lies in what, at every depth, and which place a code means."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from maarag.kernel.places.actions import PlaceDraft, save_place, save_places
from maarag.kernel.places.models import Containment, DistrictOf, Place, PlaceKind
from maarag.kernel.places.queries import UnknownPlace, above, authority_of, parts, resolve, within
from tests.factories.picture import Nation, make_nation


@pytest.fixture
def nation(db: None) -> Nation:
    nation = make_nation()
    save_place(
        by=nation.world.system,
        code="C211",
        within=[nation.world.nation],
        kind=PlaceKind.CLUSTER,
        name_he="אשכול",
    )
    return nation


def codes(places: object) -> set[str]:
    return {place.code for place in places}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "code"),
    [("IL", "IL"), ("il", "IL"), (" 9001 ", "9001"), ("C211", "C211"), ("211", "C211"), ("9001-0", "9001-0")],
)
def test_a_code_means_one_place(nation: Nation, text: str, code: str) -> None:
    assert resolve(text).code == code


@pytest.mark.parametrize("text", ["", "  ", "9999", "עיר הדגן", "9001-77", "%"])
def test_a_code_that_means_none(nation: Nation, text: str) -> None:
    with pytest.raises(UnknownPlace):
        resolve(text)


def test_everything_inside_at_every_depth(nation: Nation) -> None:
    inside = {"9001", "9001-0", "9001-1", "9001-2"}
    assert codes(within(nation.world.city)) == inside
    assert codes(within(nation.district)) == inside | {"9002", "D-north"}
    assert codes(within(nation.world.nation, PlaceKind.AUTHORITY)) == {"9001", "9002"}
    assert codes(within(nation.neighbourhoods[0])) == {"9001-0"}


def test_what_contains_it_nearest_first(nation: Nation) -> None:
    found = [place.code for place in above(nation.neighbourhoods[0])]
    assert found[0] == "9001"
    assert set(found) == {"9001", "D-north", "IL"}
    assert authority_of(nation.neighbourhoods[0]) == nation.world.city
    assert authority_of(nation.district) is None


def test_the_rows_of_a_picture(nation: Nation) -> None:
    assert codes(parts(nation.district)) == {"9001", "9002"}
    assert codes(parts(nation.world.city)) == {"9001-0", "9001-1", "9001-2"}
    assert codes(parts(nation.world.sister)) == {"9002"}


def test_a_moved_place_takes_what_is_inside_with_it(nation: Nation) -> None:
    cluster = Place.objects.get(code="C211")
    by = nation.world.system
    save_place(by=by, code="9001", within=[nation.world.nation, cluster])
    assert "9001-2" in codes(within(cluster))
    assert codes(within(nation.district)) == {"D-north", "9002"}
    assert next(iter(above(nation.neighbourhoods[2]))).code == "9001"
    pairs = list(Containment.objects.values_list("ancestor_id", "descendant_id"))
    assert len(pairs) == len(set(pairs))
    for place in Place.objects.all():
        assert Containment.objects.filter(ancestor=place, descendant=place, depth=0).count() == 1


def test_no_place_lies_in_itself_nor_in_two_districts_of_one_ministry(nation: Nation) -> None:
    by = nation.world.system
    with pytest.raises(ValidationError):
        save_place(by=by, code="9001", within=[nation.neighbourhoods[0]])
    second = save_place(
        by=by,
        code="D-south",
        within=[nation.world.nation],
        kind=PlaceKind.DISTRICT,
        district_of=DistrictOf.INTERIOR,
        name_he="הדרום",
    )
    with pytest.raises(ValidationError):
        save_place(by=by, code="9001", within=[nation.district, second])
    welfare = save_place(
        by=by,
        code="W-haifa",
        within=[nation.world.nation],
        kind=PlaceKind.DISTRICT,
        district_of=DistrictOf.WELFARE,
        name_he="חיפה",
    )
    save_place(by=by, code="9001", within=[nation.district, welfare])
    assert codes(above(nation.world.city)) == {"D-north", "W-haifa", "IL"}


def test_many_at_once_lie_as_one_by_one(nation: Nation) -> None:
    by = nation.world.system
    drafts = [
        PlaceDraft("C5", ["IL"], {"kind": PlaceKind.CLUSTER, "name_he": "אשכול חמש"}),
        PlaceDraft("50", ["C5"], {"kind": PlaceKind.AUTHORITY, "name_he": "כפר", "authority_type": "city"}),
        PlaceDraft("50-1", ["50"], {"kind": PlaceKind.NEIGHBOURHOOD, "name_he": "שכונה"}),
    ]
    save_places(by=by, drafts=drafts)
    depths = dict(Containment.objects.filter(descendant__code="50-1").values_list("ancestor__code", "depth"))
    assert depths == {"50-1": 0, "50": 1, "C5": 2, "IL": 3}
    with pytest.raises(ValidationError):
        save_places(by=by, drafts=[PlaceDraft("60", ["none"], {"kind": PlaceKind.CLUSTER, "name_he": "א"})])
    assert not Place.objects.filter(code="60").exists()


def test_the_api_tells_places_and_what_they_lie_in(nation: Nation, client: Client) -> None:
    one = client.get("/api/places/9001-0").json()
    assert one["lies_in"][0]["code"] == "9001"
    assert client.get("/api/places/9001").json()["parts"] == 3
    found = client.get("/api/places/", {"inside": "D-north", "kind": "authority"}).json()
    assert {item["code"] for item in found["items"]} == {"9001", "9002"}
    assert client.get("/api/places/", {"q": "דגן"}).json()["total"] == 1
    assert client.get("/api/places/", {"limit": 1}).json()["items"][0]["code"]
    assert client.get("/api/places/none").status_code == 404
    assert client.get("/api/places/", {"inside": "none"}).status_code == 422
    assert client.get("/api/places/", {"kind": "moon"}).status_code == 422
    assert client.get("/api/places/", {"limit": 0}).status_code == 422
