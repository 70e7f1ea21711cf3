"""Assessments of one file."""

from __future__ import annotations

from django.db.models import QuerySet

from maarag.domains.families.models import Family

from ..models import Assessment

RUBRICS = ("family-poverty", "child-risk")
"""Codes of the rubrics on which families are assessed."""


def assessments_of(family: Family, code: str = "") -> QuerySet[Assessment]:
    """The rounds, newest first; of one rubric if a code is given."""
    found = Assessment.objects.filter(family=family).select_related("rubric", "begun_by")
    return found.filter(rubric__code=code) if code else found
