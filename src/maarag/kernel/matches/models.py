"""Matching runs: what was matched, for which place, how far it is and what came of it, in figures only.

Who was proposed what is kept by each kind of matching in rows of its own (`rows.ProposalRow`).
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RunState(models.TextChoices):
    QUEUED = "queued", pgettext_lazy("matching run", "Waits its turn")
    RUNNING = "running", pgettext_lazy("matching run", "Runs")
    DONE = "done", pgettext_lazy("matching run", "Done")
    CANCELLED = "cancelled", pgettext_lazy("matching run", "Stopped")
    FAILED = "failed", pgettext_lazy("matching run", "Failed")


OPEN_STATES = (RunState.QUEUED, RunState.RUNNING)


class Run(models.Model):
    """One matching of two sides. Nothing about people: who was matched is in the proposals.

    `settings` is what was asked for and `totals` what came out, both as JSON of the kind's own; `sources` a
    digest of the data that went in; `fault` a code that says why there is no result.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = models.SlugField(_("kind of matching"), max_length=40, editable=False)
    place: Any = models.ForeignKey(
        "places.Place", models.PROTECT, related_name="+", verbose_name=_("for the place"), editable=False
    )
    authorities = ArrayField(
        models.BigIntegerField(), default=list, verbose_name=_("local authorities"), editable=False
    )
    asked_by: Any = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by"), editable=False
    )
    state = models.CharField(
        _("state"), max_length=10, choices=RunState.choices, default=RunState.QUEUED, editable=False
    )
    settings = models.JSONField(_("settings"), default=dict, editable=False)
    totals = models.JSONField(_("figures"), default=dict, editable=False)
    sources = models.CharField(_("digest of the data"), max_length=64, blank=True, editable=False)
    based_on: Any = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="followed_by",
        verbose_name=_("run again from"),
        editable=False,
    )
    percent = models.PositiveSmallIntegerField(_("done, of a hundred"), default=0, editable=False)
    step = models.CharField(_("step"), max_length=40, blank=True, editable=False)
    cancel_asked = models.BooleanField(_("to be stopped"), default=False, editable=False)
    fault = models.CharField(_("fault"), max_length=120, blank=True, editable=False)
    asked_at = models.DateTimeField(_("asked for"), default=timezone.now, editable=False)
    started_at = models.DateTimeField(_("begun"), null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("matching run")
        verbose_name_plural = _("matching runs")
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=OPEN_STATES, ended_at=None)
                | (~Q(state__in=OPEN_STATES) & Q(ended_at__isnull=False)),
                name="matches_run_ended",
            ),
            models.CheckConstraint(
                condition=Q(percent__lte=100) & (Q(percent=100) | ~Q(state=RunState.DONE)),
                name="matches_run_percent",
            ),
        ]
        indexes = [models.Index(fields=["place", "kind", "-asked_at"], name="matches_run_place")]

    def __str__(self) -> str:
        return f"{self.kind} · {self.asked_at:%Y-%m-%d %H:%M}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


class RemarkKind(models.TextChoices):
    EXPLAINED = "explained", pgettext_lazy("difference between groups", "Explained")
    MENDED = "mended", pgettext_lazy("difference between groups", "Mended by a floor")


class RunRemark(models.Model):
    """What people answered to a difference between groups that a run showed. No words about a person."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="remarks", verbose_name=_("matching run"))
    attribute = models.SlugField(_("attribute"), max_length=40)
    value = models.CharField(_("group"), max_length=80)
    kind = models.CharField(_("answer"), max_length=10, choices=RemarkKind.choices)
    text = models.TextField(_("words"), max_length=1000, blank=True)
    mended_by = models.ForeignKey(
        Run,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("run with the floor"),
    )
    by: Any = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by")
    )
    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("answer to a difference")
        verbose_name_plural = _("answers to differences")
        ordering = ["run", "attribute", "value", "at"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(kind=RemarkKind.EXPLAINED, mended_by=None) & ~Q(text=""))
                | Q(kind=RemarkKind.MENDED, mended_by__isnull=False),
                name="matches_remark_says_something",
            )
        ]

    def __str__(self) -> str:
        return f"{self.attribute} · {self.value}"
