"""The record of every change: appended, never edited."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEvent(models.Model):
    """Who did what to which row, when, and what changed."""

    at = models.DateTimeField(_("when"), auto_now_add=True, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("who"), related_name="audit_events"
    )
    action = models.CharField(_("action"), max_length=80)
    subject_type = models.CharField(_("kind of record"), max_length=80)
    subject_id = models.CharField(_("record"), max_length=80)
    place = models.ForeignKey(
        "places.Place", models.PROTECT, null=True, blank=True, verbose_name=_("place"), related_name="+"
    )
    changes = models.JSONField(_("changes"), default=dict)

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="audit_subject")]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_type} {self.subject_id}"
