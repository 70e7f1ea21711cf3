"""Families and programmes' places: what is proposed, who waits, and what was weighed against leaving home.

A family *has* a place where it has an open basket on a quota (`baskets.Basket`); here is how it came to it.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from maarag.database.encryption.fields import EncryptedTextField
from maarag.kernel.access.rows import PersonalRow
from maarag.kernel.matches.rows import ProposalRow, Verdict

from .alternative_models import Alternative, AlternativeOption, Barrier, Choice, Incentive

__all__ = [
    "Alternative",
    "AlternativeOption",
    "Barrier",
    "Choice",
    "Ended",
    "Incentive",
    "Priority",
    "Proposal",
    "Waiting",
    "WhyWaits",
]


class Proposal(ProposalRow):
    """The place that a run proposes to a family, and the one that was decided; no quota: the family waits.

    `proposed` and `proposed_fit` stay as the run gave them. `worker`: of the programme's team, to whom the
    family would go. Carried out, it has the family's basket.
    """

    family = models.ForeignKey(
        "families.Family",
        models.CASCADE,
        related_name="proposals",
        db_constraint=False,
        verbose_name=_("family"),
        editable=False,
    )
    quota: Any = models.ForeignKey(
        "programmes.Quota", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("place")
    )
    proposed: Any = models.ForeignKey(
        "programmes.Quota",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("place that the run proposed"),
        editable=False,
    )
    proposed_fit = models.PositiveSmallIntegerField(
        _("fit of the place that the run proposed"), null=True, blank=True, editable=False
    )
    method: Any = models.ForeignKey(
        "programmes.Method", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("method")
    )
    worker: Any = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("social worker of the programme"),
    )
    basket: Any = models.ForeignKey(
        "baskets.Basket",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        verbose_name=_("basket"),
        editable=False,
    )
    carried_at = models.DateTimeField(_("carried out"), null=True, blank=True, editable=False)
    carried_by: Any = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("carried out by"),
        editable=False,
    )

    class Meta(ProposalRow.Meta):
        verbose_name = _("proposal of a place")
        verbose_name_plural = _("proposals of places")
        constraints = [
            *ProposalRow.Meta.constraints,
            models.UniqueConstraint(fields=["authority", "id"], name="placements_proposal_within"),
            models.UniqueConstraint(fields=["run", "family"], name="placements_proposal_once"),
            models.CheckConstraint(
                condition=Q(basket=None, carried_at=None, carried_by=None)
                | (
                    Q(
                        basket__isnull=False,
                        carried_at__isnull=False,
                        carried_by__isnull=False,
                        quota__isnull=False,
                    )
                    & ~Q(verdict=Verdict.PENDING)
                ),
                name="placements_proposal_carried_by",
            ),
            models.CheckConstraint(
                condition=Q(quota__isnull=False) | Q(fit=None, method=None, worker=None),
                name="placements_proposal_of_a_place",
            ),
        ]
        indexes = [
            models.Index(fields=["authority", "run", "rank"], name="placements_proposal_board"),
            models.Index(fields=["authority", "family"], name="placements_proposal_family"),
        ]

    def __str__(self) -> str:
        return f"{self.rank} · {self.get_verdict_display()}"

    @property
    def is_carried_out(self) -> bool:
        return self.carried_at is not None

    @property
    def works_by_method(self) -> bool:
        """Whether a method was chosen, as in a department with one toolbox: the place is only who pays."""
        return bool(self.explanation.get("by_method"))

    @property
    def proposed_method(self) -> str:
        """Code of the method that the run proposed where methods are chosen, else ""."""
        return str(self.explanation.get("proposed_method", ""))

    @property
    def is_changed(self) -> bool:
        """Whether another place stands than the run proposed, or another method of the toolbox."""
        if self.quota_id != self.proposed_id:
            return True
        return self.works_by_method and (self.method.code if self.method else "") != self.proposed_method


class Priority(models.IntegerChoices):
    """How soon a family that waits needs the place; within one priority, who waits longer is before."""

    USUAL = 0, pgettext_lazy("priority of waiting", "Usual")
    RAISED = 1, pgettext_lazy("priority of waiting", "Raised")
    URGENT = 2, pgettext_lazy("priority of waiting", "Urgent")


class WhyWaits(models.TextChoices):
    NO_PLACE = "no_place", pgettext_lazy("why a family waits", "All places are taken")
    NO_MONEY = "no_money", pgettext_lazy("why a family waits", "There is no money for another basket")
    NO_WORKER = "no_worker", pgettext_lazy("why a family waits", "No worker has room")
    BETTER_PLACE = "better_place", pgettext_lazy("why a family waits", "Waits for the place that fits better")
    FAMILY_LATER = "family_later", pgettext_lazy("why a family waits", "The family asked to begin later")
    NOT_READY = "not_ready", pgettext_lazy("why a family waits", "Something is to be clarified first")
    PROPOSED = "proposed", pgettext_lazy("why a family waits", "The social worker proposes it")


class Ended(models.TextChoices):
    """How waiting ended."""

    PLACED = "placed", pgettext_lazy("end of waiting", "Had the place")
    ELSEWHERE = "elsewhere", pgettext_lazy("end of waiting", "Had another place")
    FAMILY_DECLINED = "family_declined", pgettext_lazy("end of waiting", "The family did not want it")
    NO_NEED = "no_need", pgettext_lazy("end of waiting", "It is no longer needed")
    FILE_CLOSED = "file_closed", pgettext_lazy("end of waiting", "The file was closed")
    OTHER = "other", pgettext_lazy("end of waiting", "Another reason")


class Waiting(PersonalRow):
    """A family waits for a place in a programme. Its position is computed: by priority, then by the day."""

    family = models.ForeignKey(
        "families.Family",
        models.CASCADE,
        related_name="waitings",
        db_constraint=False,
        verbose_name=_("family"),
        editable=False,
    )
    programme: Any = models.ForeignKey(
        "programmes.Programme", models.PROTECT, related_name="+", verbose_name=_("programme")
    )
    since = models.DateField(_("waits since"))
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority.choices, default=Priority.USUAL
    )
    why = models.CharField(_("why it waits"), max_length=14, choices=WhyWaits.choices)
    note = EncryptedTextField(_("note"), max_length=1000, blank=True)
    asked_by: Any = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by"), editable=False
    )
    asked_at = models.DateTimeField(_("recorded"), default=timezone.now, editable=False)
    ended_on = models.DateField(_("ended on"), null=True, blank=True, editable=False)
    outcome = models.CharField(
        _("how it ended"), max_length=16, choices=Ended.choices, blank=True, editable=False
    )
    ended_by: Any = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ended by"),
        editable=False,
    )

    class Meta:
        verbose_name = _("family that waits")
        verbose_name_plural = _("families that wait")
        ordering = ["programme", "-priority", "since", "asked_at"]
        constraints = [
            models.UniqueConstraint(fields=["authority", "id"], name="placements_waiting_within"),
            models.UniqueConstraint(
                fields=["family", "programme"],
                condition=Q(ended_on=None),
                name="placements_waiting_once",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None, outcome="", ended_by=None)
                | (Q(ended_on__gte=F("since"), ended_by__isnull=False) & ~Q(outcome="")),
                name="placements_waiting_ended_by",
            ),
        ]
        indexes = [
            models.Index(fields=["authority", "programme", "ended_on"], name="placements_waiting_list"),
            models.Index(fields=["authority", "family"], name="placements_waiting_family"),
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} · {self.since:%Y-%m-%d}"
