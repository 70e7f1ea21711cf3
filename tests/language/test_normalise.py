from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maarag.language import detect_script, normalise, tokens, with_final_letter, word_spans


@pytest.mark.parametrize(
    "spellings",
    [
        ('צה"ל', "צה״ל", "צה''ל", "צה”ל", "צהל", "צ.ה.ל.", "צ.ה.ל"),
        ("ג'ורג'", "ג׳ורג׳", "ג’ורג’", "גורג"),
        ("בֵּית־סֵפֶר", "בית-ספר", "בית–ספר", "בית  ספר", "בית\u200fספר".replace("\u200f", " ")),
        ("שלום", "שלומ", "שָׁלוֹם", "של\u200fום", "שׁלום"),
        ("אלמנט ײַדיש", "אלמנט יידיש"),
        ("الأُسْرَة", "الاسره", "الأسرة", "الأســرة"),
        ("مستشفى", "مستشفي", "مستشفی"),
        ("١٢٣", "123", "۱۲۳", "１２３"),
        ("Élan CAFÉ", "elan cafe"),
        ("children's", "Children’s", "children"),
    ],
)
def test_spellings_of_one_word_have_one_key(spellings: tuple[str, ...]) -> None:
    assert {normalise(spelling) for spelling in spellings} == {normalise(spellings[0])}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('"נסיעה במבחן" - תכנית', ["נסיעה", "במבחנ", "תכנית"]),
        ("נערים/ות במצבי סיכון", ["נערימ", "במצבי", "סיכונ"]),
        ("מתנדב.ת", ["מתנדב"]),
        ('עובד(ת) סוציאלי(ת), עו"ס/ית', ["עובד", "סוציאלי", "עוס"]),
        ("חינוך/בריאות", ["חינוכ", "בריאות"]),
        ("בגילאי 6–18.", ["בגילאי", "6", "18"]),
        ("snake_case, C.V.", ["snake", "case", "cv"]),
        ("", []),
        ("״״ -- ’", []),
    ],
)
def test_words_of_a_text(text: str, words: list[str]) -> None:
    assert tokens(text) == words


@given(st.text())
def test_normalising_again_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@given(st.text(alphabet="אבםןץ \"'״׳־-ִָֹּabé.,/()الأةى٣", max_size=40))
def test_keys_have_no_marks_and_no_double_spaces(text: str) -> None:
    key = normalise(text)
    assert "  " not in key
    assert key == key.strip()
    assert not set(key) & set("םןץ\"'״׳־ִָֹּéأةى٣")


def test_places_of_words_are_those_of_the_text_as_written() -> None:
    text = 'שלום, צה"ל ובֵּית־סֵפֶר'
    assert [(text[start:end], key) for start, end, key in word_spans(text)] == [
        ("שלום", "שלומ"),
        ('צה"ל', "צהל"),
        ("ובֵּית", "ובית"),
        ("סֵפֶר", "ספר"),
    ]


def test_script_is_that_of_most_letters() -> None:
    assert detect_script("מרכז VOIS בעיר") == "hebrew"
    assert detect_script("مركز الأسرة 24") == "arabic"
    assert detect_script("Open door לכל") == "latin"
    assert detect_script("24/7") == "other"


def test_a_word_is_shown_with_its_final_letter() -> None:
    assert with_final_letter(normalise("קשישים")) == "קשישים"
    assert with_final_letter("א") == "א"
