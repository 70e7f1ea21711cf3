"""Trees: what they refuse is not there, what they find is, and both meet at what trying all says."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import product

import numpy as np
import pytest

from bench.assignment_instances import make
from bench.assignment_solvers import highs
from maarag.engines.matching import AssignmentInstance
from maarag.engines.matching.assignment_dive import Prepared, Prices, prepare
from maarag.engines.matching.assignment_tree import Levels, Tree, improved


def ask(problem: Prepared, level: int, worth: np.ndarray) -> Tree:
    tree = Tree(problem.cost, problem.need, problem.capacity, np.isfinite(problem.cost), worth, level)
    while tree.fits and not tree.over:
        tree.search()
    return tree


def small(seed: int) -> AssignmentInstance:
    random = np.random.default_rng(seed)
    cost, resource = random.integers(-20, 40, (3, 7)), random.integers(0, 12, (3, 7))
    return AssignmentInstance(cost, resource, (0.7 * resource.sum(axis=1) / 2).astype(np.int64))


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("rough", [False, True])
def test_each_level_is_answered_as_trying_all_answers_it(seed: int, rough: bool):
    """Whatever the prices to begin with."""
    instance = small(seed)
    tried = product(range(instance.agents), repeat=instance.jobs)
    best = min(instance.objective(a) for a in tried if instance.keeps_within(a))
    problem = prepare(instance)
    worth = np.random.default_rng(seed).normal(0, 30, 7) if rough else Prices(problem).worth
    assert ask(problem, best - 1, worth).owner is None
    for level in (best, best + 3):
        owner = ask(problem, level, worth).owner
        assert owner is not None
        assert instance.keeps_within(owner)
        assert best <= instance.objective(owner) <= level


@pytest.mark.parametrize(("kind", "agents", "jobs", "seed"), [("c", 10, 40, 2), ("d", 8, 24, 1)])
def test_parts_answer_together_what_the_tree_answers(kind: str, agents: int, jobs: int, seed: int):
    """Each part a node at a time, and parted again and again."""
    instance = make(kind, agents, jobs, seed=seed)
    problem, best = prepare(instance), highs(instance, 60, 1)
    assert best is not None
    for level in (best - 1, best):
        tree = Tree(
            problem.cost, problem.need, problem.capacity, np.isfinite(problem.cost), np.zeros(jobs), level
        )
        parts, most, owner = [tree], 1, None
        while parts and owner is None:
            one = parts.pop(0)
            one._at_once = 1
            if not one.over:
                one.search()
            owner = one.owner
            if not one.over:
                parts += [one, part] if (part := one.part()) else [one]
            most = max(most, len(parts))
        assert most > 1
        assert (owner is None) is (level < best)
        assert owner is None or instance.objective(owner) == best


@pytest.mark.parametrize("kind", ["c", "d", "e"])
def test_two_threads_at_the_same_levels_come_to_the_optimum(kind: str):
    instance = make(kind, 4, 24, seed=1)
    problem = prepare(instance)
    prices = Prices(problem)
    prices.raise_by(50, prices.bound + 20)
    levels, known = Levels(problem, prices), [10**6]

    def search() -> None:
        while prices.bound < known[0]:
            _worked, owner = levels.work(int(np.ceil(prices.bound - 1e-6)), known[0])
            if owner is not None:
                assert instance.keeps_within(owner)
                known[0] = min(known[0], instance.objective(owner))

    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(search) for _thread in range(2)]:
            done.result(timeout=60)
    assert known[0] == highs(instance, 60, 1)


@pytest.mark.parametrize("kind", ["c", "d", "e"])
def test_the_first_level_not_refused_is_the_optimum(kind: str):
    instance = make(kind, 4, 24, seed=1)
    problem = prepare(instance)
    prices = Prices(problem)
    prices.raise_by(100, prices.bound + 20)
    levels = Levels(problem, prices)
    known = None
    while known is None or prices.bound < known:
        could, owner = levels.work(int(np.ceil(prices.bound - 1e-6)), known)
        assert could
        if owner is not None:
            known = instance.objective(owner)
    assert known == highs(instance, 60, 1)


def test_what_is_infeasible_is_refused_at_every_level():
    """Two agents with room for 3 each, three jobs of 2."""
    problem = prepare(AssignmentInstance([[1, 5, 1]] * 2, [[2, 2, 2]] * 2, [3, 3]))
    levels = Levels(problem, prices := Prices(problem))
    for _ in range(40):
        could, owner = levels.work(int(np.ceil(prices.bound - 1e-6)), None)
        assert could
        assert owner is None
    assert levels.infeasible


def test_some_jobs_are_assigned_anew_in_the_best_way():
    """Of all jobs that is the optimum; of some, the others stay where they are."""
    instance = make("c", 5, 30)
    problem = prepare(instance)
    prices = Prices(problem)
    prices.raise_by(100, prices.bound + 20)
    bound = int(np.ceil(prices.bound - 1e-6))
    # Some assignment, whatever it costs.
    tree = Tree(0 * problem.cost, problem.need, problem.capacity, problem.cost >= 0, np.zeros(30), 0)
    while not tree.over:
        tree.search()
    start = tree.owner
    assert start is not None
    free = np.isin(start, [0, 2, 3])
    some, proved = improved(prices, start, free, bound, 10**6, lambda: False)
    assert proved
    assert instance.keeps_within(some)
    assert instance.objective(some) < instance.objective(start)
    assert (some[~free] == start[~free]).all()
    whole, proved = improved(prices, some, np.ones(30, np.bool_), bound, 10**6, lambda: False)
    assert proved
    assert instance.objective(whole) == highs(instance, 60, 1)


def test_numbers_too_large_are_not_asked_for():
    problem = prepare(AssignmentInstance([[0, 10**9], [10**9, 0]], [[1, 1]] * 2, [2, 2]))
    assert not ask(problem, 10**9, np.zeros(2)).fits
