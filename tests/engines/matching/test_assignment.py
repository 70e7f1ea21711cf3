"""Generalized assignment: feasible, no worse than what brute force proves, bounded from below."""

from __future__ import annotations

import csv
from importlib import import_module
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.assignment_instances import make
from maarag.engines.matching import (
    AssignmentInstance,
    InfeasibleError,
    NotFoundError,
    Progress,
    read_instance,
    solve_assignment,
)
from maarag.engines.matching.assignment_closing import close, promising
from maarag.engines.matching.assignment_dive import Prices, in_order_of_regret, prepare


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    """The search is compiled before anything is timed: the very first time this takes many seconds."""
    import_module("maarag.engines.matching.assignment_walk")


def best_by_trying_all(instance: AssignmentInstance) -> int | None:
    """The least cost over all assignments within the capacities; None where there is none."""
    tried = product(range(instance.agents), repeat=instance.jobs)
    return min((instance.objective(a) for a in tried if instance.keeps_within(a)), default=None)


@st.composite
def instances(draw: st.DrawFn) -> AssignmentInstance:
    agents, jobs = draw(st.integers(1, 3)), draw(st.integers(1, 6))
    numbers = np.random.default_rng(draw(st.integers(0, 10**6)))
    low = draw(st.sampled_from([-20, 0, 10]))
    cost = numbers.integers(low, 30, (agents, jobs))
    resource = numbers.integers(draw(st.integers(0, 5)), 12, (agents, jobs))
    tightness = draw(st.sampled_from([0.5, 0.8, 1.0, 3.0]))
    capacity = (tightness * resource.sum(axis=1) / agents).astype(np.int64)
    return AssignmentInstance(cost, resource, capacity)


@settings(max_examples=25, deadline=None)
@given(instances())
def test_small_problems_are_solved_to_the_end(instance: AssignmentInstance):
    expected = best_by_trying_all(instance)
    if expected is None:
        with pytest.raises((InfeasibleError, NotFoundError)):
            solve_assignment(instance, 0.6)
        return
    answer = solve_assignment(instance, 0.6)
    assert instance.keeps_within(answer.assignment)
    assert answer.objective == instance.objective(answer.assignment) == expected
    assert answer.bound <= expected


@pytest.mark.parametrize("kind", ["c", "d", "e"])
def test_each_type_is_feasible_and_bounded(kind: str):
    instance = make(kind, 10, 60)
    answer = solve_assignment(instance, 2)
    assert instance.keeps_within(answer.assignment)
    assert instance.objective(answer.assignment) == answer.objective
    assert answer.bound <= answer.objective
    assert answer.gap < 0.08


def test_where_capacities_do_not_bind_each_job_goes_to_its_cheapest():
    random = np.random.default_rng(3)
    cost = random.integers(0, 100, (4, 30))
    instance = AssignmentInstance(cost, np.ones((4, 30)), np.full(4, 10**9))
    answer = solve_assignment(instance, 5)
    assert answer.optimal
    assert answer.objective == answer.bound == cost.min(axis=0).sum()


def test_a_job_too_large_for_every_agent_is_named():
    with pytest.raises(InfeasibleError, match="job 2 "):
        solve_assignment(AssignmentInstance([[1, 1]], [[1, 9]], [5]), 1)


def test_jobs_that_exceed_all_capacities_are_told():
    with pytest.raises(InfeasibleError, match="15"):
        solve_assignment(AssignmentInstance([[1, 1, 1]] * 2, [[5, 5, 5]] * 2, [5, 5]), 1)


def test_proof_that_none_fits():
    """Two agents with room for 3 each, three jobs of 2: enough room, but not where it is needed."""
    with pytest.raises((InfeasibleError, NotFoundError)):
        solve_assignment(AssignmentInstance([[1, 1, 1]] * 2, [[2, 2, 2]] * 2, [3, 3]), 1)


