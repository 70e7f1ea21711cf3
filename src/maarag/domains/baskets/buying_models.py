"""Which kinds of response a programme's baskets may buy: rules of programmes, not of people. Public."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maarag.values import LocalText, Money

from .price_models import MOST_AGOROT


class AllowedResponse(models.Model):
    """A response, with all below it, that baskets of a programme may buy; until it is ended.

    Where a programme has none in force, its baskets may buy every response. A row is never changed: to say
    something else it is ended and another one written, so that what held when can be read.
    """

    programme = models.ForeignKey(
        "programmes.Programme",
        models.PROTECT,
        related_name="allowed_responses",
        verbose_name=_("programme"),
    )
    response = models.ForeignKey(
        "taxonomy.Term", models.PROTECT, related_name="+", verbose_name=_("response, with all below it")
    )
    request_agorot = models.BigIntegerField(_("most of one request, in agorot"), null=True, blank=True)
    family_agorot = models.BigIntegerField(_("most of one family, in agorot"), null=True, blank=True)
    note_he = models.CharField(_("note in Hebrew"), max_length=300, blank=True)
    note_ar = models.CharField(_("note in Arabic"), max_length=300, blank=True)
    note_en = models.CharField(_("note in English"), max_length=300, blank=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("set by")
    )
    set_at = models.DateTimeField(_("recorded"), default=timezone.now)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ended by"),
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("response that baskets may buy")
        verbose_name_plural = _("responses that baskets may buy")
        ordering = ["programme", "response", "-set_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "response"], condition=Q(ended_at=None), name="baskets_allowed_once"
            ),
            models.CheckConstraint(
                condition=(Q(request_agorot=None) | Q(request_agorot__range=(1, MOST_AGOROT)))
                & (Q(family_agorot=None) | Q(family_agorot__range=(1, MOST_AGOROT)))
                & (
                    Q(request_agorot=None) | Q(family_agorot=None) | Q(request_agorot__lte=F("family_agorot"))
                ),
                name="baskets_allowed_most",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__gte=F("set_at"), ended_by__isnull=False),
                name="baskets_allowed_ended_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} · {self.response_id}"

    @property
    def note(self) -> LocalText:
        return LocalText(he=self.note_he, ar=self.note_ar, en=self.note_en)

    @property
    def most_of_request(self) -> Money | None:
        return None if self.request_agorot is None else Money(self.request_agorot)

    @property
    def most_of_family(self) -> Money | None:
        return None if self.family_agorot is None else Money(self.family_agorot)
