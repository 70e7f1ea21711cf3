"""Emergency openings through the API. Opening asks for a recent sign-in, which a token has not."""

from __future__ import annotations

from datetime import datetime
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
from maarag.kernel.places.models import Place, PlaceKind

from ..actions import (
    AlreadyDone,
    NotYet,
    TooManyAttempts,
    Unjustified,
    end_opening,
    judge_opening,
    justify_opening,
    open_in_emergency,
    read_in_emergency,
)
from ..actions.openings import HOURS, MOST_HOURS
from ..models import Opening, Verdict
from ..queries import counts, opened_by, own_opening, state_of, supervised_by
from ..words import nothing_found, too_many, unjustified
from .files import router
from .reading import CountOut
from .shown import ShownFileOut


class OpeningOut(Schema):
    """An emergency opening of a file."""

    id: UUID
    authority: str
    number: int
    opened_by: str = Field(description="Name of the worker.")
    reason: str
    opened_at: datetime
    until: datetime
    ended_at: datetime | None
    state: str = Field(description="open, to_justify, overdue, to_review or judged.")
    justification: str
    justified_at: datetime | None
    verdict: str
    review_note: str
    reviewed_at: datetime | None

    @classmethod
    def of(cls, row: Opening) -> OpeningOut:
        names = (
            "number", "reason", "opened_at", "until", "ended_at", "justification", "justified_at", "verdict",
            "review_note", "reviewed_at",
        )  # fmt: skip
        return cls(
            id=row.pk,
            authority=row.authority.code,
            opened_by=row.opened_by.name,
            state=state_of(row).value,
            **{name: getattr(row, name) for name in names},
        )


class OpeningPage(Schema):
    """A page of emergency openings."""

    total: int
    items: list[OpeningOut]


class EmergencyIn(Schema):
    """A file of another authority to open at once."""

    authority: str = Field(max_length=60, description="Code of the local authority.")
    text: str = Field(min_length=1, max_length=20, description="File number, or somebody's national id.")
    reason: str = Field(max_length=1000)
    hours: int = Field(HOURS, ge=1, le=MOST_HOURS)


class JustificationIn(Schema):
    """Why it was right."""

    text: str = Field(max_length=2000)


class OpeningVerdictIn(Schema):
    """The supervisor's word."""

    verdict: Verdict
    note: str = Field(max_length=1000)


class OpeningCountOut(Schema):
    """How many emergency openings an authority's files had within a year."""

    authority: str
    all: CountOut
    open: CountOut
    overdue: CountOut
    not_accepted: CountOut


def _holder(request: HttpRequest, permission: Permission) -> Account:
    if not holds_somewhere(request.user, permission):
        raise HttpError(403, _("Your account may not do this."))
    return account_of(request)


def _own(request: HttpRequest, pk: UUID) -> Opening:
    opening = own_opening(_holder(request, Permission.OPEN_FOREIGN_FILES), pk)
    if opening is None:
        raise HttpError(404, _("You have no such opening."))
    return opening


def _supervised(request: HttpRequest, pk: UUID) -> Opening:
    _holder(request, Permission.REVIEW_READING)
    opening = supervised_by(request.user).filter(pk=pk).first()
    if opening is None:
        raise HttpError(404, _("No file of yours has such an opening."))
    return opening


def _done(write: Any) -> OpeningOut:
    try:
        return OpeningOut.of(write())
    except AlreadyDone:
        raise HttpError(409, _("It has ended, or was written or judged, already.")) from None
    except NotYet:
        raise HttpError(409, _("It cannot be judged before it is over and justified, or late.")) from None
    except ValidationError as error:
        raise HttpError(422, " ".join(error.messages)) from None
    except Http404:
        raise HttpError(404, _("No file of yours has such an opening.")) from None


@router.get(
    "/emergency", response=OpeningPage, summary="My emergency openings", url_name="families_emergency"
)
def my_openings(
    request: HttpRequest,
    limit: int = Query(100, ge=1, le=500),
    offset: int = Query(0, ge=0, le=1_000_000),
) -> OpeningPage:
    """What the account opened in an emergency, newest first."""
    found = opened_by(_holder(request, Permission.OPEN_FOREIGN_FILES))
    items = [OpeningOut.of(row) for row in found[offset : offset + limit]]
    return OpeningPage(total=found.count(), items=items)


