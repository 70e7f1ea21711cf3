"""Families' baskets: what is asked for, said of it, delivered and paid. The money itself lies in the ledger.

No balance is stored here. A basket has a purse of the ledger and a request has a spending of it; what is
granted, approved, committed, paid and free is read from there.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from maarag.database.encryption.fields import EncryptedTextField
from maarag.kernel.access.models import Account
from maarag.kernel.access.rows import PersonalRow
from maarag.values import Money

from .buying_models import AllowedResponse
from .paying_models import Delivered, Delivery, Invoice, Payment
from .price_models import MOST_AGOROT, MOST_OF_A_THING, ApprovalLimit, Price, Unit

__all__ = [
    "MOST_OF_A_THING",
    "AllowedResponse",
    "ApprovalLimit",
    "Basket",
    "BasketStatus",
    "Delivered",
    "Delivery",
    "Helped",
    "Invoice",
    "Opinion",
    "Payment",
    "Price",
    "Request",
    "Stage",
    "Stance",
    "Unit",
]


class BasketStatus(models.TextChoices):
    OPEN = "open", pgettext_lazy("basket of a family", "Open")
    CLOSED = "closed", pgettext_lazy("basket of a family", "Closed")


class Basket(PersonalRow):
    """A family's money for responses in a programme: takes one place of the authority's quota."""

    family = models.ForeignKey("families.Family", models.CASCADE, related_name="baskets", db_constraint=False)
    quota = models.ForeignKey("programmes.Quota", models.PROTECT, related_name="+", verbose_name=_("quota"))
    pot = models.OneToOneField(
        "ledger.Pot", models.PROTECT, related_name="+", verbose_name=_("pot of the ledger")
    )
    status = models.CharField(
        _("status"), max_length=10, choices=BasketStatus.choices, default=BasketStatus.OPEN, editable=False
    )
    opened_on = models.DateField(_("opened"))
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("opened by")
    )
    closed_on = models.DateField(_("closed"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("closed by"),
    )

    class Meta:
        verbose_name = _("basket of responses")
        verbose_name_plural = _("baskets of responses")
        ordering = ["family", "-opened_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["authority", "id"], name="baskets_basket_within"),
            models.CheckConstraint(
                condition=Q(status=BasketStatus.OPEN, closed_on=None, closed_by=None)
                | Q(status=BasketStatus.CLOSED, closed_on__gte=F("opened_on"), closed_by__isnull=False),
                name="baskets_basket_closed_by",
            ),
        ]
        indexes = [
            models.Index(fields=["authority", "family"], name="baskets_basket_family"),
            models.Index(fields=["quota", "status"], name="baskets_basket_quota"),
        ]

    def __str__(self) -> str:
        return f"{self.quota_id} · {self.opened_on:%Y-%m-%d}"


class Stage(models.TextChoices):
    """Where a request stands."""

    DRAFT = "draft", _("Being written")
    OPINION = "opinion", _("Waits for an opinion")
    APPROVAL = "approval", _("Waits for approval")
    APPROVED = "approved", pgettext_lazy("request of a basket", "Approved")
    ORDERED = "ordered", _("Ordered")
    DELIVERED = "delivered", _("Delivered")
    PAID = "paid", pgettext_lazy("request of a basket", "Paid")
    REVERSED = "reversed", pgettext_lazy("request of a basket", "Reversed")
    DECLINED = "declined", pgettext_lazy("request of a basket", "Declined")


class Helped(models.TextChoices):
    """The family's own word."""

    YES = "yes", _("It helped")
    PARTLY = "partly", _("It helped in part")
    NO = "no", _("It did not help")


