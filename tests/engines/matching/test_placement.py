"""Placing families: as good as trying everything, within every limit, with a bound that holds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maarag.engines.matching.errors import (
    FixedDecisionError,
    PlacementCancelled,
    PlacementError,
)
from maarag.engines.matching.placement import place
from maarag.engines.matching.placement_fixed import room_for
from maarag.engines.matching.placement_model import Floor, Placed, PlacementProblem
from maarag.engines.matching.placement_prices import Rows, find_prices
from tests.engines.matching.placement_cases import best_by_trying, larger, linear_bound, problems

slowly = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])


def lacking(placed: Placed) -> int:
    least = [floor.least for floor in placed.problem.floors]
    return int(np.maximum(0, np.array(least, dtype=np.int64) - placed.floor_counts).sum())


@slowly
@given(problems())
def test_as_good_as_trying_everything(problem: PlacementProblem) -> None:
    placed = place(problem)
    least, best = best_by_trying(problem)
    assert placed.broken() == []
    assert lacking(placed) == least
    assert placed.value == pytest.approx(best, abs=1e-5)
    assert placed.bound >= placed.value - 1e-9


@slowly
@given(problems(), st.data())
def test_limits_are_kept_without_the_search_to_the_end(
    problem: PlacementProblem, data: st.DataObject
) -> None:
    placed = place(problem, exact_seconds=0)
    assert placed.broken() == []
    if placed.floors_kept.all():
        assert placed.bound >= best_by_trying(problem)[1] - 1e-9


@slowly
@given(problems(), st.randoms(use_true_random=False))
def test_fixed_decisions_are_kept(problem: PlacementProblem, random) -> None:
    first = place(problem, exact_seconds=0)
    kept = random.sample(range(problem.n_families), k=(problem.n_families + 1) // 2)
    fixed = {i: int(j) if (j := first.place_of_family[i]) >= 0 else None for i in kept}
    again = place(problem, fixed)
    assert again.broken() == []
    assert [again.place_of_family[i] for i in kept] == [first.place_of_family[i] for i in kept]
    assert again.fixed.nonzero()[0].tolist() == sorted(kept)
    assert again.bound >= again.value


@pytest.mark.parametrize("seed", range(4))
def test_bound_is_that_of_the_linear_programme(seed: int) -> None:
    problem = larger(seed=seed)
    rows = Rows.of(problem)
    bound = rows.bound(find_prices(rows))[0] * rows.unit
    linear = linear_bound(problem)
    assert linear * (1 - 1e-9) <= bound <= linear * (1 + 5e-5)


@pytest.mark.parametrize("seed", range(3))
def test_a_department_is_placed_near_the_bound(seed: int) -> None:
    placed = place(larger(seed=seed))
    assert placed.broken() == []
    assert placed.floors_kept.all()
    assert placed.gap < 0.01
    assert (placed.prices.floors > 0).any(), "the floors of this case are meant to bind"


def test_nobody_stands_beside_an_open_better_place() -> None:
    problem = larger(seed=5)
    placed = place(problem)
    room = problem.capacity - placed.taken
    left = problem.limits[0].most - placed.used(0)
    for i in range(problem.n_families):
        now = placed.pair_of_family[i]
        for p in range(problem.start[i], problem.start[i + 1]):
            if problem.fit[p] <= (problem.fit[now] if now >= 0 else 0) or room[problem.place[p]] <= 0:
                continue
            funder, spare = problem.limits[0].of_pair[p], 0.0
            if now >= 0 and problem.limits[0].of_pair[now] == funder:
                spare = problem.limits[0].amount[now]
            assert problem.limits[0].amount[p] > left[funder] + spare


def test_prices_tell_what_one_more_place_is_worth() -> None:
    # Two families want the one place: a second one is worth 7, which the other would fit.
    problem = PlacementProblem.from_pairs([0, 1], [0, 0], [9.0, 7.0], n_families=2, capacity=[1])
    placed = place(problem)
    assert placed.place_of_family.tolist() == [0, -1]
    assert 7 - 0.1 <= placed.prices.places[0] <= 9 + 0.1


def test_a_floor_that_nothing_can_keep_is_told() -> None:
    floor = Floor.number([0, 1], 2)
    problem = PlacementProblem.from_pairs(
        [0, 1, 2], [0, 0, 0], [1.0, 2.0, 9.0], n_families=3, capacity=[1], floors=[floor]
    )
    placed = place(problem)
    assert placed.floors_kept.tolist() == [False]
    assert placed.floor_counts.tolist() == [1]
    assert placed.value == 2
    assert placed.bound == pytest.approx(2, abs=0.01)


def test_a_share_is_rounded_up_and_a_hair_is_not_a_family() -> None:
    assert Floor.share(range(30), 0.1).least == 3
    assert Floor.share(range(31), 0.1).least == 4


@pytest.mark.parametrize(
    ("fixed", "message"),
    [
        ({5: 0}, "family 5 does not exist"),
        ({0: 1}, "family 0 may not have place 1"),
        ({0: 0, 1: 0}, "pass place 0"),
    ],
)
def test_fixed_decisions_that_cannot_be(fixed: dict[int, int], message: str) -> None:
    problem = PlacementProblem.from_pairs([0, 1, 1], [0, 0, 1], [1, 1, 1], n_families=2, capacity=[1, 1])
    with pytest.raises(FixedDecisionError, match=message):
        place(problem, fixed)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"family": [0, 2]}, "family 2 does not exist"),
        ({"place": [0, 3]}, "place 3 does not exist"),
        ({"fit": [1.0, float("nan")]}, "fit of pair 1"),
        ({"family": [0, 0], "place": [0, 0]}, "together more than once"),
        ({"capacity": [1, -1, 1]}, "capacity of place 1 is negative"),
        ({"budget": [-1.0], "cost": 1.0, "funder": 0}, "budget 0 is negative"),
        ({"budget": [1.0], "cost": 1.0, "funder": 4}, "does not exist"),
        ({"budget": [1.0], "cost": -2.0, "funder": 0}, "is negative"),
        ({"caseload": [1.0], "worker": 0, "load": [1.0]}, "2 families but 1 loads"),
        ({"floors": [Floor.number([9], 1)]}, "family 9 does not exist"),
    ],
)
def test_what_cannot_be_is_told(change: dict, message: str) -> None:
    given = {"family": [0, 1], "place": [0, 1], "fit": [1.0, 2.0], "n_families": 2, "capacity": [1, 1, 1]}
    given |= change
    with pytest.raises(PlacementError, match=message):
        PlacementProblem.from_pairs(given.pop("family"), given.pop("place"), given.pop("fit"), **given)


def test_progress_is_told_and_a_run_can_be_stopped() -> None:
    told: list[float] = []
    place(larger(n=60), progress=lambda share, _words: told.append(share))
    assert told == sorted(told)
    assert told[-1] == 1
    with pytest.raises(PlacementCancelled):
        place(larger(n=60), cancelled=lambda: True)


def test_nobody_and_nowhere() -> None:
    for n, m in ((0, 0), (3, 0), (0, 2), (3, 2)):
        placed = place(PlacementProblem.from_pairs([], [], [], n_families=n, capacity=[1] * m))
        assert (placed.value, placed.bound, len(placed.place_of_family)) == (0, 0, n)


def test_the_same_placement_every_time() -> None:
    one, two = (place(larger(seed=8), exact_seconds=0) for _ in range(2))
    np.testing.assert_array_equal(one.pair_of_family, two.pair_of_family)


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(3))
def test_a_nation_is_placed_near_the_bound(seed: int) -> None:
    placed = place(larger(30_000, 600, seed=seed, k=10, floors=8))
    assert placed.broken() == []
    assert placed.floors_kept.all()
    assert placed.gap < 0.001


def test_room_is_made_for_fixed_decisions_that_pass_limits_and_only_for_them():
    problem = PlacementProblem.from_pairs(
        [0, 0, 1, 1, 2, 2], [0, 1, 0, 1, 0, 1], [9, 5, 9, 5, 9, 5], n_families=3, capacity=[1, 3],
        load=[1.5, 1.0, 1.0], worker=[-1, 0], caseload=[1.0],
    )  # fmt: skip
    fixed = {0: 0, 1: 0}
    with pytest.raises(FixedDecisionError):
        place(problem, fixed)
    wider, passed = room_for(problem, fixed)
    assert passed == [("place", 0)]
    assert list(wider.capacity) == [2, 3]
    placed = place(wider, fixed)
    assert list(placed.place_of_family) == [0, 0, 1]
    assert room_for(problem, {0: 1})[1] == [("load", 0)]
    same, none = room_for(problem, {0: 0, 1: 1})
    assert same is problem
    assert none == []
    with pytest.raises(FixedDecisionError):
        room_for(problem, {7: 0})
