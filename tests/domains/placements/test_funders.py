"""Every funder's money is kept to, whichever places draw on it."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from maarag.domains.baskets.funders import FunderPart
from maarag.domains.placements.asked import Asked
from maarag.domains.placements.engine_data import FUNDER, Gathered, Pairs, limit_keys, problem_of
from maarag.domains.placements.gathering import Candidate
from maarag.domains.placements.seats import Seat, seats
from maarag.domains.programmes.fit import FamilyFacts
from maarag.engines.matching import place
from tests.factories.baskets import ENDS, STARTS
from tests.factories.placements import POOR, Town

X, Y, Z = 11, 12, 13


def seat(quota: int, **left: tuple[int, int, int]) -> Seat:
    parts = tuple(FunderPart(*part) for part in left.values())
    return Seat(quota, quota, f"p{quota}", 1, ENDS, 10, 0, 100, 10_000, parts)


def gathered(found: list[Seat], families: int) -> Gathered:
    people = [Candidate(uuid4(), 1, 1, STARTS, FamilyFacts()) for _number in range(families)]
    return Gathered(people, found, {}, {})


def test_each_purse_is_one_limit_for_all_places_that_draw_on_it():
    """Three places, each with another two of three funders: one money, wherever it is drawn."""
    found = [
        seat(1, x=(X, 60, 1_000), y=(Y, 40, 80)),
        seat(2, y=(Y, 50, 80), z=(Z, 50, 1_000)),
        seat(3, x=(X, 50, 1_000), z=(Z, 50, 1_000)),
    ]
    both = gathered(found, 4)
    keys = limit_keys(both)
    assert keys.of[FUNDER] == [X, Y, Z]
    assert keys.most[FUNDER] == [1_000.0, 80.0, 1_000.0]
    where: dict[int, set[int]] = {}
    for number, draw in enumerate(keys.draws):
        for row in set(draw.row) - {-1}:
            where.setdefault(row, set()).add(number)
    assert all(len(draws) == 1 for draws in where.values())
    for j, one in enumerate(found):
        drawn = {keys.of[FUNDER][draw.row[j]]: draw.amount[j] for draw in keys.draws if draw.row[j] >= 0}
        assert drawn == {part.purse: part.cost for part in one.funders}
    pairs = Pairs()
    for i in range(4):
        for j, fit in enumerate((90, 80)):
            pairs.add(i, j, fit, 0)
    placed = place(problem_of(both, pairs, Asked(date(2026, 1, 1))))
    assert placed.broken() == []
    # 80 of the second funder: two of the first place, or one of each kind at 90 – never a third
    assert sorted(placed.place_of_family) == [-1, -1, 0, 0]


@pytest.mark.django_db
def test_what_known_baskets_may_still_spend_is_taken_from_each_funder(place_town: Town):
    def left() -> dict[int, int]:
        every = {one.quota: one for one in seats([place_town.city.pk], date.today())}
        found = every[place_town.first.pk]
        assert len(found.funders) == 2
        return {one.purse: one.left for one in found.funders}

    with place_town.scope():
        before = left()
    place_town.place(place_town.family(POOR), place_town.first)
    with place_town.scope():
        after = left()
        cost = place_town.first.line.unit_cost.agorot
    taken = sorted(before[purse] - after[purse] for purse in before)
    assert taken == [cost // 4, cost * 3 // 4]
