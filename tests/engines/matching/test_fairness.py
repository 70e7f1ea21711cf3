"""Intervals against published values; differences are seen where they are and not where they are not."""

from __future__ import annotations

import numpy as np
import pytest

from maarag.engines.matching.errors import PlacementError
from maarag.engines.matching.fairness import fairness_report, group_rates, newcombe, wilson


@pytest.mark.parametrize(
    ("placed", "families", "low", "high"),
    # Newcombe, "Two-sided confidence intervals for the single proportion" (Stat. Med. 17, 1998), table I
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_as_published(placed: int, families: int, low: float, high: float) -> None:
    found = wilson(placed, families)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@pytest.mark.parametrize(
    ("numbers", "low", "high"),
    # Newcombe, "Interval estimation for the difference between independent proportions" (same volume),
    # table II, method 10
    [
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((6, 7, 2, 7), 0.0582, 0.8062),
        ((5, 56, 0, 29), -0.0381, 0.1926),
        ((0, 10, 0, 20), -0.1611, 0.2775),
        ((10, 10, 0, 10), 0.6075, 1.0),
    ],
)
def test_newcombe_as_published(numbers: tuple[int, int, int, int], low: float, high: float) -> None:
    found = newcombe(*numbers)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    rng = np.random.default_rng(1)
    inside = 0
    for _ in range(2000):
        placed = rng.binomial(40, 0.3)
        found = wilson(int(placed), 40)
        inside += found.low <= 0.3 <= found.high
    assert 0.93 <= inside / 2000 <= 0.97


def test_a_difference_is_seen_and_its_absence_not_invented() -> None:
    labels = ["a"] * 200 + ["b"] * 200
    placed = np.concatenate([np.arange(200) < 160, np.arange(200) < 100])
    fit = np.where(np.arange(400) < 200, 60.0, 50.0) + np.tile([0.0, 1.0], 200)
    one, other = group_rates(labels, placed, fit)
    assert one.seen
    assert one.difference == pytest.approx(0.3)
    assert other.difference == pytest.approx(-0.3)
    assert one.fit_seen
    assert one.fit_difference == pytest.approx(10)
    alike = group_rates(labels, np.arange(400) % 2 == 0, np.full(400, 3.0))
    assert not any(group.seen or group.fit_seen for group in alike)


def test_small_and_single_groups() -> None:
    report = fairness_report({"sex": ["f", "m", "m"], "area": ["x"] * 3}, [True, False, False], [1.0, 0, 0])
    f, m = report["sex"]
    assert (f.placed, f.fit, f.fit_difference, m.fit) == (1, 1.0, None, None)
    (alone,) = report["area"]
    assert not alone.seen
    assert alone.rate == pytest.approx(1 / 3)
    assert f.as_data()["rate_interval"]["high"] == 1.0
    assert (wilson(0, 0).low, wilson(0, 0).high) == (0, 1)


@pytest.mark.parametrize(
    "call", [lambda: wilson(3, 2), lambda: wilson(1, 2, 1.0), lambda: group_rates(["a"], [], [])]
)
def test_what_cannot_be_is_told(call) -> None:
    with pytest.raises(PlacementError):
        call()
