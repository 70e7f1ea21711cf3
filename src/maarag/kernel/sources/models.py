"""Where figures come from."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Source(models.Model):
    """A document, register or person that figures are taken from, with its licence."""

    code = models.SlugField(_("code"), max_length=80, unique=True)
    name_he = models.CharField(_("name in Hebrew"), max_length=300)
    name_ar = models.CharField(_("name in Arabic"), max_length=300, blank=True)
    name_en = models.CharField(_("name in English"), max_length=300, blank=True)
    publisher = models.CharField(_("publisher"), max_length=300, blank=True)
    licence = models.CharField(_("licence"), max_length=120, blank=True)
    published_on = models.DateField(_("published on"), null=True, blank=True)
    method = models.TextField(_("method"), blank=True, help_text=_("How the figures were made."))
    is_fictional = models.BooleanField(_("fictional"), default=False)

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["name_he"]

    def __str__(self) -> str:
        return self.name_he
