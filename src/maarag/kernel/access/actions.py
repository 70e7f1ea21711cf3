"""Opening accounts, granting roles and ending them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from maarag.kernel.audit.actions import record

from .models import Account, Grant
from .permissions import Permission, Role
from .scope import permits

if TYPE_CHECKING:
    from maarag.kernel.people.models import Organisation
    from maarag.kernel.places.models import Place

SYSTEM_EMAIL = "system@maarag.invalid"


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
    """Give a role; raises PermissionDenied where `by` does not manage access, ValidationError if unsound."""
    if not permits(by, Permission.MANAGE_ACCESS, place=place, organisation=organisation):
        raise PermissionDenied
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
    return new


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
