"""Sharing through the API: for the keeper of a file, and for the body it is shared with."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Schema, Status
from ninja.errors import HttpError

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, holds_somewhere
from maarag.kernel.access.sign_in import signed_in_recently
from maarag.kernel.people.models import Organisation

from ..actions import AlreadyClosed, AlreadyEnded, read_shared, share_family, withdraw_share
from ..models import Basis, Family, Share, SharedField
from ..queries import shared_lines, shares_of
from ..scope import may
from .files import _family, router
from .shown import ShownFileOut


class ShareOut(Schema):
    """What of a file is or was shared, with whom and until when."""

    id: UUID
    organisation: str
    fields_shared: list[str]
    basis: str
    basis_details: str
    starts: date
    ends: date
    shared_by: str
    shared_at: datetime
    withdrawn_at: datetime | None

    @classmethod
    def of(cls, row: Share) -> ShareOut:
        return cls(
            id=row.pk,
            organisation=row.organisation.code,
            fields_shared=row.fields,
            basis=row.basis,
            basis_details=row.basis_details,
            starts=row.starts,
            ends=row.ends,
            shared_by=row.shared_by.name,
            shared_at=row.shared_at,
            withdrawn_at=row.withdrawn_at,
        )


class ShareIn(Schema):
    """What to share of a file, with whom, by what right, until when."""

    organisation: str = Field(max_length=80, description="Code of the body.")
    fields_shared: list[SharedField] = Field(min_length=1, max_length=len(SharedField))
    basis: Basis
    basis_details: str = Field(min_length=1, max_length=1000)
    starts: date | None = Field(None, description="Without it, today.")
    ends: date


class SharedLineOut(Schema):
    """A share with my body."""

    id: UUID
    organisation: str
    authority: str
    number: int
    name: str | None = Field(description="Null where the name is not shared.")
    fields_shared: list[str]
    until: date


class SharedPage(Schema):
    """A page of what is shared with my body."""

    total: int
    items: list[SharedLineOut]


def _partner(request: HttpRequest) -> Account:
    if not holds_somewhere(request.user, Permission.VIEW_SHARED_FILES):
        raise HttpError(403, _("Your account works for no body with which files are shared."))
    return account_of(request)


def _shareable(request: HttpRequest, pk: UUID) -> Family:
    family = _family(request, pk, Permission.SHARE_FAMILIES)
    if not may(request.user, Permission.SHARE_FAMILIES, family):
        raise HttpError(404, _("There is no such family in your authorities."))
    return family


@router.get(
    "/{uuid:pk}/shares", response=list[ShareOut], summary="What is shared of a file", url_name="family_shares"
)
def list_shares(request: HttpRequest, pk: UUID) -> list[ShareOut]:
    """What of the file is or was shared, newest first."""
    return [ShareOut.of(row) for row in shares_of(_family(request, pk))]


@router.post(
    "/{uuid:pk}/shares", response={201: ShareOut}, summary="Share parts of a file", url_name="family_share"
)
def share(request: HttpRequest, pk: UUID, body: ShareIn) -> Status[Any]:
    """Share named fields with a body until a day. After a recent sign-in, which a token has not."""
    family = _shareable(request, pk)
    if not signed_in_recently(request):
        raise HttpError(403, _("Sign in again before this step; your last sign-in was too long ago."))
    organisation = Organisation.objects.filter(code=body.organisation).first()
    if organisation is None:
        raise HttpError(422, _("No body has the code %(code)s.") % {"code": body.organisation})
    try:
        made = share_family(
            by=account_of(request),
            family=family,
            organisation=organisation,
            fields=[field.value for field in body.fields_shared],
            basis=body.basis.value,
            basis_details=body.basis_details,
            starts=body.starts,
            ends=body.ends,
        )
    except AlreadyClosed:
        raise HttpError(409, _("The file is closed; open it again before you share it.")) from None
    except ValidationError as error:
        raise HttpError(422, " ".join(error.messages)) from None
    return Status(201, ShareOut.of(made))


@router.post(
    "/{uuid:pk}/shares/{uuid:share}/withdraw",
    response=ShareOut,
    summary="Withdraw a share",
    url_name="family_withdraw_share",
)
def withdraw(request: HttpRequest, pk: UUID, share: UUID) -> ShareOut:
    """The body stops seeing it at once; 409 where it had ended already."""
    found = shares_of(_shareable(request, pk)).filter(pk=share).first()
    try:
        if found is None:
            raise Http404
        return ShareOut.of(withdraw_share(by=account_of(request), share=found))
    except AlreadyEnded:
        raise HttpError(409, _("It was withdrawn, or had ended, already.")) from None
    except Http404:
        raise HttpError(404, _("There is no such share of this file.")) from None


@router.get("/shared", response=SharedPage, summary="What is shared with my body", url_name="families_shared")
def list_shared(
    request: HttpRequest,
    limit: int = Query(100, ge=1, le=200),
    offset: int = Query(0, ge=0, le=1_000_000),
) -> SharedPage:
    """The shares in force with the bodies of the account."""
    total, lines = shared_lines(_partner(request), limit=limit, offset=offset)
    items = [
        SharedLineOut(
            id=line.pk,
            organisation=line.organisation.code,
            authority=line.authority.code,
            number=line.number,
            name=line.name,
            fields_shared=[field.value for field in SharedField if field in line.fields],
            until=line.until,
        )
        for line in lines
    ]
    return SharedPage(total=total, items=items)


@router.get(
    "/shared/{uuid:pk}",
    response=ShownFileOut,
    summary="What one share shows",
    url_name="families_shared_file",
)
def one_shared(request: HttpRequest, pk: UUID) -> ShownFileOut:
    """The named fields and nothing else; whoever reads them is recorded with the authority."""
    found = read_shared(by=_partner(request), pk=pk)
    if found is None:
        raise HttpError(404, _("Nothing like this is shared with your body."))
    return ShownFileOut.of(found[1])
