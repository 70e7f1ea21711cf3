"""Agreement against published worked examples and against values computed by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maarag.engines.agreement import (
    Agreement,
    Metric,
    Reading,
    krippendorff_alpha,
    reading_of,
    spread,
    weighted_kappa,
)

# Krippendorff 2011, example C: four observers, twelve units, some ratings missing.
OBSERVERS = (
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)
UNITS = [
    [None if mark == "." else int(mark) for mark in unit]
    for unit in zip(*(line.split() for line in OBSERVERS), strict=True)
]
# Agresti's couples (n = 91): husband and wife on a scale of four; R's vcd publishes both kappas.
COUPLES = ((7, 7, 2, 3), (2, 8, 3, 7), (1, 5, 4, 9), (2, 8, 9, 14))


def as_lists(table: tuple[tuple[int, ...], ...]) -> tuple[list[int], list[int]]:
    pairs = [
        (row, column)
        for row, line in enumerate(table, start=1)
        for column, count in enumerate(line, start=1)
        for _each in range(count)
    ]
    return [a for a, _b in pairs], [b for _a, b in pairs]


@pytest.mark.parametrize(
    ("metric", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)]
)
def test_alpha_is_the_published_one(metric: str, published: float) -> None:
    found = krippendorff_alpha(UNITS, metric)
    assert found.value is not None
    assert round(found.value, 3) == published
    # the twelfth unit has one rating, which can be compared with nothing
    assert (found.units, found.ratings) == (11, 40)


@pytest.mark.parametrize(("weights", "published"), [("none", 0.1293), ("linear", 0.2374)])
def test_kappa_is_the_published_one(weights: str, published: float) -> None:
    found = weighted_kappa(*as_lists(COUPLES), levels=(1, 2, 3, 4), weights=weights)
    assert found.value is not None
    assert round(found.value, 4) == published
    assert (found.units, found.ratings) == (91, 182)


def test_kappa_by_hand() -> None:
    # 2 × 2, ten things: 4 both low, 3 both high, 3 apart. Observed 0.7; chance (5·6 + 5·4)/100 = 0.5.
    first = [1] * 5 + [2] * 5
    second = [1] * 4 + [2] + [1] * 2 + [2] * 3
    found = weighted_kappa(first, second, levels=(1, 2), weights="none")
    assert found.value == pytest.approx((0.7 - 0.5) / (1 - 0.5))


def test_alpha_by_hand() -> None:
    # Two raters, levels 1 and 2 alone: (1,1), (1,2), (2,2), (2,2). Coincidences: 1-1 2, 1-2 1, 2-1 1, 2-2 4,
    # so n1 = 3, n2 = 5, n = 8; alpha = 1 - (n - 1) · o12 / (n1 · n2) = 1 - 7/15.
    found = krippendorff_alpha([[1, 1], [1, 2], [2, 2], [2, 2]], Metric.NOMINAL)
    assert found.value == pytest.approx(1 - 7 / 15)


def test_quadratic_kappa_is_that_of_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    random = np.random.default_rng(7)
    first = random.integers(1, 6, 200)
    second = np.clip(first + random.integers(-1, 2, 200), 1, 5)
    ours = weighted_kappa(first.tolist(), second.tolist(), levels=(1, 2, 3, 4, 5))
    theirs = metrics.cohen_kappa_score(first, second, labels=[1, 2, 3, 4, 5], weights="quadratic")
    assert ours.value == pytest.approx(theirs)


def test_what_cannot_be_measured_is_not_a_number() -> None:
    assert krippendorff_alpha([]) == Agreement(None, 0, 0)
    assert krippendorff_alpha([[1, None], [None, 2]]) == Agreement(None, 0, 0)
    assert krippendorff_alpha([[3, 3], [3, 3]]) == Agreement(None, 2, 4)
    assert weighted_kappa([2, 2], [2, 2], levels=(1, 2, 3)) == Agreement(None, 2, 4)
    assert weighted_kappa([1, None], [None, 2], levels=(1, 2)) == Agreement(None, 0, 0)


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        weighted_kappa([1], [1, 2], levels=(1, 2))
    with pytest.raises(ValueError, match="outside the scale"):
        weighted_kappa([1], [7], levels=(1, 2))
    with pytest.raises(ValueError, match="linear"):
        weighted_kappa([1], [1], levels=(1,), weights="cubic")
    with pytest.raises(ValueError, match="ratios"):
        krippendorff_alpha(UNITS, "ratios")


@pytest.mark.parametrize(
    ("found", "reading"),
    [
        (Agreement(0.9, 9, 18), Reading.TOO_FEW),
        (Agreement(None, 10, 20), Reading.NO_VARIATION),
        (Agreement(0.8, 10, 20), Reading.RELIABLE),
        (Agreement(0.79, 10, 20), Reading.TENTATIVE),
        (Agreement(0.66, 10, 20), Reading.UNRELIABLE),
    ],
)
def test_how_it_is_read(found: Agreement, reading: Reading) -> None:
    assert reading_of(found) == reading


def test_spread() -> None:
    assert spread([None, None]) is None
    found = spread([3, None, 1, 2])
    assert found is not None
    assert (found.lowest, found.highest, found.apart, found.ratings) == (1, 3, 2, 3)


levels = st.integers(1, 5)
rated = st.lists(st.lists(levels | st.none(), min_size=2, max_size=4), min_size=1, max_size=12)


@given(rated)
def test_the_order_of_raters_and_of_things_does_not_matter(units: list[list[int | None]]) -> None:
    turned = [list(reversed(unit)) for unit in reversed(units)]
    one, other = krippendorff_alpha(units), krippendorff_alpha(turned)
    assert (one.units, one.ratings) == (other.units, other.ratings)
    assert (one.value is None) == (other.value is None)
    assert one.value is None or one.value == pytest.approx(other.value)


@given(st.lists(levels, min_size=2, max_size=20).filter(lambda given: len(set(given)) > 1))
def test_who_says_the_same_agrees_wholly(given_levels: list[int]) -> None:
    assert krippendorff_alpha([[level, level] for level in given_levels]).value == pytest.approx(1)
    assert weighted_kappa(given_levels, given_levels, levels=(1, 2, 3, 4, 5)).value == pytest.approx(1)
