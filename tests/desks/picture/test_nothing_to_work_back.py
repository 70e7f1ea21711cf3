"""Everything that readers above and beside an authority can fetch, given to one who solves for the rest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import permutations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db.models import F
from django.test import Client

from maarag.domains.needs import suppression
from maarag.domains.needs.models import NeedEstimate
from maarag.domains.needs.suppression import decided
from maarag.engines.indicators import Protection
from maarag.kernel.access.permissions import Role
from maarag.kernel.access.scope import Viewer
from maarag.kernel.places.actions import save_place
from maarag.kernel.places.models import DistrictOf, Place, PlaceKind
from tests.engines.indicators.attacker import Knowledge
from tests.factories.browsing import as_
from tests.factories.picture import TODAY, Nation
from tests.factories.services import AS_OF

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
    # What is not published is in the sums that staff above and in the authority read, and in no other.
    nation.need(world.sister, 7, nation.care, situation=seniors, is_public=False)
    nation.meals("A", 25, at=nation.neighbourhoods[0])
    nation.meals("B", 60, at=towns[3], areas=[])
    return nation


@dataclass(frozen=True)
class Reader:
    """Who reads, as what client, and the places whose counts they know by themselves."""

    name: str
    client: Client
    viewer: Viewer
    own: frozenset[str] = frozenset()


READERS = ("anybody", "nation", "district", "sister")


def reader(name: str, nation: Nation) -> Reader:
    world = nation.world
    if name == "anybody":
        return Reader(name, Client(), AnonymousUser())
    if name == "sister":
        account = world.account(Role.INTEGRATOR, place=world.sister)
        return Reader(name, as_(account), account, frozenset({world.sister.code}))
    role, place = {
        "nation": (Role.NATIONAL_MANAGER, world.nation),
        "district": (Role.DISTRICT_SUPERVISOR, nation.district),
    }[name]
    account = world.account(role, place=place)
    return Reader(name, as_(account), account)


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


def every_number() -> dict[int, int]:
    return dict(NeedEstimate.objects.values_list("pk", "number"))


def narrowed(known: Knowledge, own: set[int]) -> list[str]:
    """The hidden cells that somebody who knows this, and these estimates by themselves, can narrow.

    A sum that nobody else reads (of one's own unpublished estimates and others' published ones) is hidden out
    of caution, not to keep its number: what counts is that the hidden cells of the decision stay wide.
    """
    numbers = every_number()
    empty = {pk for pk, number in numbers.items() if not number}
    decision = decided().protection
    insider = known.knowing({pk: numbers[pk] for pk in own})
    spared = [
        cell
        for cell, mark in insider.marks.items()
        if cell <= own | empty or (cell - empty not in decision.hidden and not mark.primary)
    ]
    assert len(spared) < len(insider.marks) / 2
    return insider.narrowed(spared=spared)


def assert_small_ones_are_hidden(seen: Gathered, truth: Truth, own: frozenset[str]) -> None:
    small = [e.pk for e in truth.estimates if 0 < e.number < 5 and e.place.code not in own]
    assert len(small) >= 3
    assert all(frozenset({pk}) in seen.known.marks for pk in small)


@pytest.mark.parametrize("name", READERS)
def test_a_reader_narrows_no_hidden_count(wide: Nation, name: str) -> None:
    who = reader(name, wide)
    truth = Truth(who.viewer)
    seen = gather(who.client, truth, everything([TODAY]), pages=False, own=who.own)
    assert seen.lines > 20
    assert len(seen.known.numbers) > 25
    assert_small_ones_are_hidden(seen, truth, who.own)
    assert narrowed(seen.known, set(seen.own)) == []
    # The same reader is through as soon as only what is small is hidden.
    numbers = every_number()
    for cell, mark in list(seen.known.marks.items()):
        if not mark.primary:
            seen.known.numbers[cell] = float(sum(numbers[pk] for pk in cell))
            del seen.known.marks[cell]
    assert narrowed(seen.known, set(seen.own)) != []


def moved(hidden: Protection[int], atoms: list[int]) -> dict[int, int]:
    """Changes of hidden estimates after which every published number and every mark is as true as before."""
    numbers = every_number()
    known = [cell for cell in hidden.open if cell & set(atoms)]
    for one, other, third, fourth in permutations(atoms, 4):
        for changes in ({one: 1, other: -1}, {one: 1, other: -1, third: -1, fourth: 1}):
            shift = {cell: sum(changes.get(pk, 0) for pk in cell) for cell in (*known, *hidden.hidden)}
            after = {cell: sum(numbers[pk] for pk in cell) + shift[cell] for cell in hidden.hidden}
            if not any(shift[cell] for cell in known) and all(
                after[cell] >= 1 and (not mark.primary or after[cell] <= 4)
                for cell, mark in hidden.hidden.items()
            ):
                return changes
    raise AssertionError("no table is like the true one")


def test_every_page_is_the_same_for_a_table_with_the_same_published_numbers(
    wide: Nation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shares, gaps, maps, charts, orders and documents: whatever differed would tell a hidden count.

    What is hidden is decided once, for the true table: that the choice itself depends on the counts is among
    the limits.
    """
    NeedEstimate.objects.update(lowest=None, highest=None)
    decision = decided()
    small = [pk for pk, number in every_number().items() if decision.protection.mark({pk})]
    changes = moved(decision.protection, small)
    who = reader("nation", wide)
    asked = [Asked("IL", TODAY, documents=True), Asked(wide.world.city.code, TODAY, documents=True)]
    before = gather(who.client, Truth(who.viewer), asked).texts

    def same() -> suppression.Decided:
        return suppression.Decided(decision.protection, decision.places, every_number())

    monkeypatch.setattr(suppression, "decide", same)
    for pk, change in changes.items():
        NeedEstimate.objects.filter(pk=pk).update(number=F("number") + change)
    after = gather(who.client, Truth(who.viewer), asked).texts
    assert before.keys() == after.keys()
    for address, text in before.items():
        assert after[address] == text, address
    # And a table that can be told from the true one is told: the comparison is not blind.
    NeedEstimate.objects.filter(pk__in=changes).update(number=F("number") + 5)
    assert gather(who.client, Truth(who.viewer), asked[:1]).texts != before


@pytest.mark.proof
def test_all_readers_on_all_days_put_together_narrow_no_hidden_count(wide: Nation) -> None:
    """Each by themselves, then all who know no counts of their own, as if they were one."""
    together = Gathered()
    for name in READERS:
        who = reader(name, wide)
        truth = Truth(who.viewer)
        asked = everything([AS_OF, LATER, TODAY])
        seen = gather(who.client, truth, asked, pages=False, own=who.own)
        assert_small_ones_are_hidden(seen, truth, who.own)
        assert narrowed(seen.known, set(seen.own)) == []
        if not who.own:
            for cell, number in seen.known.numbers.items():
                together.count(cell, int(number), "", name)
            for cell, mark in seen.known.marks.items():
                together.count(cell, None, "<5" if mark.primary else "", name)
    assert narrowed(together.known, set()) == []
    # And so does the authority beside, who is told all that they were.
    own = set(NeedEstimate.objects.filter(place=wide.world.sister).values_list("pk", flat=True))
    assert narrowed(together.known, own) == []
