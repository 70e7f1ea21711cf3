"""When leaving home is considered for somebody: what the community could do instead, and what was decided."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from maarag.database.encryption.fields import EncryptedTextField
from maarag.kernel.access.rows import PersonalRow


class Barrier(models.TextChoices):
    """What stands in the way of an alternative in the community."""

    NO_PLACE = "no_place", pgettext_lazy("barrier", "There is no place")
    WAIT = "wait", pgettext_lazy("barrier", "The wait is too long")
    MONEY = "money", pgettext_lazy("barrier", "There is no money for it")
    DISTANCE = "distance", pgettext_lazy("barrier", "It is too far away")
    LANGUAGE = "language", pgettext_lazy("barrier", "It is not in the family's language")
    HOURS = "hours", pgettext_lazy("barrier", "Its hours are too few or do not fit")
    SAFETY = "safety", pgettext_lazy("barrier", "Safety at home is not sure enough")
    FAMILY = "family", pgettext_lazy("barrier", "The family does not want it")
    RULES = "rules", pgettext_lazy("barrier", "Rules of eligibility shut the family out")
    MISSING = "missing", pgettext_lazy("barrier", "Nobody gives it here")
    OTHER = "other", pgettext_lazy("barrier", "Another barrier")


class Incentive(models.TextChoices):
    """What speaks for an alternative in the community, or would help it come about."""

    TOGETHER = "together", pgettext_lazy("incentive", "The family stays together")
    SCHOOL = "school", pgettext_lazy("incentive", "School and friends stay the same")
    LANGUAGE = "language", pgettext_lazy("incentive", "Language and culture stay the same")
    FAMILY = "family", pgettext_lazy("incentive", "The family wants it")
    RELATIVES = "relatives", pgettext_lazy("incentive", "Relatives or neighbours help")
    COST = "cost", pgettext_lazy("incentive", "It costs less")
    BASKET = "basket", pgettext_lazy("incentive", "A basket can pay for it")
    WORKER = "worker", pgettext_lazy("incentive", "A worker who knows the family stays")
    FAST = "fast", pgettext_lazy("incentive", "It can begin at once")
    OTHER = "other", pgettext_lazy("incentive", "Another incentive")


class Choice(models.TextChoices):
    OPEN = "open", pgettext_lazy("community or out of home", "Not decided yet")
    COMMUNITY = "community", pgettext_lazy("community or out of home", "In the community")
    OUT_OF_HOME = "out_of_home", pgettext_lazy("community or out of home", "Out of the home")
    BOTH = "both", pgettext_lazy("community or out of home", "Out of the home for a time, and home again")
    DROPPED = "dropped", pgettext_lazy("community or out of home", "No longer considered")


class Alternative(PersonalRow):
    """A response out of the home is considered for a member of the family, or for the household.

    `member` None: the household. `response`: what is considered. The alternatives are its `options`.
    """

    family = models.ForeignKey(
        "families.Family",
        models.CASCADE,
        related_name="alternatives",
        db_constraint=False,
        verbose_name=_("family"),
        editable=False,
    )
    member: Any = models.ForeignKey(
        "families.Member",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        verbose_name=_("for whom"),
    )
    response: Any = models.ForeignKey(
        "taxonomy.Term",
        models.PROTECT,
        related_name="+",
        verbose_name=_("response out of the home that is considered"),
    )
    why = EncryptedTextField(_("why it is considered"), max_length=2000)
    yearly_agorot = models.BigIntegerField(_("yearly cost, in agorot"), null=True, blank=True)
    opened_on = models.DateField(_("considered since"))
    opened_by: Any = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("written by"),
        editable=False,
    )
    choice = models.CharField(
        _("decision"), max_length=12, choices=Choice.choices, default=Choice.OPEN, editable=False
    )
    chosen: Any = models.ForeignKey(
        "placements.AlternativeOption",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        verbose_name=_("alternative that was chosen"),
        editable=False,
    )
    decided_on = models.DateField(_("decided on"), null=True, blank=True, editable=False)
    decided_by: Any = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
        editable=False,
    )
    reason = EncryptedTextField(_("reason of the decision"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("alternative to leaving home")
        verbose_name_plural = _("alternatives to leaving home")
        ordering = ["family", "-opened_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["authority", "id"], name="placements_alternative_within"),
            models.CheckConstraint(
                condition=Q(choice=Choice.OPEN, decided_on=None, decided_by=None, chosen=None)
                | (
                    ~Q(choice=Choice.OPEN)
                    & Q(decided_on__gte=F("opened_on"), decided_by__isnull=False)
                    & ~Q(reason="")
                ),
                name="placements_alternative_decided",
            ),
            models.CheckConstraint(
                condition=Q(chosen=None) | Q(choice__in=[Choice.COMMUNITY, Choice.BOTH]),
                name="placements_alternative_chosen",
            ),
        ]
        indexes = [
            models.Index(fields=["authority", "family"], name="placements_alternative_family"),
            models.Index(fields=["authority", "choice"], name="placements_alternative_open"),
        ]

    def __str__(self) -> str:
        return f"{self.response_id} · {self.opened_on:%Y-%m-%d}"

    @property
    def is_open(self) -> bool:
        return self.choice == Choice.OPEN


class AlternativeOption(PersonalRow):
    """Something in the community instead: a method or a programme, or a response in words of one's own.

    What stands in its way and what speaks for it, as codes that can be counted and in words.
    """

    family = models.ForeignKey(
        "families.Family",
        models.CASCADE,
        related_name="+",
        db_constraint=False,
        verbose_name=_("family"),
        editable=False,
    )
    alternative = models.ForeignKey(
        Alternative,
        models.CASCADE,
        related_name="options",
        db_constraint=False,
        verbose_name=_("considered instead of"),
        editable=False,
    )
    method: Any = models.ForeignKey(
        "programmes.Method", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("method")
    )
    programme: Any = models.ForeignKey(
        "programmes.Programme",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("programme"),
    )
    words = EncryptedTextField(_("in words"), max_length=1000, blank=True)
    fit = models.PositiveSmallIntegerField(_("fit"), null=True, blank=True, editable=False)
    yearly_agorot = models.BigIntegerField(_("yearly cost, in agorot"), null=True, blank=True)
    barriers = ArrayField(
        models.CharField(max_length=12, choices=Barrier.choices),
        default=list,
        blank=True,
        verbose_name=_("barriers"),
    )
    barrier_words = EncryptedTextField(_("barriers in words"), max_length=2000, blank=True)
    incentives = ArrayField(
        models.CharField(max_length=12, choices=Incentive.choices),
        default=list,
        blank=True,
        verbose_name=_("incentives"),
    )
    incentive_words = EncryptedTextField(_("incentives in words"), max_length=2000, blank=True)
    written_by: Any = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("written by"),
        editable=False,
    )
    written_on = models.DateField(_("written on"))

    class Meta:
        verbose_name = _("alternative in the community")
        verbose_name_plural = _("alternatives in the community")
        ordering = ["alternative", "written_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["authority", "id"], name="placements_option_within"),
            models.CheckConstraint(
                condition=Q(method__isnull=False) | Q(programme__isnull=False) | ~Q(words=""),
                name="placements_option_of_something",
            ),
        ]
        indexes = [
            models.Index(fields=["authority", "family"], name="placements_option_family"),
            models.Index(fields=["alternative"], name="placements_option_of"),
        ]

    def __str__(self) -> str:
        return f"{self.alternative_id} · {self.written_on:%Y-%m-%d}"
