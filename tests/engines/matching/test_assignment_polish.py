"""Exact improvements of an assignment: of what some agents hold, and of what good assignments disagree on."""

from __future__ import annotations

import numpy as np
import pytest

from bench.assignment_instances import make
from bench.assignment_solvers import highs
from maarag.engines.matching.assignment_dive import Owners, Prices, prepare
from maarag.engines.matching.assignment_polish import MOST, Met, Polish
from maarag.engines.matching.assignment_walk import Walk
from maarag.engines.matching.instances import AssignmentInstance

JOBS = 40


@pytest.fixture
def instance() -> AssignmentInstance:
    """Each job takes 1 and each of four agents has room for a quarter of them; the costs are drawn."""
    cost = np.random.default_rng(5).integers(10, 90, (4, JOBS))
    return AssignmentInstance(cost.tolist(), [[1] * JOBS] * 4, [JOBS // 4] * 4)


def searches(instance: AssignmentInstance, number: int = 1) -> list[Polish]:
    prices = Prices(prepare(instance))
    met = Met([Walk(prices.problem, k, lambda: False) for k in range(number)])
    return [Polish(walk, prices, met) for walk in met.walks]


def give(polish: Polish, owner: Owners) -> None:
    polish.walk.offer(owner, polish.walk.problem.cost[np.arange(len(owner)), owner].sum())


def best(instance: AssignmentInstance) -> Owners:
    (polish,) = searches(instance)
    polish.walk.first()
    assert polish.walk.best is not None
    polish.exchange(0)
    while polish.walk.best is not None and polish.walk.record > highs(instance, 60, 1):
        polish.exchange(0)
    assert polish.walk.recorded is not None
    return polish.walk.recorded


def exchanged(owner: Owners, one: int, other: int) -> Owners:
    """With two jobs of different agents each in the other's place."""
    found = owner.copy()
    found[[one, other]] = owner[[other, one]]
    return found


def two_pairs(owner: Owners) -> list[tuple[int, int]]:
    """Four jobs, two and two of different agents."""
    one, other = (np.flatnonzero(owner == agent) for agent in (0, 1))
    return [(int(one[0]), int(other[0])), (int(one[1]), int(other[1]))]


def test_what_two_assignments_agree_on_is_kept_and_the_rest_is_the_best(instance: AssignmentInstance):
    optimum = best(instance)
    (first, second), (polish,) = two_pairs(optimum), searches(instance)
    give(polish, exchanged(optimum, *first))
    polish.walk.latest = exchanged(optimum, *second)
    polish.reunite(0)
    assert polish.walk.objective == instance.objective(optimum) == highs(instance, 60, 1)
    assert polish.walk.latest is None, "it is reunited once"
    assert polish.spent > 0


def test_of_what_was_met_before_more_jobs_are_made_free(instance: AssignmentInstance):
    """One pair of jobs alone is too little to be decided anew; with what was met before it is not."""
    optimum = best(instance)
    (first, second), (polish,) = two_pairs(optimum), searches(instance)
    wrong = exchanged(exchanged(optimum, *first), *second)
    give(polish, wrong)
    polish.walk.latest = exchanged(wrong, *first)
    polish.reunite(0)
    assert polish.walk.objective == instance.objective(wrong)
    polish.walk.latest = exchanged(wrong, *second)
    polish.reunite(0)
    assert polish.walk.objective == instance.objective(optimum)


def test_a_search_that_finds_nothing_for_long_begins_anew_and_its_best_is_kept(instance: AssignmentInstance):
    (polish,) = searches(instance)
    give(polish, best(instance))
    for _ in range(100):
        if not polish.exchange(0):
            break
    assert (polish.walk.best, polish.is_fruitful) == (None, False)
    assert polish.walk.record == polish.met.ended[0][0] == highs(instance, 60, 1)


def test_before_it_begins_anew_it_is_reunited_with_the_others(instance: AssignmentInstance):
    """So that nothing which they know together is lost with it."""
    optimum = best(instance)
    (first, second), (one, other) = two_pairs(optimum), searches(instance, 2)
    wrong = exchanged(optimum, *first)
    give(one, wrong)
    give(other, exchanged(optimum, *second))
    one._reunite_with_the_best(0)
    assert one.walk.objective == instance.objective(optimum)
    assert not one.met.ended


@pytest.mark.parametrize("differ", [4, MOST + 1])
def test_what_is_too_different_to_be_reunited_is_worked_at_together(differ: int):
    instance = make("d", 5, 2 * MOST)
    one, other = searches(instance, 2)
    other.walk.first()
    assert other.walk.best is not None
    far = other.walk.best.copy()
    far[:differ] = (far[:differ] + 1) % 5
    one.walk.offer(far, other.walk.objective + 100)
    one._work_together()
    assert (one.walk.objective == other.walk.objective) == (differ > MOST)


def test_three_agents_exchange_nothing():
    (polish,) = searches(make("c", 3, 12))
    polish.walk.first()
    assert not polish.exchange(0)
