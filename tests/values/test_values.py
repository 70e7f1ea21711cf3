"""The plain value types."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maarag.values import LocalText, Money, Period, Suppressed, is_suppressed


@given(st.integers(-(10**12), 10**12), st.integers(-(10**12), 10**12))
def test_money_adds_up_to_the_agora(a: int, b: int):
    assert (Money(a) + Money(b)).agorot == a + b
    assert Money(a) + Money(b) - Money(b) == Money(a)
    assert Money.from_shekels(Money(a).shekels) == Money(a)


@pytest.mark.parametrize(
    ("written", "agorot"), [("12.50", 1250), ("1,234.5", 123450), (8000, 800000), (Decimal("-0.01"), -1)]
)
def test_shekels_as_written(written, agorot: int):
    assert Money.from_shekels(written) == Money(agorot)


@pytest.mark.parametrize("written", ["0.001", "many", "nan", "inf", ""])
def test_what_is_no_money_is_refused(written: str):
    with pytest.raises(ValueError, match=r"agorot|amount"):
        Money.from_shekels(written)


def test_money_as_text():
    assert str(Money(123456)) == "₪1,234.56"
    assert str(Money(-100)) == "-₪1"


days = st.dates(date(2000, 1, 1), date(2040, 1, 1)) | st.none()


@given(days, days, days, days)
def test_periods_overlap_when_they_share_a_day(a, b, c, d):
    if (a and b and b < a) or (c and d and d < c):
        return
    one, two = Period(a, b), Period(c, d)
    shared = max(a or date.min, c or date.min) <= min(b or date.max, d or date.max)
    assert one.overlaps(two) == two.overlaps(one) == shared


def test_a_period_cannot_end_before_it_starts():
    with pytest.raises(ValueError, match="before"):
        Period(date(2026, 2, 1), date(2026, 1, 1))
    assert date(2026, 1, 1) in Period(date(2026, 1, 1), None)
    assert date(2025, 12, 31) not in Period(date(2026, 1, 1), None)


def test_text_falls_back_to_a_language_that_is_there():
    assert LocalText(he="צורך", en="need").in_language("ar") == "צורך"
    assert LocalText(en="need").in_language("he") == "need"
    assert LocalText(he="צורך", ar="احتياج").in_language("ar") == "احتياج"
    assert not LocalText()


def test_a_hidden_count_is_told_apart_from_every_number():
    assert is_suppressed(Suppressed(5))
    assert not any(is_suppressed(value) for value in (0, 3, None, "<5"))


weights = st.lists(st.integers(0, 10**6), min_size=1, max_size=9).filter(any)


@given(st.integers(-(10**12), 10**12), weights, st.sampled_from([1, 100]))
def test_parts_of_money_add_up_and_are_fair(agorot: int, weights: list[int], unit: int):
    parts = Money(agorot).split(weights, unit=unit)
    assert sum(part.agorot for part in parts) == agorot
    rest = abs(agorot) % unit
    for part, weight in zip(parts, weights, strict=True):
        exact = abs(agorot) * weight / sum(weights)
        assert abs(abs(part.agorot) - exact) < 2 * unit + rest
        assert weight or part.agorot == 0


def test_the_shares_of_an_envelope_as_they_are_written():
    assert Money.from_shekels(4_184_775).split([6, 1, 1], unit=100) == [
        Money.from_shekels(amount) for amount in (3_138_581, 523_097, 523_097)
    ]


@pytest.mark.parametrize(("weights", "unit"), [([], 1), ([0, 0], 1), ([1, -1, 5], 1), ([1], 0)])
def test_weights_that_share_nothing_are_refused(weights: list[int], unit: int):
    with pytest.raises(ValueError, match="weights"):
        Money(100).split(weights, unit=unit)
