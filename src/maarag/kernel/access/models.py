"""Accounts and what they are granted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from .permissions import Held, Permission, Role

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
    session_salt = models.CharField(max_length=32, blank=True, editable=False)
    """Part of every session's fingerprint: another salt, and all sessions of the account have ended."""

    objects = AccountManager()

    limited_to: frozenset[Permission] | None = None
    """Where a program asks with a limited key: the only permissions that hold for this request."""
    held: tuple[Held, ...] | None = None
    """Inside a request: the roles held when it began; None elsewhere, where each question is a query."""

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

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        salt = "maarag.kernel.access.Account"
        return salted_hmac(
            salt, f"{self.password}:{self.session_salt}", secret=secret, algorithm="sha256"
        ).hexdigest()

    def may_somewhere(self, permission: str) -> bool:
        """Whether the account holds the permission for any place or organisation (for menus)."""
        from .scope import holds_somewhere

        return holds_somewhere(self, permission)

    def permissions_somewhere(self) -> frozenset[str]:
        """Every permission held for any place or organisation, in one query (for menus)."""
        from .scope import permissions_somewhere

        return permissions_somewhere(self)

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


class Invitation(models.Model):
    """An e-mail address asked to take a role; whoever holds the letter's link may accept it once."""

    email = models.EmailField(_("e-mail"))
    language = models.CharField(_("language of the letter"), max_length=5)
    role = models.CharField(_("role"), max_length=30, choices=Role.choices)
    place = models.ForeignKey("places.Place", models.PROTECT, null=True, blank=True, related_name="+")
    organisation = models.ForeignKey(
        "people.Organisation", models.PROTECT, null=True, blank=True, related_name="+"
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("invited"), default=timezone.now, editable=False)
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)
    expires_at = models.DateTimeField(_("holds until"))
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(place=None) ^ Q(organisation=None),
                name="access_invitation_for_place_or_organisation",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(revoked_at=None), name="access_invitation_one_end"
            ),
            models.UniqueConstraint(
                Lower("email"),
                "role",
                "place",
                "organisation",
                condition=Q(accepted_at=None, revoked_at=None),
                nulls_distinct=False,
                name="access_invitation_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} · {self.get_role_display()} · {self.place or self.organisation}"

    @property
    def is_open(self) -> bool:
        """Whether the link of the letter still works."""
        return self.accepted_at is None and self.revoked_at is None and self.expires_at > timezone.now()


class FactorReset(models.Model):
    """Somebody lost their second factor: one manager asks that it be taken away, another one confirms."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="factor_resets")
    reason = models.CharField(_("how it is known that the person asks"), max_length=300)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("holds until"))
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("reset of a second factor")
        verbose_name_plural = _("resets of second factors")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("asked_by")),
                name="access_factor_reset_by_two",
            ),
            models.CheckConstraint(
                condition=~Q(asked_by=F("account")) & (Q(confirmed_by=None) | ~Q(confirmed_by=F("account"))),
                name="access_factor_reset_by_others",
            ),
            models.UniqueConstraint(
                "account",
                condition=Q(confirmed_at=None, cancelled_at=None),
                name="access_factor_reset_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} · {self.asked_at:%Y-%m-%d}"
