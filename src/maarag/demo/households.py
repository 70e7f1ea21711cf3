"""Invented households of the fictional authorities, beside the families that are written out by hand.

Drawn by chance that always falls alike: names from the public lists of `data/names.csv`, put together at
random; ids and phones from the first of their kind, which nobody has. The kinds of households are ours, no
estimate of any real town.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from maarag.values.national_id import is_valid_national_id

from .tables import Row, rows

AUTHORITY, SISTER = "F-900", "F-901"
HOUSEHOLDS = ((AUTHORITY, 381), (SISTER, 56))
"""With those that are written out, three hundred and ninety-five and sixty-one."""
SEED = 2026
TODAY = date(2026, 11, 1)
"""Ages and days of opening are counted from here, so that the households are the same every day."""
LONGEST_OPEN = 6 * 365
WORKERS = {
    "social.worker@maale-gan.example": ("F-900-06", "F-900-07", "F-900-08"),
    "second.worker@maale-gan.example": ("F-900-01", "F-900-02"),
    "third.worker@maale-gan.example": ("F-900-03", "F-900-04"),
    "fourth.worker@maale-gan.example": ("F-900-05",),
    "fifth.worker@maale-gan.example": ("F-900-09", "F-900-10"),
    "sixth.worker@maale-gan.example": ("F-900-11", "F-900-12"),
    "social.worker@givat-hadekel.example": ("F-901-01", "F-901-02", "F-901-03"),
}
ARAB_SHARE = {
    "F-900-05": 0.9,
    "F-900-01": 0.25,
    "F-900-09": 0.15,
    "F-901-01": 0.7,
    "F-901-02": 0.6,
    "F-901-03": 0.3,
}
STREETS = (
    "הזית",
    "התמר",
    "הדקל",
    "הגפן",
    "הרימון",
    "האלון",
    "השקד",
    "הנחל",
    "הברוש",
    "הנרקיס",
    "הצבר",
    "הסביון",
)
APART = 1.25
"""Years between children at least."""
CLOSED = ("goals_reached", "goals_reached", "moved_away", "family_asked", "no_contact")


@dataclass(frozen=True)
class Kind:
    """A kind of household: how often it is met, its adults, its children, its first parent's age."""

    weight: int
    adults: tuple[str, ...]
    children: tuple[int, int]
    ages: tuple[int, int]


KINDS = (
    Kind(28, ("mother",), (1, 4), (22, 48)),
    Kind(34, ("mother", "father"), (1, 5), (24, 52)),
    Kind(8, ("mother", "father"), (6, 12), (36, 46)),
    Kind(4, ("father",), (1, 3), (28, 52)),
    Kind(7, ("mother", "father"), (0, 0), (21, 30)),
    Kind(7, ("grandmother",), (0, 0), (67, 90)),
    Kind(4, ("grandmother", "grandfather"), (0, 0), (67, 88)),
    Kind(8, ("mother", "father", "grandmother"), (1, 4), (28, 46)),
)
RELATIONS = {
    "mother": "parent",
    "father": "parent",
    "grandmother": "grandparent",
    "grandfather": "grandparent",
}
PERSON = tuple[str, str, str, date]
"""Relation, gender, given name and date of birth of one person."""


def households() -> tuple[list[Row], dict[str, list[Row]]]:
    """(rows as of `fiction_families`, the people of each by its code as of `fiction_family_members`)."""
    chance = random.Random(SEED)
    written = {(row["neighbourhood"], row["opened_on"]) for row in rows("fiction_families")}
    serials = _serials(rows("fiction_family_members"))
    homes = {
        authority: [(who, one) for who, places in WORKERS.items() for one in places if one[:5] == authority]
        for authority, _count in HOUSEHOLDS
    }
    families: list[Row] = []
    people: dict[str, list[Row]] = {}
    every = [authority for authority, count in HOUSEHOLDS for _number in range(count)]
    for number, authority in enumerate(every, start=1):
        worker, place = chance.choice(homes[authority])
        opened = TODAY - timedelta(days=chance.randrange(20, LONGEST_OPEN))
        while (place, opened.isoformat()) in written:
            opened -= timedelta(days=1)
        written.add((place, opened.isoformat()))
        sector = "arab" if chance.random() < ARAB_SHARE.get(place, 0.04) else "jewish"
        kind = chance.choices(KINDS, [one.weight for one in KINDS])[0]
        name = chance.choice(_names(sector, "family"))
        code = f"FH-{number:03}"
        families.append(
            {
                "code": code,
                "name": name,
                "authority": authority,
                "neighbourhood": place,
                "worker": worker,
                "address": f"רחוב {chance.choice(STREETS)} {chance.randrange(1, 90)}",
                "opened_on": opened.isoformat(),
                "review_in_days": str(chance.randrange(-15, 170)),
                "closed": chance.choice(CLOSED) if chance.random() < 0.07 else "",
            }
        )
        people[code] = [
            {
                "family": code,
                "first_name": given,
                "last_name": name,
                "relation": RELATIONS.get(relation, "child"),
                "gender": gender,
                "birth_date": born.isoformat(),
                "national_id": national_id,
                "phone": phone if relation != "child" else "",
            }
            for (relation, gender, given, born), (national_id, phone) in zip(
                _people(chance, kind, sector), serials, strict=False
            )
        ]
    return families, people


def _people(chance: random.Random, kind: Kind, sector: str) -> list[PERSON]:
    """The adults, the parents first, then the children from the oldest, each under a name of their own."""
    youngest = chance.randint(*kind.ages)
    found: list[PERSON] = []
    taken: set[str] = set()

    def add(relation: str, gender: str, years: float) -> None:
        given = chance.choice([name for name in _names(sector, gender) if name not in taken])
        taken.add(given)
        found.append((relation, gender, given, TODAY - timedelta(days=int(years * 365.25) + 1)))

    for adult in kind.adults:
        gender = "male" if adult in ("father", "grandfather") else "female"
        older = 26 if adult.startswith("grand") and len(kind.adults) == 3 else 0
        add(adult, gender, youngest + older + chance.uniform(0, 6))
    # births between the mother's 19 and 45, one and a quarter of a year apart at least
    youngest_child, oldest_child = max(0.1, youngest - 45.0), min(youngest - 19.0, 17.5)
    room = max(oldest_child - youngest_child, 0.4)
    children = min(chance.randint(*kind.children), max(int(room / APART), 1 if kind.children[0] else 0))
    for number in range(children):
        gap = room / children
        age = oldest_child - gap * number - chance.uniform(0, max(gap - APART, 0.0))
        add("child", chance.choice(("female", "male")), max(age, 0.1))
    return found


@cache
def _names(sector: str, kind: str) -> tuple[str, ...]:
    return tuple(row["name"] for row in rows("names") if (row["sector"], row["kind"]) == (sector, kind))


def _serials(taken: list[Row]) -> Iterator[tuple[str, str]]:
    """Ids and phones from the first of their kind on, without those that are taken."""
    ids, phones = {row["national_id"] for row in taken}, {row["phone"] for row in taken}
    serial = 0
    while True:
        serial += 1
        number = next(
            f"{serial:08}{digit}" for digit in range(10) if is_valid_national_id(f"{serial:08}{digit}")
        )
        phone = f"050-{serial:07}"
        if number not in ids and phone not in phones:
            yield number, phone