class Request(PersonalRow):
    """A line of a basket: a response, who gives it and for how much, why, and what the family chose."""

    family = models.ForeignKey(
        "families.Family", models.CASCADE, related_name="basket_requests", db_constraint=False
    )
    basket = models.ForeignKey(Basket, models.CASCADE, related_name="requests", db_constraint=False)
    number = models.PositiveIntegerField(_("number"), editable=False)
    stage = models.CharField(
        _("stage"), max_length=10, choices=Stage.choices, default=Stage.DRAFT, editable=False
    )
    response = models.ForeignKey(
        "taxonomy.Term", models.PROTECT, related_name="+", verbose_name=_("response")
    )
    service = models.ForeignKey(
        "services.Service",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("service that gives it"),
    )
    unit = models.CharField(_("counted by"), max_length=10, choices=Unit.choices, blank=True)
    unit_agorot = models.BigIntegerField(_("price of one, in agorot"), null=True, blank=True)
    price = models.ForeignKey(
        Price,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("price in the list"),
    )
    quantity = models.PositiveIntegerField(_("quantity"), null=True, blank=True)
    plan_goal = models.ForeignKey(
        "casework.Goal",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="basket_requests",
        db_constraint=False,
        verbose_name=_("goal of the family's plan"),
    )
    goal = EncryptedTextField(_("goal of the family, in words"), max_length=500, blank=True)
    """Of requests from before goals were chosen from the plan; empty where one is."""
    why = EncryptedTextField(_("why this response"), max_length=2000, blank=True)
    offered = ArrayField(models.BigIntegerField(), default=list, blank=True, verbose_name=_("offered"))
    choice = EncryptedTextField(_("what the family chose and why"), max_length=1000, blank=True)
    replaces = models.ForeignKey(
        "self",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="replaced_by",
        db_constraint=False,
        verbose_name=_("in the place of"),
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    written_by = ArrayField(
        models.BigIntegerField(), default=list, editable=False, verbose_name=_("accounts that wrote it")
    )
    """Who began it, wrote on it or sent it, whoever asks in the end: none of them decides."""
    begun_on = models.DateField(_("begun"))
    asked_on = models.DateField(_("asked for"), null=True, blank=True)
    needed_by = models.DateField(_("needed by"), null=True, blank=True)
    spending = models.OneToOneField(
        "ledger.Spending",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("spending of the ledger"),
    )
    above_key = models.UUIDField(_("key for whoever is above"), null=True, blank=True, editable=False)
    """Under which whoever manages the budget finds it: they see neither the family nor the request's id."""
    above_on = models.DateField(_("asked above on"), null=True, blank=True)
    above_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked above by"),
    )
    above_why = EncryptedTextField(_("what whoever is above is told"), max_length=500, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_on = models.DateField(_("decided"), null=True, blank=True)
    decision_reason = EncryptedTextField(_("reason of the decision"), max_length=1000, blank=True)
    rounds = models.PositiveSmallIntegerField(_("times sent back"), default=0, editable=False)
    order_number = models.PositiveIntegerField(_("number of the order"), null=True, blank=True)
    ordered_on = models.DateField(_("ordered"), null=True, blank=True)
    ended_on = models.DateField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ended by"),
    )
    end_reason = EncryptedTextField(_("reason for reversing"), max_length=1000, blank=True)
    helped = models.CharField(_("what it gave"), max_length=10, choices=Helped.choices, blank=True)
    helped_words = EncryptedTextField(_("in the family's words"), max_length=1000, blank=True)
    helped_on = models.DateField(_("said on"), null=True, blank=True)
    updated_at = models.DateTimeField(_("last change"), auto_now=True)

    class Meta:
        verbose_name = _("request of a basket")
        verbose_name_plural = _("requests of baskets")
        ordering = ["basket", "number"]
        constraints = [
            models.UniqueConstraint(fields=["authority", "id"], name="baskets_request_within"),
            models.UniqueConstraint(fields=["basket", "number"], name="baskets_request_number"),
            models.UniqueConstraint(
                fields=["authority", "order_number"],
                condition=Q(order_number__isnull=False),
                name="baskets_request_order",
            ),
            models.CheckConstraint(
                condition=(Q(unit_agorot=None) | Q(unit_agorot__range=(1, MOST_AGOROT)))
                & (Q(quantity=None) | Q(quantity__range=(1, MOST_OF_A_THING))),
                name="baskets_request_above_zero",
            ),
            models.CheckConstraint(
                condition=Q(stage__in=[Stage.DRAFT, Stage.REVERSED])
                | Q(
                    spending__isnull=False,
                    service__isnull=False,
                    unit_agorot__isnull=False,
                    quantity__isnull=False,
                    asked_on__isnull=False,
                ),
                name="baskets_request_complete_when_sent",
            ),
            models.UniqueConstraint(
                fields=["above_key"], condition=Q(above_key__isnull=False), name="baskets_request_above"
            ),
            models.CheckConstraint(
                condition=Q(stage__in=[Stage.DRAFT, Stage.OPINION, Stage.APPROVAL, Stage.REVERSED])
                | (Q(decided_by__isnull=False) & ~Q(written_by__contains=[F("decided_by")])),
                name="baskets_request_decided_by_another",
            ),
        ]
        indexes = [
            models.Index(fields=["authority", "stage"], name="baskets_request_stage"),
            models.Index(fields=["authority", "family"], name="baskets_request_family"),
        ]

    def __str__(self) -> str:
        return f"{self.number}"

    def write_down(self, account: Account) -> None:
        """That the account asks for it now, and is one of those who wrote it."""
        self.asked_by = account
        if account.pk not in self.written_by:
            self.written_by = [*self.written_by, account.pk]

    @property
    def unit_price(self) -> Money | None:
        return None if self.unit_agorot is None else Money(self.unit_agorot)

    @property
    def goal_words(self) -> str:
        """The goal that it serves: of the plan, or as it was written."""
        return self.plan_goal.own_words if self.plan_goal else self.goal

    @property
    def amount(self) -> Money | None:
        """What the whole of it costs; None while the price or the quantity is not known."""
        if self.unit_agorot is None or self.quantity is None:
            return None
        return Money(self.unit_agorot) * self.quantity


class Stance(models.TextChoices):
    FOR = "for", _("For it")
    AGAINST = "against", _("Against it")


class Opinion(PersonalRow):
    """What a professional says of a request."""

    family = models.ForeignKey("families.Family", models.CASCADE, related_name="+", db_constraint=False)
    request = models.ForeignKey(Request, models.CASCADE, related_name="opinions", db_constraint=False)
    stance = models.CharField(_("opinion"), max_length=10, choices=Stance.choices)
    text = EncryptedTextField(_("reasons"), max_length=2000)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("written by")
    )
    day = models.DateField(_("day"))
    round = models.PositiveSmallIntegerField(_("times sent back"), default=0, editable=False)

    class Meta:
        verbose_name = _("professional opinion")
        verbose_name_plural = _("professional opinions")
        ordering = ["request", "day", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["request", "by", "round"], name="baskets_opinion_once")
        ]
        indexes = [models.Index(fields=["authority", "family"], name="baskets_opinion_family")]

    def __str__(self) -> str:
        return self.get_stance_display()
