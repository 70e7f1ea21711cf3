"""How far those who assess the families of a department agree: coefficients and counts, no family."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import Viewer, places_permitted
from maarag.kernel.places.models import Containment, Place, PlaceKind
from maarag.kernel.rubrics.engine_data import (
    DimensionAgreement,
    PairAgreement,
    agreement,
    agreement_of_pairs,
)
from maarag.kernel.rubrics.models import Rubric

from ..models import Assessment


@dataclass(frozen=True)
class Agreed:
    """The agreement of raters in one department on one version of a rubric.

    `assessments`: closed ones; `by_several`: of these, those that two or more rated; `raters`: of these;
    `still_open`: not counted, for levels can still change in them. `year`: of the assessments, None for all.
    """

    rubric: Rubric
    place: Place
    year: int | None
    assessments: int
    by_several: int
    raters: int
    still_open: int
    dimensions: Sequence[DimensionAgreement]
    pairs: Sequence[PairAgreement]


def departments_led(viewer: Viewer) -> QuerySet[Place]:
    """The authorities in which, or in a neighbourhood of which, the viewer looks over others' work."""
    led = places_permitted(viewer, Permission.REVIEW_READING)
    containing = Containment.objects.filter(descendant__in=led, ancestor__kind=PlaceKind.AUTHORITY)
    return Place.objects.filter(pk__in=containing.values("ancestor")).defer("outline").order_by("name_he")


def agreed_in(viewer: Viewer, place: Place, rubric: Rubric, year: int | None = None) -> Agreed:
    """How far the raters agree about the families of a department that the viewer leads."""
    every = _rounds(viewer, place).filter(rubric=rubric)
    if year is not None:
        every = every.filter(day__year=year)
    closed = every.exclude(closed_at=None)
    independent = Q(marks__is_joint=False)
    several = closed.annotate(raters=Count("marks__rater", filter=independent, distinct=True)).filter(
        raters__gte=2
    )
    marks = Assessment._meta.get_field("marks").related_model._default_manager
    raters = marks.filter(round__in=several.values("pk"), is_joint=False)
    return Agreed(
        rubric=rubric,
        place=place,
        year=year,
        assessments=closed.count(),
        by_several=several.count(),
        raters=raters.order_by().values("rater").distinct().count(),
        still_open=every.filter(closed_at=None).count(),
        dimensions=agreement(closed, rubric),
        pairs=agreement_of_pairs(closed, rubric),
    )


def years_assessed(viewer: Viewer, place: Place, rubric: Rubric) -> list[int]:
    """The years of the department's closed assessments, newest first."""
    closed = _rounds(viewer, place).filter(rubric=rubric).exclude(closed_at=None)
    return [day.year for day in closed.order_by().dates("day", "year", order="DESC")]


def _rounds(viewer: Viewer, place: Place) -> QuerySet[Assessment]:
    led = places_permitted(viewer, Permission.REVIEW_READING).values("pk")
    near = Q(family__authority__in=led) | Q(family__neighbourhood__in=led)
    return Assessment.objects.filter(near, authority=place).order_by()
