"""What a round of rating and a mark carry, in whatever room they are kept.

A room that rates people derives its own two tables, so that they are personal rows of its files: found by
PostgreSQL's policies, by merging, by sharing and by erasing through their foreign key, as everything else.

    class Assessment(RoundRow, PersonalRow):
        family = models.ForeignKey("families.Family", models.CASCADE, db_constraint=False, …)
        class Meta(RoundRow.Meta): …            # and a unique constraint on (authority, id)

    class AssessmentMark(MarkRow, PersonalRow):
        family = models.ForeignKey("families.Family", models.CASCADE, db_constraint=False, …)
        round = models.ForeignKey(Assessment, models.CASCADE, related_name="marks", db_constraint=False)
        carried_from_round = ("family", "authority")
        class Meta(MarkRow.Meta): …

Migration: ProtectRows(…, family="family_id") for both; ReferWithinAuthority of each `family`, and of `round`.
Actions, queries, forms and templates of this app work on any such pair.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maarag.database.encryption.fields import EncryptedTextField


class RoundRow(models.Model):
    """Something is rated by a rubric, by one rater or several, on a day; they may agree on levels in the end.

    While it is open each rater sees the others' marks only after their own are complete.
    """

    marks: Any

    rubric = models.ForeignKey(
        "rubrics.Rubric", models.PROTECT, related_name="+", verbose_name=_("rubric"), editable=False
    )
    day = models.DateField(_("day"), default=timezone.localdate)
    begun_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("begun by"),
        editable=False,
    )
    begun_at = models.DateTimeField(_("begun"), default=timezone.now, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("closed by"),
        editable=False,
    )

    class Meta:
        abstract = True
        ordering = ["-day", "-begun_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None)
                | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="%(app_label)s_%(class)s_closed_by",
            )
        ]

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class MarkRow(models.Model):
    """What a rater says of one dimension: a level, or that it cannot be told yet; and what it rests on.

    `is_joint`: what all raters agreed on together; `rater` is then whoever wrote it down.
    """

    carried_from_round: tuple[str, ...] = ()
    """Names of fields that a mark has the same as its round."""

    dimension = models.ForeignKey(
        "rubrics.Dimension", models.PROTECT, related_name="+", verbose_name=_("dimension"), editable=False
    )
    level = models.ForeignKey(
        "rubrics.Level", models.PROTECT, null=True, related_name="+", verbose_name=_("level"), editable=False
    )
    rater = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("rater"), editable=False
    )
    is_joint = models.BooleanField(_("agreed by all raters"), default=False, editable=False)
    evidence = EncryptedTextField(_("what it rests on"), max_length=2000, blank=True)
    day = models.DateField(_("day"), default=timezone.localdate, editable=False)

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["round", "dimension", "rater"],
                condition=Q(is_joint=False),
                name="%(app_label)s_%(class)s_once",
            ),
            models.UniqueConstraint(
                fields=["round", "dimension"],
                condition=Q(is_joint=True),
                name="%(app_label)s_%(class)s_one_joint",
            ),
        ]
