"""Whether two files are of one family: what speaks for it, counted in points that anybody can follow.

Ids and phones are compared by their fingerprints, never in clear; addresses are read only of files that
something else speaks for. All of it within one authority and within what the asker may read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from typing import Any
from uuid import UUID

from django.db.models import Q

from maarag.database.encryption.fields import index_of
from maarag.kernel.access.scope import Viewer
from maarag.kernel.places.models import Place

from .actions import MemberDraft
from .merging_models import Distinct
from .models import Family, FamilyStatus, Member
from .scope import visible_to
from .spelling import address_likeness, keys_of, likeness

POINTS = {
    "same_id": 100,
    "same_phone": 45,
    "same_name": 35,
    "near_name": 25,
    "same_birth": 35,
    "near_birth": 15,
    "same_address": 25,
    "near_address": 10,
    "same_family_name": 10,
}
SHOWN_FROM, STRONG_FROM = 60, 90
FURTHER = 0.5
"""How much each person after the first counts."""
MOST_PAIRS = 200


@dataclass(frozen=True)
class Person:
    """Somebody of a file as they are compared: names, birth, the fingerprints of id and phone."""

    first_name: str
    last_name: str
    birth_date: date | None
    national_id: frozenset[bytes] = frozenset()
    phone: frozenset[bytes] = frozenset()

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True)
class Side:
    """A file as it is compared; `family` None for one that is about to be opened."""

    family: UUID | None
    name: str
    address: str
    people: tuple[Person, ...]


@dataclass(frozen=True)
class Reason:
    """One thing that speaks for one family: a code of POINTS, and of whom, on either side."""

    code: str
    who: str = ""
    other: str = ""


@dataclass(frozen=True)
class Likeness:
    """What speaks for it, most telling first."""

    points: int
    reasons: tuple[Reason, ...]

    @property
    def is_strong(self) -> bool:
        return self.points >= STRONG_FROM


@dataclass(frozen=True)
class Probable:
    """A file that may be of the same family."""

    family: Family
    likeness: Likeness


@dataclass(frozen=True)
class Pair:
    """Two files that may be of one family."""

    first: Family
    second: Family
    likeness: Likeness


@dataclass
class _Found:
    points: int = 0
    reasons: list[Reason] = field(default_factory=list)


def compare(one: Side, other: Side) -> Likeness:
    """What speaks for two files being of one family.

    Each person counts with whoever on the other side is most like them, and the second, third … by half.
    """
    found = sorted(_best_of(one.people, other.people), key=lambda each: -each.points)
    points = sum(each.points * (FURTHER if number else 1) for number, each in enumerate(found))
    reasons = [reason for each in found for reason in each.reasons]
    if likeness(one.name, other.name):
        points += POINTS["same_family_name"]
        reasons.append(Reason("same_family_name", one.name, other.name))
    if kind := address_likeness(one.address, other.address):
        points += POINTS[f"{kind}_address"]
        reasons.append(Reason(f"{kind}_address"))
    return Likeness(round(points), tuple(reasons))


def _best_of(people: Sequence[Person], others: Sequence[Person]) -> list[_Found]:
    pairs = [
        (found, first, second)
        for first, person in enumerate(people)
        for second, other in enumerate(others)
        if (found := _persons(person, other)).points
    ]
    taken: tuple[set[int], set[int]] = (set(), set())
    best = []
    for found, first, second in sorted(pairs, key=lambda pair: -pair[0].points):
        if first not in taken[0] and second not in taken[1]:
            taken[0].add(first)
            taken[1].add(second)
            best.append(found)
    return best


def _persons(person: Person, other: Person) -> _Found:
    """What speaks for two being one person. A name says nothing where ids or births say that they are two."""
    found = _Found()
    codes = []
    if person.national_id & other.national_id:
        codes.append("same_id")
    if person.phone & other.phone:
        codes.append("same_phone")
    other_id = bool(person.national_id and other.national_id) and "same_id" not in codes
    if (name := _names(person, other)) and not other_id:
        born = person.birth_date and other.birth_date
        kind = _births(person.birth_date, other.birth_date) if born else ""  # type: ignore[arg-type]
        if kind or not born or "same_id" in codes:
            codes.append(f"{name}_name")
        if kind:
            codes.append(f"{kind}_birth")
    if codes == ["near_name"]:  # alone it says nothing: half a town has such a name
        return found
    for code in codes:
        found.points += POINTS[code]
        found.reasons.append(Reason(code, person.name, other.name))
    return found


def _names(person: Person, other: Person) -> str:
    """How two full names are alike; first and last names may have changed places."""
    straight = (
        likeness(person.first_name, other.first_name),
        likeness(person.last_name, other.last_name),
    )
    turned = (likeness(person.first_name, other.last_name), likeness(person.last_name, other.first_name))
    if straight == ("same", "same"):
        return "same"
    return "near" if all(straight) or all(turned) else ""


def _births(one: date, other: date) -> str:
    if one == other:
        return "same"
    swapped = one.year == other.year and (one.day, one.month) == (other.month, other.day)
    parts = sum(getattr(one, part) == getattr(other, part) for part in ("year", "month", "day"))
    return "near" if swapped or parts == 2 else ""


def side_of_draft(authority: Place, name: str, address: str, members: Iterable[MemberDraft]) -> Side:
    """A file that is about to be opened."""
    ids, phones = index_of(Member, "national_id"), index_of(Member, "phone")
    people = [
        Person(
            member.first_name,
            member.last_name,
            member.fields.get("birth_date"),
            frozenset(ids.values_for(member.fields.get("national_id") or "", authority.pk)),
            frozenset(phones.values_for(member.fields.get("phone") or "", authority.pk)),
        )
        for member in members
    ]
    return Side(None, name, address, tuple(people))


def duplicates_of(viewer: Viewer, authority: Place, side: Side, *, apart_from: Any = None) -> list[Probable]:
    """The files of the authority, readable to the viewer, that may be of the same family; likeliest first."""
    families = _comparable(viewer, authority).exclude(pk=apart_from)
    sides = _sides(families)
    found: dict[UUID, Likeness] = {}
    for key, other in sides.items():
        alike = compare(side, other)
        if alike.points >= SHOWN_FROM - POINTS["same_address"]:
            found[key] = alike
    rows = {family.pk: family for family in families.filter(pk__in=found)}
    probable = []
    for key, family in rows.items():
        whole = compare(side, _with_address(sides[key], family))
        if whole.points >= SHOWN_FROM:
            probable.append(Probable(family, whole))
    return sorted(probable, key=lambda one: (-one.likeness.points, one.family.number))


def resembling(viewer: Viewer, family: Family) -> list[Probable]:
    """The files that an open one resembles, likeliest first; without those that were told apart from it."""
    side = _with_address(_sides(Family.objects.filter(pk=family.pk))[family.pk], family)
    rows = Distinct.objects.filter(Q(family=family.pk) | Q(other=family.pk))
    apart = {pk for pair in rows.values_list("family", "other") for pk in pair}
    found = duplicates_of(viewer, family.authority, side, apart_from=family.pk)
    return [one for one in found if one.family.pk not in apart]


def probable_pairs(viewer: Viewer, authority: Place) -> list[Pair]:
    """Pairs of the authority's files that may be of one family, likeliest first; not those told apart.

    Only files that share an id, a phone, a name with a birth, or a full name are compared at all.
    """
    families = _comparable(viewer, authority)
    sides = _sides(families)
    apart = {
        frozenset(pair)
        for pair in Distinct.objects.filter(authority=authority).values_list("family", "other")
    }
    blocks: dict[Any, set[UUID]] = defaultdict(set)
    for key, side in sides.items():
        for person in side.people:
            for mark in (*person.national_id, *person.phone):
                blocks[mark].add(key)
            for name in keys_of(person.name):
                blocks[name].add(key)
    candidates = {
        frozenset(pair)
        for block in blocks.values()
        if len(block) < MOST_PAIRS
        for pair in combinations(sorted(block), 2)
    } - apart
    hopeful: list[tuple[UUID, UUID]] = []
    for pair in candidates:
        first, second = sorted(pair)
        if compare(sides[first], sides[second]).points >= SHOWN_FROM - POINTS["same_address"]:
            hopeful.append((first, second))
    rows = {row.pk: row for row in families.filter(pk__in={key for pair in hopeful for key in pair})}
    pairs = []
    for first, second in hopeful:
        whole = compare(_with_address(sides[first], rows[first]), _with_address(sides[second], rows[second]))
        if whole.points >= SHOWN_FROM:
            older, newer = sorted((rows[first], rows[second]), key=lambda family: family.number)
            pairs.append(Pair(older, newer, whole))
    return sorted(pairs, key=lambda pair: (-pair.likeness.points, pair.first.number))[:MOST_PAIRS]


def _comparable(viewer: Viewer, authority: Place) -> Any:
    return (
        visible_to(viewer).filter(Q(authority=authority) & ~Q(status=FamilyStatus.MERGED)).order_by("number")
    )


def _sides(families: Any) -> dict[UUID, Side]:
    """Every file as it is compared, without its address: nothing encrypted is read."""
    people: dict[UUID, list[Person]] = defaultdict(list)
    rows = Member.objects.filter(family__in=families.values("pk")).order_by("position")
    columns = ("family_id", "first_name", "last_name", "birth_date", "national_id_index", "phone_index")
    for family, first, last, birth, national_id, phone in rows.values_list(*columns):
        people[family].append(
            Person(
                first,
                last,
                birth,
                frozenset([national_id] if national_id else ()),
                frozenset([phone] if phone else ()),
            )
        )
    return {pk: Side(pk, name, "", tuple(people[pk])) for pk, name in families.values_list("pk", "name")}


def _with_address(side: Side, family: Family) -> Side:
    return Side(side.family, side.name, family.address, side.people)
