"""Families through the API: as the signed-in account may, in its own authorities."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema, Status
from ninja.errors import HttpError

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, holds_somewhere
from maarag.kernel.places.models import Place
from maarag.ui.choices import asked_text

from ..actions import (
    AlreadyClosed,
    ChangedMeanwhile,
    MemberDraft,
    MergedAway,
    StillOpen,
    change_family,
    close_family,
    open_family,
    read_family,
    reopen_family,
    tell_apart,
    version_of,
)
from ..duplicates import duplicates_of, side_of_draft
from ..forms import MemberForm
from ..listing import Asked, families
from ..models import ClosingReason, Family, Gender, Member, Relation
from ..queries import found_by, listed
from ..scope import authorities_with
from .alike import ApartIn, refuse_duplicates

router = Router(tags=["families"])
MOST_FOUND = 8


class MemberOut(Schema):
    """Somebody of a family."""

    id: UUID
    first_name: str
    last_name: str
    relation: str
    gender: str
    birth_date: date | None
    national_id: str
    phone: str


class FamilyLine(Schema):
    """A family as a list shows it."""

    id: UUID
    number: int
    name: str
    authority: str
    neighbourhood: str | None
    worker: str = Field(description="E-mail of the social worker.")
    status: str
    opened_on: date
    review_on: date | None
    closed_on: date | None
    closing_reason: str

    @classmethod
    def fields_of(cls, family: Family) -> dict[str, Any]:
        return {
            "id": family.pk,
            "authority": family.authority.code,
            "neighbourhood": family.neighbourhood.code if family.neighbourhood else None,
            "worker": family.worker.email,
            **{
                name: getattr(family, name)
                for name in (
                    "number",
                    "name",
                    "status",
                    "opened_on",
                    "review_on",
                    "closed_on",
                    "closing_reason",
                )
            },
        }


class FamilyOut(FamilyLine):
    """A family's file."""

    address: str
    members: list[MemberOut]
    version: str = Field(description="Send it with a change, so that nobody's change is overwritten unseen.")

    @classmethod
    def of(cls, family: Family) -> FamilyOut:
        people = [MemberOut.from_orm(member) for member in family.members.all()]
        return cls(
            **cls.fields_of(family), address=family.address, members=people, version=version_of(family)
        )


class FamilyPage(Schema):
    """A page of families."""

    total: int
    items: list[FamilyLine]


class Found(Schema):
    """A family that a text finds."""

    id: UUID
    number: int
    name: str


class MemberIn(Schema):
    """Somebody of the family, as they should be; with the id of one who is there already."""

    id: UUID | None = None
    first_name: str = Field(min_length=1, max_length=80)
    last_name: str = Field(min_length=1, max_length=80)
    relation: Relation
    gender: Gender = Gender.UNKNOWN
    birth_date: date | None = None
    national_id: str = Field("", max_length=20)
    phone: str = Field("", max_length=30)


class FamilyIn(Schema):
    """A file to open."""

    name: str = Field(min_length=1, max_length=120)
    authority: str = Field(description="Code of the local authority.")
    neighbourhood: str | None = None
    address: str = Field("", max_length=200)
    worker: str | None = Field(None, description="E-mail of the social worker; without it, yourself.")
    review_on: date | None = None
    members: list[MemberIn] = Field(min_length=1, max_length=40)
    another_family: ApartIn | None = Field(
        None, description="Why this is another family than those whose files it resembles (answer 409)."
    )


class FamilyChange(Schema):
    """What to change; what is left out stays. `members` replaces all of them."""

    version: str = ""
    name: str | None = Field(None, min_length=1, max_length=120)
    neighbourhood: str | None = None
    address: str | None = Field(None, max_length=200)
    worker: str | None = None
    review_on: date | None = None
    members: list[MemberIn] | None = Field(None, min_length=1, max_length=40)


class Closing(Schema):
    """Why a file is closed."""

    reason: ClosingReason


def _keeper(request: HttpRequest, permission: Permission = Permission.VIEW_FAMILIES) -> Account:
    if not holds_somewhere(request.user, permission):
        raise HttpError(403, _("Your account keeps no families' files."))
    return account_of(request)


def _family(request: HttpRequest, pk: UUID, permission: Permission = Permission.VIEW_FAMILIES) -> Family:
    try:
        family = read_family(by=_keeper(request, permission), pk=pk)
    except MergedAway as found:
        raise HttpError(
            409, _("This file was merged into another one: %(id)s.") % {"id": found.into}
        ) from None
    if family is None:
        raise HttpError(404, _("There is no such family in your authorities."))
    return family


@router.get("/", response=FamilyPage, summary="Families of my authorities", url_name="families_list")
def list_families(
    request: HttpRequest,
    q: str = Query("", max_length=120, description="Part of a name; a file number, national id or phone."),
    status: str = Query("open", description="open, closed or all."),
    mine: bool = False,
    place: str = Query("", max_length=60, description="Code of an authority or a neighbourhood."),
    limit: int = Query(100, ge=1, le=500),
    offset: int = Query(0, ge=0, le=1_000_000),
) -> FamilyPage:
    """The families whose files the account may read, by name."""
    keeper = _keeper(request)
    asked = Asked.of({"q": q, "state": status, "whose": "mine" if mine else "", "place": place})
    found = families(keeper, asked)
    shown = found[offset : offset + limit]
    return FamilyPage(
        total=found.count(), items=[FamilyLine(**FamilyLine.fields_of(family)) for family in shown]
    )


