"""Every shekel: pots with limits, the entries that move money in them, and what each of them is for.

Written by the functions of `sql/` alone, which the actions call; PostgreSQL refuses anything else. No row
holds words about a person. Which family a basket is of is known to the baskets only; `authority` is given
where rows are of a basket, and hides them from every other authority.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .fields import MoneyField


def _account(verbose_name: Any) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=verbose_name
    )


def _authority(**options: Any) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        "places.Place",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("local authority"),
        editable=False,
        **options,
    )


class PotKind(models.TextChoices):
    """What a purse with limits is."""

    BASKET = "basket", _("Basket of a family")
    QUOTA = "quota", _("Quota of a programme")
    SHARE = "share", _("Share of a funder")
    LINE = "line", _("Line of a budget")


class Stage(models.TextChoices):
    """Where money of a pot stands. Each pot's balances add up to zero: two of them are counter-accounts."""

    GRANTED = "granted", _("Granted")
    """Counter-account: what was put into the pot, below zero."""
    FREE = "free", pgettext_lazy("money", "Free")
    APPROVED = "approved", pgettext_lazy("money", "Approved")
    COMMITTED = "committed", pgettext_lazy("money", "Committed")
    PAID = "paid", pgettext_lazy("money", "Paid")
    PLANNED = "planned", pgettext_lazy("money", "Planned")
    FORESEEN = "foreseen", _("Foreseen")
    """Counter-account of what is planned, below zero: plans reserve nothing."""


class EntryKind(models.TextChoices):
    GRANT = "grant", _("Grant")
    TRANSFER = "transfer", _("Transfer")
    PLAN = "plan", pgettext_lazy("entry of the ledger", "Plan")
    APPROVE = "approve", _("Approval")
    COMMIT = "commit", _("Commitment")
    PAY = "pay", _("Payment")
    RETURN = "return", _("Return of what was not paid")
    REVERSE = "reverse", _("Reversal of a payment")


GIVEN = (EntryKind.GRANT, EntryKind.TRANSFER)
"""What moves money into pots and between them; all others are of a spending."""


class SpendingStage(models.TextChoices):
    """The least advanced stage at which money of a spending stands."""

    PLANNED = "planned", pgettext_lazy("money", "Planned")
    APPROVED = "approved", pgettext_lazy("money", "Approved")
    COMMITTED = "committed", pgettext_lazy("money", "Committed")
    PAID = "paid", pgettext_lazy("money", "Paid")
    REVERSED = "reversed", pgettext_lazy("money", "Reversed")


class Decision(models.Model):
    """Who decided what about money, why, and where it is written. Never changed. No words about a person."""

    application_may = ("SELECT", "INSERT")

    what = models.CharField(_("what was decided"), max_length=200)
    why = models.CharField(_("why"), max_length=500, blank=True)
    document = models.CharField(_("document"), max_length=300, blank=True)
    by = _account(_("decided by"))
    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)
    authority = _authority()
    key = models.CharField(_("key"), max_length=120, unique=True, null=True, editable=False)

    class Meta:
        verbose_name = _("decision about money")
        verbose_name_plural = _("decisions about money")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.what


class Pot(models.Model):
    """A purse with limits: a family's basket, a programme's quota, a funder's share, a line of a budget.

    `authority`: whose it is; empty for one of the nation. Baskets have one, and are seen by it alone. Its
    accounts are opened with it.
    """

    application_may = ("SELECT", "INSERT", "UPDATE")

    kind = models.CharField(_("kind"), max_length=10, choices=PotKind.choices)
    code = models.CharField(_("code"), max_length=80, unique=True)
    label = models.CharField(_("name"), max_length=200)
    authority = models.ForeignKey(
        "places.Place",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("local authority"),
    )
    period_start = models.DateField(_("from"), null=True, blank=True)
    period_end = models.DateField(_("until"), null=True, blank=True)
    opened_at = models.DateTimeField(_("opened"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("pot")
        verbose_name_plural = _("pots")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind=PotKind.BASKET) | Q(authority__isnull=False),
                name="ledger_basket_of_somebody",
            ),
            models.CheckConstraint(
                condition=Q(period_start=None) | Q(period_end=None) | Q(period_start__lte=F("period_end")),
                name="ledger_pot_period",
            ),
        ]

    def __str__(self) -> str:
        return self.label


