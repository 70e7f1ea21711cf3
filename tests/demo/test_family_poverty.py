"""The estimate of families in need, and the sharing out of places."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maarag.demo.family_poverty import Families, Indicators, families_in_need, shared_out
from maarag.demo.national import estimated_families
from maarag.demo.programmes import departments_by_authority, shares_of_places
from maarag.demo.tables import rows

indicators = st.builds(
    Indicators,
    population=st.integers(500, 1_000_000),
    dependency_ratio=st.floats(40, 220),
    large_families_percent=st.floats(0, 100),
    income_support_percent=st.floats(0, 100),
)


def test_the_example_of_the_method() -> None:
    beer_sheva = Indicators(211_249, 82.303, 9.669, 10.143)
    assert families_in_need(beer_sheva) == Families(number=8_128, lowest=5_877, highest=12_339)


@given(indicators)
def test_the_number_lies_in_its_range_and_below_the_population(given_: Indicators) -> None:
    families = families_in_need(given_)
    assert 0 <= families.lowest <= families.number <= families.highest
    assert families.highest <= given_.population


@given(indicators, st.floats(0, 100))
def test_more_on_income_support_is_never_less_need(given_: Indicators, percent: float) -> None:
    other = replace(given_, income_support_percent=percent)
    less, more = sorted((given_, other), key=lambda each: each.income_support_percent)
    assert families_in_need(less).number <= families_in_need(more).number


@pytest.mark.parametrize(
    "wrong",
    [
        {"population": 0},
        {"population": -5},
        {"dependency_ratio": -1.0},
        {"income_support_percent": 101.0},
        {"large_families_percent": -0.1},
    ],
)
def test_figures_that_cannot_be_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        families_in_need(replace(Indicators(1000, 80.0, 10.0, 5.0), **wrong))


def test_every_authority_with_indicators_has_an_estimate_and_no_other() -> None:
    estimates = estimated_families()
    assert set(estimates) == {row["authority"] for row in rows("figures")}
    assert len(estimates) == 248
    assert all(0 < each.lowest <= each.number <= each.highest for each in estimates.values())


@given(st.integers(0, 10_000), st.dictionaries(st.text(max_size=4), st.integers(0, 5_000), min_size=1))
def test_shares_sum_exactly_and_stay_within_one_of_their_due(total: int, weights: dict[str, int]) -> None:
    whole = sum(weights.values())
    if not whole:
        with pytest.raises(ValueError, match="sharing out"):
            shared_out(total, weights)
        return
    shares = shared_out(total, weights)
    assert sum(shares.values()) == total
    assert all(abs(shares[key] * whole - total * weight) < whole for key, weight in weights.items())


def test_the_places_of_noshmim_are_all_shared_out_where_it_runs() -> None:
    shares = shares_of_places()
    runs = {code for code, found in departments_by_authority().items() if found.noshmim}
    assert set(shares) == runs
    assert sum(shares.values()) == 3_280
    assert min(shares.values()) >= 1


def test_where_families_are_in_need_and_nothing_runs() -> None:
    departments = departments_by_authority()
    without = {
        code: families.number
        for code, families in estimated_families().items()
        if not departments[code].noshmim and not departments[code].otzma
    }
    assert len(without) == 122
    assert sum(without.values()) == 24_472
    assert sorted(without, key=lambda code: -without[code])[:3] == ["9600", "8600", "8200"]
