"""Assessments of a family on a rubric: rounds with several raters, their marks and what they rest on."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from maarag.kernel.access.rows import PersonalRow
from maarag.kernel.rubrics.rows import MarkRow, RoundRow


class Assessment(RoundRow, PersonalRow):
    """A family's situation looked at by a rubric, on a day, by one worker or several."""

    family = models.ForeignKey(
        "families.Family",
        models.CASCADE,
        related_name="assessments",
        db_constraint=False,
        verbose_name=_("family"),
        editable=False,
    )

    class Meta(RoundRow.Meta):
        verbose_name = _("assessment of a family")
        verbose_name_plural = _("assessments of families")
        constraints = [
            *RoundRow.Meta.constraints,
            models.UniqueConstraint(fields=["authority", "id"], name="casework_assessment_within"),
        ]
        indexes = [models.Index(fields=["authority", "family"], name="casework_assessment_file")]

    def __str__(self) -> str:
        return f"{self.rubric_id} · {self.day:%Y-%m-%d}"


class AssessmentMark(MarkRow, PersonalRow):
    """What one rater says of one dimension of a family's situation."""

    family = models.ForeignKey(
        "families.Family",
        models.CASCADE,
        related_name="+",
        db_constraint=False,
        verbose_name=_("family"),
        editable=False,
    )
    round = models.ForeignKey(
        Assessment,
        models.CASCADE,
        related_name="marks",
        db_constraint=False,
        verbose_name=_("assessment"),
        editable=False,
    )
    carried_from_round = ("family", "authority")

    class Meta(MarkRow.Meta):
        verbose_name = _("mark of an assessment")
        verbose_name_plural = _("marks of assessments")
        constraints = [
            *MarkRow.Meta.constraints,
            models.UniqueConstraint(fields=["authority", "id"], name="casework_mark_within"),
        ]
        indexes = [models.Index(fields=["authority", "family"], name="casework_mark_file")]

    def __str__(self) -> str:
        return f"{self.dimension_id} · {self.day:%Y-%m-%d}"
