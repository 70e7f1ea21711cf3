"""Coverage: feasible, greatest in total, and as even as reach allows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from maarag.engines.reach.pairs import Pairs
from maarag.engines.reach.shares import fair_shares
from tests.engines.reach.strategies import Problem, problems

COMPILED = pytest.mark.parametrize("compiled", [False, True], ids=["plain", "compiled"])


def most_served(pairs: Pairs, people: np.ndarray, capacity: np.ndarray) -> float:
    """Greatest number that can be served at once, by linear programming."""
    if not len(pairs):
        return 0.0
    by_place = (np.arange(pairs.n_origins)[:, None] == pairs.origin).astype(float)
    by_service = (np.arange(pairs.n_destinations)[:, None] == pairs.destination).astype(float)
    limits = np.concatenate([people, capacity]).astype(float)
    found = linprog(-np.ones(len(pairs)), A_ub=np.vstack([by_place, by_service]), b_ub=limits)
    assert found.status == 0
    return -float(found.fun)


def check(pairs: Pairs, people: np.ndarray, capacity: np.ndarray, compiled: bool) -> None:
    shares = fair_shares(pairs, people, capacity, compiled=compiled)
    slack = 1e-9 * max(1.0, people.sum(), capacity.sum())
    assert (shares.served >= -slack).all()
    at_place = np.bincount(pairs.origin, shares.served, pairs.n_origins)
    at_service = np.bincount(pairs.destination, shares.served, pairs.n_destinations)
    assert (at_service <= capacity + slack).all()
    assert ((shares.coverage >= 0) & (shares.coverage <= 1)).all()
    np.testing.assert_allclose(at_place, np.where(people > 0, shares.coverage * people, 0), atol=slack)
    assert at_place.sum() == pytest.approx(most_served(pairs, people, capacity), rel=1e-7, abs=1e-6)
    # As even as reach allows: a service serves only the places that are worst off among those it reaches,
    # and has capacity to spare only when all of them are fully covered.
    lowest = np.full(pairs.n_destinations, 1.0)
    np.minimum.at(lowest, pairs.destination, shares.coverage[pairs.origin])
    busy = shares.served > slack
    assert (shares.coverage[pairs.origin][busy] <= lowest[pairs.destination][busy] + 1e-9).all()
    spare = (capacity - at_service > 2 * slack) & (lowest < 1 - 1e-9)
    assert not spare.any()
    for number, group in enumerate(shares.groups):
        assert set(np.flatnonzero(shares.group_of == number)) == set(group.places)
        assert group.coverage == pytest.approx(min(1.0, group.capacity / group.people))


@COMPILED
@given(problem=problems())
@settings(max_examples=150, deadline=None)
def test_small(problem: Problem, compiled: bool) -> None:
    check(problem.pairs, problem.people.astype(float), problem.capacity.astype(float), compiled)


@COMPILED
@given(
    problem=problems(), scale=st.sampled_from([1e-6, 0.1, 1 / 3, 1e7]), bend=st.sampled_from([1.0, 0.5, 2.0])
)
@settings(max_examples=60, deadline=None)
def test_fractions_and_sizes(problem: Problem, scale: float, bend: float, compiled: bool) -> None:
    people = problem.people.astype(float) ** bend
    pairs, capacity = problem.pairs, problem.capacity * scale
    shares = fair_shares(pairs, people, capacity, compiled=compiled)
    slack = 1e-9 * max(1.0, people.sum(), capacity.sum())
    at_service = np.bincount(pairs.destination, shares.served, pairs.n_destinations)
    assert (at_service <= capacity + slack).all()
    at_place = np.bincount(pairs.origin, shares.served, pairs.n_origins)
    np.testing.assert_allclose(at_place, np.where(people > 0, shares.coverage * people, 0), atol=slack)


@COMPILED
@pytest.mark.parametrize("seed", range(8))
def test_larger(seed: int, compiled: bool) -> None:
    rng = np.random.default_rng(seed)
    n, m = 120, 60
    origin, destination = np.nonzero(rng.random((n, m)) < 0.06)
    pairs = Pairs.from_table(origin, destination, rng.random(len(origin)), n_origins=n, n_destinations=m)
    check(pairs, rng.integers(0, 500, n).astype(float), rng.integers(0, 1500, m).astype(float), compiled)


def test_a_chain_needs_capacity_to_be_passed_on() -> None:
    """Three services in a chain over three places: the middle is served from both ends, all at 100 of 150."""
    pairs = Pairs.from_table([0, 0, 1, 1, 2], [0, 1, 1, 2, 2], [1.0] * 5, n_origins=3, n_destinations=3)
    shares = fair_shares(pairs, np.array([50.0, 50, 50]), np.array([60.0, 0, 40]))
    assert shares.coverage.tolist() == [1.0, 0.4, 0.4]
    shares = fair_shares(pairs, np.array([50.0, 50, 50]), np.array([10.0, 50, 40]))
    np.testing.assert_allclose(shares.coverage, [2 / 3, 2 / 3, 2 / 3])
    assert len(shares.groups) == 1
    assert shares.groups[0].places == (0, 1, 2)


def test_nobody_in_need_and_nothing_reachable() -> None:
    pairs = Pairs.from_table([0, 1], [0, 0], [1.0, 1.0], n_origins=3, n_destinations=1)
    shares = fair_shares(pairs, np.array([0.0, 10.0, 5.0]), np.array([4.0]))
    assert shares.coverage.tolist() == [1.0, 0.4, 0.0]
    assert shares.group_of[0] == -1