def test_a_cancelled_run_gives_back_what_it_has():
    instance = make("d", 10, 60)
    seen: list[Progress] = []

    def found() -> bool:
        return bool(seen) and seen[-1].objective is not None

    answer = solve_assignment(instance, 60, progress=seen.append, cancelled=found)
    assert instance.keeps_within(answer.assignment)
    assert answer.seconds < 60
    assert seen[-1].objective == answer.objective
    assert all(now.objective is None or now.bound <= now.objective for now in seen)


def test_costs_moved_by_a_constant_move_the_optimum_by_as_much():
    base = make("c", 4, 12, seed=5)
    moved = AssignmentInstance(base.cost - 100, base.resource, base.capacity)
    one, other = solve_assignment(base, 3), solve_assignment(moved, 3)
    assert one.optimal
    assert other.optimal
    assert other.objective == one.objective - 100 * 12


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", ["c", "e"])
def test_what_is_decided_level_by_level_is_the_optimum_of_all_pairs(kind: str, seed: int):
    """The solver is asked of few pairs at a time; asked of all of them it must say the same."""
    instance = make(kind, 5, 40, seed)
    answer = solve_assignment(instance, 12)
    problem = prepare(instance)
    whole = close(problem, np.isfinite(problem.cost), 60)
    assert whole.proved
    assert whole.owner is not None
    assert answer.bound <= instance.objective(whole.owner) == answer.objective
    assert instance.keeps_within(answer.assignment)


def test_the_pairs_that_are_left_reach_beyond_the_bound():
    """However few are asked for: of none below the bound nothing could be learned."""
    problem = prepare(make("c", 10, 100))
    prices = Prices(problem)
    prices.raise_by(200, prices.bound + 20)
    for most in (1, 100, 200, 400):
        pairs, limit = promising(prices, np.inf, most)
        assert limit > prices.bound
        assert pairs.sum() >= min(most, 100)
        assert (prices.least_with()[~pairs] > limit - 1).all()


def _best_known(shared: Path) -> dict[str, int]:
    with open(shared / "data" / "assignment" / "best_known.csv", encoding="utf-8") as file:
        return {row["Path"]: int(row["Best known solution value"]) for row in csv.DictReader(file)}


@pytest.mark.parametrize("name", ["a05100", "b05100", "c05100"])
def test_published_optima_are_met(shared: Path, name: str):
    instance = read_instance(shared / "data" / "assignment" / "chu1997" / name)
    answer = solve_assignment(instance, 4)
    known = _best_known(shared)[f"chu1997/{name}"]
    assert instance.keeps_within(answer.assignment)
    assert answer.bound <= known <= answer.objective
    assert answer.objective <= known * 1.003


@pytest.mark.proof
def test_every_published_instance_is_feasible_and_near_the_best_known(shared: Path):
    known = _best_known(shared)
    folder = shared / "data" / "assignment"
    for path, best in known.items():
        instance = read_instance(folder / path)
        answer = solve_assignment(instance, 4)
        assert instance.keeps_within(answer.assignment), path
        if path.startswith("chu1997"):
            assert answer.bound <= best <= answer.objective <= best * 1.01, path


@pytest.mark.parametrize(("kind", "agents", "jobs"), [("d", 20, 200), ("c", 60, 4_000)])
def test_a_first_answer_is_there_however_little_time(kind: str, agents: int, jobs: int):
    """In order of regret, not far from what nothing can cost less than."""
    instance = make(kind, agents, jobs)
    problem = prepare(instance)
    owner = in_order_of_regret(problem)
    assert owner is not None
    assert instance.keeps_within(owner)
    assert problem.bound - 1 <= instance.objective(owner) < 1.06 * problem.bound


def test_an_order_that_leaves_no_room_gives_none():
    """Two agents with room for 3 each, three jobs of 2."""
    assert in_order_of_regret(prepare(AssignmentInstance([[1, 5, 1]] * 2, [[2, 2, 2]] * 2, [3, 3]))) is None
