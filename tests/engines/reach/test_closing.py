"""What closes the gaps: enough, and proven smallest against a linear programme."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from maarag.engines.reach.closing import Closing, close_gaps
from maarag.engines.reach.errors import MethodError, ShapeError
from maarag.engines.reach.pairs import Pairs
from maarag.engines.reach.shares import fair_shares
from tests.engines.reach.strategies import Problem, problems


def smallest_addition(
    pairs: Pairs, people: np.ndarray, capacity: np.ndarray, target: float, own: bool
) -> float | None:
    """Least total of added capacity so that target · people are served everywhere; None when impossible.

    Variables: flow on each pair, capacity added at each service, capacity added in each place (if `own`).
    """
    e, n, m = len(pairs), pairs.n_origins, pairs.n_destinations
    by_place = (np.arange(n)[:, None] == pairs.origin).astype(float).reshape(n, e)
    by_service = (np.arange(m)[:, None] == pairs.destination).astype(float).reshape(m, e)
    price = np.concatenate([np.zeros(e), np.ones(m), np.ones(n)])
    bounds = [(0, None)] * (e + m) + [(0, None if own else 0)] * n
    capacity_rows = np.hstack([by_service, -np.eye(m), np.zeros((m, n))])
    need_rows = np.hstack([-by_place, np.zeros((n, m)), -np.eye(n)])
    found = linprog(
        price,
        A_ub=np.vstack([capacity_rows, need_rows]),
        b_ub=np.concatenate([capacity, -target * people]),
        bounds=bounds,
    )
    if found.status == 2:
        return None
    assert found.status == 0
    return float(found.fun)


def with_additions(pairs: Pairs, capacity: np.ndarray, closing: Closing) -> tuple[Pairs, np.ndarray]:
    """The problem after the additions: new services in places serve the places listed."""
    n, m = pairs.n_origins, pairs.n_destinations
    capacity = capacity.copy()
    origin, destination = [pairs.origin], [pairs.destination]
    for addition in closing.additions:
        if addition.kind == "existing":
            capacity[addition.site] += addition.added_people
        else:
            origin.append(np.array(addition.places, dtype=np.int32))
            destination.append(np.full(len(addition.places), len(capacity), dtype=np.int32))
            capacity = np.append(capacity, addition.added_people)
    origins, destinations = np.concatenate(origin), np.concatenate(destination)
    assert m <= len(capacity)
    costs = np.zeros(len(origins))
    return Pairs.from_table(origins, destinations, costs, n_origins=n, n_destinations=len(capacity)), capacity


@pytest.mark.parametrize("where", ["existing", "both", "new"])
@given(problem=problems(), target=st.sampled_from([1.0, 0.8, 0.35]))
@settings(max_examples=120, deadline=None)
def test_smallest_and_enough(problem: Problem, target: float, where: str) -> None:
    pairs, people, capacity = problem.pairs, problem.people.astype(float), problem.capacity.astype(float)
    shares = fair_shares(pairs, people, capacity)
    closing = close_gaps(people, shares.coverage, pairs, target=target, where=where)  # type: ignore[arg-type]
    least = smallest_addition(pairs, people, capacity, target, own=where != "existing")
    if closing.open_places:
        assert where == "existing"
        assert least is None
        unreached = set(range(pairs.n_origins)) - set(pairs.origin.tolist())
        assert set(closing.open_places) <= unreached
        people = people.copy()
        people[list(closing.open_places)] = 0
        least = smallest_addition(pairs, people, capacity, target, own=False)
    assert least == pytest.approx(closing.total_people, rel=1e-6, abs=1e-6)
    assert closing.total_people == pytest.approx(sum(a.added_people for a in closing.additions))
    after_pairs, after_capacity = with_additions(pairs, capacity, closing)
    after = fair_shares(after_pairs, people, after_capacity)
    assert (after.coverage >= target - 1e-9).all()
    for addition in closing.additions:
        assert addition.added_people == pytest.approx(sum(addition.people_by_place))
        assert min(addition.people_by_place) > 0
        if addition.kind == "existing":
            reached = set(pairs.origin[pairs.destination == addition.site].tolist())
            assert set(addition.places) <= reached


def test_one_site_that_reaches_all_is_taken() -> None:
    pairs = Pairs.from_table(
        [0, 1, 1, 2, 2], [0, 0, 1, 1, 0], [1.0, 2, 1, 1, 3], n_origins=3, n_destinations=2
    )
    people = np.array([10.0, 20.0, 30.0])
    closing = close_gaps(people, np.zeros(3), pairs)
    assert [(a.kind, a.site, a.added_people, a.places) for a in closing.additions] == [
        ("existing", 0, 60.0, (0, 1, 2))
    ]


def test_place_without_a_service_gets_a_new_one_that_neighbours_may_share() -> None:
    pairs = Pairs.from_table([], [], [], n_origins=3, n_destinations=1)
    near = Pairs.from_table([0, 1, 1, 0], [0, 1, 0, 1], [0.0, 0, 4, 4], n_origins=3, n_destinations=3)
    closing = close_gaps(np.array([10.0, 20, 5]), np.zeros(3), pairs, new_points=near)
    found = [(a.kind, a.site, a.added_people, a.places) for a in closing.additions]
    assert found == [("new", 1, 30.0, (0, 1)), ("new", 2, 5.0, (2,))]
    alone = close_gaps(np.array([10.0, 20, 5]), np.zeros(3), pairs)
    assert [a.site for a in alone.additions] == [1, 0, 2]
    nothing = close_gaps(np.array([10.0, 20, 5]), np.zeros(3), pairs, where="existing")
    assert nothing.open_places == (0, 1, 2)
    assert nothing.total_people == 0


def test_bad_arguments() -> None:
    pairs = Pairs.from_table([0], [0], [1.0], n_origins=1, n_destinations=1)
    with pytest.raises(MethodError, match="target"):
        close_gaps(np.ones(1), np.zeros(1), pairs, target=1.5)
    with pytest.raises(MethodError, match="where"):
        close_gaps(np.ones(1), np.zeros(1), pairs, where="somewhere")  # type: ignore[arg-type]
    with pytest.raises(ShapeError):
        close_gaps(np.ones(2), np.zeros(1), pairs)
