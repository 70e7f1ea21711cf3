"""Something to do, with an owner and an end."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class MissionOrigin(models.TextChoices):
    """The finding of the picture that a mission came from."""

    GAP = "gap", _("Gap")
    DUPLICATE = "duplicate", _("Duplicate")
    STALE_FIGURE = "stale_figure", _("Old or missing figure")
    OTHER = "other", _("Other")


class MissionStatus(models.TextChoices):
    OPEN = "open", _("Open")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")


class Mission(models.Model):
    """A note for action opened from a finding: what, where, who answers for it, until when."""

    title = models.CharField(_("what is to be done"), max_length=200)
    details = models.TextField(_("details"), blank=True)
    place = models.ForeignKey("places.Place", models.PROTECT, related_name="missions")
    topic = models.ForeignKey(
        "taxonomy.Topic", models.PROTECT, null=True, blank=True, related_name="missions"
    )
    origin = models.CharField(
        _("came from"), max_length=20, choices=MissionOrigin.choices, default=MissionOrigin.OTHER
    )
    origin_key = models.CharField(_("finding"), max_length=200, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="missions")
    due = models.DateField(_("due"))
    status = models.CharField(
        _("status"), max_length=10, choices=MissionStatus.choices, default=MissionStatus.OPEN
    )
    outcome = models.TextField(_("what came of it"), blank=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(_("opened"), auto_now_add=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("mission")
        verbose_name_plural = _("missions")
        ordering = ["status", "due", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status="open", closed_at=None)
                | (~models.Q(status="open") & models.Q(closed_at__isnull=False)),
                name="missions_closed_when_not_open",
            )
        ]

    def __str__(self) -> str:
        return self.title
