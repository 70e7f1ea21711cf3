"""Families that arrive one by one: within every limit, nothing read before its turn, little lost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from maarag.engines.matching.arrivals import answer_arrivals, before_those_to_come
from maarag.engines.matching.errors import PlacementError
from maarag.engines.matching.placement import place
from maarag.engines.matching.placement_model import Limits, Placed, PlacementProblem, Prices
from tests.engines.matching.placement_cases import larger


def part(problem: PlacementProblem, first: int, last: int, share: float) -> PlacementProblem:
    """Families first … last-1 with a share of every limit."""
    pairs = slice(problem.start[first], problem.start[last])
    limits = tuple(
        Limits(one.kind, np.floor(one.most * share), one.of_pair[pairs], one.amount[pairs])
        for one in problem.limits
    )
    capacity = np.floor(problem.capacity * share).astype(np.int64)
    start = problem.start[first : last + 1] - problem.start[first]
    return PlacementProblem(start, problem.place[pairs], problem.fit[pairs], capacity, limits)


def two_years() -> tuple[PlacementProblem, PlacementProblem]:
    both = larger(4000, 20, floors=0, seed=4)
    return part(both, 0, 2000, 0.5), part(both, 2000, 4000, 0.5)


def placed(stream: PlacementProblem, pairs: np.ndarray) -> Placed:
    return Placed(stream, pairs, 0.0, Prices(np.zeros(0)), np.zeros(len(pairs), dtype=bool))


def test_a_year_after_another_loses_little() -> None:
    history, stream = two_years()
    answers = placed(stream, answer_arrivals(stream, history))
    assert answers.broken() == []
    best = place(stream, exact_seconds=0).bound
    assert answers.value >= 0.985 * best
    # without prices, each taking the best open place
    greedy = placed(stream, answer_arrivals(stream, times=1))
    assert greedy.broken() == []
    assert answers.value > 1.03 * greedy.value


def test_it_learns_without_a_history_too() -> None:
    _history, stream = two_years()
    learned = placed(stream, answer_arrivals(stream))
    assert learned.broken() == []
    assert learned.value >= 0.95 * place(stream, exact_seconds=0).bound


def test_nothing_is_read_before_its_turn() -> None:
    history, stream = two_years()
    first = answer_arrivals(stream, history, times=8)
    later = stream.start[1000]
    changed = PlacementProblem(
        stream.start, stream.place,
        np.where(np.arange(len(stream.fit)) < later, stream.fit, stream.fit[::-1]),
        stream.capacity, stream.limits,
    )  # fmt: skip
    again = answer_arrivals(changed, history, times=8)
    assert (first[:1000] == again[:1000]).all()
    assert (first[1000:] != again[1000:]).any()


def test_another_world_cannot_be_learned_from() -> None:
    with pytest.raises(PlacementError, match="other places"):
        answer_arrivals(larger(50, 10, floors=0), larger(50, 12, floors=0))


def a_list(fits: list[float], capacity: int, *, others: int = 0) -> PlacementProblem:
    """Families before one place with so much room, and `others` places that nobody may have."""
    n = len(fits)
    room = [capacity, *[3] * others]
    return PlacementProblem.from_pairs(range(n), [0] * n, fits, n_families=n, capacity=room)


def test_a_list_stands_for_those_to_come() -> None:
    today = a_list([9.0] * 4 + [8.0] * 6, 12, others=1)
    came = np.arange(10) < 6
    # ten wait, and six a year come for half a year: ten stand for thirteen
    before = before_those_to_come(today, np.ones(10), came, [0.5, 0.5])
    assert before.capacity.tolist() == [9, 3], "12 · 10/13; a place that nobody may have is left as it is"
    assert place(today).losses.places[0] == pytest.approx(0), "those of today all have room"
    assert place(before).losses.places[0] == pytest.approx(8)
    assert before_those_to_come(today, np.ones(10), came, [0.0, 0.0]).capacity[0] == 12


def test_those_who_came_stand_for_others_like_them_alone() -> None:
    # nobody waits, and a whole year is ahead: each stands for itself
    fits = [9.0, 8.0, 7.0]
    assert before_those_to_come(a_list(fits, 2), np.zeros(3), np.ones(3), [1.0]).capacity[0] == 2
    # a quarter of a year: for a quarter of a family each, so that room is ample
    assert before_those_to_come(a_list(fits, 2), np.zeros(3), np.ones(3), [0.25]).capacity[0] == 8
    # ever so many to come: a place that is left stays one, a place that is full stays full
    many = [5.0] * 400
    assert before_those_to_come(a_list(many, 1), np.ones(400), np.ones(400), [1.0]).capacity[0] == 1
    assert before_those_to_come(a_list(many, 0), np.ones(400), np.ones(400), [1.0]).capacity[0] == 0


def test_who_has_a_decided_place_stands_for_nobody() -> None:
    before = before_those_to_come(a_list([9.0, 8.0, 7.0], 3), np.ones(3), np.ones(3), [1.0], {0: 0, 1: None})
    assert before.capacity[0] == 1, "of three one is given, and the third family stands for two"
    assert np.diff(before.start).tolist() == [0, 0, 1]


def test_money_of_several_places_lasts_as_long_as_the_longest() -> None:
    # two families, each before both places, of one funder
    today = PlacementProblem.from_pairs(
        [0, 0, 1, 1], [0, 1, 0, 1], [9.0, 8.0, 7.0, 6.0], n_families=2, capacity=[5, 5], cost=100.0,
        funder=[0, 0], budget=[600.0],
    )  # fmt: skip
    before = before_those_to_come(today, [1, 1], [1, 1], [0.0, 1.0])
    assert before.limits[0].most.tolist() == [300.0], "each counts once, for itself and one to come"
    assert before.capacity.tolist() == [5, 2]


@pytest.mark.parametrize("runs", [1, 12])
def test_prices_that_stand_between_runs_lose_little(runs: int) -> None:
    """As the pages of families are answered: by the run before, of the families of a year."""
    both = larger(4000, 20, floors=0, seed=4)
    stream = part(both, 2000, 4000, 0.5)
    left, money = stream.capacity.copy(), [one.most.copy() for one in stream.limits]
    pairs = np.full(2000, -1)
    for run in range(runs):
        first, last = (2000 * each // runs for each in (run, run + 1))
        seen = part(both, first, first + 2000, 0.5)
        limits = tuple(replace(one, most=rest) for one, rest in zip(seen.limits, money, strict=True))
        seen = replace(seen, capacity=left.copy(), limits=limits)
        ahead = np.full(20, 1 - first / 2000)
        losses = place(before_those_to_come(seen, np.zeros(2000), np.ones(2000), ahead)).losses
        net = stream.fit - losses.places[stream.place]
        for limits_, price in zip(stream.limits, losses.limits, strict=True):
            net -= price[limits_.of_pair] * limits_.amount
        for i in range(first, last):
            pairs[i] = best = _best_open(stream, i, net, left, money)
            if best >= 0:
                left[stream.place[best]] -= 1
                for one, rest in zip(stream.limits, money, strict=True):
                    rest[one.of_pair[best]] -= one.amount[best]
    answers = placed(stream, pairs)
    assert answers.broken() == []
    share = answers.value / place(stream, exact_seconds=0).bound
    assert share >= (0.98 if runs == 12 else 0.93)


def _best_open(
    stream: PlacementProblem, i: int, net: np.ndarray, left: np.ndarray, money: list[np.ndarray]
) -> int:
    found = [
        pair
        for pair in range(stream.start[i], stream.start[i + 1])
        if net[pair] >= 0
        and left[stream.place[pair]] > 0
        and all(
            rest[one.of_pair[pair]] >= one.amount[pair]
            for one, rest in zip(stream.limits, money, strict=True)
        )
    ]
    return max(found, key=lambda pair: net[pair], default=-1)
