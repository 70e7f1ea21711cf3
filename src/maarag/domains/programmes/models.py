"""Programmes that work with families, and the quota of each authority in them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from maarag.kernel.ledger.fields import MoneyField
from maarag.values import LocalText, Period


class Programme(models.Model):
    """An organised way of working with families, which budgets have lines for.

    `listing` is its entry in the public directory of services, which may come from any body's own directory.
    """

    code = models.SlugField(_("code"), max_length=80, unique=True)
    name_he = models.CharField(_("name in Hebrew"), max_length=200)
    name_ar = models.CharField(_("name in Arabic"), max_length=200, blank=True)
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)
    description_he = models.TextField(_("description in Hebrew"), blank=True)
    description_ar = models.TextField(_("description in Arabic"), blank=True)
    description_en = models.TextField(_("description in English"), blank=True)
    for_whom_he = models.TextField(_("for whom, in Hebrew"), blank=True)
    for_whom_ar = models.TextField(_("for whom, in Arabic"), blank=True)
    for_whom_en = models.TextField(_("for whom, in English"), blank=True)
    organisation = models.ForeignKey(
        "people.Organisation",
        models.PROTECT,
        related_name="family_programmes",
        verbose_name=_("organisation"),
    )
    listing = models.OneToOneField(
        "services.Programme",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="family_programme",
        verbose_name=_("entry in the directory"),
    )
    is_active = models.BooleanField(_("runs"), default=True)

    class Meta:
        verbose_name = _("programme for families")
        verbose_name_plural = _("programmes for families")
        ordering = ["name_he", "code"]

    def __str__(self) -> str:
        return self.name_he

    @property
    def name(self) -> LocalText:
        return LocalText(he=self.name_he, ar=self.name_ar, en=self.name_en)


class ProgrammeLine(models.Model):
    """The line of a budget that pays for a programme: one in each budget."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="lines")
    line = models.OneToOneField(
        "funding.BudgetLine",
        models.PROTECT,
        related_name="of_programme",
        verbose_name=_("line of a budget"),
    )

    class Meta:
        verbose_name = _("line of a programme")
        verbose_name_plural = _("lines of programmes")
        ordering = ["programme", "line"]

    def __str__(self) -> str:
        return f"{self.programme} · {self.line_id}"


class QuotaRows(models.QuerySet["Quota"]):
    """Quotas, and what tells them apart."""

    def told_apart(self) -> QuotaRows:
        """With what `quota_words` asks of each, in one query for all."""
        others = Quota.objects.filter(
            programme=OuterRef("programme"), authority=OuterRef("authority"), families__gt=0
        ).exclude(pk=OuterRef("pk"))
        return self.select_related("programme", "line__budget").annotate(
            is_beside_another=Exists(
                others.filter(starts__lte=OuterRef("ends"), ends__gte=OuterRef("starts"))
            ),
            shares_its_days=Exists(others.filter(starts=OuterRef("starts"), ends=OuterRef("ends"))),
        )


class Quota(models.Model):
    """How many families of an authority a programme may work with in a period, and with how much money.

    The money lies in `pot`, given on from the purse of the budget's line: how much, the ledger says.
    `families` of zero: taken back.
    """

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="quotas")
    line = models.ForeignKey(
        "funding.BudgetLine", models.PROTECT, related_name="quotas", verbose_name=_("line of a budget")
    )
    authority = models.ForeignKey(
        "places.Place", models.PROTECT, related_name="quotas", verbose_name=_("local authority")
    )
    starts = models.DateField(_("from"))
    ends = models.DateField(_("until"))
    families = models.PositiveIntegerField(_("families"))
    pot = models.OneToOneField(
        "ledger.Pot", models.PROTECT, related_name="quota", verbose_name=_("pot of the ledger")
    )
    is_estimate = models.BooleanField(_("estimate"), default=False)
    source = models.ForeignKey("sources.Source", models.PROTECT, null=True, blank=True, related_name="quotas")
    objects = QuotaRows.as_manager()

    class Meta:
        verbose_name = _("quota")
        verbose_name_plural = _("quotas")
        ordering = ["programme", "authority", "-starts"]
        constraints = [
            models.UniqueConstraint(fields=["line", "authority"], name="programmes_quota_once"),
            models.CheckConstraint(
                condition=Q(ends__gte=F("starts")), name="programmes_quota_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} · {self.authority}"

    @property
    def period(self) -> Period:
        return Period(self.starts, self.ends)

    @cached_property
    def is_beside_another(self) -> bool:
        """Whether the authority has another quota of the programme in some of its days."""
        return bool(self._apart("is_beside_another"))

    @cached_property
    def shares_its_days(self) -> bool:
        """Whether another quota of the programme is of the very same days there."""
        return bool(self._apart("shares_its_days"))

    def _apart(self, name: str) -> Any:
        return Quota.objects.told_apart().values_list(name, flat=True).get(pk=self.pk)


class QuotaChange(models.Model):
    """What a decision gave to a quota or took back from it."""

    quota = models.ForeignKey(Quota, models.PROTECT, related_name="changes")
    decision = models.ForeignKey(
        "ledger.Decision", models.PROTECT, related_name="quota_changes", verbose_name=_("decision")
    )
    families_before = models.PositiveIntegerField(_("families before"))
    families_after = models.PositiveIntegerField(_("families after"))
    amount_before = MoneyField(_("amount before"))
    amount_after = MoneyField(_("amount after"))
    changed_by: Any = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("changed by")
    )
    changed_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("change of a quota")
        verbose_name_plural = _("changes of quotas")
        ordering = ["-changed_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.quota} · {self.changed_at:%Y-%m-%d}"


# the other tables of the app
from .method_models import (  # noqa: E402, F401
    Effect,
    EligibilityRule,
    Method,
    MethodSituation,
    ProgrammeMethod,
    ProgrammeWorker,
    Setting,
    ToolboxSwitch,
    What,
)
