"""Who may see that a file was read, and what a supervisor says of a day of reading."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maarag.kernel.access.rows import PersonalRow


class Holder(PersonalRow):
    """Somebody of the family with an account of their own: sees who read the file, and nothing else of it."""

    family = models.ForeignKey(
        "families.Family", models.CASCADE, related_name="holders", db_constraint=False, editable=False
    )
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("account")
    )
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("set by")
    )
    set_at = models.DateTimeField(_("set"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("account of the family")
        verbose_name_plural = _("accounts of the family")
        ordering = ["set_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["authority", "id"], name="families_holder_within"),
            models.UniqueConstraint(fields=["family", "account"], name="families_holder_once"),
        ]
        indexes = [models.Index(fields=["authority", "family"], name="families_holder_family")]

    def __str__(self) -> str:
        return str(self.account)


class ReadingVerdict(PersonalRow):
    """What a supervisor says of what somebody read on one day."""

    class Verdict(models.TextChoices):
        IN_ORDER = "in_order", _("In order")
        TO_CLARIFY = "to_clarify", _("To clarify")

    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("reader"), editable=False
    )
    day = models.DateField(_("day"), editable=False)
    verdict = models.CharField(_("verdict"), max_length=12, choices=Verdict.choices)
    note = models.CharField(_("note"), max_length=500, blank=True)
    judged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("judged by"),
        editable=False,
    )
    judged_at = models.DateTimeField(_("judged"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("verdict on reading")
        verbose_name_plural = _("verdicts on reading")
        ordering = ["-day", "reader"]
        constraints = [
            models.UniqueConstraint(fields=["authority", "id"], name="families_verdict_within"),
            models.UniqueConstraint(fields=["authority", "reader", "day"], name="families_verdict_once"),
            models.CheckConstraint(
                condition=~models.Q(judged_by=models.F("reader")), name="families_verdict_by_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reader_id} · {self.day:%Y-%m-%d} · {self.verdict}"
