"""Who gets the morning's letter."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class MorningLetter(models.Model):
    """Whether somebody wants the morning's letter, and the day of their last one; who has no row wants it."""

    account = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        primary_key=True,
        related_name="+",
        verbose_name=_("account"),
    )
    is_wanted = models.BooleanField(_("wanted"), default=True)
    last_on = models.DateField(_("last letter"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("morning's letter")
        verbose_name_plural = _("morning's letters")
        ordering = ["account"]

    def __str__(self) -> str:
        return f"{self.account_id} · {self.is_wanted}"
