"""Rubrics: dimensions with described levels; and rounds in which something that is nobody's file is rated."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from maarag.values import LocalText

from .rows import MarkRow, RoundRow


class Rubric(models.Model):
    """One version of a rubric. Once something was rated by it, it never changes: a new version follows."""

    code = models.SlugField(_("code"), max_length=60)
    version = models.PositiveIntegerField(_("version"))
    name_he = models.CharField(_("name in Hebrew"), max_length=120)
    name_ar = models.CharField(_("name in Arabic"), max_length=120, blank=True)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    about_he = models.TextField(_("about in Hebrew"), blank=True)
    about_ar = models.TextField(_("about in Arabic"), blank=True)
    about_en = models.TextField(_("about in English"), blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    higher_is_better = models.BooleanField(_("a higher level is better"), default=True)
    digest = models.CharField(_("digest of the content"), max_length=64, editable=False)
    is_current = models.BooleanField(_("in use"), default=True)
    is_used = models.BooleanField(_("something was rated by it"), default=False, editable=False)
    taken_in_at = models.DateTimeField(_("taken in"), auto_now_add=True)

    class Meta:
        verbose_name = _("rubric")
        verbose_name_plural = _("rubrics")
        ordering = ["code", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="rubrics_version_once"),
            models.UniqueConstraint(
                fields=["code"], condition=Q(is_current=True), name="rubrics_one_current_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"

    @property
    def name(self) -> LocalText:
        return LocalText(he=self.name_he, ar=self.name_ar, en=self.name_en)


class Dimension(models.Model):
    """What a rubric looks at; its code stays the same from version to version."""

    rubric = models.ForeignKey(Rubric, models.CASCADE, related_name="dimensions")
    code = models.SlugField(_("code"), max_length=60)
    position = models.PositiveSmallIntegerField(pgettext_lazy("place in an order", "position"))
    name_he = models.CharField(_("name in Hebrew"), max_length=120)
    name_ar = models.CharField(_("name in Arabic"), max_length=120, blank=True)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    about_he = models.TextField(_("about in Hebrew"), blank=True)
    about_ar = models.TextField(_("about in Arabic"), blank=True)
    about_en = models.TextField(_("about in English"), blank=True)

    class Meta:
        verbose_name = _("dimension of a rubric")
        verbose_name_plural = _("dimensions of a rubric")
        ordering = ["rubric", "position"]
        constraints = [
            models.UniqueConstraint(fields=["rubric", "code"], name="rubrics_dimension_once"),
            models.UniqueConstraint(fields=["rubric", "position"], name="rubrics_dimension_place"),
        ]

    def __str__(self) -> str:
        return self.name_he

    @property
    def name(self) -> LocalText:
        return LocalText(he=self.name_he, ar=self.name_ar, en=self.name_en)


class Level(models.Model):
    """A described step of a dimension: 1 and upwards, without gaps."""

    dimension = models.ForeignKey(Dimension, models.CASCADE, related_name="levels")
    value = models.PositiveSmallIntegerField(_("level"))
    name_he = models.CharField(_("name in Hebrew"), max_length=120)
    name_ar = models.CharField(_("name in Arabic"), max_length=120, blank=True)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    about_he = models.TextField(_("about in Hebrew"))
    about_ar = models.TextField(_("about in Arabic"), blank=True)
    about_en = models.TextField(_("about in English"), blank=True)

    class Meta:
        verbose_name = _("level of a dimension")
        verbose_name_plural = _("levels of a dimension")
        ordering = ["dimension", "value"]
        constraints = [
            models.UniqueConstraint(fields=["dimension", "value"], name="rubrics_level_once"),
            models.CheckConstraint(condition=Q(value__gte=1), name="rubrics_level_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.value} {self.name_he}"

    @property
    def name(self) -> LocalText:
        return LocalText(he=self.name_he, ar=self.name_ar, en=self.name_en)


class Round(RoundRow):
    """A round about something public: an authority, an organisation, a partnership.

    `kind` and `subject` name it: a model's label and the key of a row. Rounds about people are rows of the
    room that keeps their file, never of this table.
    """

    kind = models.CharField(_("kind"), max_length=60)
    subject = models.CharField(_("what is rated"), max_length=60)

    class Meta(RoundRow.Meta):
        verbose_name = _("round of rating")
        verbose_name_plural = _("rounds of rating")
        indexes = [models.Index(fields=["kind", "subject", "-day"], name="rubrics_round_subject")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} · {self.day:%Y-%m-%d}"


class Mark(MarkRow):
    """What one rater said of one dimension in a public round."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="marks")

    class Meta(MarkRow.Meta):
        verbose_name = _("mark of a rater")
        verbose_name_plural = _("marks of raters")

    def __str__(self) -> str:
        return f"{self.round_id} · {self.dimension_id}"
