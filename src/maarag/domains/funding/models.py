"""Budgets: their lines, who funds them, and where their money lies in the ledger.

No balance is stored here. A budget says what was planned; what is granted, approved, committed and paid is
read
from the ledger's pots of its lines, of its funders' shares, and of whatever a line's money was given on to.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from maarag.kernel.ledger.fields import MoneyField
from maarag.values import LocalText, Money, Period

WHOLE_SHEKELS = 100
"""Agorot: a funder's share is a whole number of shekels, as budgets are written."""
MOST_AGOROT = 10**14
"""A million million shekels: an amount above it is a slip of the hand."""


class BudgetState(models.TextChoices):
    PLAN = "plan", pgettext_lazy("a budget", "Plan")
    APPROVED = "approved", pgettext_lazy("a budget", "Approved")
    CLOSED = "closed", pgettext_lazy("a budget", "Closed")


class Part(models.TextChoices):
    """The two parts of a budget of programmes."""

    BASKET = "basket", _("Baskets of responses")
    ENVELOPE = "envelope", _("Envelope")


class Budget(models.Model):
    """Money for a period and a place, set by a decision: its lines are planned first, then granted."""

    code = models.SlugField(_("code"), max_length=80, unique=True)
    name_he = models.CharField(_("name in Hebrew"), max_length=200)
    name_ar = models.CharField(_("name in Arabic"), max_length=200, blank=True)
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)
    place = models.ForeignKey("places.Place", models.PROTECT, related_name="budgets", verbose_name=_("place"))
    starts = models.DateField(_("from"))
    ends = models.DateField(_("until"))
    state = models.CharField(_("state"), max_length=10, choices=BudgetState.choices, default=BudgetState.PLAN)
    source = models.ForeignKey("sources.Source", models.PROTECT, related_name="budgets")
    decision = models.ForeignKey(
        "ledger.Decision",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="budgets",
        verbose_name=_("decision"),
    )
    is_public = models.BooleanField(_("everyone may see it"), default=True)
    note = models.TextField(_("note"), blank=True)
    recorded_at = models.DateTimeField(_("recorded"), auto_now=True)

    class Meta:
        verbose_name = _("budget")
        verbose_name_plural = _("budgets")
        ordering = ["-starts", "name_he", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gte=F("starts")), name="funding_budget_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(state="plan") | Q(decision__isnull=False), name="funding_granted_by_a_decision"
            ),
        ]

    def __str__(self) -> str:
        return self.name_he

    @property
    def name(self) -> LocalText:
        return LocalText(he=self.name_he, ar=self.name_ar, en=self.name_en)

    @property
    def period(self) -> Period:
        return Period(self.starts, self.ends)

    @property
    def is_fictional(self) -> bool:
        """Whether its place or its source is made up."""
        return bool(self.place.is_fictional or self.source.is_fictional)


