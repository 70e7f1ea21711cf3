"""Accounts and what they are granted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .permissions import Permission, Role

if TYPE_CHECKING:
    from maarag.kernel.places.models import Place


class AccountManager(BaseUserManager["Account"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Account:
        account = self.model(email=self.normalize_email(email).lower(), **fields)
        account.set_password(password)
        account.save()
        return account

    def get_by_natural_key(self, email: str | None) -> Account:
        return self.get(email__iexact=email)


class Account(AbstractBaseUser):
    """Somebody who signs in, or a part of the system that writes under its own name."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    is_active = models.BooleanField(_("active"), default=True)
    is_system = models.BooleanField(_("part of the system"), default=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = AccountManager()

    limited_to: frozenset[Permission] | None = None
    """Where a program asks with a limited key: the only permissions that hold for this request."""

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def may_somewhere(self, permission: str) -> bool:
        """Whether the account holds the permission for any place or organisation (for menus)."""
        from .scope import holds_somewhere

        return holds_somewhere(self, permission)

    def places_with(self, permission: str) -> models.QuerySet[Place]:
        """The places for which the account holds the permission, for apps below this one."""
        from .scope import places_permitted

        return places_permitted(self, Permission(permission))


class Grant(models.Model):
    """A role given to an account for a place with all inside it, or for an organisation, for a period."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="grants")
    role = models.CharField(_("role"), max_length=30, choices=Role.choices)
    place = models.ForeignKey("places.Place", models.PROTECT, null=True, blank=True, related_name="grants")
    organisation = models.ForeignKey(
        "people.Organisation", models.PROTECT, null=True, blank=True, related_name="grants"
    )
    starts = models.DateField(_("from"))
    ends = models.DateField(_("until"), null=True, blank=True)
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        ordering = ["account", "role", "-starts"]
        constraints = [
            models.CheckConstraint(
                condition=Q(place=None) ^ Q(organisation=None), name="access_grant_for_place_or_organisation"
            ),
            models.CheckConstraint(
                condition=Q(ends=None) | Q(ends__gte=F("starts")), name="access_grant_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} · {self.get_role_display()} · {self.place or self.organisation}"
