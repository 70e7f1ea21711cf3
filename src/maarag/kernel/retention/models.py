"""What is due to be erased, shown and approved before it is; and what must not be erased for now."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maarag.kernel.access.rows import PersonalRow


def _by(verbose_name: Any = "", **options: Any) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=verbose_name, **options
    )


class PreviewState(models.TextChoices):
    WAITING = "waiting", _("Waits for approval")
    APPROVED = "approved", _("Approved; erased in the coming night")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    DONE = "done", _("Erased")


class Preview(PersonalRow):
    """The rows of one rule that are due in one authority: keys, numbers and dates, no names.

    `rows`: a list of {"row", "number", "since"}. Erased are those of them that are still due then, once.
    """

    rule = models.CharField(_("rule"), max_length=60)
    rows = models.JSONField(_("rows"), default=list)
    count = models.PositiveIntegerField(_("how many"))
    made_by = _by(_("made by"))
    made_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    approved_by = _by(_("approved by"), null=True, blank=True)
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    withdrawn_by = _by(_("withdrawn by"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    done_at = models.DateTimeField(_("erased on"), null=True, blank=True)
    erased = models.PositiveIntegerField(_("erased"), default=0)

    class Meta:
        verbose_name = _("preview of an erasure")
        verbose_name_plural = _("previews of erasures")
        ordering = ["-made_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["authority", "id"], name="retention_preview_within"),
            models.UniqueConstraint(
                fields=["authority", "rule"],
                condition=Q(done_at=None, withdrawn_at=None),
                name="retention_preview_one_open",
            ),
            models.CheckConstraint(
                condition=Q(done_at=None) | (Q(approved_at__isnull=False) & Q(withdrawn_at=None)),
                name="retention_preview_approved_first",
            ),
            models.CheckConstraint(
                condition=Q(approved_at=None, approved_by=None)
                | Q(approved_at__isnull=False, approved_by__isnull=False),
                name="retention_preview_approved_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} · {self.count}"

    @property
    def state(self) -> PreviewState:
        if self.done_at:
            return PreviewState.DONE
        if self.withdrawn_at:
            return PreviewState.WITHDRAWN
        return PreviewState.APPROVED if self.approved_at else PreviewState.WAITING


class Hold(PersonalRow):
    """A row that must not be erased until a day, whatever the rules and requests say."""

    kind = models.CharField(_("kind of record"), max_length=80)
    row = models.UUIDField(_("record"))
    reason = models.CharField(_("why"), max_length=300)
    until = models.DateField(_("until"))
    placed_by = _by(_("placed by"))
    placed_at = models.DateTimeField(_("placed"), default=timezone.now, editable=False)
    ended_by = _by(_("ended by"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("hold against erasure")
        verbose_name_plural = _("holds against erasure")
        ordering = ["-placed_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["authority", "id"], name="retention_hold_within"),
            models.UniqueConstraint(
                fields=["kind", "row"], condition=Q(ended_at=None), name="retention_hold_one_open"
            ),
        ]
        indexes = [models.Index(fields=["kind", "row"], name="retention_hold_of_a_row")]

    def __str__(self) -> str:
        return f"{self.kind} {self.row} · {self.until:%Y-%m-%d}"


class ErasureReason(models.TextChoices):
    """Why a file is erased before its time. Coded, so that no words about a person stay in the record."""

    ASKED = "asked", _("The person asked for it and the law allows it")
    BY_MISTAKE = "by_mistake", _("The file was opened by mistake")
    ORDER = "order", _("A court or an authority ordered it")
