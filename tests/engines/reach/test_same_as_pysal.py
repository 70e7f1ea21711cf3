"""The four methods give the values of PySAL access, on random and on degenerate inputs."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from access import weights as pysal_weights
from hypothesis import given, settings
from hypothesis import strategies as st

from maarag.engines.reach.catchment import Weights, catchment
from maarag.engines.reach.decay import E2SFCA_DEFAULT, THREE_STEP_DEFAULT, Decay
from maarag.engines.reach.raam import raam
from tests.engines.reach.reference import pysal
from tests.engines.reach.strategies import Problem, problems

BOTH = (False, True)
"""NumPy and the compiled kernel; PySAL is asked once for both."""


def same(ours: np.ndarray, theirs: np.ndarray) -> None:
    """Equal within 1e-9, infinities too; a place that PySAL leaves out has access 0 here."""
    np.testing.assert_allclose(ours, np.where(np.isnan(theirs), 0.0, theirs), rtol=1e-9, atol=1e-9)


def check(
    problem: Problem, theirs: np.ndarray, decay: Decay, limit: float = np.inf, *, selective: bool = False
) -> None:
    for compiled in BOTH:
        weights = Weights(problem.pairs, decay, limit, selective=selective, compiled=compiled)
        same(catchment(weights, problem.people, problem.capacity).access, theirs)


def table(problem: Problem) -> tuple[np.ndarray, ...]:
    return problem.people, problem.capacity, problem.origin, problem.destination, problem.cost


@given(
    problem=problems(duplicates=True), max_cost=st.one_of(st.none(), st.sampled_from([0.0, 10.0, 30.0, 41.5]))
)
@settings(max_examples=60, deadline=None)
def test_two_step(problem: Problem, max_cost: float | None) -> None:
    theirs = pysal("two_stage_fca", *table(problem), max_cost=max_cost)
    check(problem, theirs, Decay.none(), np.inf if max_cost is None else max_cost)


DECAYS = [
    (E2SFCA_DEFAULT, None),
    (Decay.steps({5: 1, 10: 0.9, 20: 0.5, 40: 0.1, 60: 0.05}), {5: 1, 10: 0.9, 20: 0.5, 40: 0.1, 60: 0.05}),
    (Decay.steps({20: 0.0, 30: 1.0}), {20: 0.0, 30: 1.0}),
]


@pytest.mark.parametrize(("decay", "bands"), DECAYS, ids=["default", "five", "ring"])
@given(problem=problems(duplicates=True), max_cost=st.one_of(st.none(), st.sampled_from([10.0, 25.0])))
@settings(max_examples=40, deadline=None)
def test_enhanced(problem: Problem, decay: Decay, bands: dict | None, max_cost: float | None) -> None:
    limit = np.inf if max_cost is None else max_cost
    options = {} if bands is None else {"weight_fn": pysal_weights.step_fn(bands)}
    theirs = pysal("enhanced_two_stage_fca", *table(problem), max_cost=max_cost, **options)
    check(problem, theirs, decay, limit)


@pytest.mark.parametrize(
    ("decay", "function"),
    [
        (Decay.gaussian(17.0), pysal_weights.gaussian(17.0)),
        (Decay.gravity(20.0, -1.5, 2.0), pysal_weights.gravity(20.0, -1.5, 2.0)),
        (Decay.inverse_power(2.0, 1.0), pysal_weights.gravity(1.0, -2.0, 1.0)),
        (Decay.exponential(0.1), lambda x: np.exp(-0.1 * x)),
        (Decay.linear(45.0), lambda x: max(0.0, 1 - x / 45.0)),
        (
            Decay.cut_gaussian(40.0),
            lambda x: (
                max(0.0, (np.exp(-0.5 * (x / 40.0) ** 2) - np.exp(-0.5)) / (1 - np.exp(-0.5))) * (x <= 40.0)
            ),
        ),
    ],
    ids=["gaussian", "gravity", "power", "exponential", "linear", "cutgaussian"],
)
@given(problem=problems(duplicates=True))
@settings(max_examples=25, deadline=None)
def test_decay_functions(problem: Problem, decay: Decay, function: object) -> None:
    check(problem, pysal("enhanced_two_stage_fca", *table(problem), weight_fn=function), decay)


@given(problem=problems(duplicates=True), max_cost=st.one_of(st.none(), st.sampled_from([10.0, 25.0])))
@settings(max_examples=60, deadline=None)
def test_three_step(problem: Problem, max_cost: float | None) -> None:
    limit = np.inf if max_cost is None else max_cost
    theirs = pysal("three_stage_fca", *table(problem), max_cost=max_cost)
    check(problem, theirs, THREE_STEP_DEFAULT, limit, selective=True)


@given(problem=problems(least_capacity=1), tau=st.sampled_from([60, 7, 300.5]))
@settings(max_examples=60, deadline=None)
def test_raam(problem: Problem, tau: float) -> None:
    ours = [raam(problem.pairs, problem.people, problem.capacity, tau=tau, compiled=c).cost for c in BOTH]
    if not ((problem.people[problem.origin] > 0) & (problem.capacity[problem.destination] > 0)).any():
        assert np.isnan(ours).all()  # PySAL fails on an empty problem
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = pysal("raam", *table(problem), tau=tau)
    for values in ours:
        np.testing.assert_allclose(values, theirs, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("size", [60, 300])
def test_larger_problems(size: int) -> None:
    rng = np.random.default_rng(size)
    people, capacity = rng.integers(1, 50_000, size), rng.integers(1, 400, size)
    origin, destination = (index.ravel() for index in np.indices((size, size)))
    near = rng.random(size * size) < 0.4
    origin, destination = origin[near], destination[near]
    cost = rng.uniform(0, 70, len(origin))
    problem = Problem(people, capacity, origin, destination, cost)
    check(problem, pysal("enhanced_two_stage_fca", *table(problem)), E2SFCA_DEFAULT)
    check(problem, pysal("three_stage_fca", *table(problem)), THREE_STEP_DEFAULT, selective=True)
    theirs = pysal("raam", *table(problem))
    for compiled in BOTH:
        costs = raam(problem.pairs, people, capacity, compiled=compiled).cost
        np.testing.assert_allclose(costs, theirs, rtol=1e-9)
