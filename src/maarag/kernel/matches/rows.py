"""What a proposal carries, whatever is matched: its rank and fit, why, and what people decided of it.

    class Proposal(ProposalRow):
        family = models.ForeignKey("families.Family", models.CASCADE, db_constraint=False, …)
        class Meta(ProposalRow.Meta): …        # unique constraints on (authority, id) and (run, family)

Migration: ProtectRows(…, family="family_id") and ReferWithinAuthority of the subject.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from maarag.database.encryption.fields import EncryptedTextField
from maarag.kernel.access.rows import PersonalRow


class Verdict(models.TextChoices):
    """What people decided of a proposal."""

    PENDING = "pending", pgettext_lazy("proposal", "Not decided yet")
    ACCEPTED = "accepted", pgettext_lazy("proposal", "Accepted")
    SWAPPED = "swapped", pgettext_lazy("proposal", "Swapped")
    OVERRIDDEN = "overridden", pgettext_lazy("proposal", "Decided otherwise")
    DECLINED = "declined", pgettext_lazy("proposal", "Left waiting")


class ProposalRow(PersonalRow):
    """What a run proposes for one subject, and the decision.

    `fit`: 0 to 100, None where nothing is proposed. `explanation`: codes and numbers, which the kind puts
    into the reader's words. `reason`: why it was decided otherwise.
    """

    run: Any = models.ForeignKey(
        "matches.Run", models.CASCADE, related_name="+", verbose_name=_("matching run"), editable=False
    )
    rank = models.PositiveIntegerField(_("rank"), editable=False)
    fit = models.PositiveSmallIntegerField(_("fit"), null=True, blank=True, editable=False)
    explanation = models.JSONField(_("explanation"), default=dict, editable=False)
    verdict = models.CharField(
        _("decision"), max_length=10, choices=Verdict.choices, default=Verdict.PENDING, editable=False
    )
    decided_by: Any = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
        editable=False,
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True, editable=False)
    reason = EncryptedTextField(_("reason"), max_length=1000, blank=True)

    class Meta:
        abstract = True
        ordering = ["run", "rank"]
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict=Verdict.PENDING, decided_by=None, decided_at=None)
                | (~Q(verdict=Verdict.PENDING) & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="%(app_label)s_%(class)s_decided_by",
            ),
            models.CheckConstraint(
                condition=~Q(verdict=Verdict.OVERRIDDEN) | ~Q(reason=""),
                name="%(app_label)s_%(class)s_overridden_why",
            ),
            models.CheckConstraint(
                condition=Q(fit=None) | Q(fit__lte=100), name="%(app_label)s_%(class)s_fit"
            ),
        ]

    @property
    def is_decided(self) -> bool:
        return self.verdict != Verdict.PENDING
