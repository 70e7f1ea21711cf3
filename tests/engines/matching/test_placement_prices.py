"""Prices against the truth: everything tried with one more, and the linear programme solved again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maarag.engines.matching.placement import place
from maarag.engines.matching.placement_explained import Explained
from maarag.engines.matching.placement_model import Floor, Placed, PlacementProblem
from maarag.engines.matching.placement_one_more import PLACE, one_more
from tests.engines.matching.placement_cases import best_by_trying, larger, linear_bound, problems, wider

slowly = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])


def three(capacity: int, **more: Any) -> PlacementProblem:
    """Families that would fit one place by 9, 7 and 2."""
    return PlacementProblem.from_pairs(
        [0, 1, 2], [0, 0, 0], [9.0, 7.0, 2.0], n_families=3, capacity=[capacity], **more
    )


def unkept(*, members: float = 95.0, others: float = 97.0) -> PlacementProblem:
    """Five places; of ten families the eight for whom a floor asks cannot all be placed."""
    return PlacementProblem.from_pairs(
        [*range(10)] * 2, [0] * 10 + [1] * 10, ([members] * 8 + [others] * 2) * 2, n_families=10,
        capacity=[3, 2], floors=[Floor.share(range(8), 1.0)],
    )  # fmt: skip


@pytest.mark.parametrize(("capacity", "more", "less"), [(0, 9, None), (1, 7, 9), (2, 2, 7), (3, 0, 2)])
def test_one_more_place_and_one_less_of_few(capacity: int, more: float, less: float | None) -> None:
    placed = place(three(capacity))
    assert placed.prices.places[0] == pytest.approx(more)
    if less is not None:
        assert placed.losses.places[0] == pytest.approx(less)
    binding = Explained(placed).whole()["binding"]
    assert [(one["brings"], one["exact"]) for one in binding] == ([(more, True)] if more else [])


@slowly
@given(problems())
def test_one_more_brings_what_trying_everything_with_it_finds(problem: PlacementProblem) -> None:
    placed = place(problem)
    if not placed.facts["exact"]:
        return
    found, (_lacking, best) = one_more(placed), best_by_trying(problem)
    for (kind, number), told in found.items():
        assert told.exact
        with_it = best_by_trying(wider(problem, kind, number, told.more * (1 + 1e-9)))[1]
        assert told.brings == pytest.approx(with_it - best, abs=1e-5)
    for j in range(problem.n_places):
        if (PLACE, j) not in found:
            assert best_by_trying(wider(problem, PLACE, j, 1))[1] <= best + 1e-5


def test_a_budget_says_what_more_would_bring_and_not_a_price_for_a_thousand() -> None:
    # Two places of 100 each, 150 to spend: 50 more bring the second, of 7.
    problem = PlacementProblem.from_pairs(
        [0, 1], [0, 0], [9.0, 7.0], n_families=2, capacity=[2], cost=100.0, funder=0, budget=[150.0]
    )
    (told,) = Explained(place(problem)).whole()["binding"]
    assert (told["kind"], told["more"], told["brings"], told["exact"]) == ("budget", 50, 7, True)


def test_a_floor_that_is_kept_does_not_raise_what_one_more_brings() -> None:
    problem = PlacementProblem.from_pairs(
        [0, 1], [0, 0], [9.0, 4.0], n_families=2, capacity=[1], floors=[Floor.number([1], 1)]
    )
    placed = place(problem)
    (told,) = Explained(placed).whole()["binding"]
    assert (told["brings"], told["exact"]) == (9, True)
    assert placed.prices.places[0] == pytest.approx(9)
    assert placed.prices.floors[0] == pytest.approx(5)
    # whoever the floor counts comes out even at its place, whoever it does not stays away
    assert 4 - placed.losses.places[0] + placed.losses.floors[0] == pytest.approx(0)
    assert 9 - placed.losses.places[0] < -0.1


def test_where_a_floor_cannot_be_kept_prices_are_of_those_who_could_be_there() -> None:
    placed = place(unkept())
    assert not placed.floors_kept.any()
    assert placed.floor_counts.tolist() == [5]
    assert placed.prices.places == pytest.approx([97, 97])
    assert placed.prices.floors == pytest.approx([2])
    # one more goes to the group that the floor lacks
    assert [one["brings"] for one in Explained(placed).whole()["binding"]] == pytest.approx([95, 95])
    losses = placed.losses
    assert 95 - losses.places[0] + losses.floors[0] == pytest.approx(0)
    assert -20 < 97 - losses.places[0] < -0.1


def lowered(placed: Placed) -> PlacementProblem:
    pairs = zip(placed.problem.floors, placed.floor_counts, strict=True)
    return replace(placed.problem, floors=tuple(Floor(one.members, int(n)) for one, n in pairs))


def test_floors_that_cannot_be_kept_by_many_leave_the_bound_and_the_prices_true() -> None:
    problem = larger(3_000, 60, k=8, tight=0.3, floors=3)
    problem = replace(problem, floors=tuple(Floor(one.members, len(one.members)) for one in problem.floors))
    placed = place(problem, exact_seconds=0)
    assert not placed.floors_kept.any()
    reached = lowered(placed)
    linear = linear_bound(reached)
    assert placed.value <= linear * (1 + 1e-9)
    assert linear * (1 - 1e-9) <= placed.bound <= linear * 1.001
    dear = int(np.argmax(placed.prices.places))
    truth = linear_bound(wider(reached, PLACE, dear, 1)) - linear
    assert placed.prices.places[dear] == pytest.approx(truth, abs=1)
    assert placed.prices.floors.max() <= 100


@pytest.mark.parametrize("seed", range(2))
def test_prices_of_a_department_are_what_the_linear_programme_changes_by(seed: int) -> None:
    problem = larger(250, 12, seed=seed, k=6)
    placed = place(problem, exact_seconds=0)
    linear = linear_bound(problem)
    some = 0.002
    for j, price in enumerate(placed.prices.places):
        more = linear_bound(replace(problem, capacity=problem.capacity + some * (np.arange(12) == j)))
        assert (more - linear) / some <= price + 1e-3
    every = linear_bound(replace(problem, capacity=problem.capacity + some)) - linear
    limits = (replace(problem.limits[0], most=problem.limits[0].most + 1.0),)
    assert every / some == pytest.approx(placed.prices.places.sum(), abs=0.5)
    assert linear_bound(replace(problem, limits=limits)) - linear <= placed.prices.limits[0].sum() + 1e-6
    assert placed.losses.places.sum() >= placed.prices.places.sum() - 1e-6


@pytest.mark.parametrize("seed", range(3))
def test_of_places_alone_both_ends_are_what_one_more_and_one_less_change(seed: int) -> None:
    problem = replace(larger(40, 6, seed=seed, k=4, floors=0), limits=())
    placed, linear = place(problem), linear_bound(problem)
    for j in np.flatnonzero(problem.capacity):
        more, less = (linear_bound(wider(problem, PLACE, int(j), by)) for by in (1, -1))
        assert placed.prices.places[j] == pytest.approx(more - linear, abs=1e-6)
        assert placed.losses.places[j] == pytest.approx(linear - less, abs=1e-6)


@slowly
@given(problems(), st.data())
def test_more_fit_does_what_is_said_and_where_none_is_said_nothing_does(
    problem: PlacementProblem, data: st.DataObject
) -> None:
    """Without budgets and loads, whose wholes leave the prices open."""
    problem = replace(problem, limits=())
    placed = place(problem)
    refused = [
        (i, item)
        for i in range(problem.n_families)
        for item in Explained(placed).family_explained(i)["why_not"]
    ]
    if not refused:
        return
    i, item = data.draw(st.sampled_from(refused))
    pair, said = problem.pair(i, item["place"]), item["would_change"][-1]
    fit = problem.fit.copy()
    fit[pair] += said["more"] + 1e-3 if said["kind"] == "fit" else 10_000
    raised = replace(problem, fit=fit)
    has_it = int(place(raised).pair_of_family[i]) == pair
    assert has_it == (said["kind"] == "fit")


@pytest.mark.parametrize(
    ("limits", "kinds", "more"),
    [
        ({"cost": 100.0, "funder": 0, "budget": [150.0]}, ["budget", "fit"], 2),
        ({"worker": 0, "caseload": [0.0]}, ["load"], None),
        ({"worker": 0, "caseload": [1.0]}, ["load", "fit"], 2),
        ({"floors": [Floor.number([0], 1)], "capacity": [1]}, ["place"], None),
        ({"capacity": [0]}, ["place"], None),
        # the cheapest who leaves must free enough: the first costs 60 alone
        ({"cost": [60.0, 100.0], "funder": 0, "budget": [60.0]}, ["budget"], None),
    ],
)
def test_more_fit_is_said_only_where_somebody_could_leave(
    limits: dict[str, Any], kinds: list[str], more: float | None
) -> None:
    given = {"n_families": 2, "capacity": [2], **limits}
    problem = PlacementProblem.from_pairs([0, 1], [0, 0], [9.0, 7.0], **given)
    (refused,) = Explained(place(problem)).family_explained(1)["why_not"]
    assert [change["kind"] for change in refused["would_change"]] == kinds
    if more is not None:
        assert refused["would_change"][-1]["more"] == pytest.approx(more)


def test_a_family_that_nothing_suits_is_told_so() -> None:
    problem = PlacementProblem.from_pairs([0, 1, 2], [0, 0, 0], [-3.0, 7.0, 0.0], n_families=3, capacity=[1])
    explained = Explained(place(problem))
    for family in (0, 2):
        data = explained.family_explained(family)
        assert (data["for"], data["why_not"]) == ([], [])
        assert data["against"] == [{"kind": "does not fit"}]
    assert explained.whole()["waiting"] == {"does not fit": 2}


@pytest.mark.parametrize("budget", [300.0, 301.0, 1e6])
def test_money_that_is_just_enough_is_short_of_one_less_and_ample_money_never(budget: float) -> None:
    """Three families, all of whom are placed by the same funder's money: 300 of it."""
    problem = PlacementProblem.from_pairs(
        [0, 1, 2], [0, 0, 0], [9.0, 8.0, 7.0], n_families=3, capacity=[9], cost=100.0, funder=[0],
        budget=[budget],
    )  # fmt: skip
    placed = place(problem)
    assert placed.prices.limits[0][0] == pytest.approx(0)
    assert placed.losses.limits[0][0] == pytest.approx(0.07 if budget == 300 else 0)
