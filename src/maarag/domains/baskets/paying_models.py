"""What came of what was ordered, providers' invoices, and what of them was paid for which request."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maarag.database.encryption.fields import EncryptedTextField
from maarag.kernel.access.rows import PersonalRow
from maarag.values import Money

from .price_models import MOST_AGOROT, MOST_OF_A_THING


class Delivered(models.TextChoices):
    YES = "yes", _("Yes, all of it")
    PARTLY = "partly", _("In part")
    NO = "no", _("No")


class Delivery(PersonalRow):
    """Whether what was ordered came, how much of it and when."""

    family = models.ForeignKey("families.Family", models.CASCADE, related_name="+", db_constraint=False)
    request = models.ForeignKey(
        "baskets.Request", models.CASCADE, related_name="deliveries", db_constraint=False
    )
    outcome = models.CharField(_("delivered"), max_length=10, choices=Delivered.choices)
    quantity = models.PositiveIntegerField(_("quantity"), validators=[MinValueValidator(0)])
    day = models.DateField(_("day"))
    note = EncryptedTextField(_("note"), max_length=1000, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    at = models.DateTimeField(_("recorded"), default=timezone.now)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["request", "at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome=Delivered.NO, quantity=0)
                | (~Q(outcome=Delivered.NO) & Q(quantity__range=(1, MOST_OF_A_THING))),
                name="baskets_delivery_of_something",
            )
        ]
        indexes = [models.Index(fields=["authority", "family"], name="baskets_delivery_family")]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} · {self.day:%Y-%m-%d}"


class Invoice(PersonalRow):
    """A provider's invoice that was paid, for one request or several; the same one is not paid twice.

    `number_index`: the number as invoices are told apart, without spaces, dashes and leading zeros. `key`: of
    the form or of the program that paid it.
    """

    provider = models.ForeignKey(
        "people.Organisation", models.PROTECT, related_name="+", verbose_name=_("provider")
    )
    number = models.CharField(_("invoice number"), max_length=40)
    number_index = models.CharField(max_length=40, editable=False)
    day = models.DateField(_("paid on"))
    key = models.UUIDField(_("key"), editable=False)
    paid_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("paid by")
    )
    paid_at = models.DateTimeField(_("recorded"), default=timezone.now)
    reversed_on = models.DateField(_("reversed on"), null=True, blank=True)
    reversed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reversed by"),
    )

    class Meta:
        verbose_name = _("paid invoice")
        verbose_name_plural = _("paid invoices")
        ordering = ["-day", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["authority", "id"], name="baskets_invoice_within"),
            models.UniqueConstraint(
                fields=["authority", "provider", "number_index"],
                condition=Q(reversed_on=None),
                name="baskets_invoice_once",
            ),
            models.CheckConstraint(
                condition=Q(reversed_on=None, reversed_by=None)
                | Q(reversed_on__isnull=False, reversed_by__isnull=False),
                name="baskets_invoice_reversed_by",
            ),
        ]
        indexes = [models.Index(fields=["authority", "key"], name="baskets_invoice_key")]

    def __str__(self) -> str:
        return self.number


class Payment(PersonalRow):
    """What of an invoice was paid for one request."""

    family = models.ForeignKey("families.Family", models.CASCADE, related_name="+", db_constraint=False)
    request = models.ForeignKey(
        "baskets.Request", models.CASCADE, related_name="payments", db_constraint=False
    )
    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="payments", db_constraint=False)
    agorot = models.BigIntegerField(_("amount, in agorot"))
    entry = models.OneToOneField(
        "ledger.Entry", models.PROTECT, related_name="+", verbose_name=_("entry of the ledger")
    )
    reversed_on = models.DateField(_("reversed on"), null=True, blank=True)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["request", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(agorot__range=(1, MOST_AGOROT)), name="baskets_payment_above_zero"
            )
        ]
        indexes = [models.Index(fields=["authority", "family"], name="baskets_payment_family")]

    def __str__(self) -> str:
        return str(self.amount)

    @property
    def amount(self) -> Money:
        return Money(self.agorot)
