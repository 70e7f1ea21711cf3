"""A floor that the limits allow is kept, whatever it costs the others; and what is not proved is not said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from maarag.engines.matching import placement_floors
from maarag.engines.matching.placement import place
from maarag.engines.matching.placement_draft import lacking
from maarag.engines.matching.placement_explained import Explained
from maarag.engines.matching.placement_floors import find_fewest
from maarag.engines.matching.placement_model import Floor, PlacementProblem
from tests.engines.matching.placement_cases import best_by_trying, larger, linear_bound, problems

slowly = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])


def dear(others: int, displaced: int) -> PlacementProblem:
    """One family that a floor asks for costs as much as `displaced` of the `others`, who would take all."""
    return PlacementProblem.from_pairs(
        range(others + 1), [0] * (others + 1), [10.0] * others + [1.0], n_families=others + 1,
        capacity=[others + 1], cost=[1.0] * others + [float(displaced)], funder=[0],
        budget=[float(others)], floors=[Floor.number([others], 1)],
    )  # fmt: skip


@pytest.mark.parametrize("others", [40, 60, 100, 200, 2_000, 8_000])
def test_a_floor_is_kept_though_it_displaces_most_of_the_others(others: int) -> None:
    placed = place(dear(others, others * 3 // 4))
    assert placed.floors_kept.all()
    assert placed.broken() == []
    assert placed.value == 10 * (others - others * 3 // 4) + 1
    assert placed.bound <= placed.value * 1.001
    (floor,) = Explained(placed).whole()["floors"]
    assert (floor["kept"], floor["proved"]) == (True, True)


def test_it_is_kept_without_the_search_to_the_end_as_well() -> None:
    placed = place(dear(300, 200), exact_seconds=0)
    assert placed.floors_kept.all()
    assert placed.value == 1001


def test_many_with_dear_members_are_placed_near_the_bound() -> None:
    problem = larger(2_500, 30, k=6, floors=0)
    rng = np.random.default_rng(3)
    members = rng.choice(2_500, 4, replace=False)
    limits = problem.limits[0]
    counted = np.isin(problem.family, members)
    amount = np.where(counted, limits.amount * 150, limits.amount)
    most = limits.most + 100 * limits.amount.max()
    problem = replace(
        problem,
        limits=(replace(limits, amount=amount, most=most),),
        floors=(Floor.share(members, 1.0),),
    )
    placed = place(problem, exact_seconds=0)
    assert placed.broken() == []
    assert placed.floors_kept.all()
    linear = linear_bound(problem)
    assert placed.value >= linear * 0.99
    assert linear * (1 - 1e-9) <= placed.bound <= linear * 1.001


@slowly
@given(problems())
def test_how_many_must_lack_is_what_trying_everything_finds(problem: PlacementProblem) -> None:
    least = best_by_trying(problem)[0]
    choice, at_least = find_fewest(problem, 1.0)
    assert lacking(problem, choice) == at_least == least
    by_prices, at_least = find_fewest(problem, 0.0)
    assert at_least <= least <= lacking(problem, by_prices)


def test_what_is_not_proved_is_not_said(monkeypatch: pytest.MonkeyPatch) -> None:
    impossible = PlacementProblem.from_pairs(
        [0, 1, 2], [0, 0, 0], [1.0, 2.0, 9.0], n_families=3, capacity=[1], floors=[Floor.number([0, 1], 2)]
    )
    assert place(impossible).facts == {"exact": True, "fewest": True}
    monkeypatch.setattr(placement_floors, "fewest_lacking", lambda _problem, _pairs, _seconds: (None, 0))
    found = placement_floors._drafted

    def loosely(*args: object) -> object:
        draft = found(*args)  # type: ignore[arg-type]
        draft.bound += 1.0
        return draft

    monkeypatch.setattr(placement_floors, "_drafted", loosely)
    placed = place(impossible)
    assert placed.facts == {"exact": False, "fewest": False}
    assert Explained(placed).whole()["floors"][0]["proved"] is False
