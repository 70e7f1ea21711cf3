"""Access through the API: who I am, what each role may do, and the grants of the places I manage."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema, Status
from ninja.errors import HttpError

from maarag.kernel.people.models import Organisation
from maarag.kernel.places.api import found

from .actions import end_grant, grant, invite, open_account, resend_invitation, revoke_invitation
from .models import Account, Grant, Invitation
from .permissions import ROLE_PERMISSIONS, Permission, Role
from .queries import in_force
from .scope import holds_somewhere, invitations_of, managed_by
from .sign_in import signed_in_recently

router = Router(tags=["access"])


class GrantOut(Schema):
    """A role given to an account for a place or an organisation."""

    id: int
    account: str
    email: str
    role: str
    place: str | None
    organisation: str | None
    starts: date
    ends: date | None

    @classmethod
    def of(cls, row: Grant) -> GrantOut:
        return cls(
            id=row.pk,
            account=row.account.name,
            email=row.account.email,
            role=row.role,
            place=row.place.code if row.place else None,
            organisation=row.organisation.code if row.organisation else None,
            starts=row.starts,
            ends=row.ends,
        )


class GrantPage(Schema):
    """A page of grants."""

    total: int
    items: list[GrantOut]


class GrantIn(Schema):
    """A role to give: for a place or an organisation, one of the two."""

    email: str
    role: str
    place: str | None = None
    organisation: str | None = None
    starts: date | None = None
    ends: date | None = None


class AccountIn(Schema):
    """An account to open; its owner sets the password through “forgotten password”."""

    email: str
    name: str


class Me(Schema):
    """The account that asks, and the roles it holds today."""

    email: str
    name: str
    grants: list[GrantOut]


class RoleOut(Schema):
    """A role and what it may do."""

    role: str
    permissions: list[str]


class InvitationIn(Schema):
    """Somebody to invite: for a place or an organisation, one of the two."""

    email: str
    role: str
    place: str | None = None
    organisation: str | None = None
    language: str = "he"


class InvitationOut(Schema):
    """An invitation that waits."""

    id: int
    email: str
    role: str
    place: str | None
    organisation: str | None
    sent_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, row: Invitation) -> InvitationOut:
        return cls(
            id=row.pk,
            email=row.email,
            role=row.role,
            place=row.place.code if row.place else None,
            organisation=row.organisation.code if row.organisation else None,
            sent_at=row.sent_at,
            expires_at=row.expires_at,
        )


class InvitationPage(Schema):
    """A page of invitations."""

    total: int
    items: list[InvitationOut]


def _grave(request: HttpRequest) -> Any:
    """The manager, who must have signed in a short while ago: for what gives or takes access."""
    manager = _manager(request)
    if not signed_in_recently(request):
        raise HttpError(403, _("Sign in again before this step; your last sign-in was too long ago."))
    return manager


def _where(body: GrantIn | InvitationIn) -> tuple[Any, Organisation | None]:
    place = found(body.place) if body.place else None
    organisation = Organisation.objects.filter(code=body.organisation).first() if body.organisation else None
    if (place is None) == (organisation is None):
        raise HttpError(422, _("Choose a place or an organisation: one of the two."))
    return place, organisation


def _manager(request: HttpRequest) -> Any:
    if not holds_somewhere(request.user, Permission.MANAGE_ACCESS):
        raise HttpError(403, _("Your account has no role that manages access."))
    return request.user


@router.get("/me", response=Me, summary="My account and its roles", url_name="access_me")
def me(request: HttpRequest) -> Me:
    """The signed-in account with the roles it holds today."""
    account: Any = request.user
    grants = account.grants.filter(in_force()).select_related("account", "place", "organisation")
    return Me(email=account.email, name=account.name, grants=[GrantOut.of(row) for row in grants])


@router.get("/roles", response=list[RoleOut], summary="What each role may do", url_name="access_roles")
def roles(request: HttpRequest) -> list[RoleOut]:
    """The table of roles and permissions."""
    return [RoleOut(role=role, permissions=sorted(held)) for role, held in ROLE_PERMISSIONS.items()]


@router.get("/grants", response=GrantPage, summary="Roles in my places", url_name="access_grants")
def grants(
    request: HttpRequest,
    email: str = Query("", max_length=254),
    limit: int = Query(100, ge=1, le=500),
    offset: int = Query(0, ge=0, le=1_000_000),
) -> GrantPage:
    """The grants for the places and organisations whose access the account manages, ended ones too."""
    rows = managed_by(_manager(request))
    if email:
        rows = rows.filter(account__email__iexact=email)
    shown = rows.order_by("pk")[offset : offset + limit]
    return GrantPage(total=rows.count(), items=[GrantOut.of(row) for row in shown])


@router.post(
    "/accounts", response={201: dict[str, str]}, summary="Open an account", url_name="access_accounts"
)
def open_new(request: HttpRequest, body: AccountIn) -> Status[Any]:
    """Open an account without a password."""
    try:
        account = open_account(by=_grave(request), email=body.email, name=body.name)
    except ValidationError as error:
        raise HttpError(422, " ".join(error.messages)) from None
    return Status(201, {"email": account.email, "name": account.name})


@router.post("/grants", response={201: GrantOut}, summary="Give a role", url_name="access_give")
def give(request: HttpRequest, body: GrantIn) -> Status[Any]:
    """Give a role; 404 for a place or organisation that the account does not manage."""
    manager = _grave(request)
    if body.role not in Role.values:
        raise HttpError(422, _("No role is called %(role)s.") % {"role": body.role})
    account = Account.objects.filter(email__iexact=body.email, is_system=False).first()
    if account is None:
        raise HttpError(422, _("No account has this address. Open an account for it first."))
    place, organisation = _where(body)
    if body.starts and body.ends and body.ends < body.starts:
        raise HttpError(422, _("The last day is before the first; correct one of them."))
    try:
        new = grant(
            by=manager,
            account=account,
            role=Role(body.role),
            place=place,
            organisation=organisation,
            starts=body.starts,
            ends=body.ends,
        )
    except PermissionDenied:
        raise HttpError(404, _("There is no such place or organisation among those you manage.")) from None
    except ValidationError as error:
        raise HttpError(422, " ".join(error.messages)) from None
    return Status(201, GrantOut.of(new))


@router.delete("/grants/{pk}", response={204: None}, summary="End a role", url_name="access_end")
def end(request: HttpRequest, pk: int) -> Status[None]:
    """End a role from today on."""
    row = managed_by(_manager(request)).filter(pk=pk).first() if 0 < pk < 2**63 else None
    if row is None:
        raise HttpError(404, _("There is no such role among those you manage."))
    end_grant(by=_grave(request), grant=row)
    return Status(204, None)


@router.get(
    "/invitations", response=InvitationPage, summary="Invitations that wait", url_name="access_invitations"
)
def invitations(
    request: HttpRequest,
    limit: int = Query(100, ge=1, le=500),
    offset: int = Query(0, ge=0, le=1_000_000),
) -> InvitationPage:
    """The invitations of the places and organisations whose access the account manages."""
    rows = invitations_of(_manager(request)).filter(accepted_at=None, revoked_at=None)
    shown = rows.order_by("pk")[offset : offset + limit]
    return InvitationPage(total=rows.count(), items=[InvitationOut.of(row) for row in shown])


@router.post("/invitations", response={201: dict[str, str]}, summary="Invite", url_name="access_invite")
def invite_new(request: HttpRequest, body: InvitationIn) -> Status[Any]:
    """Send an invitation; the answer is the same whether or not the address has an account."""
    manager = _grave(request)
    if body.role not in Role.values:
        raise HttpError(422, _("No role is called %(role)s.") % {"role": body.role})
    if body.language not in dict(settings.LANGUAGES):
        raise HttpError(422, _("There is no language with this code."))
    place, organisation = _where(body)
    try:
        validate_email(body.email)
        invite(
            by=manager,
            email=body.email,
            role=Role(body.role),
            place=place,
            organisation=organisation,
            language=body.language,
        )
    except PermissionDenied:
        raise HttpError(404, _("There is no such place or organisation among those you manage.")) from None
    except ValidationError as error:
        raise HttpError(422, " ".join(error.messages)) from None
    return Status(201, {"email": body.email.lower()})


def _invitation(request: HttpRequest, pk: int) -> Invitation:
    row = invitations_of(_grave(request)).filter(pk=pk).first() if 0 < pk < 2**63 else None
    if row is None:
        raise HttpError(404, _("There is no such invitation among those you manage."))
    return row


@router.post(
    "/invitations/{pk}/resend",
    response=InvitationOut,
    summary="Send an invitation again",
    url_name="access_resend_invitation",
)
def resend(request: HttpRequest, pk: int) -> InvitationOut:
    """Send the letter again; the link of the former one ends."""
    try:
        row = resend_invitation(by=_grave(request), invitation=_invitation(request, pk))
    except ValidationError as error:
        raise HttpError(422, " ".join(error.messages)) from None
    return InvitationOut.of(row)


@router.delete(
    "/invitations/{pk}",
    response={204: None},
    summary="Withdraw an invitation",
    url_name="access_revoke_invitation",
)
def revoke(request: HttpRequest, pk: int) -> Status[None]:
    """Withdraw an invitation; its link ends at once."""
    try:
        revoke_invitation(by=_grave(request), invitation=_invitation(request, pk))
    except ValidationError as error:
        raise HttpError(422, " ".join(error.messages)) from None
    return Status(204, None)
