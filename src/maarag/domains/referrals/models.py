"""A referral from a family's file to a service, the steps it took, and what the family said of it."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from maarag.database.encryption.fields import EncryptedTextField
from maarag.domains.families.models import Basis, Family, SharedField
from maarag.kernel.access.rows import PersonalRow

from .limits import DEFAULTS, MOST_DAYS, SEEN_AFTER


class ReferralStatus(models.TextChoices):
    SENT = "sent", pgettext_lazy("referral", "Sent")
    ACCEPTED = "accepted", pgettext_lazy("referral", "Accepted")
    STARTED = "started", pgettext_lazy("referral", "Under way")
    HEARD = "heard", _("The family was heard")
    CLOSED = "closed", pgettext_lazy("referral", "Closed")
    DECLINED = "declined", pgettext_lazy("referral", "Declined")
    WITHDRAWN = "withdrawn", pgettext_lazy("referral", "Withdrawn")
    LAPSED = "lapsed", _("Lapsed")


OPEN = (
    ReferralStatus.SENT.value,
    ReferralStatus.ACCEPTED.value,
    ReferralStatus.STARTED.value,
    ReferralStatus.HEARD.value,
)
"""The states in which something is still to be done."""


class DeclineReason(models.TextChoices):
    """Why a service does not take a family."""

    NO_PLACE = "no_place", _("No free place, or a long waiting list")
    NOT_FOR_THEM = "not_for_them", _("The family is not among those it is for")
    OUT_OF_AREA = "out_of_area", _("The family lives outside its area")
    NOT_GIVEN = "not_given", _("It does not give this response")
    DETAILS_MISSING = "details_missing", _("Details are missing")
    FAMILY_DECLINED = "family_declined", _("The family did not want it")
    NOT_REACHED = "not_reached", _("The family could not be reached")
    OTHER = "other", _("Another reason")


class CloseReason(models.TextChoices):
    """How a referral that a service took came to its end."""

    GIVEN = "given", _("The response was given to its end")
    GOES_ON = "goes_on", _("It goes on, and needs no following any more")
    FAMILY_STOPPED = "family_stopped", _("The family stopped")
    SERVICE_STOPPED = "service_stopped", _("The service stopped")
    NOT_ASKED = "not_asked", _("The family could not be asked")
    NO_CONSENT = "no_consent", _("The family withdrew its consent")
    OTHER = "other", _("Another reason")


class Help(models.TextChoices):
    """The family's own word: did it get help?"""

    YES = "yes", pgettext_lazy("help received", "Yes")
    PARTLY = "partly", pgettext_lazy("help received", "Partly")
    NO = "no", pgettext_lazy("help received", "No")


class AskedHow(models.TextChoices):
    """How the family was asked."""

    VISIT = "visit", _("On a visit at home")
    MEETING = "meeting", _("At a meeting")
    PHONE = "phone", _("By phone")
    MESSAGE = "message", _("By message or letter")
    OTHER = "other", _("In another way")


def _days(label: object, default: int) -> models.PositiveSmallIntegerField:
    within = [MinValueValidator(1), MaxValueValidator(MOST_DAYS)]
    return models.PositiveSmallIntegerField(label, default=default, validators=within)  # type: ignore[arg-type]


