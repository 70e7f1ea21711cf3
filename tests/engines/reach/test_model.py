"""The whole answer: how it must move when the input moves, that explanations add up, and real authorities."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maarag.engines.reach import Decay, IndexOutOfRange, Pairs, Prepared, Rule, pairs_by_distance
from tests.engines.reach.reference import pysal
from tests.engines.reach.strategies import Problem, problems

CATCHMENTS = pytest.mark.parametrize("method", ["2sfca", "e2sfca", "3sfca"])
METHODS = pytest.mark.parametrize("method", ["2sfca", "e2sfca", "3sfca", "raam"])
PYSAL_NAMES = {
    "2sfca": "two_stage_fca",
    "e2sfca": "enhanced_two_stage_fca",
    "3sfca": "three_stage_fca",
    "raam": "raam",
}


@CATCHMENTS
@given(problem=problems(), factor=st.sampled_from([2, 3, 10]))
@settings(max_examples=40, deadline=None)
def test_more_people_share_less_each(problem: Problem, factor: int, method: str) -> None:
    prepared = Prepared(problem.pairs, Rule(method))  # type: ignore[arg-type]
    once = prepared.measure(problem.people, problem.capacity)
    more = prepared.measure(problem.people * factor, problem.capacity)
    np.testing.assert_allclose(more.access, once.access / factor, rtol=1e-9)
    both = prepared.measure(problem.people * factor, problem.capacity * factor)
    np.testing.assert_allclose(both.access, once.access, rtol=1e-9)
    np.testing.assert_allclose(both.coverage, once.coverage, rtol=1e-9, atol=1e-12)
    assert (more.coverage <= once.coverage + 1e-9).all()


@METHODS
@given(problem=problems(distinct_costs=True), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_order_of_rows_does_not_matter(problem: Problem, seed: int, method: str) -> None:
    rng = np.random.default_rng(seed)
    place, service = rng.permutation(len(problem.people)), rng.permutation(len(problem.capacity))
    row = rng.permutation(len(problem.cost))
    shuffled = Problem(
        problem.people[place],
        problem.capacity[service],
        np.argsort(place)[problem.origin][row],
        np.argsort(service)[problem.destination][row],
        problem.cost[row],
    )
    rule = Rule(method, max_cost=60)  # type: ignore[arg-type]
    one = Prepared(problem.pairs, rule).measure(problem.people, problem.capacity)
    other = Prepared(shuffled.pairs, rule).measure(shuffled.people, shuffled.capacity)
    if method != "raam":  # RAAM moves whole people by ranks of nearly equal costs
        np.testing.assert_allclose(other.access, one.access[place], rtol=1e-9)
    np.testing.assert_allclose(other.coverage, one.coverage[place], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(other.reachable_supply, one.reachable_supply[place])


@CATCHMENTS
@given(problem=problems(), share=st.floats(0.1, 0.9))
@settings(max_examples=40, deadline=None)
def test_a_place_split_in_two_keeps_its_access(problem: Problem, share: float, method: str) -> None:
    people = problem.people.astype(float)
    again = np.flatnonzero(problem.origin == 0)
    split = np.append(people, people[0] * (1 - share))
    split[0] = people[0] * share
    pairs = Pairs.from_table(
        np.append(problem.origin, np.full(len(again), len(people))),
        np.append(problem.destination, problem.destination[again]),
        np.append(problem.cost, problem.cost[again]),
        n_origins=len(split),
        n_destinations=len(problem.capacity),
    )
    rule = Rule(method)  # type: ignore[arg-type]
    whole = Prepared(problem.pairs, rule).measure(people, problem.capacity)
    parts = Prepared(pairs, rule).measure(split, problem.capacity)
    np.testing.assert_allclose(parts.access, np.append(whole.access, whole.access[0]), rtol=1e-9)
    np.testing.assert_allclose(parts.coverage, np.append(whole.coverage, whole.coverage[0]), rtol=1e-9)


@METHODS
@given(problem=problems())
@settings(max_examples=40, deadline=None)
def test_explanations_add_up(problem: Problem, method: str) -> None:
    answer = Prepared(problem.pairs, Rule(method)).measure(problem.people, problem.capacity)  # type: ignore[arg-type]
    for place in range(len(problem.people)):
        told = answer.explain(place)
        total = sum(term["adds"] for term in told["terms"])
        access = answer.access[place]
        assert total == pytest.approx(0.0 if np.isnan(access) else access, rel=1e-9)
        coverage = told["coverage"]
        assert coverage["people_served"] == pytest.approx(sum(by["people"] for by in coverage["served_by"]))
        assert told["people"] - told["gap"] == pytest.approx(coverage["people_served"], abs=1e-6)
        if coverage["group"] and coverage["value"] < 1:
            group = coverage["group"]
            assert coverage["value"] == pytest.approx(group["capacity"] / group["people"])


@CATCHMENTS
@given(problem=problems(least_people=1))
@settings(max_examples=40, deadline=None)
def test_all_reached_capacity_is_handed_out(problem: Problem, method: str) -> None:
    answer = Prepared(problem.pairs, Rule(method)).measure(problem.people, problem.capacity)  # type: ignore[arg-type]
    contested = answer.catchment.competing > 0
    given_out = (problem.people * answer.access).sum()
    assert given_out == pytest.approx(problem.capacity[contested].sum(), rel=1e-9)


def test_topics_share_the_pairs() -> None:
    pairs = Pairs.dense(np.array([[1.0, 12.0], [25.0, 8.0]]))
    prepared = Prepared(pairs, Rule(unit_cost=10.0))
    topics = {"food": ([10, 20], [5, 5]), "housing": ([0, 4], [1, 0])}
    answers = prepared.measure_all(topics)
    assert list(answers) == ["food", "housing"]
    for topic, (people, capacity) in topics.items():
        alone = Prepared(pairs, Rule(unit_cost=10.0)).measure(people, capacity)
        assert answers[topic].access.tolist() == alone.access.tolist()
        assert answers[topic].gap_cost is not None
        assert answers[topic].gap_cost.tolist() == (alone.gap * 10).tolist()
    assert answers["housing"].totals() == {
        "people": 4.0, "capacity": 1.0, "served": 1.0, "coverage": 0.25, "gap": 3.0, "gap_cost": 30.0,
    }  # fmt: skip


def test_a_unit_of_capacity_may_serve_many() -> None:
    pairs = Pairs.dense(np.array([[1.0]]))
    answer = Prepared(pairs, Rule(people_per_unit=100)).measure([1000], [3])
    assert answer.access[0] == pytest.approx(0.003)
    assert answer.coverage[0] == pytest.approx(0.3)


def test_nobody_competes() -> None:
    """A service reached only from an empty place: access without limit, as in PySAL access."""
    answer = Prepared(Pairs.dense(np.array([[1.0]])), Rule()).measure([0], [3])
    assert answer.access[0] == np.inf
    assert answer.coverage[0] == 1
    assert answer.gap[0] == 0


def test_services_without_capacity_crowd_nobody() -> None:
    """In PySAL a place that reaches no capacity crowds the first service; here it does not."""
    pairs = Pairs.from_table([0, 1], [0, 1], [5.0, 5.0], n_origins=2, n_destinations=2)
    answer = Prepared(pairs, Rule("raam", rho=10.0)).measure([100, 100], [10, 0])
    assert np.isnan(answer.access[1])
    assert answer.access[0] == pytest.approx(5 / 60 + 100 / (10 * 10))


def test_explaining_a_place_that_does_not_exist() -> None:
    answer = Prepared(Pairs.dense(np.array([[1.0]])), Rule()).measure([1], [1])
    with pytest.raises(IndexOutOfRange):
        answer.explain(1)


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


@METHODS
@pytest.mark.parametrize("max_km", [15.0, 60.0])
def test_real_authorities(shared: Path, method: str, max_km: float) -> None:
    """The 255 authorities; as supply the departments that run a programme, where the names agree."""
    rows = read(shared / "data/authorities/local_authorities_255.csv")
    departments = read(shared / "data/departments/welfare_departments_noshmim_otzma.csv")
    lat, lon = (np.array([float(row[key]) for row in rows]) for key in ("lat", "lon"))
    people = np.array([int(row["population_2021"]) for row in rows])
    running = Counter(row["city"].strip() for row in departments if row["noshmim"].strip() == "יש")
    sites = np.array([index for index, row in enumerate(rows) if running[row["name_he"]]])
    capacity = np.array([running[rows[index]["name_he"]] for index in sites])
    assert len(sites) > 50
    pairs = pairs_by_distance(lat, lon, lat[sites], lon[sites], max_km)
    decay = Decay.gaussian(12.0) if method == "e2sfca" else None
    rule = Rule(method, people_per_unit=1000, decay=decay)  # type: ignore[arg-type]
    answer = Prepared(pairs, rule).measure(people, capacity)
    options = {"weight_fn": lambda x: np.exp(-x * x / 288)} if method == "e2sfca" else {}
    theirs = pysal(
        PYSAL_NAMES[method], people, capacity, pairs.origin, pairs.destination, pairs.cost, **options
    )
    theirs = theirs if method == "raam" else np.nan_to_num(theirs, nan=0.0)
    np.testing.assert_allclose(answer.access, theirs, rtol=1e-9, atol=1e-9)
    totals = answer.totals()
    assert totals["served"] > 0
    # Sums of floating-point shares may be off in the last digit.
    assert totals["served"] <= min(people.sum(), capacity.sum() * 1000) * (1 + 1e-12)  # type: ignore[operator]
    closing = answer.close()
    assert closing.total_people == pytest.approx(totals["gap"])
    assert closing.open_places == ()
