"""Issuing and revoking tokens."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import holds_somewhere
from maarag.kernel.audit.actions import record

from .models import ApiToken, TokenAccess
from .tokens import new_token

LONGEST = timedelta(days=364)
"""From today to the last day, which is counted whole: a year in all."""
MOST_IN_FORCE = 20


@transaction.atomic
def issue_token(
    *, by: Account, name: str, access: str, until: date, permissions: Iterable[str] = ()
) -> tuple[ApiToken, str]:
    """A token of the account's own, and its text, which is never told again. `until` is its last day.

    Raises ValidationError: no such reach, a day that has passed or is over a year away, a permission that the
    account does not hold, too many tokens.
    """
    if access not in TokenAccess.values:
        raise ValidationError(_("Choose what the token may do."))
    today = timezone.localdate()
    if not today <= until <= today + LONGEST:
        raise ValidationError(_("The last day must be from today on, and at most a year away."))
    wanted = sorted(set(permissions))
    if any(one not in set(Permission) or not holds_somewhere(by, one) for one in wanted):
        raise ValidationError(_("A token cannot be given a permission that your account does not hold."))
    Account.objects.select_for_update().get(pk=by.pk)  # so that two at once are counted
    if in_force(by) >= MOST_IN_FORCE:
        raise ValidationError(
            _("You have %(most)s tokens already; revoke one that is no longer used.")
            % {"most": MOST_IN_FORCE}
        )
    text, prefix, digest = new_token()
    token = ApiToken(
        account=by,
        name=name.strip(),
        prefix=prefix,
        digest=digest,
        access=access,
        permissions=wanted,
        expires_at=timezone.make_aware(datetime.combine(until + timedelta(days=1), time())),
    )
    token.full_clean(exclude=["digest"])
    token.save()
    changes = {"name": [None, token.name], "access": [None, access], "expires_at": [None, token.expires_at]}
    record(by=by, action="api.issue_token", subject=token, changes=changes | {"permissions": [None, wanted]})
    return token, text


def in_force(account: Account) -> int:
    """How many tokens of the account are valid now."""
    return account.api_tokens.filter(revoked_at=None, expires_at__gt=timezone.now()).count()


@transaction.atomic
def revoke_token(*, by: Account, token: ApiToken) -> ApiToken:
    """End a token at once; only its own account may. A second call changes nothing."""
    token = ApiToken.objects.select_for_update().get(pk=token.pk)
    if token.account_id != by.pk:
        raise PermissionDenied
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        record(
            by=by, action="api.revoke_token", subject=token, changes={"revoked_at": [None, token.revoked_at]}
        )
    return token
