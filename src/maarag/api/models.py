"""What the API keeps for itself: tokens of accounts, and the answers that repeats are given again."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from maarag.database.encryption.fields import EncryptedTextField


class TokenAccess(models.TextChoices):
    """How far a token reaches: never further than its account."""

    READ = "read", _("Reading only")
    WRITE = "write", _("Reading and writing")


class ApiToken(models.Model):
    """A key with which a program works for an account. Only its fingerprint is kept."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("what it is for"), max_length=80)
    prefix = models.CharField(_("beginning"), max_length=16, unique=True)
    digest = models.CharField(max_length=64, editable=False)
    access = models.CharField(_("reach"), max_length=5, choices=TokenAccess.choices)
    permissions = models.JSONField(
        _("permissions"), default=list, blank=True, help_text=_("Codes; none means all of the account's own.")
    )
    created_at = models.DateTimeField(_("issued"), auto_now_add=True)
    expires_at = models.DateTimeField(_("valid until"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="api_token_expires_after_issue"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class StoredAnswer(models.Model):
    """What was answered to a write under an idempotency key; found only by the account that asked."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=128)
    request = models.CharField(max_length=64, help_text=_("Keyed fingerprint of method, address and body."))
    status = models.PositiveSmallIntegerField(null=True)
    answer = EncryptedTextField(null=True, help_text=_("Whose it is, its type and its body."))
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("stored answer")
        verbose_name_plural = _("stored answers")
        constraints = [
            models.UniqueConstraint(fields=["account", "key"], name="api_one_answer_for_a_key"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.status}"
