"""Accounts, roles, invitations, and what two people together may do about a lost second factor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from maarag.kernel.audit.actions import record
from maarag.kernel.jobs.actions import defer
from maarag.kernel.jobs.registry import TASKS

from . import letters
from .models import Account, FactorReset, Grant, Invitation
from .permissions import Permission, Role, roles_with
from .queries import in_force
from .scope import manages_all_of, permits, who_manages_all_of
from .second_factor import take_away_factors
from .sessions import withdraw

if TYPE_CHECKING:
    from maarag.kernel.people.models import Organisation
    from maarag.kernel.places.models import Place

SYSTEM_EMAIL = "system@maarag.invalid"
INVITATION_HOLDS = timedelta(days=7)
RESET_HOLDS = timedelta(hours=24)


def system_account() -> Account:
    """The account under which the system itself writes (set-up, demonstration, command line)."""
    account = Account.objects.filter(email=SYSTEM_EMAIL).first()
    return account or Account.objects.create_user(SYSTEM_EMAIL, None, name="Maarag", is_system=True)


@transaction.atomic
def open_account(*, by: Account, email: str, name: str, password: str | None = None) -> Account:
    """Open an account; without a password its owner sets one through “forgotten password”."""
    account = Account(email=Account.objects.normalize_email(email).lower(), name=name)
    account.set_password(password)
    account.full_clean(exclude=["password"])
    account.save()
    record(by=by, action="access.open_account", subject=account)
    return account


@transaction.atomic
def grant(
    *,
    by: Account,
    account: Account,
    role: Role,
    place: Place | None = None,
    organisation: Organisation | None = None,
    starts: date | None = None,
    ends: date | None = None,
) -> Grant:
    """Give a role to somebody else; whoever reviews the reading of files is told of one that reads them.

    Raises PermissionDenied where `by` does not manage access, ValidationError if unsound or for oneself.
    """
    if not permits(by, Permission.MANAGE_ACCESS, place=place, organisation=organisation):
        raise PermissionDenied
    if by.pk == account.pk:
        raise ValidationError(_not_oneself())
    new = Grant(
        account=account,
        role=role,
        place=place,
        organisation=organisation,
        starts=starts or timezone.localdate(),
        ends=ends,
        granted_by=by,
    )
    new.full_clean()
    new.save()
    record(by=by, action="access.grant", subject=new, place=place, changes={"grant": [None, str(new)]})
    if place is not None and role in roles_with(Permission.VIEW_FAMILIES) and not by.is_system:
        task = TASKS["access.tell_of_grant"]
        defer(task, giver=by.pk, account=account.pk, role=str(role), place=place.pk)
    return new


def _not_oneself() -> str:
    return _("Nobody gives a role to themselves: ask somebody else who manages access.")


@transaction.atomic
def end_grant(*, by: Account, grant: Grant) -> Grant:
    """End a grant from today on; one that has not been in force on an earlier day is withdrawn."""
    if not permits(by, Permission.MANAGE_ACCESS, place=grant.place, organisation=grant.organisation):
        raise PermissionDenied
    grant = Grant.objects.select_for_update().get(pk=grant.pk)
    yesterday = timezone.localdate() - timedelta(days=1)
    before = grant.ends
    if grant.starts > yesterday:
        record(by=by, action="access.withdraw_grant", subject=grant, place=grant.place)
        grant.delete()
        return grant
    grant.ends = yesterday
    grant.save(update_fields=["ends"])
    record(
        by=by,
        action="access.end_grant",
        subject=grant,
        place=grant.place,
        changes={"ends": [before, yesterday]},
    )
    return grant


@transaction.atomic
def close_account(*, by: Account, account: Account) -> Account:
    """Close an account: sessions and tokens end at once. PermissionDenied unless `by` manages all roles."""
    return _set_active(by, account, False)


@transaction.atomic
def reopen_account(*, by: Account, account: Account) -> Account:
    """Open a closed account again, with the roles that are still in force."""
    return _set_active(by, account, True)


def _set_active(by: Account, account: Account, active: bool) -> Account:
    if by.pk == account.pk or not manages_all_of(by, account):
        raise PermissionDenied
    account = Account.objects.select_for_update().get(pk=account.pk)
    if account.is_active != active:
        account.is_active = active
        account.save(update_fields=["is_active"])
        withdraw(account)
        action = "access.reopen_account" if active else "access.close_account"
        record(by=by, action=action, subject=account, changes={"is_active": [not active, active]})
    return account


@transaction.atomic
def invite(
    *,
    by: Account,
    email: str,
    role: Role,
    place: Place | None = None,
    organisation: Organisation | None = None,
    language: str = "",
    tell: Callable[[Invitation, str], None] = letters.invitation,
) -> Invitation:
    """Ask somebody by letter to take a role. The same whether or not the address has an account.

    `tell` is given the invitation and the token of its link when the transaction is committed.

    Raises PermissionDenied where `by` does not manage access, ValidationError if unsound, for oneself or
    invited already.
    """
    if not permits(by, Permission.MANAGE_ACCESS, place=place, organisation=organisation):
        raise PermissionDenied
    if email.strip().lower() == by.email.lower():
        raise ValidationError(_not_oneself())
    token, now = letters.new_token(), timezone.now()
    new = Invitation(
        email=Account.objects.normalize_email(email).lower(),
        language=language or get_language() or settings.LANGUAGE_CODE,
        role=role,
        place=place,
        organisation=organisation,
        token_hash=letters.hash_of(token),
        invited_by=by,
        sent_at=now,
        expires_at=now + INVITATION_HOLDS,
    )
    open_ones = Invitation.objects.filter(accepted_at=None, revoked_at=None, email__iexact=new.email)
    same = open_ones.filter(role=role, place=place, organisation=organisation)
    same.filter(expires_at__lte=now).update(revoked_at=now)
    if same.exists():
        raise ValidationError(_("This address has an open invitation to this role; send that one again."))
    new.full_clean(validate_constraints=False)
    new.save()
    record(by=by, action="access.invite", subject=new, place=place, changes={"role": [None, role]})
    transaction.on_commit(lambda: tell(new, token))
    return new


@transaction.atomic
def resend_invitation(*, by: Account, invitation: Invitation) -> Invitation:
    """Send the letter again with a new link that holds from now on; the old link ends."""
    invitation = _open_invitation(by, invitation)
    token = letters.new_token()
    invitation.token_hash = letters.hash_of(token)
    invitation.sent_at = timezone.now()
    invitation.expires_at = invitation.sent_at + INVITATION_HOLDS
    invitation.save(update_fields=["token_hash", "sent_at", "expires_at"])
    record(by=by, action="access.resend_invitation", subject=invitation, place=invitation.place)
    transaction.on_commit(lambda: letters.invitation(invitation, token))
    return invitation


@transaction.atomic
def revoke_invitation(*, by: Account, invitation: Invitation) -> Invitation:
    """Withdraw an invitation: the link of its letter ends at once."""
    invitation = _open_invitation(by, invitation)
    invitation.revoked_at = timezone.now()
    invitation.save(update_fields=["revoked_at"])
    record(by=by, action="access.revoke_invitation", subject=invitation, place=invitation.place)
    return invitation


def _open_invitation(by: Account, invitation: Invitation) -> Invitation:
    invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if not permits(
        by, Permission.MANAGE_ACCESS, place=invitation.place, organisation=invitation.organisation
    ):
        raise PermissionDenied
    if invitation.accepted_at or invitation.revoked_at:
        raise ValidationError(_("This invitation has been accepted or withdrawn already."))
    return invitation


@transaction.atomic
def accept_invitation(
    *, by: Account | None, invitation: Invitation, name: str = "", password: str | None = None
) -> Account:
    """Take the role: with the account of that address, or (`by` None) with a new one.

    Raises PermissionDenied where the link has ended, where `by` is somebody else, or where whoever invited no
    longer manages access there; ValidationError for a name or password that will not do, and where `by`
    invited themself.
    """
    invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    existing = Account.objects.filter(email__iexact=invitation.email).first()
    if not invitation.is_open or existing != by:
        raise PermissionDenied
    if invitation.invited_by == by:
        raise ValidationError(_not_oneself())
    if by is None:
        by = Account(email=invitation.email, name=name)
        if password is not None:
            validate_password(password, by)
        by.set_password(password)
        by.full_clean(exclude=["password"])
        by.save()
        record(by=by, action="access.open_account", subject=by)
    held = by.grants.filter(
        in_force(), role=invitation.role, place=invitation.place, organisation=invitation.organisation
    )
    if not held.exists():
        grant(
            by=invitation.invited_by,
            account=by,
            role=Role(invitation.role),
            place=invitation.place,
            organisation=invitation.organisation,
        )
    invitation.accepted_at, invitation.accepted_by = timezone.now(), by
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    record(by=by, action="access.accept_invitation", subject=invitation, place=invitation.place)
    return by


def account_for_verified_email(*, email: str, name: str) -> Account | None:
    """The active account of an address that a trusted provider vouches for, opened now if it is invited."""
    account = Account.objects.filter(email__iexact=email, is_system=False).first()
    if account is not None:
        return account if account.is_active else None
    open_ones = Invitation.objects.filter(
        email__iexact=email, accepted_at=None, revoked_at=None, expires_at__gt=timezone.now()
    )
    if (invitation := open_ones.order_by("created_at").first()) is None:
        return None
    try:
        return accept_invitation(by=None, invitation=invitation, name=(name or email.partition("@")[0])[:120])
    except PermissionDenied:
        return None


@transaction.atomic
def ask_factor_reset(*, by: Account, account: Account, reason: str) -> FactorReset:
    """Ask that somebody's lost second factor be taken away; nothing happens until another one confirms.

    PermissionDenied unless `by` manages all roles of the account and is somebody else.
    """
    if by.pk == account.pk or not manages_all_of(by, account):
        raise PermissionDenied
    now = timezone.now()
    Account.objects.select_for_update().get(pk=account.pk)
    pending = account.factor_resets.filter(confirmed_at=None, cancelled_at=None)
    pending.filter(expires_at__lte=now).update(cancelled_at=now)
    if pending.exists():
        raise ValidationError(_("A reset for this account waits already to be confirmed."))
    new = FactorReset(account=account, reason=reason, asked_by=by, asked_at=now, expires_at=now + RESET_HOLDS)
    new.full_clean(validate_constraints=False)
    new.save()
    record(by=by, action="access.ask_factor_reset", subject=new, changes={"account": [None, account.pk]})
    transaction.on_commit(lambda: letters.factor_reset(new, "asked"))
    return new


@transaction.atomic
def confirm_factor_reset(*, by: Account, reset: FactorReset) -> FactorReset:
    """Take away the second factor, as the second of two people; only the password stays."""
    reset = FactorReset.objects.select_for_update(of=("self",)).get(pk=reset.pk)
    account = reset.account
    if by.pk in (account.pk, reset.asked_by_id) or not manages_all_of(by, account):
        raise PermissionDenied
    if not manages_all_of(reset.asked_by, account):
        raise PermissionDenied
    if reset.confirmed_at or reset.cancelled_at or reset.expires_at <= timezone.now():
        raise ValidationError(_("This request has ended; if it is still needed, ask again."))
    reset.confirmed_at, reset.confirmed_by = timezone.now(), by
    reset.save(update_fields=["confirmed_at", "confirmed_by"])
    take_away_factors(account)
    record(
        by=by, action="access.confirm_factor_reset", subject=reset, changes={"account": [None, account.pk]}
    )
    transaction.on_commit(lambda: letters.factor_reset(reset, "confirmed"))
    return reset


@transaction.atomic
def cancel_factor_reset(*, by: Account, reset: FactorReset) -> FactorReset:
    """Stop a reset that waits: the person themself, or whoever manages their roles."""
    reset = FactorReset.objects.select_for_update(of=("self",)).get(pk=reset.pk)
    if by.pk != reset.account_id and not manages_all_of(by, reset.account):
        raise PermissionDenied
    if reset.confirmed_at or reset.cancelled_at:
        raise ValidationError(_("This request has ended; if it is still needed, ask again."))
    reset.cancelled_at = timezone.now()
    reset.save(update_fields=["cancelled_at"])
    record(by=by, action="access.cancel_factor_reset", subject=reset)
    return reset


@transaction.atomic
def reset_only_factor(*, by: Account, account: Account) -> Account:
    """Take away a second factor from the command line; PermissionDenied where two others could do it."""
    if not by.is_system or len(who_manages_all_of(account)) >= 2:
        raise PermissionDenied
    take_away_factors(account)
    record(by=by, action="access.reset_first_factor", subject=account)
    transaction.on_commit(lambda: letters.factor_taken_away(account))
    return account
