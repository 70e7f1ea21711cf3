"""Rubrics through the API: open to everyone. Rounds are of the rooms that rate; their shapes are here."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema
from ninja.errors import HttpError

from maarag.kernel.places.api import LocalName

from .actions import MarkDraft
from .models import Rubric
from .queries import Compared, Line, Said, rubric_of, rubrics
from .rows import RoundRow

router = Router(tags=["rubrics"])


class LocalAbout(Schema):
    """A text in Hebrew, Arabic and English; empty where there is none."""

    he: str = ""
    ar: str = ""
    en: str = ""

    @classmethod
    def of(cls, row: object) -> LocalAbout:
        return cls(**{code: getattr(row, f"about_{code}", "") or "" for code in ("he", "ar", "en")})


class LevelOut(Schema):
    """A described level."""

    value: int = Field(description="1 and upwards.")
    name: LocalName
    about: LocalAbout


class DimensionOut(Schema):
    """What a rubric looks at."""

    code: str
    name: LocalName
    about: LocalAbout
    levels: list[LevelOut]


class RubricLine(Schema):
    """A rubric as a list shows it."""

    code: str
    version: int
    name: LocalName
    source: str
    higher_is_better: bool
    is_current: bool

    @classmethod
    def fields_of(cls, rubric: Rubric) -> dict[str, Any]:
        plain = ("code", "version", "source", "higher_is_better", "is_current")
        return {"name": LocalName.of(rubric), **{name: getattr(rubric, name) for name in plain}}


class RubricOut(RubricLine):
    """A rubric with its dimensions and levels."""

    about: LocalAbout
    dimensions: list[DimensionOut]

    @classmethod
    def of(cls, rubric: Rubric) -> RubricOut:
        dimensions = [
            DimensionOut(
                code=dimension.code,
                name=LocalName.of(dimension),
                about=LocalAbout.of(dimension),
                levels=[
                    LevelOut(value=level.value, name=LocalName.of(level), about=LocalAbout.of(level))
                    for level in dimension.levels.all()
                ],
            )
            for dimension in rubric.dimensions.all()
        ]
        return cls(**cls.fields_of(rubric), about=LocalAbout.of(rubric), dimensions=dimensions)


class MarkIn(Schema):
    """What a rater says of a dimension."""

    dimension: str = Field(description="Code of the dimension.", max_length=60)
    level: int | None = Field(None, description="Null: it cannot be told yet.", ge=1, le=100)
    evidence: str = Field("", max_length=2000)

    def draft(self) -> MarkDraft:
        return MarkDraft(self.dimension, self.level, self.evidence)


class MarkOut(MarkIn):
    """A mark with its rater."""

    rater: str = Field(description="Name of the rater.")
    day: date

    @classmethod
    def of(cls, dimension: str, said: Said) -> MarkOut:
        level = said.level.value if said.level else None
        return cls(
            dimension=dimension, level=level, evidence=said.evidence, rater=said.rater.name, day=said.day
        )


class ComparedOut(Schema):
    """A dimension of a round: what each rater said, what all agreed on, how many levels they are apart."""

    dimension: str
    said: list[MarkOut]
    agreed: MarkOut | None
    apart: int | None

    @classmethod
    def of(cls, compared: Compared) -> ComparedOut:
        code = compared.dimension.code
        return cls(
            dimension=code,
            said=[MarkOut.of(code, said) for said in compared.said if said],
            agreed=MarkOut.of(code, compared.joint) if compared.joint else None,
            apart=compared.spread.apart if compared.spread else None,
        )


class RoundOut(Schema):
    """A round of rating, without what was said in it."""

    id: str
    rubric: str
    version: int
    day: date
    is_open: bool

    @classmethod
    def of(cls, round: RoundRow) -> RoundOut:
        rubric = round.rubric
        return cls(
            id=str(round.pk), rubric=rubric.code, version=rubric.version, day=round.day, is_open=round.is_open
        )


class PointOut(Schema):
    """A dimension on a day: the level that stands, or between which the raters are."""

    day: date
    lowest: int
    highest: int
    of: int = Field(description="How many levels the dimension had in that version.")


class DimensionLineOut(Schema):
    """A dimension over time."""

    dimension: str
    points: list[PointOut]
    change: int | None = Field(
        description="Levels since the first round; null where they cannot be compared."
    )

    @classmethod
    def of(cls, line: Line) -> DimensionLineOut:
        points = [PointOut(day=p.day, lowest=p.lowest, highest=p.highest, of=p.of) for p in line.points]
        return cls(dimension=line.code, points=points, change=line.change)


@router.get("/", response=list[RubricLine], auth=None, summary="Rubrics", url_name="rubrics")
def all_rubrics(request: HttpRequest) -> list[RubricLine]:
    """The rubrics in use."""
    return [RubricLine(**RubricLine.fields_of(rubric)) for rubric in rubrics()]


@router.get("/{code}", response=RubricOut, auth=None, summary="One rubric", url_name="rubric")
def one_rubric(
    request: HttpRequest,
    code: str,
    version: int | None = Query(None, ge=1, le=32_000, description="Without it, the version in use."),
) -> RubricOut:
    """A rubric with its dimensions and levels."""
    rubric = rubric_of(code[:60], version)
    if rubric is None:
        raise HttpError(404, _("No rubric has the code %(code)s.") % {"code": code[:60]})
    return RubricOut.of(rubric)
