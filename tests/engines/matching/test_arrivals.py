"""Families that arrive one by one: within every limit, nothing read before its turn, little lost."""

from __future__ import annotations

import numpy as np
import pytest

from maarag.engines.matching.arrivals import answer_arrivals
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
