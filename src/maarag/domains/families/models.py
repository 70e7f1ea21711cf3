"""A family's file: the household, the people in it, who opened it in an emergency, with whom it is shared."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from maarag.database.encryption import normalise
from maarag.database.encryption.fields import BlindIndexField, EncryptedTextField
from maarag.kernel.access.rows import PersonalRow


class FamilyStatus(models.TextChoices):
    OPEN = "open", pgettext_lazy("file of a family", "Open")
    CLOSED = "closed", pgettext_lazy("file of a family", "Closed")
    MERGED = "merged", pgettext_lazy("file of a family", "Merged into another")


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
    merged_into = models.ForeignKey(
        "self",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="merged_from",
        db_constraint=False,
        verbose_name=_("merged into"),
        editable=False,
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
                | (Q(status=FamilyStatus.CLOSED, closed_on__gte=F("opened_on")) & ~Q(closing_reason=""))
                | Q(status=FamilyStatus.MERGED, closed_on__isnull=False, closing_reason=""),
                name="families_family_closed_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(status=FamilyStatus.MERGED, merged_into__isnull=False)
                | (~Q(status=FamilyStatus.MERGED) & Q(merged_into=None)),
                name="families_family_merged_into",
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


class Verdict(models.TextChoices):
    """What the supervisor says of an emergency opening."""

    ACCEPTED = "accepted", _("It was justified")
    NOT_ACCEPTED = "not_accepted", _("It was not justified")


class Opening(PersonalRow):
    """A worker of another authority opened a file in an emergency: why, how long, and what was said of it.

    Seen by the authority of the family, and by whoever opened.
    """

    family = models.ForeignKey(Family, models.CASCADE, related_name="openings", db_constraint=False)
    number = models.PositiveIntegerField(_("file number"), editable=False)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("opened by")
    )
    reason = EncryptedTextField(_("reason"), max_length=1000)
    opened_at = models.DateTimeField(_("opened"), default=timezone.now)
    until = models.DateTimeField(_("open until"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    justification = EncryptedTextField(_("justification"), max_length=2000, blank=True)
    justified_at = models.DateTimeField(_("justified"), null=True, blank=True)
    verdict = models.CharField(_("verdict"), max_length=20, choices=Verdict.choices, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(_("judged"), null=True, blank=True)
    review_note = EncryptedTextField(_("note"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("emergency opening")
        verbose_name_plural = _("emergency openings")
        ordering = ["-opened_at"]
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("opened_at")), name="families_opening_for_a_time"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="families_opening_ended_by",
            ),
            models.CheckConstraint(
                condition=Q(verdict="", reviewed_at=None, reviewed_by=None)
                | (~Q(verdict="") & Q(reviewed_at__isnull=False, reviewed_by__isnull=False)),
                name="families_opening_judged_by",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by=None) | ~Q(reviewed_by=F("opened_by")),
                name="families_opening_judged_by_another",
            ),
        ]
        indexes = [
            models.Index(fields=["authority", "-opened_at"], name="families_opening_list"),
            models.Index(fields=["authority", "family"], name="families_opening_family"),
            models.Index(fields=["opened_by", "-opened_at"], name="families_opening_worker"),
        ]

    def __str__(self) -> str:
        return f"{self.number} · {self.opened_at:%Y-%m-%d %H:%M}"


class Attempt(models.Model):
    """An emergency opening that found no file: when, where and by whom; what was looked for is not kept."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    authority = models.ForeignKey(
        "places.Place", models.CASCADE, related_name="+", verbose_name=_("local authority")
    )
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("attempt that found no file")
        verbose_name_plural = _("attempts that found no file")
        ordering = ["-at"]
        indexes = [models.Index(fields=["account", "at"], name="families_attempt_account")]

    def __str__(self) -> str:
        return f"{self.account} · {self.at:%Y-%m-%d %H:%M}"


class SharedField(models.TextChoices):
    """What of a file can be shared."""

    FAMILY_NAME = "family_name", _("Family name")
    ADDRESS = "address", _("Address")
    NEIGHBOURHOOD = "neighbourhood", _("Neighbourhood")
    MEMBER_NAMES = "member_names", _("Names of the people")
    MEMBER_AGES = "member_ages", _("Ages of the people")
    MEMBER_RELATIONS = "member_relations", _("Who is who in the family")
    MEMBER_PHONES = "member_phones", _("Phones of the people")
    MEMBER_NATIONAL_IDS = "member_national_ids", _("National ids of the people")
    WORKER = "worker", _("Social worker")
    NEXT_REVIEW = "next_review", _("Next review")


class Basis(models.TextChoices):
    """By what right something is shared."""

    CONSENT = "consent", _("The family consented")
    LAW = "law", _("A law says so")


class Share(PersonalRow):
    """Named fields of a file shared with a body, for a time.

    Seen by the authority of the family; by the body only while it holds, which the policy of the table says.
    """

    family = models.ForeignKey(Family, models.CASCADE, related_name="shares", db_constraint=False)
    organisation = models.ForeignKey(
        "people.Organisation", models.PROTECT, related_name="+", verbose_name=_("shared with")
    )
    fields = ArrayField(
        models.CharField(max_length=20, choices=SharedField.choices), verbose_name=_("what is shared")
    )
    basis = models.CharField(_("basis"), max_length=10, choices=Basis.choices)
    basis_details = EncryptedTextField(_("details of the basis"), max_length=1000)
    starts = models.DateField(_("from"))
    ends = models.DateField(_("until"))
    shared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("shared by")
    )
    shared_at = models.DateTimeField(_("shared"), default=timezone.now)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("share of a file")
        verbose_name_plural = _("shares of files")
        ordering = ["-shared_at"]
        constraints = [
            models.CheckConstraint(condition=Q(ends__gte=F("starts")), name="families_share_for_a_time"),
            models.CheckConstraint(condition=Q(fields__len__gt=0), name="families_share_of_something"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="families_share_withdrawn_by",
            ),
        ]
        indexes = [
            models.Index(fields=["authority", "family"], name="families_share_family"),
            models.Index(
                fields=["organisation", "ends"], name="families_share_body", condition=Q(withdrawn_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} · {self.starts:%Y-%m-%d}–{self.ends:%Y-%m-%d}"


# the other tables of the app
from .merging_models import Distinct, Merge, MergeStep  # noqa: E402, F401
from .reading_models import Holder, ReadingVerdict  # noqa: E402, F401
