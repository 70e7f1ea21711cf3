"""Figures as text: the same in every language, and safe in right-to-left lines."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils.translation import override

from maarag.ui import figures
from maarag.values import LocalText, Money, Suppressed

MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u2066\u2067\u2068\u2069"))


def bare(text: str) -> str:
    """Without the invisible direction marks."""
    return text.translate(MARKS).replace("\u00a0", " ")


@pytest.mark.parametrize("language", ["he", "ar", "en"])
def test_thousands_are_grouped_with_commas_in_every_language(language: str) -> None:
    with override(language):
        assert figures.number(1284936) == "1,284,936"
        assert figures.number(1284.55, 1) == "1,284.6"
        assert figures.day(date(2026, 1, 5)) == "05.01.2026"


def test_halves_round_away_from_zero() -> None:
    assert figures.number(2.5) == "3"
    assert bare(figures.number(-2.5)) == "-3"
    assert bare(figures.percent(0.005)) == "1%"


def test_a_minus_is_held_before_its_number() -> None:
    assert figures.number(-42) == "\u200e-42"
    assert figures.signed(42) == "\u200e+42"
    assert figures.signed(0) == "0"


def test_what_rounds_to_nothing_has_no_sign() -> None:
    assert figures.number(-0.2) == "0"
    assert bare(figures.percent(-0.001)) == "0%"


@pytest.mark.parametrize("nothing", [None, "", float("nan")])
def test_an_unknown_figure_is_a_dash_of_every_kind(nothing: object) -> None:
    for say in (figures.number, figures.percent, figures.money, figures.money_short, figures.signed):
        assert say(nothing) == "–"


def test_a_hidden_figure_says_only_its_threshold() -> None:
    with override("en"):
        for say in (figures.number, figures.percent, figures.money, figures.money_short):
            assert bare(say(Suppressed(5))) == "<5"
            assert say(Suppressed(5, primary=False)) == "hidden"


def test_money_stands_by_the_sign_of_its_language() -> None:
    amount = Money.from_shekels("1234.50")
    with override("he"):
        assert bare(figures.money(amount)) == "1,234.50 ₪"
        assert bare(figures.money(Money.from_shekels(-900))) == "-900 ₪"
    with override("en"):
        assert bare(figures.money(amount)) == "₪1,234.50"
        assert bare(figures.money(-900)) == "-₪900"


@pytest.mark.parametrize(
    ("shekels", "said"),
    [
        (900, "₪900"),
        (1_000, "₪1K"),
        (45_300, "₪45K"),
        (1_234_000, "₪1.2M"),
        (12_340_000, "₪12M"),
        (Decimal("5900000000"), "₪5.9B"),
        (-1_500_000, "-₪1.5M"),
    ],
)
def test_short_money(shekels: object, said: str) -> None:
    with override("en"):
        assert bare(figures.money_short(shekels)) == said


def test_a_moment_is_told_in_the_time_of_israel() -> None:
    assert bare(figures.moment(datetime(2026, 7, 1, 21, 30, tzinfo=UTC))) == "02.07.2026 00:30"


class Named:
    name_he = "שלום"
    name_ar = ""
    name_en = "Peace"


def test_a_name_falls_back_to_hebrew_then_to_english() -> None:
    with override("ar"):
        assert figures.name_in_language(Named()) == "שלום"
        assert figures.name_in_language(LocalText(en="only")) == "only"
        assert figures.name_in_language({"name_en": "E", "name_ar": "ع"}) == "ع"
    with override("en"):
        assert figures.name_in_language(Named()) == "Peace"
        assert figures.name_in_language(None) == ""
        assert figures.name_in_language("plain") == "plain"