class Referral(PersonalRow):
    """A family's worker asks a service to take the family, and follows it until help is received.

    Seen by the authority of the family; by the service's body while `seen_until` lies ahead, which the policy
    of the table says. `need`: the same key for all referrals that answer one need of the family.
    """

    family = models.ForeignKey(Family, models.CASCADE, related_name="referrals", db_constraint=False)
    service = models.ForeignKey(
        "services.Service", models.PROTECT, related_name="+", verbose_name=_("service")
    )
    organisation = models.ForeignKey(
        "people.Organisation", models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    response = models.ForeignKey(
        "taxonomy.Term", models.PROTECT, null=True, related_name="+", verbose_name=_("response asked for")
    )
    need = models.UUIDField(_("need"), default=uuid4, editable=False)
    previous = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="sent_on",
        db_constraint=False,
        verbose_name=_("sent on from"),
    )
    key = models.UUIDField(_("key of the form"), default=uuid4, editable=False)
    text = EncryptedTextField(_("what is asked for"), max_length=2000)
    fields = ArrayField(
        models.CharField(max_length=20, choices=SharedField.choices), verbose_name=_("what is shared")
    )
    basis = models.CharField(_("basis"), max_length=10, choices=Basis.choices)
    basis_details = EncryptedTextField(_("details of the basis"), max_length=1000)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("sent by")
    )
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)
    status = models.CharField(
        _("status"), max_length=10, choices=ReferralStatus.choices, default=ReferralStatus.SENT
    )
    answered_at = models.DateTimeField(_("answered"), null=True)
    answered_in_name = models.BooleanField(_("the worker wrote down the service's answer"), default=False)
    answer_words = EncryptedTextField(_("words of the service"), max_length=1000, blank=True)
    decline_reason = models.CharField(
        _("reason for declining"), max_length=20, choices=DeclineReason.choices, blank=True
    )
    started_at = models.DateTimeField(_("begun"), null=True)
    heard_at = models.DateTimeField(_("the family was heard"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    close_reason = models.CharField(_("how it ended"), max_length=20, choices=CloseReason.choices, blank=True)
    end_words = EncryptedTextField(_("words on the end"), max_length=1000, blank=True)
    answer_days = _days(_("days for the answer"), DEFAULTS.answer)
    start_days = _days(_("days for the beginning"), DEFAULTS.start)
    ask_days = _days(_("days until the family is asked"), DEFAULTS.ask)
    close_days = _days(_("days for closing"), DEFAULTS.close)
    seen_days = _days(_("days for which the body sees it after its end"), SEEN_AFTER)
    due_on = models.DateField(_("the present step is due"), null=True)
    late_since = models.DateField(_("late since"), null=True)
    reminded_on = models.DateField(_("last reminder"), null=True)
    reminders = models.PositiveSmallIntegerField(_("reminders"), default=0)
    seen_until = models.DateField(_("the body sees it until"), null=True)
    consent_withdrawn_at = models.DateTimeField(_("consent withdrawn"), null=True, editable=False)

    class Meta:
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        ordering = ["-sent_at"]
        constraints = [
            models.UniqueConstraint(fields=["authority", "id"], name="referrals_referral_within"),
            models.UniqueConstraint(fields=["authority", "key"], name="referrals_referral_sent_once"),
            # by need and not by family: two files that become one may both have been sent to one service
            models.UniqueConstraint(
                fields=["need", "service", "response"],
                condition=Q(status__in=OPEN),
                nulls_distinct=False,
                name="referrals_referral_open_once",
            ),
            models.CheckConstraint(
                condition=Q(status__in=OPEN, ended_at=None, due_on__isnull=False)
                | (~Q(status__in=OPEN) & Q(ended_at__isnull=False, due_on=None)),
                name="referrals_referral_due_while_open",
            ),
            models.CheckConstraint(
                condition=Q(status=ReferralStatus.DECLINED, answered_at__isnull=False) & ~Q(decline_reason="")
                | (~Q(status=ReferralStatus.DECLINED) & Q(decline_reason="")),
                name="referrals_referral_declined_with_reason",
            ),
            models.CheckConstraint(
                condition=(Q(status=ReferralStatus.CLOSED) & ~Q(close_reason=""))
                | (~Q(status=ReferralStatus.CLOSED) & Q(close_reason="")),
                name="referrals_referral_closed_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("sent_at")),
                name="referrals_referral_ends_after_it_was_sent",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[ReferralStatus.WITHDRAWN, ReferralStatus.LAPSED])
                | Q(seen_until=None),
                name="referrals_referral_not_seen_when_withdrawn",
            ),
            models.CheckConstraint(
                condition=Q(consent_withdrawn_at=None)
                | (Q(basis=Basis.CONSENT, seen_until=None) & ~Q(status__in=OPEN)),
                name="referrals_referral_not_seen_without_consent",
            ),
            models.CheckConstraint(condition=Q(fields__len__gt=0), name="referrals_referral_of_something"),
        ]
        indexes = [
            models.Index(fields=["authority", "family"], name="referrals_referral_family"),
            models.Index(fields=["authority", "status", "due_on"], name="referrals_referral_due"),
            models.Index(fields=["sent_by", "status"], name="referrals_referral_sender"),
            models.Index(fields=["organisation", "status"], name="referrals_referral_body"),
        ]

    def __str__(self) -> str:
        return f"{self.service} · {timezone.localtime(self.sent_at):%Y-%m-%d}"


class StepKind(models.TextChoices):
    """What happened to a referral."""

    SENT = "sent", pgettext_lazy("step of a referral", "Sent")
    SENT_ON = "sent_on", _("Sent on to another service")
    ACCEPTED = "accepted", pgettext_lazy("step of a referral", "Accepted")
    DECLINED = "declined", pgettext_lazy("step of a referral", "Declined")
    STARTED = "started", pgettext_lazy("step of a referral", "Begun")
    HEARD = "heard", _("The family said whether it helped")
    CLOSED = "closed", pgettext_lazy("step of a referral", "Closed")
    WITHDRAWN = "withdrawn", pgettext_lazy("step of a referral", "Withdrawn")
    LAPSED = "lapsed", pgettext_lazy("step of a referral", "Lapsed")
    LATE = "late", pgettext_lazy("step of a referral", "Became late")
    REMINDED = "reminded", pgettext_lazy("step of a referral", "Reminded")
    LIMITS = "limits", _("Other time limits were set")
    NO_CONSENT = "no_consent", _("The family withdrew its consent")


class ReferralStep(PersonalRow):
    """One thing that happened to a referral: when, by whom, in whose name, in which words."""

    family = models.ForeignKey(Family, models.CASCADE, related_name="+", db_constraint=False)
    referral = models.ForeignKey(Referral, models.CASCADE, related_name="steps", db_constraint=False)
    kind = models.CharField(_("step"), max_length=10, choices=StepKind.choices)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who"))
    in_name_of_service = models.BooleanField(_("written down in the service's name"), default=False)
    words = EncryptedTextField(_("words"), max_length=1000, blank=True)
    recorded_at = models.DateTimeField(_("recorded"), default=timezone.now)

    class Meta:
        verbose_name = _("step of a referral")
        verbose_name_plural = _("steps of referrals")
        ordering = ["at", "recorded_at"]
        indexes = [models.Index(fields=["authority", "referral"], name="referrals_step_referral")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {timezone.localtime(self.at):%Y-%m-%d}"


class HelpWord(PersonalRow):
    """The family's own word on whether a referral brought help; the newest day's holds, the others stay.

    Seen by the authority alone: what a family says to its worker is not for the service.
    """

    family = models.ForeignKey(Family, models.CASCADE, related_name="+", db_constraint=False)
    referral = models.ForeignKey(Referral, models.CASCADE, related_name="help_words", db_constraint=False)
    help = models.CharField(_("was help received?"), max_length=10, choices=Help.choices)
    said_by = EncryptedTextField(_("who of the family said it"), max_length=160)
    how = models.CharField(_("how the family was asked"), max_length=10, choices=AskedHow.choices)
    said_on = models.DateField(_("when it was said"))
    words = EncryptedTextField(_("in the family's words"), max_length=1000, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded"), default=timezone.now)

    class Meta:
        verbose_name = _("family's word on help")
        verbose_name_plural = _("families' words on help")
        ordering = ["-said_on", "-recorded_at"]
        indexes = [models.Index(fields=["authority", "referral", "-said_on"], name="referrals_word_referral")]

    def __str__(self) -> str:
        return f"{self.get_help_display()} · {self.said_on:%Y-%m-%d}"


class WithdrawalNotice(models.Model):
    """What a body still knows of a referral to which the family withdrew its consent: that it ended, and why.

    The service, the authority and the days; nothing of the family, to whose file no key leads from here.
    """

    referral = models.UUIDField(_("referral"), editable=False)
    organisation = models.ForeignKey(
        "people.Organisation", models.CASCADE, related_name="+", verbose_name=_("organisation")
    )
    service = models.ForeignKey(
        "services.Service", models.CASCADE, related_name="+", verbose_name=_("service")
    )
    authority = models.ForeignKey(
        "places.Place", models.CASCADE, related_name="+", verbose_name=_("local authority")
    )
    sent_on = models.DateField(_("sent"))
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("notice of a withdrawn consent")
        verbose_name_plural = _("notices of withdrawn consents")
        ordering = ["-at"]
        indexes = [models.Index(fields=["organisation", "-at"], name="referrals_notice_body")]

    def __str__(self) -> str:
        return f"{self.service} · {self.sent_on:%Y-%m-%d}"