@router.post(
    "/emergency",
    response={201: OpeningOut},
    summary="Open a file of another authority in an emergency",
    url_name="families_emergency_open",
)
def open_foreign(request: HttpRequest, body: EmergencyIn) -> Status[Any]:
    """Opens at once, for a reason and a time; its authority's supervisor is told. After a recent sign-in."""
    by = _holder(request, Permission.OPEN_FOREIGN_FILES)
    if not signed_in_recently(request):
        raise HttpError(403, _("Sign in again before this step; your last sign-in was too long ago."))
    authority = Place.objects.filter(code=body.authority, kind=PlaceKind.AUTHORITY).first()
    if authority is None:
        raise HttpError(422, _("No authority has the code %(code)s.") % {"code": body.authority})
    try:
        opening = open_in_emergency(
            by=by, authority=authority, text=body.text, reason=body.reason, hours=body.hours
        )
    except ValidationError as error:
        raise HttpError(422, " ".join(error.messages)) from None
    except Unjustified:
        raise HttpError(409, unjustified()) from None
    except TooManyAttempts:
        raise HttpError(429, too_many()) from None
    if opening is None:
        raise HttpError(404, nothing_found())
    return Status(201, OpeningOut.of(opening))


@router.get(
    "/emergency/{uuid:pk}",
    response=ShownFileOut,
    summary="A file that I opened in an emergency",
    url_name="families_emergency_file",
)
def emergency_file(request: HttpRequest, pk: UUID) -> ShownFileOut:
    """What the file says, while it is open; whoever reads it is recorded with its authority."""
    opening = _own(request, pk)
    file = read_in_emergency(by=account_of(request), pk=opening.pk)
    if file is None:
        raise HttpError(404, _("Its time is over: the file is not shown to you any more."))
    return ShownFileOut.of(file)


@router.post(
    "/emergency/{uuid:pk}/justify",
    response=OpeningOut,
    summary="Justify an emergency opening",
    url_name="families_justify",
)
def justify(request: HttpRequest, pk: UUID, body: JustificationIn) -> OpeningOut:
    """Say why it was right; 409 where that was said already."""
    opening = _own(request, pk)
    return _done(lambda: justify_opening(by=account_of(request), opening=opening, text=body.text))


@router.post(
    "/emergency/{uuid:pk}/end",
    response=OpeningOut,
    summary="End my emergency opening",
    url_name="families_end_own",
)
def end_own(request: HttpRequest, pk: UUID) -> OpeningOut:
    """End it before its time."""
    opening = _own(request, pk)
    return _done(lambda: end_opening(by=account_of(request), opening=opening))


@router.get(
    "/openings",
    response=OpeningPage,
    summary="Emergency openings of the files that I supervise",
    url_name="families_openings",
)
def list_openings(
    request: HttpRequest,
    limit: int = Query(100, ge=1, le=500),
    offset: int = Query(0, ge=0, le=1_000_000),
) -> OpeningPage:
    """Who of another authority opened files of mine, newest first."""
    _holder(request, Permission.REVIEW_READING)
    found = supervised_by(request.user)
    items = [OpeningOut.of(row) for row in found[offset : offset + limit]]
    return OpeningPage(total=found.count(), items=items)


@router.get(
    "/openings/counts",
    response=list[OpeningCountOut],
    summary="Emergency openings by authority",
    url_name="families_opening_counts",
)
def count_openings(request: HttpRequest) -> list[OpeningCountOut]:
    """Numbers alone, of the authorities whose audit the account sees, within a year; small ones only where it
    may see exact counts.
    """
    viewer = _holder(request, Permission.VIEW_AUDIT)
    return [
        OpeningCountOut(
            authority=one.authority.code,
            all=CountOut.of(one.all),
            open=CountOut.of(one.open),
            overdue=CountOut.of(one.overdue),
            not_accepted=CountOut.of(one.not_accepted),
        )
        for one in counts(viewer)
    ]


@router.get(
    "/openings/{uuid:pk}", response=OpeningOut, summary="One emergency opening", url_name="families_opening"
)
def one_opening(request: HttpRequest, pk: UUID) -> OpeningOut:
    """An opening of a file that I supervise."""
    return OpeningOut.of(_supervised(request, pk))


@router.post(
    "/openings/{uuid:pk}/end",
    response=OpeningOut,
    summary="End an emergency opening",
    url_name="families_end_foreign",
)
def end_foreign(request: HttpRequest, pk: UUID) -> OpeningOut:
    """End at once what somebody opened."""
    opening = _supervised(request, pk)
    return _done(lambda: end_opening(by=account_of(request), opening=opening))


@router.post(
    "/openings/{uuid:pk}/judge",
    response=OpeningOut,
    summary="Judge an emergency opening",
    url_name="families_judge",
)
def judge(request: HttpRequest, pk: UUID, body: OpeningVerdictIn) -> OpeningOut:
    """Whether it was right; 409 before it is over and justified, and where it was judged already."""
    opening = _supervised(request, pk)
    return _done(
        lambda: judge_opening(
            by=account_of(request), opening=opening, verdict=body.verdict.value, note=body.note
        )
    )
