"""What a family lives in and is good at, its goals, and the plan of responses in versions."""

from __future__ import annotations

from uuid import uuid4

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from maarag.database.encryption.fields import EncryptedTextField

from .agreements import professions
from .rows import OfFamily, of_file, to_account, within


class CircumstanceKind(models.TextChoices):
    SITUATION = "situation", _("Situation")
    STRENGTH = "strength", _("Strength")


class SaidBy(models.TextChoices):
    """Whose word it is."""

    FAMILY = "family", _("The family")
    WORKER = "worker", _("The social worker")
    BODY = "body", _("Another body")


class Circumstance(OfFamily):
    """Something the family lives in, or is good at: who said so and when; ended, never deleted."""

    kind = models.CharField(_("kind"), max_length=10, choices=CircumstanceKind.choices, editable=False)
    term = models.ForeignKey(
        "taxonomy.Term",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("situation"),
    )
    words = EncryptedTextField(_("in words"), max_length=2000, blank=True)
    said_by = models.CharField(_("said by"), max_length=10, choices=SaidBy.choices)
    said_by_whom = EncryptedTextField(_("who exactly"), max_length=200, blank=True)
    said_on = models.DateField(_("said on"))
    ended_on = models.DateField(_("ended on"), null=True, blank=True, editable=False)
    ended_by = to_account(_("end written by"), null=True, blank=True, editable=False)
    ended_why = EncryptedTextField(_("what changed"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("circumstance of a family")
        verbose_name_plural = _("circumstances of families")
        ordering = ["kind", "-said_on", "-written_at"]
        constraints = [
            within("circumstance"),
            models.CheckConstraint(
                condition=Q(kind=CircumstanceKind.SITUATION, term__isnull=False)
                | (Q(kind=CircumstanceKind.STRENGTH, term=None) & ~Q(words="")),
                name="casework_circumstance_named",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None, ended_by=None)
                | Q(ended_on__gte=F("said_on"), ended_by__isnull=False),
                name="casework_circumstance_ended_by",
            ),
        ]
        indexes = [of_file("circumstance")]

    def __str__(self) -> str:
        return f"{self.kind} · {self.said_on:%Y-%m-%d}"


class GoalState(models.TextChoices):
    SET = "set", pgettext_lazy("goal", "Set")
    IN_PROGRESS = "in_progress", pgettext_lazy("goal", "In progress")
    REACHED = "reached", pgettext_lazy("goal", "Reached")
    PARTLY = "partly", pgettext_lazy("goal", "Partly reached")
    DROPPED = "dropped", pgettext_lazy("goal", "Dropped")


OPEN_GOALS = (GoalState.SET, GoalState.IN_PROGRESS)


class Goal(OfFamily):
    """What the family wants to reach, in its own words, and by when."""

    own_words = EncryptedTextField(_("in the family's words"), max_length=2000)
    professional_words = EncryptedTextField(_("in the professional's words"), max_length=2000, blank=True)
    professions = professions(_("fields of work"))
    target_on = models.DateField(_("target day"))
    agreed_on = models.DateField(_("agreed on"))
    agreed_by = EncryptedTextField(_("who of the family agreed"), max_length=200)
    state = models.CharField(
        _("state"), max_length=12, choices=GoalState.choices, default=GoalState.SET, editable=False
    )
    state_on = models.DateField(_("in this state since"), editable=False)
    state_reason = EncryptedTextField(_("reason"), max_length=1000, blank=True, editable=False)
    position = models.PositiveSmallIntegerField(
        _("order"), default=1, validators=[MinValueValidator(1)], editable=False
    )

    class Meta:
        verbose_name = _("goal of a family")
        verbose_name_plural = _("goals of families")
        ordering = ["position", "written_at"]
        constraints = [
            within("goal"),
            models.CheckConstraint(condition=Q(professions__len__gt=0), name="casework_goal_of_a_field"),
            models.CheckConstraint(
                condition=~Q(state=GoalState.DROPPED) | ~Q(state_reason=""), name="casework_goal_dropped_why"
            ),
        ]
        indexes = [of_file("goal")]

    def __str__(self) -> str:
        return f"{self.position}. {self.target_on:%Y-%m-%d}"


class Plan(OfFamily):
    """One version of the plan of responses: a draft until it is agreed on a day, unchanged from then on.

    A file has one draft at most, and its versions are numbered, by the lock on the family in the actions; no
    constraint says so, for two files that are merged bring the versions of both.
    """

    number = models.PositiveSmallIntegerField(_("version"), editable=False)
    agreed_on = models.DateField(_("agreed on"), null=True, blank=True)
    agreed_by = EncryptedTextField(_("who of the family agreed"), max_length=200, blank=True)
    agreed_with = to_account(_("agreed with"), null=True, blank=True, editable=False)
    note = EncryptedTextField(_("what this version changes"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("version of a plan")
        verbose_name_plural = _("versions of plans")
        ordering = ["-number"]
        constraints = [
            within("plan"),
            models.CheckConstraint(
                condition=Q(agreed_on=None, agreed_with=None, agreed_by="")
                | (Q(agreed_on__isnull=False, agreed_with__isnull=False) & ~Q(agreed_by="")),
                name="casework_plan_agreed_by",
            ),
        ]
        indexes = [of_file("plan")]

    def __str__(self) -> str:
        return str(self.number)

    @property
    def is_draft(self) -> bool:
        return self.agreed_on is None


class Doer(models.TextChoices):
    """Who does what an item of the plan says."""

    WORKER = "worker", _("The social worker")
    FAMILY = "family", _("The family")
    BODY = "body", _("Another body")


class Frequency(models.TextChoices):
    ONCE = "once", _("Once")
    DAILY = "daily", _("Every day")
    SEVERAL = "several", _("Several times a week")
    WEEKLY = "weekly", _("Once a week")
    FORTNIGHTLY = "fortnightly", _("Every two weeks")
    MONTHLY = "monthly", _("Once a month")
    AS_NEEDED = "as_needed", _("As needed")


class Progress(models.TextChoices):
    """How an item of the plan goes on."""

    NOT_STARTED = "not_started", pgettext_lazy("item of a plan", "Not started")
    RUNNING = "running", pgettext_lazy("item of a plan", "Under way")
    DONE = "done", pgettext_lazy("item of a plan", "Done")
    STOPPED = "stopped", pgettext_lazy("item of a plan", "Stopped")


class PlanItem(OfFamily):
    """A response in a version of the plan: who does it, from when, how often, how much, towards which goal.

    `line` is the same in every version that holds the same item.
    """

    plan = models.ForeignKey(
        Plan, models.CASCADE, related_name="items", db_constraint=False, verbose_name=_("version"),
        editable=False,
    )  # fmt: skip
    goal = models.ForeignKey(
        Goal, models.CASCADE, related_name="items", db_constraint=False, verbose_name=_("goal")
    )
    line = models.UUIDField(_("item"), default=uuid4, editable=False)
    position = models.PositiveSmallIntegerField(_("order"), default=1, editable=False)
    response = models.ForeignKey(
        "taxonomy.Term", models.PROTECT, related_name="+", verbose_name=_("response")
    )
    service = models.ForeignKey(
        "services.Service",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("service"),
    )
    doer = models.CharField(_("who does it"), max_length=10, choices=Doer.choices)
    who = EncryptedTextField(_("who exactly"), max_length=200, blank=True)
    starts = models.DateField(_("from"))
    ends = models.DateField(_("until"), null=True, blank=True)
    frequency = models.CharField(_("how often"), max_length=12, choices=Frequency.choices)
    amount = EncryptedTextField(_("how much"), max_length=200, blank=True)
    details = EncryptedTextField(_("details"), max_length=2000, blank=True)
    professions = professions(_("fields of work"))
    progress = models.CharField(
        _("progress"), max_length=12, choices=Progress.choices, default=Progress.NOT_STARTED, editable=False
    )
    progress_on = models.DateField(_("in this state since"), null=True, blank=True, editable=False)
    progress_note = EncryptedTextField(_("note on the progress"), max_length=1000, blank=True, editable=False)

    class Meta:
        verbose_name = _("item of a plan")
        verbose_name_plural = _("items of plans")
        ordering = ["plan", "position"]
        constraints = [
            within("plan_item"),
            models.UniqueConstraint(fields=["plan", "line"], name="casework_plan_item_once"),
            models.CheckConstraint(
                condition=Q(ends=None) | Q(ends__gte=F("starts")), name="casework_plan_item_in_order"
            ),
            models.CheckConstraint(condition=Q(professions__len__gt=0), name="casework_plan_item_of_a_field"),
        ]
        indexes = [of_file("plan_item"), models.Index(fields=["plan"], name="casework_plan_item_plan")]

    def __str__(self) -> str:
        return f"{self.plan_id} · {self.position}"
