"""Guidance of the teams of programmes, shared where a department runs several, and what programmes aim at.

Nothing here is about a family: a session says what was learned, never of whom.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

MOST_PRESENT = 500
MOST_DAYS = 730


class SessionKind(models.TextChoices):
    JOINT = "joint", pgettext_lazy("session of guidance", "Shared by several programmes")
    PROGRAMME = "programme", pgettext_lazy("session of guidance", "Of one programme")


class SessionState(models.TextChoices):
    PLANNED = "planned", pgettext_lazy("session of guidance", "Planned")
    HELD = "held", pgettext_lazy("session of guidance", "Held")
    CANCELLED = "cancelled", pgettext_lazy("session of guidance", "Cancelled")


class Session(models.Model):
    """A meeting of guidance of an authority's teams: for which programmes, when, on what, who guides.

    `present`: how many came. `agreed`: what was learned and agreed, without a word about a family.
    `follows`: the session at whose end this one was planned.
    """

    authority = models.ForeignKey(
        "places.Place", models.PROTECT, related_name="+", verbose_name=_("local authority")
    )
    programmes: Any = models.ManyToManyField(
        "programmes.Programme", related_name="guidance_sessions", verbose_name=_("programmes")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=SessionKind.choices)
    day = models.DateField(_("day"))
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), default=90, validators=[MinValueValidator(10), MaxValueValidator(600)]
    )
    topic = models.CharField(_("what it is about"), max_length=200)
    guide = models.CharField(_("who guides"), max_length=120)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=SessionState.choices,
        default=SessionState.PLANNED,
        editable=False,
    )
    present = models.PositiveSmallIntegerField(
        _("people present"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_PRESENT)],
    )
    agreed = models.TextField(_("what was learned and agreed"), max_length=4000, blank=True)
    cancelled_why = models.CharField(_("why it was cancelled"), max_length=300, blank=True)
    follows: Any = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="next",
        verbose_name=_("session before it"),
        editable=False,
    )
    planned_by: Any = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("planned by")
    )
    planned_at = models.DateTimeField(_("planned"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("session of guidance")
        verbose_name_plural = _("sessions of guidance")
        ordering = ["-day", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=SessionState.HELD, present__isnull=False, present__gte=1)
                | (~Q(state=SessionState.HELD) & Q(present=None)),
                name="guidance_session_held_with_people",
            ),
            models.CheckConstraint(
                condition=Q(state=SessionState.CANCELLED) & ~Q(cancelled_why="")
                | (~Q(state=SessionState.CANCELLED) & Q(cancelled_why="")),
                name="guidance_session_cancelled_why",
            ),
        ]
        indexes = [models.Index(fields=["authority", "-day"], name="guidance_session_of")]

    def __str__(self) -> str:
        return f"{self.topic} · {self.day:%Y-%m-%d}"

    @property
    def is_open(self) -> bool:
        return self.state == SessionState.PLANNED


class Measure(models.TextChoices):
    """What a target is about; all are shares of one but the days, and only of days less is better."""

    PLACES_TAKEN = "places_taken", pgettext_lazy("measure of a target", "Places taken")
    SPENT = "spent", pgettext_lazy("measure of a target", "Budget that is spent or bound")
    FIRST_RESPONSE = (
        "first_response",
        pgettext_lazy("measure of a target", "Days until half of the families have a first response"),
    )
    LOOP_CLOSURE = "loop_closure", pgettext_lazy("measure of a target", "Loop closure")
    HELP_RECEIVED = "help_received", pgettext_lazy("measure of a target", "Help received")
    GOALS_REACHED = (
        "goals_reached",
        pgettext_lazy("measure of a target", "Families that ended with their goals reached"),
    )


AT_MOST = frozenset({Measure.FIRST_RESPONSE.value})
"""Measures of which less is better."""
OF_PLACES_ONLY = frozenset({Measure.LOOP_CLOSURE.value, Measure.HELP_RECEIVED.value})
"""Measures of referrals, which are of no programme."""


class Target(models.Model):
    """What a place aims at in a programme, or in all together: a measure and a number, from a day on.

    `value`: days for the measure of days, else hundredths (80 for 80 %). A target of a wider place holds
    where a narrower one has none.
    """

    place = models.ForeignKey("places.Place", models.PROTECT, related_name="+", verbose_name=_("place"))
    programme: Any = models.ForeignKey(
        "programmes.Programme",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="targets",
        verbose_name=_("programme"),
    )
    measure = models.CharField(_("measure"), max_length=16, choices=Measure.choices)
    value = models.PositiveSmallIntegerField(
        _("target"), validators=[MinValueValidator(1), MaxValueValidator(MOST_DAYS)]
    )
    starts = models.DateField(_("from"))
    ends = models.DateField(_("until"), null=True, blank=True)
    why = models.CharField(_("why"), max_length=300)
    set_by: Any = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("set by")
    )
    set_at = models.DateTimeField(_("set"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("target of a programme")
        verbose_name_plural = _("targets of programmes")
        ordering = ["place", "programme", "measure", "-starts"]
        constraints = [
            models.UniqueConstraint(
                fields=["place", "programme", "measure"],
                condition=Q(ends=None),
                nulls_distinct=False,
                name="guidance_target_once",
            ),
            models.CheckConstraint(
                condition=Q(ends=None) | Q(ends__gte=F("starts")), name="guidance_target_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(measure="first_response", value__range=(1, MOST_DAYS))
                | (~Q(measure="first_response") & Q(value__range=(1, 100))),
                name="guidance_target_value",
            ),
            models.CheckConstraint(
                condition=~Q(measure__in=["loop_closure", "help_received"]) | Q(programme=None),
                name="guidance_target_of_referrals",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_measure_display()} · {self.value}"

    @property
    def is_at_most(self) -> bool:
        """Whether less is better."""
        return self.measure in AT_MOST

    @property
    def is_days(self) -> bool:
        return self.measure == Measure.FIRST_RESPONSE
