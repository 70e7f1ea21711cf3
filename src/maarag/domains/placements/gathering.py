"""What matching reads: families as facts without names, places with what is left of them, and the teams.

Many families in a fixed number of queries, in the scope in force. Nothing is written here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from maarag.domains.baskets.models import Basket, BasketStatus
from maarag.domains.casework.models import Assessment, AssessmentMark, Circumstance, CircumstanceKind
from maarag.domains.families.models import Family, FamilyStatus, Gender, Member, Relation
from maarag.domains.programmes.fit import FamilyFacts
from maarag.kernel.places.models import Containment, Place

from .models import Waiting

POVERTY, RISK = "family-poverty", "child-risk"
"""Codes of the rubrics on which families are assessed."""
LANGUAGE, SECTOR = "human_situations:language:", "human_situations:sectors:"
UNKNOWN = "unknown"
ATTRIBUTES = ("sex", "sector", "language", "area")
"""By what fairness is looked at: sex of the parent, sector, language, neighbourhood."""
ADULT = 18
MANY, HARDEST, HEAVIER = 4, 2, 0.25
"""A family is heavier with so many children or situations, or with a risk below this level; by how much."""
CHUNK = 5_000


@dataclass(frozen=True)
class Wait:
    """That a family waits for a programme: how urgently, since when."""

    programme: int
    priority: int
    since: date


@dataclass(frozen=True)
class Candidate:
    """A family before the places: its facts, the groups it is counted in, what it weighs on a worker.

    `groups`: attribute → code of the group, `UNKNOWN` where nobody has written it. `weight`: 1 is a family of
    the usual kind. `opened`: the day of its file. `placed_in`: codes of the programmes in which it has a
    place. `languages`: codes of terms.
    """

    family: UUID
    authority: int
    worker: int
    opened: date
    facts: FamilyFacts
    groups: Mapping[str, str] = field(default_factory=dict)
    weight: float = 1.0
    waits: tuple[Wait, ...] = ()
    languages: frozenset[str] = frozenset()

    @property
    def placed_in(self) -> frozenset[str]:
        return self.facts.open_programmes

    def waits_for(self, programme: int) -> Wait | None:
        return next((one for one in self.waits if one.programme == programme), None)


def candidates(
    *,
    authorities: Collection[int] = (),
    families: Collection[UUID] | None = None,
    day: date,
    without_place: bool = True,
) -> list[Candidate]:
    """The open files of the authorities, or these families, by their file numbers.

    `without_place`: only those that have no open basket.
    """
    rows = Family.objects.filter(status=FamilyStatus.OPEN).order_by("authority_id", "number")
    rows = rows.filter(pk__in=families) if families is not None else rows.filter(authority__in=authorities)
    if without_place:
        rows = rows.exclude(baskets__status=BasketStatus.OPEN)
    found = list(rows.values_list("pk", "authority_id", "worker_id", "opened_on", "neighbourhood_id"))
    paths = _paths({pk for row in found for pk in (row[1], row[4]) if pk is not None})
    gathered: list[Candidate] = []
    for start in range(0, len(found), CHUNK):
        part = found[start : start + CHUNK]
        known = _Known.of([row[0] for row in part], day)
        gathered += [known.candidate(*row, paths) for row in part]
    return gathered


@dataclass
class _Known:
    """What is written of some families, by family."""

    day: date
    members: dict[UUID, list[tuple[str, str, date | None]]]
    situations: dict[UUID, list[str]]
    levels: dict[tuple[UUID, str], dict[int, list[int]]]
    programmes: dict[UUID, set[str]]
    waits: dict[UUID, list[Wait]]

    @classmethod
    def of(cls, pks: list[UUID], day: date) -> _Known:
        members: dict[UUID, list[tuple[str, str, date | None]]] = defaultdict(list)
        rows = Member.objects.filter(family__in=pks).order_by("family", "position")
        for pk, relation, gender, born in rows.values_list("family_id", "relation", "gender", "birth_date"):
            members[pk].append((relation, gender, born))
        situations: dict[UUID, list[str]] = defaultdict(list)
        said = Circumstance.objects.filter(
            family__in=pks, kind=CircumstanceKind.SITUATION, ended_on=None
        ).order_by("term__code")
        for pk, code in said.values_list("family_id", "term__code"):
            situations[pk].append(code)
        programmes: dict[UUID, set[str]] = defaultdict(set)
        open_ones = Basket.objects.filter(family__in=pks, status=BasketStatus.OPEN).order_by()
        for pk, code in open_ones.values_list("family_id", "quota__programme__code"):
            programmes[pk].add(code)
        waits: dict[UUID, list[Wait]] = defaultdict(list)
        waiting = Waiting.objects.filter(family__in=pks, ended_on=None).order_by("programme_id")
        for pk, programme, priority, since in waiting.values_list(
            "family_id", "programme_id", "priority", "since"
        ):
            waits[pk].append(Wait(programme, priority, since))
        return cls(day, members, situations, _levels(pks), programmes, waits)

    def candidate(
        self,
        pk: UUID,
        authority: int,
        worker: int,
        opened: date,
        area: int | None,
        paths: Mapping[int, tuple[str, ...]],
    ) -> Candidate:
        people, situations = self.members[pk], self.situations[pk]
        facts = self._facts(pk, authority, area, paths)
        languages = frozenset(code for code in situations if code.startswith(LANGUAGE))
        groups = {
            "sex": _sex(people),
            "sector": _first(situations, SECTOR),
            "language": _first(situations, LANGUAGE),
            "area": paths[area][0] if area is not None else UNKNOWN,
        }
        return Candidate(
            pk, authority, worker, opened, facts, groups, weight_of(facts), tuple(self.waits[pk]), languages
        )

    def _facts(
        self, pk: UUID, authority: int, area: int | None, paths: Mapping[int, tuple[str, ...]]
    ) -> FamilyFacts:
        people, situations = self.members[pk], self.situations[pk]
        children = [
            (_age(born, self.day) if born else None) for kind, _sex, born in people if kind == "child"
        ]
        dated = tuple(sorted(age for age in children if age is not None and age < ADULT))
        parents = sum(relation == Relation.PARENT for relation, _sex, _born in people)
        poverty, risk = self.levels.get((pk, POVERTY), {}), self.levels.get((pk, RISK), {})
        return FamilyFacts(
            children=dated if people else None,
            children_undated=children.count(None),
            household=len(people) or None,
            single_parent=(parents == 1) if parents else None,
            situations=dict.fromkeys(situations, 1.0) if situations else None,
            poverty=_mean([_mean(levels) for levels in poverty.values()]) if poverty else None,
            risk=min(_mean(levels) for levels in risk.values()) if risk else None,
            authority=paths[authority][0],
            places=frozenset(paths[authority] if area is None else paths[area]),
            is_neighbourhood_known=area is not None,
            open_programmes=frozenset(self.programmes[pk]),
        )


def weight_of(facts: FamilyFacts) -> float:
    """What a family weighs on its worker: 1 the usual one, up to 1.75.

    A quarter more each for four children or more, for a risk at the hardest level, and for four situations or
    more: a judgement of ours, like the fit.
    """
    heavy = (
        len(facts.children or ()) + facts.children_undated >= MANY,
        facts.risk is not None and facts.risk < HARDEST,
        len(facts.situations or ()) >= MANY,
    )
    return 1.0 + HEAVIER * sum(heavy)


def weights_of(families: Collection[UUID], day: date) -> dict[UUID, float]:
    """What each of these families weighs, as its `Candidate.weight`, without all else that is written of it.

    At most five queries for every five thousand families.
    """
    pks, found = list(families), dict.fromkeys(families, 1.0)
    for start in range(0, len(pks), CHUNK):
        for heavy in _heavy(pks[start : start + CHUNK], day):
            for pk in heavy:
                found[pk] += HEAVIER
    return found


def _heavy(pks: list[UUID], day: date) -> Iterable[Iterable[UUID]]:
    """Of these families those of each kind that `weight_of` counts."""
    grown_up = _born_at_most(day)
    children = Member.objects.filter(family__in=pks, relation=Relation.CHILD).filter(
        Q(birth_date=None) | Q(birth_date__gt=grown_up)
    )
    said = Circumstance.objects.filter(family__in=pks, kind=CircumstanceKind.SITUATION, ended_on=None)
    for rows, what in ((children, Count("pk")), (said, Count("term", distinct=True))):
        many = rows.order_by().values("family_id").annotate(number=what).filter(number__gte=MANY)
        yield [row["family_id"] for row in many]
    hard = AssessmentMark.objects.filter(
        family__in=pks, round__rubric__code=RISK, level__value__lt=HARDEST
    ).order_by()
    levels = _levels(list(hard.values_list("family_id", flat=True).distinct()), (RISK,))
    yield [pk for (pk, _code), marks in levels.items() if min(map(_mean, marks.values())) < HARDEST]


def _born_at_most(day: date) -> date:
    """Who was born until this day is grown up on `day`."""
    try:
        return day.replace(year=day.year - ADULT)
    except ValueError:  # the 29th of February, of a year that has none
        return date(day.year - ADULT, 2, 28)


def _levels(
    pks: list[UUID], rubrics: Collection[str] = (POVERTY, RISK)
) -> dict[tuple[UUID, str], dict[int, list[int]]]:
    """(family, rubric) → dimension → the levels that stand in the newest assessment that has any.

    What all agreed on stands alone; else every rater's level counts.
    """
    rounds = Assessment.objects.filter(family__in=pks, rubric__code__in=rubrics)
    order = {
        pk: (family, code)
        for pk, family, code in rounds.order_by("day", "begun_at").values_list(
            "pk", "family_id", "rubric__code"
        )
    }
    marks: dict[Any, dict[int, list[tuple[bool, int]]]] = defaultdict(lambda: defaultdict(list))
    given = AssessmentMark.objects.filter(family__in=pks, level__isnull=False).order_by()
    for pk, dimension, joint, level in given.values_list(
        "round_id", "dimension_id", "is_joint", "level__value"
    ):
        marks[pk][dimension].append((joint, level))
    found: dict[tuple[UUID, str], dict[int, list[int]]] = {}
    for pk, of in order.items():  # the oldest first, so that the newest with a mark stands
        if pk in marks:
            found[of] = {
                dimension: [level for joint, level in said if joint] or [level for _joint, level in said]
                for dimension, said in marks[pk].items()
            }
    return found


def _paths(pks: Collection[int]) -> dict[int, tuple[str, ...]]:
    """Place → its code, then those of all that it lies in."""
    above: dict[int, list[str]] = defaultdict(list)
    rows = Containment.objects.filter(descendant__in=pks).order_by()
    for pk, ancestor, code in rows.values_list("descendant_id", "ancestor_id", "ancestor__code"):
        if ancestor != pk:
            above[pk].append(code)
    codes = dict(Place.objects.filter(pk__in=pks).values_list("pk", "code"))
    return {pk: (codes[pk], *sorted(above[pk])) for pk in pks}


def _age(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _sex(people: Iterable[tuple[str, str, date | None]]) -> str:
    """Of the one parent, or of both; anything else is not known."""
    parents = {sex for relation, sex, _born in people if relation == Relation.PARENT}
    if parents == {Gender.FEMALE, Gender.MALE}:
        return "both"
    (sex,) = parents if len(parents) == 1 else (UNKNOWN,)
    return str(sex) if sex in (Gender.FEMALE, Gender.MALE) else UNKNOWN


def _first(situations: Iterable[str], beginning: str) -> str:
    """The first group named below a branch of the situations, without what is finer."""
    codes = sorted(code for code in situations if code.startswith(beginning))
    return codes[0].removeprefix(beginning).split(":")[0] if codes else UNKNOWN


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found)