@router.get("/find", response=list[Found], summary="Complete what is typed", url_name="families_find")
def find_families(request: HttpRequest, q: str = Query(..., min_length=1, max_length=120)) -> list[Found]:
    """The first families that a text finds, for a field that completes what is typed."""
    found = found_by(listed(_keeper(request)), asked_text({"q": q}, "q"))[:MOST_FOUND]
    return [Found(id=family.pk, number=family.number, name=family.name) for family in found]


@router.get("/{uuid:pk}", response=FamilyOut, summary="One family's file", url_name="family")
def one_family(request: HttpRequest, pk: UUID) -> FamilyOut:
    """The household and its people; whoever reads it is recorded."""
    return FamilyOut.of(_family(request, pk))


@router.post("/", response={201: FamilyOut}, summary="Open a family's file", url_name="families_open")
def open_new(request: HttpRequest, body: FamilyIn) -> Status[Any]:
    """Open a file in an authority where the account keeps files."""
    keeper = _keeper(request, Permission.EDIT_FAMILIES)
    authority = authorities_with(keeper, Permission.EDIT_FAMILIES).filter(code=body.authority).first()
    if authority is None:
        raise HttpError(404, _("No authority of yours has the code %(code)s.") % {"code": body.authority})
    members = _drafts(body.members)
    side = side_of_draft(authority, body.name, body.address, members)
    probable = duplicates_of(keeper, authority, side)
    if body.another_family is None:
        refuse_duplicates(probable)
    neighbourhood = _neighbourhood(body.neighbourhood)
    worker = _worker(body.worker) if body.worker else keeper

    @transaction.atomic
    def write() -> Family:
        family = open_family(
            by=keeper,
            authority=authority,
            name=body.name,
            neighbourhood=neighbourhood,
            address=body.address,
            worker=worker,
            review_on=body.review_on,
            members=members,
        )
        if probable and body.another_family is not None:
            others = [one.family for one in probable]
            why = body.another_family
            tell_apart(by=keeper, family=family, others=others, reason=why.reason.value, note=why.note)
        return family

    return Status(201, FamilyOut.of(_written(write)))


@router.patch("/{uuid:pk}", response=FamilyOut, summary="Change a family's file", url_name="family_change")
def change(request: HttpRequest, pk: UUID, body: FamilyChange) -> FamilyOut:
    """Change a file and its people; 409 where somebody else did so meanwhile."""
    family = _family(request, pk, Permission.EDIT_FAMILIES)
    given = body.dict(exclude={"version", "members"}, exclude_unset=True)
    given = {name: value for name, value in given.items() if value is not None or name in CLEARABLE}
    if "neighbourhood" in given:
        given["neighbourhood"] = _neighbourhood(given["neighbourhood"])
    if "worker" in given:
        given["worker"] = _worker(given["worker"])
    members = None if body.members is None else _drafts(body.members)
    return FamilyOut.of(
        _written(
            lambda: change_family(
                by=account_of(request), family=family, members=members, seen=body.version, **given
            )
        )
    )


@router.post("/{uuid:pk}/close", response=FamilyOut, summary="Close a family's file", url_name="family_close")
def close(request: HttpRequest, pk: UUID, body: Closing) -> FamilyOut:
    """Close a file for a reason; 422 where something must be settled first, such as an open basket."""
    family = _family(request, pk, Permission.EDIT_FAMILIES)
    return FamilyOut.of(
        _written(lambda: close_family(by=account_of(request), family=family, reason=body.reason.value))
    )


@router.post(
    "/{uuid:pk}/reopen", response=FamilyOut, summary="Open a closed file again", url_name="family_reopen"
)
def reopen(request: HttpRequest, pk: UUID) -> FamilyOut:
    """Open a closed file again."""
    family = _family(request, pk, Permission.EDIT_FAMILIES)
    return FamilyOut.of(_written(lambda: reopen_family(by=account_of(request), family=family)))


CLEARABLE = ("neighbourhood", "review_on")


def _neighbourhood(code: str | None) -> Place | None:
    if not code:
        return None
    place = Place.objects.filter(code=code).first()
    if place is None:
        raise HttpError(422, _("No place has the code %(code)s.") % {"code": code})
    return place


def _worker(email: str) -> Account:
    worker = Account.objects.filter(email__iexact=email, is_active=True).first()
    if worker is None:
        raise HttpError(422, _("No account with the address %(email)s works there.") % {"email": email})
    return worker


def _drafts(members: list[MemberIn]) -> list[MemberDraft]:
    """The people, held to what the form holds them to."""
    drafts = []
    for member in members:
        given = {name: value for name, value in member.dict().items() if value is not None}
        form = MemberForm(given)
        if not form.is_valid():
            faults = (f"{form.fields[name].label}: {' '.join(texts)}" for name, texts in form.errors.items())
            raise HttpError(422, " ".join(faults))
        drafts.append(form.draft())
    return drafts


def _written(write: Any) -> Family:
    try:
        family: Family = write()
    except AlreadyClosed:
        raise HttpError(409, _("The file is closed; open it again before you change it.")) from None
    except StillOpen:
        raise HttpError(409, _("The file is open already.")) from None
    except ChangedMeanwhile:
        raise HttpError(409, _("Somebody else changed the file meanwhile; read it again.")) from None
    except ValidationError as error:
        raise HttpError(422, " ".join(error.messages)) from None
    except Http404:
        raise HttpError(404, _("There is no such family in your authorities.")) from None
    people = Member.objects.filter(family=family).order_by("position")
    family._prefetched_objects_cache = {"members": people}  # type: ignore[attr-defined]
    return family
