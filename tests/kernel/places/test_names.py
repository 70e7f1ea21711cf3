"""Matching written names to places: the gazetteer here is small and chosen for names that are easily
confused.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from maarag.kernel.places.models import AuthorityType, Place, PlaceKind
from maarag.kernel.places.names import How, PlaceNames, split_localities
from maarag.kernel.places.spelling import distance, likeness, spelling_key
from maarag.language import normalise

CITY, LOCAL, REGIONAL = AuthorityType.CITY, AuthorityType.LOCAL_COUNCIL, AuthorityType.REGIONAL_COUNCIL


def authority(code: str, he: str, type_: str = LOCAL, en: str = "", ar: str = "") -> Place:
    return Place(
        kind=PlaceKind.AUTHORITY, code=code, name_he=he, name_en=en, name_ar=ar, authority_type=type_
    )


@pytest.fixture(scope="module")
def names() -> PlaceNames:
    return PlaceNames(
        [
            authority("3000", "ירושלים", CITY, "Jerusalem"),
            authority("5000", "תל אביב -יפו", CITY, "Tel Aviv - Yafo"),
            authority("9000", "באר שבע", CITY, "Be'er Sheva"),
            authority("8300", "ראשון לציון", CITY, "Rishon Leziyyon"),
            authority("2730", "טייבה", CITY, "Tayibe", "الطيبه"),
            authority("2630", "קריית גת", CITY),
            authority("2800", "קריית שמונה", CITY),
            authority("1061", "נוף הגליל", CITY),
            authority("7300", "נצרת", CITY, "Nazareth", "الناصرة"),
            authority("65", "מגדל"),
            authority("874", "מגדל העמק", CITY),
            authority("4201", "מג'דל שמס", ar="مجدل شمس"),
            authority("508", "כפר כמא"),
            authority("509", "כפר כנא", ar="كفر كنا"),
            authority("633", "כפר ברא"),
            authority("1200", "מודיעין-מכבים-רעות", CITY),
            authority("3797", "מודיעין עילית", CITY),
            authority("10025", "חבל מודיעין", REGIONAL),
            authority("537", "פוריידיס"),
            authority("171", "פרדסייה"),
            authority("10001", "הגליל העליון", REGIONAL),
            authority("10003", "הגליל התחתון", REGIONAL),
            authority("10068", "נווה מדבר", REGIONAL),
            authority("10069", "אל קסום", REGIONAL),
            authority("10051", "תמר", REGIONAL, "Tamar"),
            authority("8900", "טמרה", CITY),
            authority("9800", "בנימינה-גבעת עדה"),
            authority("487", "ג'ש (גוש חלב)"),
            authority("637", "ערערה"),
            authority("1192", "ערערה-בנגב"),
            authority("3574", "בית אל", en="Bet El"),
            authority("1234", "אל-נור", LOCAL),
            authority("4321", "אל נור", REGIONAL),
        ],
        districts={"1234": ["הצפון", "D-north"], "4321": ["הדרום", "D-south"]},
        localities={"שכונת הברושים": "3000", "שכונת האלונים": "3000", "שכונת הים": "5000"},
    )


@pytest.mark.parametrize(
    ("written", "code", "how"),
    [
        ("3000", "3000", How.CODE),
        ("ירושלים", "3000", How.NAME),
        ("  ירושלים   ", "3000", How.NAME),
        ("עיריית ירושלים", "3000", How.NAME),
        ("באר שבע - עיריה", "9000", How.NAME),
        ("בְּאֵר שֶׁבַע", "9000", How.NAME),
        ("י-ם", "3000", How.OTHER_NAME),
        ('ת"א', "5000", How.OTHER_NAME),
        ("ת״א-יפו", "5000", How.OTHER_NAME),
        ('ב"ש', "9000", How.OTHER_NAME),
        ("נצרת עילית", "1061", How.OTHER_NAME),
        ("גוש חלב", "487", How.OTHER_NAME),
        ("תל-אביב-יפו", "5000", How.NAME),
        ("קרית גת", "2630", How.SPELLING),
        ("טיבה", "2730", How.SPELLING),
        ("פרדסיה", "171", How.SPELLING),
        ("ת מ ר", "10051", How.OTHER_NAME),
        ("ירושלים - רמת שלמה", "3000", How.OFFICE),
        ("ירושלים- לשכה מזרח", "3000", How.OFFICE),
        ("ע.י-ם צוות גוננים", "3000", How.OFFICE),
        ('ע. ראשל"צ מרכז העיר', "8300", How.OFFICE),
        ("תל-אביב-מזרח", "5000", How.OFFICE),
        ("אגף הרווחה קריית גת", "2630", How.NAME),
        ("המחלקה לשירותים חברתיים כפר ברא", "633", How.NAME),
        ("מועצה אזורית תמר", "10051", How.NAME),
        ("בנימינה", "9800", How.SHORT),
        ("כפר קמא", "508", How.LIKENESS),
        ("אל קאסום", "10069", How.LIKENESS),
        ("גליל עליון", "10001", How.OTHER_NAME),
        ("מגדל שמס", "4201", How.NAME),
        ("الناصرة", "7300", How.NAME),
        ("بلدية الناصرة", "7300", How.NAME),
        ("تل أبيب", "5000", How.OTHER_NAME),
        ("كفر كنّا", "509", How.NAME),
        ("Beer Sheva", "9000", How.NAME),
        ("Municipality of Jerusalem", "3000", How.NAME),
        ("Rishon LeZion", "8300", How.OTHER_NAME),
    ],
)
def test_names_as_people_write_them(names: PlaceNames, written: str, code: str, how: How) -> None:
    match = names.match(written)
    assert (match.place and match.place.code, match.how) == (code, how)
    assert 0.85 <= match.confidence <= 1


@pytest.mark.parametrize(
    "written",
    [
        "",
        "   ",
        "תל אביבון של מעלה",
        "יהודי חברון",
        "בית הלל",
        "איתמר",
        "תומר",
        "מגדל תפן",
        "לשכת גיל הזהב",
        "999999",
    ],
)
def test_names_of_no_authority_stay_unresolved(names: PlaceNames, written: str) -> None:
    match = names.match(written)
    assert match.place is None
    assert not match


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        ("אבו בסמה", {"10068", "10069"}),
        ("אל נור.", {"1234", "4321"}),
    ],
)
def test_both_of_two_equal_candidates_are_named_and_none_chosen(
    names: PlaceNames, written: str, codes: set[str]
) -> None:
    match = names.match(written)
    assert match.how == How.AMBIGUOUS
    assert match.place is None
    assert {place.code for place, _score in match.candidates} == codes


def test_a_near_spelling_of_two_places_names_both(names: PlaceNames) -> None:
    match = names.match("פרדיס")
    assert match.place is None
    assert [place.code for place, _score in match.candidates[:2]] == ["537", "171"]


def test_hints_choose_only_between_equals(names: PlaceNames) -> None:
    assert names.match("אל נור", hint_type=REGIONAL).place.code == "4321"
    assert names.match("אל נור", hint_district="הצפון").place.code == "1234"
    assert names.match("מועצה אזורית אל נור").place.code == "4321"
    wrong_hint = names.match("כפר ברא", hint_type=CITY)
    assert wrong_hint.place.code == "633"


def test_a_list_of_localities_means_a_regional_council(names: PlaceNames) -> None:
    listed = split_localities("אביטל , אדירים , אומן \n")
    assert listed == ("אביטל", "אדירים", "אומן")
    assert split_localities("ירושלים      ") == ()
    assert names.match("אל נור", localities=listed).place.code == "4321"


def test_known_localities_vote_for_their_authority(names: PlaceNames) -> None:
    match = names.match("שירותי רווחה אזוריים", localities=("שכונת הברושים", "שכונת אלונים", "שכונת האלונים"))
    assert (match.place.code, match.how) == ("3000", How.LOCALITIES)
    split = names.match("שירותי רווחה אזוריים", localities=("שכונת הברושים", "שכונת הים"))
    assert split.place is None


def test_distance_is_symmetric_and_cheap_for_vowel_letters() -> None:
    assert distance("יבניאל", "יבנאל") == pytest.approx(0.2)
    assert distance("יבנאל", "יבניאל") == pytest.approx(0.2)
    assert distance("כפר כנא", "כפר ברא") > 1
    assert likeness("", "") == 0
    assert spelling_key(normalise("קרית  שמונה")) == spelling_key(normalise("קריית-שמונה"))


def _real(shared: Path) -> PlaceNames:
    with (shared / "data/authorities/local_authorities_255.csv").open(
        encoding="utf-8-sig", newline=""
    ) as file:
        return PlaceNames(
            [
                authority(row["cbs_code"], row["name_he"], row["type"], row["name_en"], row["name_ar"])
                for row in csv.DictReader(file)
            ]
        )


def test_every_authority_answers_to_each_of_its_own_names(shared: Path) -> None:
    names = _real(shared)
    for code, place in names._places.items():
        for name in filter(None, (place.name_he, place.name_en, place.name_ar)):
            assert names.match(name).place.code == code, name


BY_LIKENESS = {
    "בוקעתא": "4001",
    "בית ג'אן": "480",
    "דלית אל כרמל": "494",
    "ינוח ג'ת": "1295",
    "שיבלי אום אלג'נם": "913",
}


@pytest.mark.parametrize("one_in", [4, pytest.param(1, marks=pytest.mark.proof)])
def test_no_hebrew_name_of_another_locality_is_taken_for_an_authority_by_likeness(
    shared: Path, one_in: int
) -> None:
    """The 1,451 names of the Home Front Command; these matches by likeness were looked at one by one."""
    names = _real(shared)
    places = json.loads((shared / "data/localities/oref_cities_he_en_ru_ar.json").read_text("utf-8"))
    asked = {place["name"] for place in places[::one_in]} | set(BY_LIKENESS)
    matches = {name: names.match(name) for name in asked}
    assert {
        name: match.place.code for name, match in matches.items() if match.how == How.LIKENESS
    } == BY_LIKENESS
