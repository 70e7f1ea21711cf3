"""Cells as people write them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from maarag.kernel.imports import parsing
from maarag.kernel.imports.parsing import Count, NotUnderstood

whole = parsing.whole()


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (30, 30),
        (30.0, 30),
        ("30", 30),
        (" 30 ", 30),
        ("\u200f30\u200e", 30),
        ("1,200", 1200),
        ("1,234,567", 1234567),
        ("1 200", 1200),
        ("1\u00a0200", 1200),
        ("1'200", 1200),
        ("1,200.0", 1200),
        ("30.0", 30),
        ("٣٠", 30),
        ("١٬٢٠٠", 1200),
        ("0", 0),
    ],
)
def test_whole_numbers(cell: Any, number: int) -> None:
    assert whole(cell) == number


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("-5", "below zero"),
        (-5, "below zero"),
        ("5-", "below zero"),
        ("(5)", "below zero"),
        ("−5", "below zero"),
        ("1.200", "two ways"),
        ("12.345.678", "two ways"),
        ("1,20", "not a number"),
        ("12,34,567", "not a number"),
        ("12.5", "not a whole number"),
        (12.5, "not a whole number"),
        ("עשרים", "not a number"),
        ("30%", "a share"),
        ("20-30", "a range"),
        ("<5", "hides"),
        ("1e3", "not a number"),
        ("NaN", "not a number"),
        (float("nan"), "not a number"),
        (float("inf"), "not a number"),
        ("9999999999999", "above"),
        (True, "yes or no"),
        (datetime(2024, 3, 1), "a date"),
        ("#N/A", "formula"),
        ("#REF!", "formula"),
    ],
)
def test_what_is_no_whole_number(cell: Any, why: str) -> None:
    with pytest.raises(NotUnderstood, match=why):
        whole(cell)


@pytest.mark.parametrize(
    ("cell", "number"), [("79.846", 79.846), ("-0.7169", -0.7169), ("1,200.5", 1200.5), (".5", 0.5)]
)
def test_fractions(cell: Any, number: float) -> None:
    assert parsing.decimal()(cell) == pytest.approx(number)


@pytest.mark.parametrize(
    ("cell", "count"),
    [
        ("כ-30", Count(30, True)),
        ("כ־1,200", Count(1200, True)),
        ("~30", Count(30, True)),
        ("בערך 30", Count(30, True)),
        ("30 משפחות", Count(30, False, "families")),
        ("כ-30 נפשות", Count(30, True, "people")),
        ("30 عائلة", Count(30, False, "families")),
        ("30 families", Count(30, False, "families")),
        (30, Count(30)),
    ],
)
def test_counts(cell: Any, count: Count) -> None:
    assert parsing.count(cell) == count


def test_a_count_of_words_names_the_cell_as_it_was_written() -> None:
    with pytest.raises(NotUnderstood, match="הרבה משפחות"):
        parsing.count("הרבה משפחות")


@pytest.mark.parametrize(
    "cell",
    [
        "3.2.2024",
        "03/02/2024",
        "3/2/24",
        "3-2-2024",
        "2024-02-03",
        "2024-02-03T00:00:00",
        "3 בפברואר 2024",
        "3 פברואר 2024",
        "3 فبراير 2024",
        "3 February 2024",
        "February 3, 2024",
        "٣/٢/٢٠٢٤",
        45325,
        45325.0,
        "45325",
        date(2024, 2, 3),
        datetime(2024, 2, 3, 10, 30),
    ],
)
def test_dates(cell: Any) -> None:
    assert parsing.day(cell) == date(2024, 2, 3)


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("31.2.2024", "no such day"),
        ("02/25/2024", "no month 25"),
        ("2024", "no day"),
        (2024, "year without a day"),
        ("פברואר 2024", "no day"),
        ("3 בחשוון 2024", "not the name of a month"),
        ("מחר", "not a date"),
        ("3.2.1024", "cannot be right"),
        (7, "not a date"),
    ],
)
def test_what_is_no_date(cell: Any, why: str) -> None:
    with pytest.raises(NotUnderstood, match=why):
        parsing.day(cell)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("יש", "כן", "v", "V", "x", "✓", "1", 1.0, "yes", "TRUE", True, "نعم", "יש "), True),
        (("אין", "לא", "0", 0, "no", False, "لا", " אין"), False),
    ],
)
def test_yes_and_no(words: tuple[Any, ...], meant: bool) -> None:
    assert {parsing.yes_no(word) for word in words} == {meant}


def test_perhaps_is_neither() -> None:
    with pytest.raises(NotUnderstood, match="neither yes nor no"):
        parsing.yes_no("אולי")


def test_an_unknown_word_is_answered_with_the_nearest() -> None:
    parse: Callable[[Any], Any] = parsing.choice({"a": ("ספירה",), "b": ("אומדן", "הערכה")})
    assert parse(" אומדן ") == "b"
    with pytest.raises(NotUnderstood) as raised:
        parse("אומדנ גס")
    assert "אומדן" in raised.value.hint
    with pytest.raises(NotUnderstood) as raised:
        parse("qqq")
    assert "ספירה" in raised.value.hint


@pytest.mark.parametrize("cell", [None, "", "  ", "-", "–", "אין נתונים", "N/A"])
def test_cells_that_say_nothing(cell: Any) -> None:
    assert parsing.is_nothing(cell)


def test_lists_in_a_cell() -> None:
    assert parsing.several("א, ב|ג ; ד\nה||") == ("א, ב", "ג", "ד", "ה")
