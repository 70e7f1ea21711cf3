"""What the family agreed to, and the plan as shared with a body of one profession."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from maarag.database.encryption.fields import EncryptedTextField
from maarag.domains.families.models import Basis

from .rows import OfFamily, of_file, to_account, within


class Profession(models.TextChoices):
    """The fields of work that meet round a family."""

    WELFARE = "welfare", _("Welfare")
    EDUCATION = "education", _("Education")
    HEALTH = "health", pgettext_lazy("profession", "Health")


class Manner(models.TextChoices):
    """How a consent was given."""

    SIGNED = "signed", _("In writing, signed")
    SPOKEN = "spoken", _("By word of mouth")


def professions(name: Any) -> ArrayField:
    return ArrayField(models.CharField(max_length=12, choices=Profession.choices), verbose_name=name)


class Consent(OfFamily):
    """The family agrees that its matters are spoken of: what for, with which professions, until when."""

    purpose = EncryptedTextField(_("what for"), max_length=1000)
    professions = professions(_("with whom"))
    given_by = EncryptedTextField(_("given by"), max_length=200)
    manner = models.CharField(_("how"), max_length=10, choices=Manner.choices)
    given_on = models.DateField(_("given"))
    until = models.DateField(_("until"))
    document = models.ForeignKey(
        "casework.Document",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="consents",
        db_constraint=False,
        verbose_name=_("signed form"),
    )
    withdrawn_at = models.DateTimeField(
        pgettext_lazy("consent", "withdrawn"), null=True, blank=True, editable=False
    )
    withdrawn_by = to_account(_("withdrawal written by"), null=True, blank=True, editable=False)
    withdrawn_words = EncryptedTextField(_("who withdrew it, and what was said"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("consent of a family")
        verbose_name_plural = _("consents of families")
        ordering = ["-given_on", "-written_at"]
        constraints = [
            within("consent"),
            models.CheckConstraint(condition=Q(until__gte=F("given_on")), name="casework_consent_for_a_time"),
            models.CheckConstraint(
                condition=Q(professions__len__gt=0), name="casework_consent_with_somebody"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="casework_consent_withdrawn_by",
            ),
        ]
        indexes = [of_file("consent")]

    def __str__(self) -> str:
        return f"{self.given_on:%Y-%m-%d}–{self.until:%Y-%m-%d}"


class PlanShare(OfFamily):
    """The family's plan as a body of one profession sees it: the goals and responses of that profession.

    Seen by the authority of the family; by the body only while it holds, which the policy of the table says.
    """

    organisation = models.ForeignKey(
        "people.Organisation", models.PROTECT, related_name="+", verbose_name=_("shared with")
    )
    profession = models.CharField(
        pgettext_lazy("profession", "field of work"), max_length=12, choices=Profession.choices
    )
    with_name = models.BooleanField(_("with the family's name"), default=False)
    basis = models.CharField(_("basis"), max_length=10, choices=Basis.choices)
    consent = models.ForeignKey(
        Consent,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="shares",
        db_constraint=False,
        verbose_name=_("consent"),
    )
    basis_details = EncryptedTextField(_("details of the basis"), max_length=1000, blank=True)
    starts = models.DateField(_("from"))
    ends = models.DateField(_("until"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True, editable=False)
    withdrawn_by = to_account(_("withdrawn by"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("shared plan")
        verbose_name_plural = _("shared plans")
        ordering = ["-written_at"]
        constraints = [
            within("plan_share"),
            models.CheckConstraint(condition=Q(ends__gte=F("starts")), name="casework_share_for_a_time"),
            models.CheckConstraint(
                condition=Q(basis=Basis.CONSENT, consent__isnull=False) | Q(basis=Basis.LAW, consent=None),
                name="casework_share_on_a_basis",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="casework_share_withdrawn_by",
            ),
        ]
        indexes = [
            of_file("plan_share"),
            models.Index(
                fields=["organisation", "ends"], name="casework_share_body", condition=Q(withdrawn_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} · {self.starts:%Y-%m-%d}–{self.ends:%Y-%m-%d}"
