"""Personal rows: what each of them carries, and whose an account may see."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from django.db import models, transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _

from maarag.database.rows import NOBODY, RowScope, under, visible
from maarag.kernel.places.models import Containment, PlaceKind

from .models import Account
from .permissions import Permission
from .scope import Viewer, held_by, with_permission


class PersonalRow(models.Model):
    """A row about people: it belongs to one authority, and no other authority's work finds it.

    Its migration lays `ProtectRows` on the table; a test of the catalogue fails where one is missing.
    """

    is_personal = True

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    authority = models.ForeignKey(
        "places.Place", models.PROTECT, related_name="+", verbose_name=_("local authority"), editable=False
    )

    class Meta:
        abstract = True


def scope_of(viewer: Viewer) -> RowScope:
    """What the account may see by its grants in force today."""
    if not isinstance(viewer, Account) or not viewer.is_active:
        return NOBODY
    families = with_permission(viewer, Permission.VIEW_FAMILIES)
    places = {
        held.place for held in families if held.place_kind in (PlaceKind.AUTHORITY, PlaceKind.NEIGHBOURHOOD)
    }
    authorities: frozenset[int] = frozenset()
    if places:
        containing = Containment.objects.filter(descendant__in=places, ancestor__kind=PlaceKind.AUTHORITY)
        authorities = frozenset(containing.values_list("ancestor_id", flat=True))
    shared = with_permission(viewer, Permission.VIEW_SHARED_FILES)
    return RowScope(
        authorities=authorities,
        account=viewer.pk,
        organisations=frozenset(held.organisation for held in shared if held.organisation is not None),
    )


class RowScopeMiddleware:
    """Works on each request of a signed-in account in its scope.

    Whoever sees personal rows has the whole request in one transaction, in which alone they are visible; it
    is rolled back where the answer is a server error.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        account = request.user
        if not isinstance(account, Account) and not account.is_authenticated:
            return self.get_response(request)
        if isinstance(account, Account):
            account.held = held_by(account)  # read once, for all that the request asks of it
        scope = scope_of(account)
        if not scope.sees_personal_rows:
            with under(scope):
                return self.get_response(request)
        with visible(scope):
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response