class Account(models.Model):
    """One stage of one pot and its balance, which follows from postings alone and never passes its floor."""

    application_may = ("SELECT",)

    pot = models.ForeignKey(Pot, models.PROTECT, related_name="accounts", verbose_name=_("pot"))
    stage = models.CharField(_("stage"), max_length=10, choices=Stage.choices)
    authority = _authority(db_constraint=False, db_index=False)
    balance = MoneyField(_("balance"))
    floor = MoneyField(_("never below"), null=True)

    class Meta:
        verbose_name = _("account of a pot")
        verbose_name_plural = _("accounts of pots")
        ordering = ["pot_id", "id"]
        constraints = [
            models.UniqueConstraint(fields=["pot", "stage"], name="ledger_account_once"),
            models.CheckConstraint(
                condition=Q(floor=None) | Q(balance__gte=F("floor")), name="ledger_account_limit"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pot_id} {self.stage}"


class Spending(models.Model):
    """An amount on its way: planned → approved → committed → paid, or returned; in parts where need be.

    Each agora of `amount` stands at one of the five.
    """

    application_may = ("SELECT",)

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    authority = _authority(db_constraint=False, db_index=False)
    amount = MoneyField(_("amount"))
    planned = MoneyField(_("planned"))
    approved = MoneyField(_("approved"))
    committed = MoneyField(_("committed"))
    paid = MoneyField(_("paid"))
    returned = MoneyField(_("returned"))
    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("spending")
        verbose_name_plural = _("spendings")
        ordering = ["-at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0)
                & Q(planned__gte=0)
                & Q(approved__gte=0)
                & Q(committed__gte=0)
                & Q(paid__gte=0)
                & Q(returned__gte=0),
                name="ledger_spending_positive",
            ),
            models.CheckConstraint(
                condition=Q(amount=F("planned") + F("approved") + F("committed") + F("paid") + F("returned")),
                name="ledger_spending_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.stage}"

    @property
    def stage(self) -> SpendingStage:
        for stage in (SpendingStage.PLANNED, SpendingStage.APPROVED, SpendingStage.COMMITTED):
            if getattr(self, stage.value):
                return stage
        return SpendingStage.PAID if self.paid else SpendingStage.REVERSED


class Draw(models.Model):
    """What a spending takes from one pot: the whole amount, or its part where funders share it."""

    application_may = ("SELECT",)

    spending = models.ForeignKey(
        Spending, models.PROTECT, related_name="draws", verbose_name=_("spending"), db_index=False
    )
    pot = models.ForeignKey(Pot, models.PROTECT, related_name="draws", verbose_name=_("pot"))
    authority = _authority(db_constraint=False, db_index=False)
    amount = MoneyField(_("amount"))
    shared = models.BooleanField(_("a part of the amount"), default=False)

    class Meta:
        verbose_name = _("draw of a spending")
        verbose_name_plural = _("draws of spendings")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["spending", "pot"], name="ledger_draw_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="ledger_draw_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.pot_id} {self.amount}"


class Entry(models.Model):
    """One movement of money: appended, never changed, undone only by an entry that refers to it.

    `key`: what was asked for under it is done once, however often it is asked.
    """

    application_may = ("SELECT",)

    kind = models.CharField(_("kind"), max_length=10, choices=EntryKind.choices)
    key = models.CharField(_("key"), max_length=120)
    content = models.CharField(max_length=64, editable=False)
    """Digest of what was asked for under the key."""
    day = models.DateField(_("day"))
    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        related_name="+",
        verbose_name=_("by"),
        db_constraint=False,
        db_index=False,
    )
    decision = models.ForeignKey(
        Decision,
        models.DO_NOTHING,
        null=True,
        related_name="entries",
        verbose_name=_("decision"),
        db_constraint=False,
    )
    reverses = models.OneToOneField(
        "self",
        models.DO_NOTHING,
        null=True,
        related_name="reversed_by",
        verbose_name=_("reverses"),
        db_constraint=False,
    )
    spending = models.ForeignKey(
        Spending,
        models.DO_NOTHING,
        null=True,
        related_name="entries",
        verbose_name=_("spending"),
        db_constraint=False,
    )
    amount = MoneyField(_("amount"))
    reason = models.CharField(_("reason"), max_length=80, blank=True)
    authority = _authority(db_constraint=False, db_index=False)
    transaction = models.BigIntegerField(editable=False)

    class Meta:
        verbose_name = _("entry of the ledger")
        verbose_name_plural = _("entries of the ledger")
        ordering = ["-id"]
        # not `unique=True`, which adds a second index for searches by the beginning
        constraints = [models.UniqueConstraint(fields=["key"], name="ledger_entry_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"


class Posting(models.Model):
    """What one entry did to one account. Those of an entry add up to zero, in all and in each pot.

    No foreign keys: the trigger that applies it to the balance knows entry and account, and neither is ever
    removed.
    """

    application_may = ("SELECT",)

    entry = models.ForeignKey(
        Entry,
        models.DO_NOTHING,
        related_name="postings",
        verbose_name=_("entry"),
        db_constraint=False,
        db_index=False,
    )
    account = models.ForeignKey(
        Account,
        models.DO_NOTHING,
        related_name="postings",
        verbose_name=_("account"),
        db_constraint=False,
        db_index=False,
    )
    authority = _authority(db_constraint=False, db_index=False)
    amount = MoneyField(_("amount"))
    balance = MoneyField(_("balance after it"))
    day = models.DateField(_("day"))
    kind = models.CharField(_("kind"), max_length=10, choices=EntryKind.choices)

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "account"], name="ledger_posting_once"),
            models.CheckConstraint(condition=~Q(amount=0), name="ledger_posting_of_something"),
        ]
        indexes = [models.Index(fields=["account", "id"], name="ledger_posting_of_account")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.amount}"


class ClosedPeriod(models.Model):
    """Days whose entries are complete: no entry bears one of them any more.

    `authority`: of its pots and baskets alone; empty: of everything.
    """

    application_may = ("SELECT", "INSERT")

    starts = models.DateField(_("from"))
    ends = models.DateField(_("until"))
    authority = _authority()
    by = _account(_("closed by"))
    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)
    decision = models.ForeignKey(
        Decision, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decision")
    )

    class Meta:
        verbose_name = _("closed period")
        verbose_name_plural = _("closed periods")
        ordering = ["-ends", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(starts__lte=F("ends")), name="ledger_closed_in_order")
        ]

    def __str__(self) -> str:
        return f"{self.starts:%Y-%m-%d} – {self.ends:%Y-%m-%d}"
