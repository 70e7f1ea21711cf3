"""Everything that readers above and beside an authority can fetch, given to one who solves for the rest."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from maarag.domains.needs.models import NeedEstimate
from maarag.kernel.access.permissions import Role
from maarag.kernel.places.actions import save_place
from maarag.kernel.places.models import DistrictOf, Place, PlaceKind
from maarag.values import Suppressed
from tests.factories.browsing import as_
from tests.factories.picture import TODAY, Nation

from .gathered import Asked, Gathered, Truth, gather

LATER = date(2026, 10, 1)


@pytest.fixture
def wide(nation: Nation) -> Nation:
    """Two districts and a cluster across them, seven authorities, one with three neighbourhoods."""
    by, world = nation.world.system, nation.world
    south = save_place(
        by=by, code="D-south", within=[world.nation], kind=PlaceKind.DISTRICT,
        district_of=DistrictOf.INTERIOR, name_he="הדרום",
    )  # fmt: skip
    cluster = save_place(by=by, code="C-1", within=[world.nation], kind=PlaceKind.CLUSTER, name_he="אשכול")
    towns = [world.city, world.sister]
    for number in range(5):
        within = [world.nation, nation.district if number < 2 else south, *([cluster] if number % 2 else [])]
        towns.append(
            save_place(
                by=by, code=f"{7000 + number}", within=within, kind=PlaceKind.AUTHORITY, population=9_000,
                authority_type="city", name_he=f"יישוב {number}", latitude=32.1 + number / 10, longitude=35.0,
            )
        )  # fmt: skip
    seniors = world.term("seniors")
    for place, number in zip(nation.neighbourhoods, (3, 40, 60), strict=True):
        nation.need(place, number, lowest=number - 1, highest=number + 2)
        nation.need(place, number + 9, nation.care)
    for place, food, care, families in zip(
        towns[1:], (2, 35, 44, 90, 51, 0), (31, 4, 70, 28, 66, 12), (21, 19, 4, 40, 33, 27), strict=True
    ):
        nation.need(place, food)
        nation.need(place, food // 2 + 20, population=seniors, situation=seniors)
        nation.need(place, care, nation.care)
        nation.need(place, families, unit="families")
    # A year later some were counted anew.
    nation.need(towns[2], 38, as_of=LATER)
    nation.need(towns[4], 3, nation.care, as_of=LATER)
    nation.meals("A", 25, at=nation.neighbourhoods[0])
    nation.meals("B", 60, at=towns[3], areas=[])
    return nation


def readers(nation: Nation) -> dict[str, Client]:
    world = nation.world
    return {
        "anybody": Client(),
        "district": as_(world.account(Role.DISTRICT_SUPERVISOR, place=nation.district)),
        "nation": as_(world.account(Role.NATIONAL_MANAGER, place=world.nation)),
        "sister": as_(world.account(Role.INTEGRATOR, place=world.sister)),
    }


def everything(days: list[date]) -> list[Asked]:
    """Every place, a topic and a population group by themselves, on each day; documents of the wide ones."""
    group = NeedEstimate.objects.exclude(population=None).values_list("population__code", flat=True)[0]
    filters = [(), (("topic", "food-security"),), (("population", group),)]
    found = []
    for place in Place.objects.exclude(kind=PlaceKind.NEIGHBOURHOOD).order_by("pk"):
        above = place.kind != PlaceKind.AUTHORITY
        for day in days:
            for chosen in filters if above else filters[:1]:
                found.append(Asked(place.code, day, chosen, documents=above and not chosen))
    return found


def check(seen: Gathered, truth: Truth, own: set[str]) -> None:
    """The reader, who knows their own estimates by themselves, narrows no hidden count of others."""
    mine = {e.pk: e.number for e in truth.estimates if truth.inside and e.place.code in own}
    reader = seen.known.knowing(mine)
    spared = [cell for cell in reader.marks if all(frozenset({atom}) in reader.numbers for atom in cell)]
    assert reader.narrowed(spared=spared) == []


def small_and_hidden(seen: Gathered, truth: Truth, own: set[str]) -> set[int]:
    """The ids of the small estimates of others, each of which must be hidden."""
    small = {e.pk for e in truth.estimates if 0 < e.number < 5 and e.place.code not in own}
    assert all(isinstance(seen.known.marks.get(frozenset({pk})), Suppressed) for pk in small)
    return small


@pytest.mark.parametrize("who", ["anybody"])
def test_a_reader_narrows_no_hidden_count(wide: Nation, who: str) -> None:
    truth = Truth()
    own = {wide.world.sister.code} if who == "sister" else set()
    seen = gather(readers(wide)[who], truth, everything([TODAY]), pages=False, own=own)
    assert seen.lines > 20
    assert len(small_and_hidden(seen, truth, own)) >= 3
    check(seen, truth, own)
    # The same reader is through as soon as only what is small is hidden.
    for cell, mark in list(seen.known.marks.items()):
        if not mark.primary:
            seen.known.numbers[cell] = float(sum(e.number for e in truth.estimates if e.pk in cell))
            del seen.known.marks[cell]
    assert seen.known.narrowed() != []
