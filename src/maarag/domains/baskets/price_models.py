"""What providers ask for, and up to how much each role approves: facts about work, not about people."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from maarag.kernel.access.permissions import Role
from maarag.values import Money

MOST_AGOROT = 1_000_000_000
"""Ten million shekels: more than that for one thing is a slip of the hand."""
MOST_OF_A_THING = 10_000


class Unit(models.TextChoices):
    """By what a response is counted and paid."""

    MEETING = "meeting", pgettext_lazy("unit of a price", "Meeting")
    HOUR = "hour", pgettext_lazy("unit of a price", "Hour")
    DAY = "day", pgettext_lazy("unit of a price", "Day")
    MONTH = "month", pgettext_lazy("unit of a price", "Month")
    COURSE = "course", pgettext_lazy("unit of a price", "Course")
    ITEM = "item", pgettext_lazy("unit of a price", "Item")


class Price(models.Model):
    """What one unit of a response costs at a service from a day on; the prices before it stay."""

    service = models.ForeignKey(
        "services.Service", models.PROTECT, related_name="prices", verbose_name=_("service")
    )
    response = models.ForeignKey(
        "taxonomy.Term", models.PROTECT, related_name="+", verbose_name=_("response")
    )
    unit = models.CharField(_("counted by"), max_length=10, choices=Unit.choices)
    agorot = models.BigIntegerField(_("price, in agorot"))
    starts = models.DateField(_("from"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("set by")
    )
    set_at = models.DateTimeField(_("recorded"), default=timezone.now)

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        ordering = ["service", "response", "unit", "-starts"]
        constraints = [
            models.UniqueConstraint(
                fields=["service", "response", "unit", "starts"], name="baskets_price_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(agorot__range=(1, MOST_AGOROT)), name="baskets_price_above_zero"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} · {self.get_unit_display()}"

    @property
    def amount(self) -> Money:
        return Money(self.agorot)


class ApprovalLimit(models.Model):
    """Up to how much one request a role approves: everywhere, in a programme, in an authority, or in both."""

    role = models.CharField(_("role"), max_length=30, choices=Role.choices)
    programme = models.ForeignKey(
        "programmes.Programme",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("programme"),
    )
    authority = models.ForeignKey(
        "places.Place",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("local authority"),
    )
    agorot = models.BigIntegerField(_("up to, in agorot"))
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("set by")
    )
    set_at = models.DateTimeField(_("recorded"), auto_now=True)

    class Meta:
        verbose_name = _("limit of approval")
        verbose_name_plural = _("limits of approval")
        ordering = ["role", "programme", "authority"]
        constraints = [
            models.UniqueConstraint(
                fields=["role", "programme", "authority"], nulls_distinct=False, name="baskets_limit_once"
            ),
            models.CheckConstraint(
                condition=Q(agorot__range=(0, MOST_AGOROT)), name="baskets_limit_not_below_zero"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.amount}"

    @property
    def amount(self) -> Money:
        return Money(self.agorot)
