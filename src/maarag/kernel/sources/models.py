"""Where figures come from."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from maarag.values import LocalText


class Source(models.Model):
    """A document, register or person that figures are taken from, with its licence."""

    code = models.SlugField(_("code"), max_length=80, unique=True)
    name_he = models.CharField(_("name in Hebrew"), max_length=300)
    name_ar = models.CharField(_("name in Arabic"), max_length=300, blank=True)
    name_en = models.CharField(_("name in English"), max_length=300, blank=True)
    publisher_he = models.CharField(_("publisher in Hebrew"), max_length=300, blank=True)
    publisher_ar = models.CharField(_("publisher in Arabic"), max_length=300, blank=True)
    publisher_en = models.CharField(_("publisher in English"), max_length=300, blank=True)
    licence_he = models.CharField(_("licence in Hebrew"), max_length=120, blank=True)
    licence_ar = models.CharField(_("licence in Arabic"), max_length=120, blank=True)
    licence_en = models.CharField(_("licence in English"), max_length=120, blank=True)
    published_on = models.DateField(_("published on"), null=True, blank=True)
    method_he = models.TextField(_("method in Hebrew"), blank=True)
    method_ar = models.TextField(_("method in Arabic"), blank=True)
    method_en = models.TextField(_("method in English"), blank=True)
    is_fictional = models.BooleanField(_("fictional"), default=False)

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["name_he"]

    def __str__(self) -> str:
        return self.name_he

    @property
    def publisher(self) -> LocalText:
        return LocalText(he=self.publisher_he, ar=self.publisher_ar, en=self.publisher_en)

    @property
    def licence(self) -> LocalText:
        return LocalText(he=self.licence_he, ar=self.licence_ar, en=self.licence_en)

    @property
    def method(self) -> LocalText:
        """How its figures were made."""
        return LocalText(he=self.method_he, ar=self.method_ar, en=self.method_en)
