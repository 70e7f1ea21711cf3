from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import maarag.language
from maarag.language import SlipIndex, Synonyms, field_synonyms, normalise, other_layout, slip_weight, tokens

LISTED = "תעסוקה קשישים בריאות חינוך אבטלה דיור סיכון משפחה employment"
WORDS = tokens(LISTED)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("תעסוכה", "תעסוקה"),
        ("תאסוקה", "תעסוקה"),
        ("קשישין", "קשישים"),
        ("בראיות", "בריאות"),
        ("חינוח", "חינוך"),
        ("עבטלה", "אבטלה"),
        ("דיוור", "דיור"),
        ("שיכון", "סיכון"),
        ("משפחא", "משפחה"),
        ("תאסוכא", "תעסוקה"),
        ("employmnt", "employment"),
    ],
)
def test_a_slip_finds_the_word_that_was_meant(typed: str, meant: str) -> None:
    assert SlipIndex(WORDS).near(normalise(typed))[0].word == normalise(meant)


def test_likely_slips_weigh_more() -> None:
    assert slip_weight("תעסוכה", "תעסוקה") > slip_weight("תעסוגה", "תעסוקה") > 0
    assert slip_weight("מ", "ב") == 0
    assert slip_weight("תעסוקה", "תעסוק") > 0
    assert slip_weight("תעסוקה", "תעס") == 0


letters = st.text(alphabet="אבגדהוכלמנ", min_size=3, max_size=7)


@given(st.lists(letters, min_size=1, max_size=12, unique=True), letters)
def test_every_word_one_edit_away_is_found(words: list[str], typed: str) -> None:
    """Against the plain definition: one letter more, less, other, or two neighbours swapped."""
    found = {slip.word for slip in SlipIndex(words).near(typed)}
    for word in words:
        if word != typed and slip_weight(typed, word) > 0:
            assert word in found


def test_the_list_of_synonyms_is_sound() -> None:
    lines = (Path(maarag.language.__file__).parent / "synonyms.csv").read_text("utf-8").splitlines()
    groups = [line for line in lines if line and not line.startswith(("#", ">"))]
    assert len(groups) >= 120
    for line in groups:
        parts = [part.strip() for part in line.split("|")]
        assert all(parts), line
        assert [part for part, count in Counter(parts).items() if count > 1] == [], line
    scripts = "".join(groups)
    assert any("א" <= letter <= "ת" for letter in scripts)
    assert sum("ا" <= letter <= "ي" for letter in scripts) > 2000


def _others(expression: str) -> set[str]:
    synonyms = field_synonyms()
    found = synonyms.at(tokens(expression), 0)
    return {" ".join(other) for other, _ in synonyms.others(found[0][0])} if found else set()


def test_synonyms_are_found_in_any_form_and_language() -> None:
    assert normalise("אזרחים ותיקים") in _others("לקשישים")
    assert normalise("קשישים") in _others("elderly")
    assert normalise("عمل") in _others("תעסוקה")
    assert normalise("אזרחים ותיקים") in _others("المسنين")
    assert normalise("הורה יחיד") in _others("לאימהות חד הוריות") or normalise("הורה יחיד") in _others(
        "חד הוריות"
    )


def test_one_way_lines_go_one_way() -> None:
    synonyms = Synonyms(["אב | אבא", "סבא | סב", "> אב | הורה", ">> אבא | סבא"])
    assert (("הורה",), 1.0) in synonyms.others(("אב",))
    assert synonyms.others(("הורה",)) == []
    assert {phrase for phrase, trust in synonyms.others(("אב",)) if trust < 1} == {("סבא",), ("סב",)}
    assert ("אב",) not in {phrase for phrase, _ in synonyms.others(("סבא",))}


def test_the_other_keyboard_layout() -> None:
    assert other_layout("akuo") == normalise("שלום")
    assert other_layout('gu"x') == normalise('עו"ס')
    assert other_layout("שלום") == "akuo"
    assert other_layout("123") == ""
