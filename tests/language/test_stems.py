from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maarag.language import likeness, normalise, root, stems, variants


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ילד", "וכשלילדים"),
        ("משפחה", "למשפחותיהם"),
        ("משפחה", "משפחת"),
        ("משפחה", "משפחות"),
        ("תוכנית", "תכניות"),
        ("תוכנית", "שבתוכניתו"),
        ("אמא", "אימהות"),
        ("אישה", "לנשים"),
        ("בית", "ובבתי"),
        ("ועדה", "הוועדות"),
        ("תעסוקה", "התעסוקתית"),
        ("שיקום", "שקום"),
        ("שיקום", "השיקומי"),
        ("דיור", "לדיור"),
        ("שירות", "שרותים"),
        ("מוגבלות", "מוגבלויות"),
        ("זכות", "זכויותיהם"),
        ("טיפול", "לטפל"),
        ("אימוץ", "לאמץ"),
        ("פנימייה", "פנימיות"),
        ("קהילה", "הקהילתי"),
        ("هدف", "الهدف"),
        ("أسرة", "للأسر"),
        ("مركز", "والمراكز"),
        ("خدمة", "الخدمات"),
        ("متطوع", "للمتطوعين"),
        ("house", "housing"),
        ("family", "families"),
        ("volunteer", "volunteers"),
        ("child", "children"),
        ("employ", "employment"),
    ],
)
def test_forms_of_one_word_meet(one: str, other: str) -> None:
    assert likeness(normalise(one), normalise(other)) >= 0.5


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("מרכז", "רכז"),
        ("חרדה", "חרדים"),
        ("שכול", "שכלית"),
        ("חינוך", "חונך"),
        ("גמלה", "גמילה"),
        ("אומנה", "אמנות"),
        ("בריאות", "ריאות"),
        ("שירות", "שיר"),
        ("כלכלה", "כלה"),
        ("מקלט", "קלט"),
        ("business", "bus"),
    ],
)
def test_words_that_only_look_alike_stay_apart(one: str, other: str) -> None:
    assert likeness(normalise(one), normalise(other)) < 0.4


def test_the_word_itself_comes_first_and_weights_fall() -> None:
    for word in ("תעסוקתית", "ולמשפחות", "المراكز", "employments"):
        readings = stems(normalise(word))
        weights = [stem.weight for stem in readings]
        assert readings[0] == (normalise(word), 1.0)
        assert weights == sorted(weights, reverse=True)
        assert len({stem.text for stem in readings}) == len(readings)


def test_numbers_and_single_letters_have_no_other_reading() -> None:
    assert variants("118") == {"118"}
    assert variants("ב") == {"ב"}
    assert stems("") == ()


@given(st.text(alphabet="אבגדהוזחטיכלמנסעפצקרשת", min_size=1, max_size=12))
def test_any_hebrew_word_has_few_readings_in_range(word: str) -> None:
    readings = stems(word)
    assert 1 <= len(readings) <= 400
    assert all(0 < stem.weight <= 1 and stem.text for stem in readings)


@given(
    st.text(alphabet="אבהוילמשת", min_size=2, max_size=8),
    st.text(alphabet="אבהוילמשת", min_size=2, max_size=8),
)
def test_likeness_is_mutual(one: str, other: str) -> None:
    assert likeness(one, other) == likeness(other, one)


def test_forms_share_a_root() -> None:
    assert root(normalise("משפחות")) == root(normalise("משפחה"))
    assert root(normalise("לילדים")) == root(normalise("ילד"))
