"""One family with two files: who said that they are two families, what was merged, every step of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maarag.database.encryption.fields import EncryptedTextField
from maarag.kernel.access.rows import PersonalRow


class DistinctReason(models.TextChoices):
    OTHER_PEOPLE = "other_people", _("These are other people")
    TWO_HOUSEHOLDS = "two_households", _("Somebody belongs to two households, such as a child of two homes")
    MOVED_OUT = "moved_out", _("Somebody left that family and has a household of their own")
    OTHER = "other", _("Another reason")


class Distinct(PersonalRow):
    """Somebody looked at two files that resemble each other and said why they are two families."""

    family = models.ForeignKey(
        "families.Family", models.CASCADE, related_name="distinct_from", db_constraint=False, editable=False
    )
    other = models.ForeignKey(
        "families.Family", models.CASCADE, related_name="+", db_constraint=False, editable=False
    )
    reason = models.CharField(_("reason"), max_length=20, choices=DistinctReason.choices)
    note = EncryptedTextField(_("note"), max_length=500, blank=True)
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("said by"), editable=False
    )
    said_at = models.DateTimeField(_("said"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("two files of two families")
        verbose_name_plural = _("pairs of files of two families")
        ordering = ["-said_at"]
        constraints = [
            models.UniqueConstraint(fields=["family", "other"], name="families_distinct_once"),
            models.CheckConstraint(condition=~Q(family=F("other")), name="families_distinct_two"),
        ]
        indexes = [
            models.Index(fields=["authority", "family"], name="families_distinct_family"),
            models.Index(fields=["authority", "other"], name="families_distinct_other"),
        ]

    def __str__(self) -> str:
        return f"{self.family_id} · {self.other_id}"


class Merge(PersonalRow):
    """Two files were made one: `family` goes on, `away` leads to it. The last merging can be undone."""

    family = models.ForeignKey(
        "families.Family", models.CASCADE, related_name="merges", db_constraint=False, editable=False
    )
    away = models.ForeignKey(
        "families.Family", models.CASCADE, related_name="merged_away", db_constraint=False, editable=False
    )
    away_number = models.PositiveIntegerField(_("number of the file merged into it"), editable=False)
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("merged by"),
        editable=False,
    )
    merged_at = models.DateTimeField(_("merged"), default=timezone.now, editable=False)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("undone by"),
        editable=False,
    )
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("merging of two files")
        verbose_name_plural = _("mergings of files")
        ordering = ["-merged_at"]
        constraints = [
            models.UniqueConstraint(fields=["authority", "id"], name="families_merge_within"),
            models.UniqueConstraint(
                fields=["away"], condition=Q(undone_at=None), name="families_merge_away_once"
            ),
            models.CheckConstraint(condition=~Q(family=F("away")), name="families_merge_two"),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="families_merge_undone_by",
            ),
        ]
        indexes = [models.Index(fields=["authority", "family"], name="families_merge_family")]

    def __str__(self) -> str:
        return f"{self.away_number} · {self.merged_at:%Y-%m-%d %H:%M}"


class MergeStep(PersonalRow):
    """One row that a merging changed: which, and what stood in it before and after (JSON by column)."""

    family = models.ForeignKey(
        "families.Family", models.CASCADE, related_name="+", db_constraint=False, editable=False
    )
    merge = models.ForeignKey(
        Merge, models.CASCADE, related_name="steps", db_constraint=False, editable=False
    )
    model = models.CharField(_("kind of row"), max_length=100, editable=False)
    row = models.CharField(_("row"), max_length=40, editable=False)
    before = EncryptedTextField(_("before"), editable=False)
    after = EncryptedTextField(_("after"), editable=False)
    position = models.PositiveIntegerField(_("order"), editable=False)

    class Meta:
        verbose_name = _("step of a merging")
        verbose_name_plural = _("steps of a merging")
        ordering = ["merge", "position"]
        indexes = [models.Index(fields=["authority", "merge"], name="families_step_merge")]

    def __str__(self) -> str:
        return f"{self.model} {self.row}"