class BudgetLine(models.Model):
    """One line: so many families at a cost each, or a sum. Its amount is computed, never stored
    beside them.
    """

    budget = models.ForeignKey(Budget, models.CASCADE, related_name="lines")
    code = models.SlugField(_("code"), max_length=80)
    position = models.PositiveSmallIntegerField(pgettext_lazy("place in an order", "position"), default=0)
    part = models.CharField(_("part of the budget"), max_length=10, choices=Part.choices)
    name_he = models.CharField(_("name in Hebrew"), max_length=200)
    name_ar = models.CharField(_("name in Arabic"), max_length=200, blank=True)
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)
    families = models.PositiveIntegerField(_("families"), null=True, blank=True)
    unit_cost = MoneyField(_("cost of a family"), null=True, blank=True)
    fixed_sum = MoneyField(_("sum"), null=True, blank=True)
    source_row = models.CharField(_("row of the source"), max_length=200, blank=True)
    pot = models.OneToOneField(
        "ledger.Pot",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="budget_line",
        verbose_name=_("pot of the ledger"),
    )

    class Meta:
        verbose_name = _("line of a budget")
        verbose_name_plural = _("lines of budgets")
        ordering = ["budget", "part", "position", "code"]
        constraints = [
            models.UniqueConstraint(fields=["budget", "code"], name="funding_line_once"),
            models.CheckConstraint(
                condition=Q(families__isnull=False, unit_cost__isnull=False, fixed_sum=None)
                | Q(families=None, unit_cost=None, fixed_sum__isnull=False),
                name="funding_line_by_families_or_a_sum",
            ),
            models.CheckConstraint(
                condition=(Q(unit_cost=None) | Q(unit_cost__range=(0, MOST_AGOROT)))
                & (Q(fixed_sum=None) | Q(fixed_sum__range=(0, MOST_AGOROT))),
                name="funding_line_not_below_zero",
            ),
        ]

    def __str__(self) -> str:
        return self.name_he

    @property
    def name(self) -> LocalText:
        return LocalText(he=self.name_he, ar=self.name_ar, en=self.name_en)

    @property
    def amount(self) -> Money:
        """What the line is of: families × cost, or its sum."""
        if self.families is not None and self.unit_cost is not None:
            cost: Money = self.unit_cost
            return cost * self.families
        return self.fixed_sum or Money(0)


class FunderShare(models.Model):
    """That an organisation bears a part of the budget, or of one of its parts, by weight.

    With weights 750, 125, 125 the three bear 75 %, 12.5 % and 12.5 %.
    """

    budget = models.ForeignKey(Budget, models.CASCADE, related_name="shares")
    part = models.CharField(_("part of the budget"), max_length=10, choices=Part.choices)
    organisation = models.ForeignKey(
        "people.Organisation", models.PROTECT, related_name="funding_shares", verbose_name=_("funder")
    )
    weight = models.PositiveIntegerField(_("weight"))
    position = models.PositiveSmallIntegerField(pgettext_lazy("place in an order", "position"), default=0)
    pot = models.OneToOneField(
        "ledger.Pot",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="funder_share",
        verbose_name=_("pot of the ledger"),
    )

    class Meta:
        verbose_name = _("share of a funder")
        verbose_name_plural = _("shares of funders")
        ordering = ["budget", "part", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["budget", "part", "organisation"], name="funding_share_once"),
            models.CheckConstraint(condition=Q(weight__gt=0), name="funding_share_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} · {self.get_part_display()}"


class Allotment(models.Model):
    """A purse to which money of a line was given on, as an authority's quota.

    What is given comes out of the line's own purse, so that all allotments together never pass the line.
    """

    line = models.ForeignKey(BudgetLine, models.PROTECT, related_name="allotments")
    pot = models.OneToOneField(
        "ledger.Pot", models.PROTECT, related_name="allotment", verbose_name=_("pot of the ledger")
    )

    class Meta:
        verbose_name = _("allotment")
        verbose_name_plural = _("allotments")
        ordering = ["line", "pk"]

    def __str__(self) -> str:
        return f"{self.line} · {self.pot_id}"


class LineChange(models.Model):
    """What a decision changed in a line of a budget that was granted already."""

    line = models.ForeignKey(BudgetLine, models.PROTECT, related_name="changes")
    decision = models.ForeignKey(
        "ledger.Decision", models.PROTECT, related_name="line_changes", verbose_name=_("decision")
    )
    families_before = models.PositiveIntegerField(_("families before"), null=True, blank=True)
    families_after = models.PositiveIntegerField(_("families after"), null=True, blank=True)
    amount_before = MoneyField(_("amount before"))
    amount_after = MoneyField(_("amount after"))
    changed_by: Any = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("changed by")
    )
    changed_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("change of a line")
        verbose_name_plural = _("changes of lines")
        ordering = ["-changed_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.line} · {self.changed_at:%Y-%m-%d}"
