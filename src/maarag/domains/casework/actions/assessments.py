"""Assessments of a family on a rubric; the rounds themselves are kernel.rubrics'."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from maarag.domains.families.models import Family
from maarag.kernel.access.models import Account
from maarag.kernel.rubrics import actions as rounds
from maarag.kernel.rubrics.models import Rubric

from ..models import Assessment
from .writing import file_for_change


@transaction.atomic
def begin_assessment(*, by: Account, family: Family, rubric: Rubric) -> Assessment:
    """Begin a round on the rubric; the one that is open already is returned. Raises Http404, AlreadyClosed,
    ValidationError.
    """
    found = file_for_change(by, family)
    known = Assessment.objects.filter(family=found, rubric__code=rubric.code, closed_at=None).first()
    if known is not None:
        return known
    return rounds.begin_round(by=by, round=Assessment(authority=found.authority, family=found, rubric=rubric))


@transaction.atomic
def rate_assessment(
    *,
    by: Account,
    assessment: Assessment,
    marks: Sequence[rounds.MarkDraft],
    day: date | None = None,
    joint: bool = False,
) -> int:
    """Write down what `by` says, or (`joint`) what all raters agreed on; how many marks are new or different.
    Raises Http404, AlreadyClosed, RoundClosed, ValidationError.
    """
    file_for_change(by, assessment.family_id)
    write = rounds.agree if joint else rounds.rate
    return write(by=by, round=assessment, marks=marks, day=day)


@transaction.atomic
def close_assessment(*, by: Account, assessment: Assessment) -> Assessment:
    """End a round; raises Http404, RoundClosed, ValidationError where nothing was rated."""
    file_for_change(by, assessment.family_id, closed_too=True)
    return rounds.close_round(by=by, round=assessment)
