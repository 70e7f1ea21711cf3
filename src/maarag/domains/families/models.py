"""A family's file: the household, and the people in it."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from maarag.database.encryption import normalise
from maarag.database.encryption.fields import BlindIndexField, EncryptedTextField
from maarag.kernel.access.rows import PersonalRow


class FamilyStatus(models.TextChoices):
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")


class ClosingReason(models.TextChoices):
    GOALS_REACHED = "goals_reached", _("The goals were reached")
    FAMILY_ASKED = "family_asked", _("The family asked to")
    MOVED_AWAY = "moved_away", _("The family moved to another authority")
    NO_CONTACT = "no_contact", _("No contact for a long time")
    OPENED_IN_ERROR = "opened_in_error", _("Opened by mistake")
    OTHER = "other", _("Another reason")


class Relation(models.TextChoices):
    """Who somebody is in the household."""

    PARENT = "parent", _("Parent")
    CHILD = "child", _("Child")
    GRANDPARENT = "grandparent", _("Grandparent")
    RELATIVE = "relative", _("Another relative")
    OTHER = "other", _("Other")


class Gender(models.TextChoices):
    FEMALE = "female", _("Female")
    MALE = "male", _("Male")
    OTHER = "other", _("Other")
    UNKNOWN = "unknown", _("Not known")


class Family(PersonalRow):
    """A household whose file an authority's department keeps."""

    number = models.PositiveIntegerField(_("file number"), editable=False)
    name = models.CharField(_("family name"), max_length=120)
    neighbourhood = models.ForeignKey(
        "places.Place",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("neighbourhood"),
    )
    address = EncryptedTextField(_("address"), max_length=200, blank=True)
    worker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="families", verbose_name=_("social worker")
    )
    status = models.CharField(
        _("status"), max_length=10, choices=FamilyStatus.choices, default=FamilyStatus.OPEN, editable=False
    )
    opened_on = models.DateField(_("opened"))
    review_on = models.DateField(_("next review"), null=True, blank=True)
    closed_on = models.DateField(_("closed"), null=True, blank=True, editable=False)
    closing_reason = models.CharField(
        _("reason for closing"), max_length=20, choices=ClosingReason.choices, blank=True, editable=False
    )
    updated_at = models.DateTimeField(_("last change"), auto_now=True)

    class Meta:
        verbose_name = _("family")
        verbose_name_plural = _("families")
        ordering = ["name", "number"]
        constraints = [
            models.UniqueConstraint(fields=["authority", "id"], name="families_family_within"),
            models.UniqueConstraint(fields=["authority", "number"], name="families_family_number"),
            models.CheckConstraint(
                condition=Q(status=FamilyStatus.OPEN, closed_on=None, closing_reason="")
                | (Q(status=FamilyStatus.CLOSED, closed_on__gte=F("opened_on")) & ~Q(closing_reason="")),
                name="families_family_closed_with_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["authority", "status", "name"], name="families_family_list"),
            models.Index(fields=["authority", "worker"], name="families_family_worker"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.number})"


class Member(PersonalRow):
    """Somebody of a family."""

    family = models.ForeignKey(Family, models.CASCADE, related_name="members", db_constraint=False)
    first_name = models.CharField(_("first name"), max_length=80)
    last_name = models.CharField(_("last name"), max_length=80)
    relation = models.CharField(_("in the family"), max_length=20, choices=Relation.choices)
    gender = models.CharField(_("gender"), max_length=10, choices=Gender.choices, default=Gender.UNKNOWN)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    national_id = EncryptedTextField(_("national id"), max_length=20, blank=True)
    national_id_index = BlindIndexField(of="national_id", normalise=normalise.national_id)
    phone = EncryptedTextField(_("phone"), max_length=30, blank=True)
    phone_index = BlindIndexField(of="phone", normalise=normalise.phone)
    position = models.PositiveSmallIntegerField(
        _("order"), default=1, validators=[MinValueValidator(1)], editable=False
    )

    class Meta:
        verbose_name = _("member of a family")
        verbose_name_plural = _("members of a family")
        ordering = ["family", "position"]
        constraints = [
            models.UniqueConstraint(fields=["authority", "id"], name="families_member_within"),
        ]
        indexes = [
            models.Index(fields=["authority", "family"], name="families_member_family"),
            models.Index(fields=["national_id_index"], name="families_member_national_id"),
            models.Index(fields=["phone_index"], name="families_member_phone"),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}"
