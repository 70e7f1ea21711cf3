"""Who may do what where. Every view, API operation and query asks here."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone

from maarag.kernel.places.models import Containment, Place, PlaceKind

from .models import Account, Grant, Invitation
from .permissions import WITHIN_AN_AUTHORITY, Held, Permission, roles_with
from .queries import in_force

if TYPE_CHECKING:
    from maarag.kernel.people.models import Organisation

Viewer = Account | AnonymousUser


def held_by(viewer: Viewer) -> tuple[Held, ...]:
    """The roles that the viewer holds today; in a request, those held when it began."""
    if not isinstance(viewer, Account) or not viewer.is_active:
        return ()
    if viewer.held is not None:
        return viewer.held
    rows = Grant.objects.filter(in_force(), account=viewer).order_by()
    return tuple(Held(*row) for row in rows.values_list("role", "place", "place__kind", "organisation"))


def with_permission(viewer: Viewer, permission: Permission | str) -> list[Held]:
    """Those of the viewer's roles that carry the permission."""
    if isinstance(viewer, Account) and viewer.limited_to is not None and permission not in viewer.limited_to:
        return []
    return [held for held in held_by(viewer) if permission in held.permissions]


def grants_of(viewer: Viewer, permission: Permission | str) -> QuerySet[Grant]:
    """The viewer's grants in force today whose role carries the permission."""
    if not isinstance(viewer, Account) or not viewer.is_active:
        return Grant.objects.none()
    if viewer.limited_to is not None and permission not in viewer.limited_to:
        return Grant.objects.none()
    today = timezone.localdate()
    return Grant.objects.filter(
        Q(ends=None) | Q(ends__gte=today),
        account=viewer,
        starts__lte=today,
        role__in=roles_with(Permission(permission)),
    )


def holds_somewhere(viewer: Viewer, permission: Permission | str) -> bool:
    """Whether the viewer holds the permission for any place or organisation at all."""
    return bool(with_permission(viewer, permission))


def permissions_somewhere(viewer: Viewer) -> frozenset[Permission]:
    """Every permission that the viewer holds for some place or organisation (for menus)."""
    if not isinstance(viewer, Account):
        return frozenset()
    found = frozenset[Permission]().union(*(held.permissions for held in held_by(viewer)))
    return found if viewer.limited_to is None else found & viewer.limited_to


def permits(
    viewer: Viewer,
    permission: Permission,
    *,
    place: Place | None = None,
    organisation: Organisation | None = None,
) -> bool:
    """Whether the viewer holds the permission for this place (or any that contains it) or organisation."""
    if isinstance(viewer, Account) and viewer.is_system and viewer.is_active:
        return True
    if isinstance(viewer, Account) and viewer.held is not None and not holds_somewhere(viewer, permission):
        return False
    grants = grants_of(viewer, permission)
    wanted = Q(pk__in=[])
    if place is not None:
        containing = Containment.objects.filter(ancestor=OuterRef("place"), descendant=place)
        wanted |= Q(Exists(containing))
    if organisation is not None:
        wanted |= Q(organisation=organisation)
    grants = grants.filter(wanted)
    if permission in WITHIN_AN_AUTHORITY:
        grants = grants.filter(place__kind__in=[PlaceKind.AUTHORITY, PlaceKind.NEIGHBOURHOOD])
    return grants.exists()


def places_permitted(viewer: Viewer, permission: Permission) -> QuerySet[Place]:
    """Every place for which the viewer holds the permission."""
    grants = grants_of(viewer, permission).filter(place__isnull=False)
    if permission in WITHIN_AN_AUTHORITY:
        grants = grants.filter(place__kind__in=[PlaceKind.AUTHORITY, PlaceKind.NEIGHBOURHOOD])
    return Place.objects.filter(contained_in__ancestor__in=grants.values("place")).distinct()


def held_places(viewer: Viewer, permission: Permission, *kinds: str) -> list[int]:
    """Ids of the places, of some kinds or of any, that the viewer's roles with the permission are for.

    Without the places inside them; in a request as the scope of rows is: by the roles held when it began. For
    reading: asking for the grants anew in every query of a page takes longer than the queries.
    """
    if permission in WITHIN_AN_AUTHORITY:
        kinds = kinds or (PlaceKind.AUTHORITY, PlaceKind.NEIGHBOURHOOD)
    found = {
        held.place: None
        for held in with_permission(viewer, permission)
        if held.place is not None and (not kinds or held.place_kind in kinds)
    }
    return list(found)


def managed_by(viewer: Viewer) -> QuerySet[Grant]:
    """The grants for the places and organisations whose access the viewer manages."""
    places = places_permitted(viewer, Permission.MANAGE_ACCESS)
    organisations = grants_of(viewer, Permission.MANAGE_ACCESS).exclude(organisation=None)
    return Grant.objects.filter(
        Q(place__in=places) | Q(organisation__in=organisations.values("organisation"))
    ).select_related("account", "place", "organisation", "granted_by")


def manages_all_of(viewer: Viewer, account: Account) -> bool:
    """Whether the viewer manages the access of every role that the account holds today, and there is one.

    Who manages one small place cannot give a role there to somebody of a larger one and then act on them.
    """
    if account.is_system:
        return False
    today = timezone.localdate()
    held = list(account.grants.filter(Q(ends=None) | Q(ends__gte=today)))
    return bool(held) and all(
        permits(viewer, Permission.MANAGE_ACCESS, place=row.place, organisation=row.organisation)
        for row in held
    )


def who_manages_all_of(account: Account) -> list[Account]:
    """The other active accounts that manage every role which the account holds."""
    managers = Account.objects.filter(
        grants__role__in=roles_with(Permission.MANAGE_ACCESS), is_active=True, is_system=False
    )
    others = managers.exclude(pk=account.pk).distinct()
    return [other for other in others if manages_all_of(other, account)]


def invitations_of(viewer: Viewer) -> QuerySet[Invitation]:
    """The invitations for the places and organisations whose access the viewer manages."""
    organisations = grants_of(viewer, Permission.MANAGE_ACCESS).exclude(organisation=None)
    return Invitation.objects.filter(
        Q(place__in=places_permitted(viewer, Permission.MANAGE_ACCESS))
        | Q(organisation__in=organisations.values("organisation"))
    ).select_related("place", "organisation", "invited_by")


def require(
    viewer: Viewer,
    permission: Permission,
    *,
    place: Place | None = None,
    organisation: Organisation | None = None,
) -> None:
    """Raise Http404 unless permitted: a foreign row does not exist for whoever may not see it."""
    if not permits(viewer, permission, place=place, organisation=organisation):
        raise Http404


def account_of(request: HttpRequest) -> Account:
    """The signed-in account of a guarded view; raises PermissionDenied where nobody is signed in."""
    if not isinstance(request.user, Account):
        raise PermissionDenied
    return request.user


def needs_permission(
    permission: Permission,
) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Guard a view: signed out → sign in; without the permission anywhere → 403. Rows ask `require` too."""

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not holds_somewhere(request.user, permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate
