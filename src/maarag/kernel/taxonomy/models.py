"""The shared language: responses, situations, and the topics that join them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from maarag.values import LocalText


class Vocabulary(models.TextChoices):
    RESPONSE = "response", _("Response")
    SITUATION = "situation", _("Situation")
    SETTING = "setting", _("Kind of setting")


class Term(models.Model):
    """A term of Open Eligibility; its code is a path, so that a parent's code begins its children's.

    `key` is the term's stable key: a renamed term keeps it, and its old code is kept as a FormerCode.
    """

    vocabulary = models.CharField(_("vocabulary"), max_length=12, choices=Vocabulary.choices)
    code = models.CharField(_("code"), max_length=200, unique=True)
    key = models.CharField(_("stable key"), max_length=40, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    name_he = models.CharField(_("name in Hebrew"), max_length=200)
    name_ar = models.CharField(_("name in Arabic"), max_length=200, blank=True)
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)
    version = models.CharField(_("version"), max_length=20)
    is_current = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("term")
        verbose_name_plural = _("terms")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=~models.Q(key=""), name="taxonomy_key_once")
        ]

    def __str__(self) -> str:
        return self.name_he

    @property
    def name(self) -> LocalText:
        return LocalText(he=self.name_he, ar=self.name_ar, en=self.name_en)

    @property
    def level(self) -> int:
        """0 for a vocabulary's root, 1 for its branches, and so on."""
        return self.code.count(":")


class FormerCode(models.Model):
    """A code that a term had before it was renamed; files that still use it are understood."""

    code = models.CharField(_("former code"), max_length=200, unique=True)
    term = models.ForeignKey(Term, models.CASCADE, related_name="former_codes")
    version = models.CharField(_("until version"), max_length=20)

    def __str__(self) -> str:
        return f"{self.code} → {self.term_id}"


class Topic(models.Model):
    """A field of work that sets needs against responses: situations on one side, responses on the other."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    name_he = models.CharField(_("name in Hebrew"), max_length=120)
    name_ar = models.CharField(_("name in Arabic"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120)
    icon = models.CharField(_("icon"), max_length=40, default="circle")
    position = models.PositiveSmallIntegerField(pgettext_lazy("place in an order", "position"), default=0)
    responses = models.ManyToManyField(Term, related_name="topics_as_response", blank=True)
    situations = models.ManyToManyField(Term, related_name="topics_as_situation", blank=True)
    yearly_cost_per_place = models.PositiveIntegerField(
        _("yearly cost of one place, in shekels"), null=True, blank=True
    )
    cost_source = models.ForeignKey("sources.Source", models.PROTECT, null=True, blank=True, related_name="+")
    reach_km = models.FloatField(
        _("reach in kilometres"),
        default=15.0,
        help_text=_("How far people can be expected to go for a response."),
    )

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name_he

    @property
    def name(self) -> LocalText:
        return LocalText(he=self.name_he, ar=self.name_ar, en=self.name_en)
