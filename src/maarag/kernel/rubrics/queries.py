"""Reading rubrics, and what was rated by them: the comparison of raters, the agreement, the history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from maarag.engines.agreement import Spread, spread
from maarag.kernel.access.models import Account

from .models import Dimension, Level, Rubric
from .rows import RoundRow


def rubrics() -> QuerySet[Rubric]:
    """The rubrics in use, by code."""
    return Rubric.objects.filter(is_current=True)


def rubric_of(code: str, version: int | None = None) -> Rubric | None:
    """A rubric with its dimensions and levels: the version in use, or a named one."""
    found = Rubric.objects.filter(code=code).prefetch_related("dimensions__levels")
    chosen = found.filter(is_current=True) if version is None else found.filter(version=version)
    return chosen.first()


@dataclass(frozen=True)
class Said:
    """What one rater said of a dimension; `level` None: it could not be told."""

    rater: Account
    level: Level | None
    evidence: str
    day: date


@dataclass(frozen=True)
class Compared:
    """One dimension of a round: what each said (None: nothing yet), what all agreed on, how far apart."""

    dimension: Dimension
    said: tuple[Said | None, ...]
    joint: Said | None
    spread: Spread | None

    @property
    def levels(self) -> tuple[int, int] | None:
        """The lowest and the highest level that stand: the agreed one, else those of the raters."""
        if self.joint is not None and self.joint.level is not None:
            return self.joint.level.value, self.joint.level.value
        return (self.spread.lowest, self.spread.highest) if self.spread else None


@dataclass(frozen=True)
class Comparison:
    """A round as its raters see it."""

    raters: tuple[Account, ...]
    dimensions: tuple[Compared, ...]


def comparison(round: RoundRow) -> Comparison:
    """Every dimension of a round with what each rater said of it."""
    dimensions = list(Dimension.objects.filter(rubric=round.rubric_id).prefetch_related("levels"))
    marks = list(round.marks.select_related("level", "rater").order_by("day", "pk"))
    return _compared(dimensions, marks)


def _compared(dimensions: Sequence[Dimension], marks: Sequence[Any]) -> Comparison:
    raters = {mark.rater_id: mark.rater for mark in marks if not mark.is_joint}
    by_dimension: dict[int, dict[int, Said]] = defaultdict(dict)
    joint: dict[int, Said] = {}
    for mark in marks:
        said = Said(mark.rater, mark.level, mark.evidence, mark.day)
        if mark.is_joint:
            joint[mark.dimension_id] = said
        else:
            by_dimension[mark.dimension_id][mark.rater_id] = said
    compared = []
    for dimension in dimensions:
        given = by_dimension[dimension.pk]
        found = spread(said.level.value if said.level else None for said in given.values())
        all_said = tuple(given.get(rater) for rater in raters)
        compared.append(Compared(dimension, all_said, joint.get(dimension.pk), found))
    return Comparison(tuple(raters.values()), tuple(compared))


def own_marks(round: RoundRow, rater: Account) -> dict[str, Any]:
    """What a rater said so far: mark by the code of its dimension."""
    marks = round.marks.filter(rater=rater, is_joint=False).select_related("dimension", "level")
    return {mark.dimension.code: mark for mark in marks}


def may_compare(round: RoundRow, viewer: Account) -> bool:
    """Whether somebody may see what the others said: when the round is closed or their own marks complete.

    Until then nobody's eye is led by another's.
    """
    if not round.is_open:
        return True
    wanted = Dimension.objects.filter(rubric=round.rubric_id).count()
    return len(own_marks(round, viewer)) == wanted


@dataclass(frozen=True)
class Point:
    """A dimension at one round: the lowest and the highest level that stand, and of how many."""

    day: date
    lowest: int
    highest: int
    of: int
    level: Level | None
    """The one level that stands, where there is one."""


@dataclass(frozen=True)
class Line:
    """A dimension over time, oldest first; a round that says nothing of it is left out."""

    code: str
    dimension: Dimension
    points: tuple[Point, ...]

    @property
    def change(self) -> int | None:
        """Levels from the first round to the last; None where they differ in scale or there is but one."""
        if len(self.points) < 2 or self.points[0].of != self.points[-1].of:
            return None
        first, last = self.points[0], self.points[-1]
        return (
            last.lowest - first.lowest if last.lowest - first.lowest == last.highest - first.highest else None
        )


def history(rounds: Iterable[RoundRow]) -> list[Line]:
    """The dimensions of some rounds over time; versions of one rubric are joined by the dimensions' codes.

    Rounds of one subject and one rubric are meant; the words and the order are those of the newest version.
    """
    ordered = sorted(rounds, key=lambda row: (row.day, row.begun_at))
    if not ordered:
        return []
    every = Dimension.objects.filter(rubric__in={row.rubric_id for row in ordered})
    by_rubric: dict[int, list[Dimension]] = defaultdict(list)
    for dimension in every.prefetch_related("levels").order_by("rubric__version", "position"):
        by_rubric[dimension.rubric_id].append(dimension)
    marks: dict[Any, list[Any]] = defaultdict(list)
    model = ordered[0].marks.model
    for mark in model._default_manager.filter(round__in=ordered).select_related("level", "rater"):
        marks[mark.round_id].append(mark)
    lines: dict[str, tuple[Dimension, list[Point]]] = {}
    for row in ordered:
        for compared in _compared(by_rubric[row.rubric_id], marks[row.pk]).dimensions:
            code = compared.dimension.code
            points = lines[code][1] if code in lines else []
            lines[code] = (compared.dimension, points)
            if stands := compared.levels:
                levels = {level.value: level for level in compared.dimension.levels.all()}
                one = levels[stands[0]] if stands[0] == stands[1] else None
                points.append(Point(row.day, stands[0], stands[1], len(levels), one))
    newest = [dimension.code for dimension in by_rubric[ordered[-1].rubric_id]]
    order = [*newest, *(code for code in lines if code not in newest)]
    return [Line(code, lines[code][0], tuple(lines[code][1])) for code in order if code in lines]
