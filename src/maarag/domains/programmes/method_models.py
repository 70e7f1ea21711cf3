"""How programmes work with families: methods of intervention, whom they suit, who works, and the toolbox."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from maarag.values import LocalText


class Setting(models.TextChoices):
    """Where a method is carried out."""

    HOME = "home", pgettext_lazy("setting of a method", "At the family's home")
    COMMUNITY = "community", pgettext_lazy("setting of a method", "In the community")
    OUT_OF_HOME = "out_of_home", pgettext_lazy("setting of a method", "Out of the home")


class Method(models.Model):
    """A way of working with families: what is done, where, how much of it and for how long."""

    code = models.SlugField(_("code"), max_length=80, unique=True)
    name_he = models.CharField(_("name in Hebrew"), max_length=200)
    name_ar = models.CharField(_("name in Arabic"), max_length=200, blank=True)
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)
    description_he = models.TextField(_("description in Hebrew"), blank=True)
    description_ar = models.TextField(_("description in Arabic"), blank=True)
    description_en = models.TextField(_("description in English"), blank=True)
    setting = models.CharField(_("where"), max_length=12, choices=Setting.choices, default=Setting.COMMUNITY)
    hours_a_month = models.PositiveSmallIntegerField(
        _("hours a month with a family"), null=True, blank=True, validators=[MaxValueValidator(744)]
    )
    months = models.PositiveSmallIntegerField(
        _("length in months"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(120)],
    )
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("method of intervention")
        verbose_name_plural = _("methods of intervention")
        ordering = ["name_he", "code"]

    def __str__(self) -> str:
        return self.name_he

    @property
    def name(self) -> LocalText:
        return LocalText(he=self.name_he, ar=self.name_ar, en=self.name_en)


class Effect(models.TextChoices):
    """What a situation says of a method."""

    SUITS = "suits", pgettext_lazy("effect of a situation", "It suits")
    CAUTIONS = "cautions", pgettext_lazy("effect of a situation", "Caution")
    EXCLUDES = "excludes", pgettext_lazy("effect of a situation", "It must not be used")


class MethodSituation(models.Model):
    """A situation that a method suits, is to be used in with caution, or must not be used in."""

    method = models.ForeignKey(
        Method,
        models.CASCADE,
        related_name="situations",
        verbose_name=pgettext_lazy("of intervention", "method"),
    )
    term = models.ForeignKey("taxonomy.Term", models.PROTECT, related_name="+", verbose_name=_("situation"))
    effect = models.CharField(_("effect"), max_length=10, choices=Effect.choices, default=Effect.SUITS)
    strength = models.PositiveSmallIntegerField(
        _("strength"),
        default=2,
        validators=[MinValueValidator(1), MaxValueValidator(3)],
        help_text=_("1: a little, 2: clearly, 3: this is what it is for."),
    )

    class Meta:
        verbose_name = _("situation of a method")
        verbose_name_plural = _("situations of methods")
        ordering = ["method", "effect", "-strength", "term"]
        constraints = [
            models.UniqueConstraint(fields=["method", "term"], name="programmes_method_situation_once"),
            models.CheckConstraint(
                condition=Q(strength__range=(1, 3)), name="programmes_method_situation_strength"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.method_id} · {self.effect} · {self.term_id}"


class ProgrammeMethod(models.Model):
    """A method that a programme works by: all of them are its intervention model."""

    programme = models.ForeignKey(
        "programmes.Programme", models.CASCADE, related_name="methods", verbose_name=_("programme")
    )
    method = models.ForeignKey(
        Method,
        models.PROTECT,
        related_name="in_programmes",
        verbose_name=pgettext_lazy("of intervention", "method"),
    )

    class Meta:
        verbose_name = _("method of a programme")
        verbose_name_plural = _("methods of programmes")
        ordering = ["programme", "method"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "method"], name="programmes_method_once"),
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} · {self.method_id}"


class What(models.TextChoices):
    """What of a family an eligibility rule asks about."""

    CHILD_AGE = "child_age", pgettext_lazy("rule of a programme", "Age of a child")
    CHILDREN = "children", pgettext_lazy("rule of a programme", "Number of children")
    HOUSEHOLD = "household", pgettext_lazy("rule of a programme", "People in the household")
    SINGLE_PARENT = "single_parent", pgettext_lazy("rule of a programme", "One parent alone")
    SITUATION = "situation", pgettext_lazy("rule of a programme", "Situation")
    LANGUAGE = "language", pgettext_lazy("rule of a programme", "Language")
    NEIGHBOURHOOD = "neighbourhood", pgettext_lazy("rule of a programme", "Place of living")
    POVERTY = "poverty", pgettext_lazy("rule of a programme", "Level of poverty")
    RISK = "risk", pgettext_lazy("rule of a programme", "Level of risk to the children")


OF_NUMBERS = (What.CHILD_AGE, What.CHILDREN, What.HOUSEHOLD, What.POVERTY, What.RISK)
OF_TERMS = (What.SITUATION, What.LANGUAGE)


class EligibilityRule(models.Model):
    """A condition for having a place: hard ones exclude, others are told and weighed.

    `least` and `most` are years for ages, people for numbers, and levels of the rubric (1 hardest, 4 best)
    for poverty and risk.
    """

    programme = models.ForeignKey(
        "programmes.Programme", models.CASCADE, related_name="rules", verbose_name=_("programme")
    )
    what = models.CharField(_("about"), max_length=14, choices=What.choices)
    least = models.DecimalField(_("at least"), max_digits=5, decimal_places=2, null=True, blank=True)
    most = models.DecimalField(_("at most"), max_digits=5, decimal_places=2, null=True, blank=True)
    term = models.ForeignKey(
        "taxonomy.Term",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("situation or language"),
    )
    place = models.ForeignKey(
        "places.Place", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("place")
    )
    is_hard = models.BooleanField(_("excludes whoever does not meet it"), default=True)
    note_he = models.CharField(_("note in Hebrew"), max_length=300, blank=True)
    note_ar = models.CharField(_("note in Arabic"), max_length=300, blank=True)
    note_en = models.CharField(_("note in English"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("eligibility rule")
        verbose_name_plural = _("eligibility rules")
        ordering = ["programme", "-is_hard", "what", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(least=None) | Q(most=None) | Q(most__gte=F("least")),
                name="programmes_rule_least_to_most",
            ),
            models.CheckConstraint(
                condition=Q(what__in=OF_NUMBERS, term=None, place=None)
                & (Q(least__isnull=False) | Q(most__isnull=False))
                | Q(what=What.SINGLE_PARENT, least=None, most=None, term=None, place=None)
                | Q(what__in=OF_TERMS, term__isnull=False, least=None, most=None, place=None)
                | Q(what=What.NEIGHBOURHOOD, place__isnull=False, least=None, most=None, term=None),
                name="programmes_rule_says_what",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} · {self.what}"


class ProgrammeWorker(models.Model):
    """Somebody who works in a programme in an authority, with so many families at most, for a time."""

    programme = models.ForeignKey(
        "programmes.Programme", models.PROTECT, related_name="workers", verbose_name=_("programme")
    )
    authority = models.ForeignKey(
        "places.Place", models.PROTECT, related_name="+", verbose_name=_("local authority")
    )
    account: Any = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="programme_work",
        verbose_name=_("social worker"),
    )
    most = models.PositiveSmallIntegerField(_("families at most"), validators=[MaxValueValidator(500)])
    starts = models.DateField(_("from"))
    ends = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("worker of a programme")
        verbose_name_plural = _("workers of programmes")
        ordering = ["programme", "authority", "account", "-starts"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "authority", "account"],
                condition=Q(ends=None),
                name="programmes_worker_once",
            ),
            models.CheckConstraint(
                condition=Q(ends=None) | Q(ends__gte=F("starts")), name="programmes_worker_ends_after_start"
            ),
        ]
        indexes = [models.Index(fields=["authority", "programme"], name="programmes_worker_of")]

    def __str__(self) -> str:
        return f"{self.programme_id} · {self.authority_id} · {self.account_id}"


class ToolboxSwitch(models.Model):
    """From a day on an authority's department works by one toolbox of methods instead of by programmes.

    Programmes, quotas and their history stay and are measured on; `ends` is the day it went back.
    """

    authority = models.ForeignKey(
        "places.Place", models.PROTECT, related_name="+", verbose_name=_("local authority")
    )
    starts = models.DateField(_("from"))
    ends = models.DateField(_("until"), null=True, blank=True)
    why = models.CharField(_("why"), max_length=500)
    decided_by: Any = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"), default=timezone.now, editable=False)
    ended_by: Any = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ended by"),
    )
    ended_why = models.CharField(_("why it ended"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("switch to the toolbox")
        verbose_name_plural = _("switches to the toolbox")
        ordering = ["authority", "-starts"]
        constraints = [
            models.UniqueConstraint(
                fields=["authority"], condition=Q(ends=None), name="programmes_toolbox_once"
            ),
            models.CheckConstraint(
                condition=Q(ends=None, ended_by=None, ended_why="")
                | (Q(ends__gte=F("starts"), ended_by__isnull=False) & ~Q(ended_why="")),
                name="programmes_toolbox_ended_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.authority_id} · {self.starts:%Y-%m-%d}"
