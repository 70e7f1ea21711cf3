"""Assessments of a family on rubrics through the API."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Schema
from ninja.errors import HttpError

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of
from maarag.kernel.rubrics.api import ComparedOut, MarkIn, RoundOut
from maarag.kernel.rubrics.queries import comparison, may_compare, rubric_of

from .. import actions
from ..models import Assessment
from ..queries.assessments import RUBRICS, assessments_of
from .answering import file_for, router, row_for, written

EDIT = Permission.EDIT_FAMILIES


class Beginning(Schema):
    """On which rubric a round is begun."""

    rubric: str = Field(max_length=60, description="Code of the rubric.")


class Rating(Schema):
    """What a rater says, or (`joint`) what all raters agreed on."""

    marks: list[MarkIn] = Field(min_length=1, max_length=30)
    day: date | None = None
    joint: bool = False


class AssessmentOut(RoundOut):
    """A round; what each rater said is shown when one's own levels are complete, or the round is closed."""

    dimensions: list[ComparedOut] | None

    @classmethod
    def shown(cls, request: HttpRequest, row: Assessment) -> AssessmentOut:
        shows = may_compare(row, account_of(request))
        compared = [ComparedOut.of(one) for one in comparison(row).dimensions] if shows else None
        return cls(**RoundOut.of(row).dict(), dimensions=compared)


@router.get(
    "/{uuid:pk}/assessments",
    response=list[RoundOut],
    summary="Assessments of a family",
    url_name="casework_assessments",
)
def assessments(request: HttpRequest, pk: UUID) -> list[RoundOut]:
    """The rounds on every rubric, newest first."""
    return [RoundOut.of(row) for row in assessments_of(file_for(request, pk))]


@router.post(
    "/{uuid:pk}/assessments",
    response=RoundOut,
    summary="Begin an assessment",
    url_name="casework_begin_assessment",
)
def begin(request: HttpRequest, pk: UUID, body: Beginning) -> RoundOut:
    """Begin a round on a rubric; the one that is open already is returned."""
    family = file_for(request, pk, EDIT)
    rubric = rubric_of(body.rubric) if body.rubric in RUBRICS else None
    if rubric is None:
        raise HttpError(422, _("Families are not assessed on a rubric %(code)s.") % {"code": body.rubric})
    return RoundOut.of(
        written(lambda: actions.begin_assessment(by=account_of(request), family=family, rubric=rubric))
    )


@router.get(
    "/{uuid:pk}/assessments/{uuid:row}",
    response=AssessmentOut,
    summary="One assessment",
    url_name="casework_assessment",
)
def one(request: HttpRequest, pk: UUID, row: UUID) -> AssessmentOut:
    """Null for `dimensions` until one's own levels are complete: nobody's eye is led by another's."""
    return AssessmentOut.shown(request, row_for(Assessment, file_for(request, pk), row))


@router.post(
    "/{uuid:pk}/assessments/{uuid:row}/rate",
    response=AssessmentOut,
    summary="Say levels of an assessment",
    url_name="casework_rate",
)
def rate(request: HttpRequest, pk: UUID, row: UUID, body: Rating) -> AssessmentOut:
    """One's own levels, or those that all agreed on; 409 where the round is closed."""
    found = row_for(Assessment, file_for(request, pk, EDIT), row)
    by = account_of(request)
    if body.joint and not may_compare(found, by):
        raise HttpError(409, _("First your own levels; then you compare and agree."))
    marks = [mark.draft() for mark in body.marks]
    written(
        lambda: actions.rate_assessment(by=by, assessment=found, marks=marks, day=body.day, joint=body.joint)
    )
    return AssessmentOut.shown(request, found)


@router.post(
    "/{uuid:pk}/assessments/{uuid:row}/close",
    response=AssessmentOut,
    summary="Close an assessment",
    url_name="casework_close_assessment",
)
def close(request: HttpRequest, pk: UUID, row: UUID) -> AssessmentOut:
    """It stays to be read."""
    found = row_for(Assessment, file_for(request, pk, EDIT), row)
    return AssessmentOut.shown(
        request, written(lambda: actions.close_assessment(by=account_of(request), assessment=found))
    )
