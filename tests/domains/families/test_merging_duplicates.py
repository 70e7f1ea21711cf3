"""Files that resemble each other: names in three scripts, ids, phones, dates, addresses; what is no match."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from maarag.database.rows import visible
from maarag.domains.families.actions import MemberDraft, tell_apart
from maarag.domains.families.duplicates import (
    SHOWN_FROM,
    Person,
    Side,
    compare,
    duplicates_of,
    probable_pairs,
    side_of_draft,
)
from maarag.domains.families.spelling import address_likeness, likeness, one_slip
from maarag.kernel.access.permissions import Role
from tests.factories.families import NATIONAL_ID, PHONE, everything, family

from .conftest import Towns

BORN = date(1990, 5, 1)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("כהן", "כהן ", "same"),
        ("בן דוד", "דוד בן", "same"),
        ("כהן", "Cohen", "near"),
        ("לוי", "Levy", "near"),
        ("חיים", "Chaim", "near"),
        ("צבי", "Tzvi", "near"),
        ("יוסף", "Joseph", "near"),
        ("محمد", "מוחמד", "near"),
        ("محمد", "Muhammad", "near"),
        ("أبو حمد", "אבו חמד", "near"),
        ("أحمد", "احمد", "same"),
        ("נועה", "Noa", "near"),
        ("ניסים", "נסים", "near"),
        ("פרידמן", "פרידמו", "near"),
        ("אלון", "ברק", ""),
        ("דן", "דינה", "near"),
        ("רון", "גל", ""),
        ("", "כהן", ""),
        ("?", "!", ""),
    ],
)
def test_one_name_in_many_spellings(one: str, other: str, expected: str) -> None:
    assert likeness(one, other) == expected
    assert likeness(other, one) == expected


def test_one_slip() -> None:
    assert all(one_slip("פרידמן", other) for other in ("פרידמן", "פרידמ", "פרידןמ", "פארידמן", "פריזמן"))
    assert not any(one_slip("פרידמן", other) for other in ("פרידלנד", "פריד", "דמירפן"))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("רחוב הזית 4", "הזית 4 דירה 2", "same"),
        ("Hazayit 4", "הזית 4", "same"),
        ("הזית 4", "הזית 6", ""),
        ("הזית", "הזית 6", "near"),
        ("הזית 4", "הברוש 4", ""),
        ("", "", ""),
    ],
)
def test_addresses(one: str, other: str, expected: str) -> None:
    assert address_likeness(one, other) == expected


def person(first: str = "נועה", last: str = "אלון", **fields: Any) -> Person:
    return Person(first, last, fields.pop("birth_date", None), **fields)


def points(one: Side, other: Side) -> tuple[int, set[str]]:
    found = compare(one, other)
    return found.points, {reason.code for reason in found.reasons}


def test_what_speaks_for_it_is_counted() -> None:
    id_mark, phone = frozenset([b"1"]), frozenset([b"2"])
    home = Side(None, "אלון", "הזית 4", (person(birth_date=BORN, national_id=id_mark, phone=phone),))
    assert points(home, Side(None, "ברק", "", (person("x", "y", national_id=id_mark),))) == (100, {"same_id"})
    assert points(home, Side(None, "ברק", "", (person("Noa", "Alon", phone=phone),))) == (
        70,
        {"same_phone", "near_name"},
    )
    found, codes = points(home, Side(None, "Alon", "", (person("Noa", "Alon", birth_date=date(1990, 1, 5)),)))
    assert (found, codes) == (50, {"near_name", "near_birth", "same_family_name"})
    # a name alone, a phone alone, an address alone: not enough
    for other in (
        Side(None, "אלון", "", (person(),)),
        Side(None, "ברק", "", (person("דן", "ברק", phone=phone),)),
        Side(None, "ברק", "הזית 4", (person("דן", "ברק"),)),
    ):
        assert compare(home, other).points < SHOWN_FROM
    assert points(home, Side(None, "אלון", "רחוב הזית 4", (person(),)))[0] >= SHOWN_FROM


def test_a_name_says_nothing_where_ids_or_births_say_otherwise() -> None:
    home = Side(None, "אלון", "", (person(birth_date=BORN, national_id=frozenset([b"1"])),))
    for fields in ({"birth_date": date(1971, 8, 9)}, {"birth_date": BORN, "national_id": frozenset([b"2"])}):
        assert points(home, Side(None, "אלון", "", (person(**fields),))) == (10, {"same_family_name"})
    # the same id, born on a day that somebody wrote wrongly
    wrong = person(birth_date=date(1971, 8, 9), national_id=frozenset([b"1"]))
    assert points(home, Side(None, "", "", (wrong,))) == (135, {"same_id", "same_name"})


def test_first_and_last_names_that_changed_places() -> None:
    one = Side(None, "", "", (person("משה", "שמעון", birth_date=BORN),))
    other = Side(None, "", "", (person("שמעון", "משה", birth_date=BORN),))
    assert points(one, other) == (60, {"near_name", "same_birth"})


def test_a_house_full_of_people_counts_each_once() -> None:
    people = tuple(person(f"ילד {number}", birth_date=date(2010, 1, number + 1)) for number in range(14))
    home = Side(None, "אלון", "", people)
    assert compare(home, home).points == 70 + 13 * 35 + 10
    assert len([reason for reason in compare(home, home).reasons if reason.code == "same_name"]) == 14


def draft(towns: Towns, **fields: Any) -> Side:
    member = MemberDraft(fields.pop("first", "Noa"), fields.pop("last", "Alon"), "parent", fields=fields)
    return side_of_draft(towns.world.city, "Alon", "", [member])


def test_only_within_the_authority_and_what_the_asker_may_read(towns: Towns) -> None:
    city, sister = towns.world.city, towns.world.sister
    with visible(everything(city, sister, by=towns.worker)):
        found = duplicates_of(towns.worker, city, draft(towns, national_id=NATIONAL_ID))
        assert [one.family for one in found] == [towns.own]
        assert found[0].likeness.is_strong
        assert duplicates_of(towns.stranger, city, draft(towns, national_id=NATIONAL_ID)) == []
        # the sister's file has the same id: fingerprints of two authorities have nothing in common
        assert towns.foreign not in [one.family for one in found]
        by_phone = duplicates_of(towns.worker, city, draft(towns, phone=PHONE))
        assert [one.family for one in by_phone] == [towns.own]
        assert duplicates_of(towns.worker, city, draft(towns, first="דן", last="ברק")) == []


def test_pairs_of_a_department(towns: Towns) -> None:
    city = towns.world.city
    leader = towns.world.account(Role.TEAM_LEADER, place=city)
    twin = family(towns.worker, city, towns.worker, name="Alon", national_id="", phone=PHONE)
    other = family(towns.worker, city, towns.worker, name="ברק", national_id="", phone="")
    with visible(everything(city, by=leader)):
        pairs = probable_pairs(leader, city)
        assert [(pair.first, pair.second) for pair in pairs] == [(towns.own, twin)]
        codes = {reason.code for reason in pairs[0].likeness.reasons}
        assert {"same_phone", "near_name", "same_family_name"} <= codes
        assert other not in {one for pair in pairs for one in (pair.first, pair.second)}
        tell_apart(by=leader, family=twin, others=[towns.own], reason="two_households")
        assert probable_pairs(leader, city) == []
