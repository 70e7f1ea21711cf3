"""National ids and phone numbers as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maarag.values.national_id import is_valid_national_id, national_id_digits
from maarag.values.phone import phone_e164


@pytest.mark.parametrize("written", ["18", "000000018", "0000000-1-8", " 123456782 ", "\u200f123-456-782"])
def test_the_check_digit_fits(written: str):
    assert is_valid_national_id(written)


@pytest.mark.parametrize(
    "written", ["", "0", "000000000", "123456789", "1234567820", "12345678A", "١٢٣٤٥٦٧٨٢"]
)
def test_what_is_no_national_id(written: str):
    assert not is_valid_national_id(written)


@given(st.integers(1, 99_999_999))
def test_exactly_one_check_digit_fits_and_no_single_slip_passes(number: int):
    fitting = [digit for digit in range(10) if is_valid_national_id(f"{number:08}{digit}")]
    assert len(fitting) == 1
    whole = f"{number:08}{fitting[0]}"
    for place in range(9):
        slip = whole[:place] + str((int(whole[place]) + 1) % 10) + whole[place + 1 :]
        assert not is_valid_national_id(slip)


def test_an_id_is_filled_to_nine_digits_and_errors_do_not_repeat_it():
    assert national_id_digits("1-8") == "000000018"
    assert national_id_digits(" - ") == ""
    with pytest.raises(ValueError, match="at most nine") as caught:
        national_id_digits("1234567890")
    assert "1234567890" not in str(caught.value)


@pytest.mark.parametrize(
    ("written", "one"),
    [
        ("050-123-4567", "+972501234567"),
        ("(050) 1234567", "+972501234567"),
        ("+972 50-123-4567", "+972501234567"),
        ("972501234567", "+972501234567"),
        ("00972 50 1234567", "+972501234567"),
        ("+972 (0)50 123 4567", "+972501234567"),
        ("02-623-4567", "+97226234567"),
        ("+44 20 7946 0000", "+442079460000"),
        ("", ""),
        (" ", ""),
    ],
)
def test_one_number_in_all_its_forms(written: str, one: str):
    assert phone_e164(written) == one


@pytest.mark.parametrize("written", ["none", "1", "12345678901234567", "+97+2501234567"])
def test_what_is_no_phone_number(written: str):
    with pytest.raises(ValueError, match="phone number"):
        phone_e164(written)
