"""Which of several places of one name a row means."""

from __future__ import annotations

import pytest

from maarag.kernel.access.models import Account
from maarag.kernel.imports.lookups import PlaceLookup
from maarag.kernel.imports.parsing import NotUnderstood
from maarag.kernel.places.actions import save_place
from maarag.kernel.places.models import PlaceKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def lookup(system: Account) -> PlaceLookup:
    def place(code: str, name: str, kind: PlaceKind, *within: object, **fields: str) -> object:
        return save_place(by=system, code=code, within=within, kind=kind, name_he=name, **fields)  # type: ignore[arg-type]

    nation = place("IL", "ישראל", PlaceKind.NATION)
    district = place("D-haifa", "חיפה", PlaceKind.DISTRICT, nation, district_of="interior")
    city = place("4000", "חיפה", PlaceKind.AUTHORITY, district, authority_type="city")
    other = place("5000", "תל אביב -יפו", PlaceKind.AUTHORITY, nation, authority_type="city")
    place("4000-1", "הדר", PlaceKind.NEIGHBOURHOOD, city)
    place("4000-2", "מרכז", PlaceKind.NEIGHBOURHOOD, city)
    place("5000-1", "מרכז", PlaceKind.NEIGHBOURHOOD, other)
    return PlaceLookup()


@pytest.mark.parametrize(
    ("text", "code"),
    [("חיפה", "4000"), ("D-haifa", "D-haifa"), ("ישראל", "IL"), ("הדר", "4000-1"), ('ת"א', "5000")],
)
def test_the_place_that_people_mean(lookup: PlaceLookup, text: str, code: str) -> None:
    assert lookup.find(text).code == code


def test_a_name_of_two_neighbourhoods_is_not_guessed(lookup: PlaceLookup) -> None:
    with pytest.raises(NotUnderstood, match="more than one place") as raised:
        lookup.find("מרכז")
    assert "4000-2" in raised.value.reason
    assert "5000-1" in raised.value.reason
