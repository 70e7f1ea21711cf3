"""What people lack: estimates that always say where they come from, how old and how sure they are."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class Unit(models.TextChoices):
    PEOPLE = "people", _("People")
    FAMILIES = "families", _("Families")


class Certainty(models.TextChoices):
    """How sure an estimate is, and what that means in numbers."""

    COUNTED = "counted", _("Counted")
    ESTIMATED = "estimated", _("Estimated")
    ROUGH = "rough", _("Rough estimate")


class NeedEstimate(models.Model):
    """How many people or families of a place are in a situation and lack its response: a date, a source."""

    place = models.ForeignKey("places.Place", models.PROTECT, related_name="need_estimates")
    topic = models.ForeignKey("taxonomy.Topic", models.PROTECT, related_name="need_estimates")
    situation = models.ForeignKey("taxonomy.Term", models.PROTECT, related_name="need_estimates")
    population = models.ForeignKey(
        "taxonomy.Term",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="need_estimates_as_population",
        verbose_name=_("population group"),
    )
    unit = models.CharField(_("unit"), max_length=10, choices=Unit.choices)
    number = models.PositiveIntegerField(_("number"))
    lowest = models.PositiveIntegerField(_("at least"), null=True, blank=True)
    highest = models.PositiveIntegerField(_("at most"), null=True, blank=True)
    certainty = models.CharField(_("certainty"), max_length=10, choices=Certainty.choices)
    as_of = models.DateField(_("as of"))
    source = models.ForeignKey("sources.Source", models.PROTECT, related_name="need_estimates")
    source_row = models.CharField(_("row of the source"), max_length=120, blank=True)
    note = models.TextField(_("note"), blank=True)
    is_public = models.BooleanField(_("public"), default=True)
    recorded_at = models.DateTimeField(_("recorded"), auto_now=True)

    class Meta:
        verbose_name = _("need estimate")
        verbose_name_plural = _("need estimates")
        ordering = ["place", "topic", "-as_of"]
        constraints = [
            models.UniqueConstraint(
                fields=["place", "topic", "situation", "population", "unit", "as_of", "source"],
                nulls_distinct=False,
                name="needs_estimate_once",
            ),
            models.CheckConstraint(
                condition=(Q(lowest=None) | Q(lowest__lte=F("number")))
                & (Q(highest=None) | Q(highest__gte=F("number"))),
                name="needs_number_within_its_range",
            ),
        ]
        indexes = [models.Index(fields=["topic", "place", "as_of"], name="needs_topic_place")]

    def __str__(self) -> str:
        return f"{self.place_id} {self.situation_id} {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("needs:detail", args=[self.pk])
