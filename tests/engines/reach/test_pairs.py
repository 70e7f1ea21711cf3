"""Pairs: found within a distance, built from tables, restricted; and every bad input named."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maarag.engines.reach import (
    CoordinateError,
    CostError,
    Decay,
    DecayError,
    DuplicatePairError,
    IndexOutOfRange,
    MethodError,
    Pairs,
    Prepared,
    QuantityError,
    ReachError,
    Rule,
    ShapeError,
    haversine_km,
    pairs_by_distance,
)

LAT, LON = st.floats(-90, 90), st.floats(-180, 180)
POINTS = st.lists(st.tuples(LAT, LON), max_size=12)


@given(places=POINTS, services=POINTS, max_km=st.sampled_from([0.0, 1.0, 300.0, 5000.0, 20_100.0, np.inf]))
@settings(max_examples=150, deadline=None)
def test_same_pairs_as_the_full_matrix(places: list, services: list, max_km: float) -> None:
    a, b = np.array(places).reshape(-1, 2), np.array(services).reshape(-1, 2)
    pairs = pairs_by_distance(a[:, 0], a[:, 1], b[:, 0], b[:, 1], max_km)
    every = [
        (i, j, float(haversine_km(p[0], p[1], q[0], q[1]))) for i, p in enumerate(a) for j, q in enumerate(b)
    ]
    expected = [(i, j, d) for i, j, d in every if d <= max_km]
    found = list(zip(pairs.origin.tolist(), pairs.destination.tolist(), pairs.cost.tolist(), strict=True))
    assert [pair[:2] for pair in found] == [pair[:2] for pair in expected]
    np.testing.assert_allclose(pairs.cost, [pair[2] for pair in expected], rtol=1e-12, atol=1e-9)


def test_known_distances() -> None:
    jerusalem, tel_aviv = (31.7780, 35.2354), (32.0853, 34.7818)
    # 54.8 km by Vincenty's formula on the ellipsoid; the sphere differs by less than half a percent.
    assert float(haversine_km(*map(np.array, (*jerusalem, *tel_aviv)))) == pytest.approx(54.8, rel=0.005)
    quarter = pairs_by_distance([0.0], [0.0], [90.0], [0.0], 10_008)
    assert quarter.cost[0] == pytest.approx(6371.0088 * np.pi / 2)
    assert len(pairs_by_distance([10.0], [179.9], [10.0], [-179.9], 25.0)) == 1


def test_table_is_sorted_and_kept() -> None:
    pairs = Pairs.from_table([2, 0, 2], [1, 1, 0], [5.0, 1.0, 3.0], n_origins=4, n_destinations=2)
    assert pairs.start.tolist() == [0, 1, 1, 3, 3]
    assert pairs.destination.tolist() == [1, 0, 1]
    assert pairs.cost.tolist() == [1.0, 3.0, 5.0]
    assert pairs.row(2) == slice(1, 3)
    near = pairs.within(3.0)
    assert (near.origin.tolist(), near.cost.tolist()) == ([0, 2], [1.0, 3.0])


def test_eligibility_and_service_areas() -> None:
    table = ([0, 0, 1, 1], [0, 1, 0, 1], [1.0, 2.0, 3.0, 4.0])
    pairs = Pairs.from_table(
        *table, n_origins=2, n_destinations=2, eligible=np.array([True, False, True, True])
    )
    assert pairs.cost.tolist() == [1.0, 3.0, 4.0]
    whole = Pairs.from_table(*table, n_origins=2, n_destinations=2)
    assert whole.within_areas([None, {1}]).cost.tolist() == [1.0, 3.0, 4.0]
    assert whole.within_areas([set(), {0}]).cost.tolist() == [2.0]
    with pytest.raises(ShapeError, match="1 service areas given for 2 services"):
        whole.within_areas([None])
    with pytest.raises(IndexOutOfRange):
        whole.within_areas([None, {7}])


def test_dense_equals_table() -> None:
    cost = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    origin, destination = (index.ravel() for index in np.indices(cost.shape))
    table = Pairs.from_table(origin, destination, cost.ravel(), n_origins=2, n_destinations=3)
    dense = Pairs.dense(cost)
    for name in ("start", "destination", "cost", "origin"):
        assert getattr(dense, name).tolist() == getattr(table, name).tolist()


def test_repeated_pairs() -> None:
    with pytest.raises(DuplicatePairError, match="place 1 and service 0") as caught:
        Pairs.from_table([0, 1, 1], [0, 0, 0], [1.0, 2.0, 3.0], n_origins=2, n_destinations=1)
    assert caught.value.position == 2
    pairs = Pairs.from_table(
        [1, 0, 1], [0, 0, 0], [2.0, 1.0, 3.0], n_origins=2, n_destinations=1, allow_duplicates=True
    )
    assert not pairs.unique
    single = pairs.without_repeats()
    assert (single.unique, single.cost.tolist()) == (True, [1.0, 2.0])


@pytest.mark.parametrize(
    ("error", "message", "call"),
    [
        (
            CoordinateError,
            "place 1 has no latitude",
            lambda: pairs_by_distance([1.0, np.nan], [1, 1], [], [], 5),
        ),
        (CoordinateError, "service 0 has no longitude", lambda: pairs_by_distance([], [], [1], [np.inf], 5)),
        (CoordinateError, "swapped", lambda: pairs_by_distance([134.8], [32.0], [], [], 5)),
        (CoordinateError, "longitude 200 is outside", lambda: pairs_by_distance([34.8], [200.0], [], [], 5)),
        (ShapeError, "2 latitudes and 1 longitudes", lambda: pairs_by_distance([1, 2], [1], [], [], 5)),
        (CostError, "greatest distance", lambda: pairs_by_distance([], [], [], [], -1)),
        (CostError, "greatest distance", lambda: pairs_by_distance([], [], [], [], float("nan"))),
        (IndexOutOfRange, "row 1: place 2 does not exist", lambda: table([0, 2], [0, 0], [1, 1])),
        (IndexOutOfRange, "row 0: service -1", lambda: table([0], [-1], [1])),
        (IndexOutOfRange, "whole-number", lambda: table([0.5], [0], [1])),
        (CostError, "row 1: the distance or time -3", lambda: table([0, 1], [0, 0], [1, -3])),
        (CostError, "row 0", lambda: table([0], [0], [np.nan])),
        (ShapeError, "one length", lambda: table([0], [0], [1.0, 2.0])),
        (CostError, "every distance", lambda: Pairs.dense([[1.0, -1.0]])),
        (ShapeError, "matrix", lambda: Pairs.dense([1.0])),
        (ShapeError, "mask", lambda: table([0], [0], [1.0]).keep(np.array([1]))),
        (IndexOutOfRange, "place 5", lambda: table([0], [0], [1.0]).row(5)),
        (QuantityError, "place 1: people -5", lambda: measure([1, -5], [1])),
        (QuantityError, "service 0: capacity nan", lambda: measure([1, 5], [np.nan])),
        (ShapeError, "3 values given for 2 places", lambda: measure([1, 5, 6], [1])),
        (DecayError, "infinite at distance 0", lambda: measure([1, 5], [1], decay=Decay.gravity(1, -1))),
        (DecayError, "sigma", lambda: Decay.gaussian(0)),
        (DecayError, "at least one", lambda: Decay.steps({})),
        (DecayError, "band 2: the weight", lambda: Decay.steps({1: 1, 2: -1})),
        (DecayError, "unknown decay", lambda: Decay.parse("magic:3")),
        (DecayError, "takes 1 to 2", lambda: Decay.parse("power")),
        (DecayError, "must be numbers", lambda: Decay.parse("gaussian:ten")),
        (DecayError, "FROM-TO", lambda: Decay.parse_bands("0-10=1")),
        (DecayError, "upwards", lambda: Decay.parse_bands("0-10:1,10-5:0.5")),
        (DecayError, "begin where", lambda: Decay.parse_bands("0-10:1,15-20:0.5")),
        (DecayError, "begin where", lambda: Decay.parse_bands("5-10:1")),
        (MethodError, "unknown method", lambda: Rule("4sfca")),  # type: ignore[arg-type]
        (MethodError, "RAAM knows no bands", lambda: Rule("raam", decay=Decay.gaussian(3))),
        (MethodError, "tau", lambda: measure([1, 5], [1], method="raam", tau=0)),
        (MethodError, "unit cost", lambda: Rule(unit_cost=-1)),
        (MethodError, "greatest", lambda: Rule(max_cost=float("nan"))),
    ],
)
def test_bad_input_is_named(error: type[ReachError], message: str, call: object) -> None:
    with pytest.raises(error, match=message):
        call()  # type: ignore[operator]


def table(origin: list, destination: list, cost: list) -> Pairs:
    return Pairs.from_table(origin, destination, cost, n_origins=2, n_destinations=1)


def measure(people: list, capacity: list, **options: object) -> np.ndarray:
    pairs = table([0, 1], [0, 0], [0.0, 1.0])
    return Prepared(pairs, Rule(**options)).measure(people, capacity).access  # type: ignore[arg-type]


@pytest.mark.parametrize("compiled", [False, True])
def test_infinite_weight_is_refused_by_both_paths(compiled: bool) -> None:
    from maarag.engines.reach import Weights, catchment

    weights = Weights(table([0], [0], [0.0]), Decay.gravity(1, -1), compiled=compiled)
    with pytest.raises(DecayError, match="infinite at distance 0"):
        catchment(weights, [1.0, 1.0], [1.0])


@pytest.mark.parametrize("method", ["2sfca", "e2sfca", "3sfca", "raam"])
@pytest.mark.parametrize(("n", "m"), [(0, 0), (3, 0), (0, 3), (2, 2)])
def test_empty_inputs_give_empty_results(method: str, n: int, m: int) -> None:
    pairs = Pairs.from_table([], [], [], n_origins=n, n_destinations=m)
    answer = Prepared(pairs, Rule(method)).measure(np.ones(n), np.ones(m))  # type: ignore[arg-type]
    assert answer.access.shape == answer.coverage.shape == answer.reachable_supply.shape == (n,)
    assert (answer.coverage == 0).all()
    assert answer.totals()["gap"] == n
    assert answer.close().total_people == n


def test_bands_as_text() -> None:
    spoken = Decay.parse_bands("0-10:1, 10-20:0.68,20-30:0.22")
    assert spoken == Decay.parse_bands("10:1,20:0.68,30:0.22") == Decay.steps({10: 1, 20: 0.68, 30: 0.22})
    assert spoken.furthest == 30
    assert Decay.parse("power:2:0.5") == Decay.inverse_power(2, 0.5)
    assert Decay.parse("Gaussian:7").furthest == float("inf")
