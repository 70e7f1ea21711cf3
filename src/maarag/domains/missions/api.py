"""Missions through the API: as the signed-in account may."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema, Status
from ninja.errors import HttpError

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, holds_somewhere, permits
from maarag.kernel.places.api import found
from maarag.kernel.taxonomy.models import Topic

from .actions import AlreadyClosed, ChangedMeanwhile, change_mission, close_mission, open_mission, version_of
from .models import Mission, MissionOrigin, MissionStatus
from .queries import visible_to, within

router = Router(tags=["missions"])


class MissionOut(Schema):
    """Something to do, with an owner and an end."""

    id: int
    title: str
    details: str
    place: str
    topic: str | None
    origin: str
    origin_key: str
    owner: str = Field(description="E-mail of the account that answers for it.")
    due: date
    is_overdue: bool
    status: str
    outcome: str
    opened_at: datetime
    closed_at: datetime | None
    version: str = Field(description="Send it with a change, so that nobody's change is overwritten unseen.")

    @classmethod
    def of(cls, mission: Mission) -> MissionOut:
        return cls(
            id=mission.pk,
            place=mission.place.code,
            topic=mission.topic.code if mission.topic else None,
            owner=mission.owner.email,
            is_overdue=mission.status == MissionStatus.OPEN and mission.due < timezone.localdate(),
            version=version_of(mission),
            **{
                name: getattr(mission, name)
                for name in ("title", "details", "origin", "origin_key", "due", "status", "outcome")
            },
            opened_at=mission.opened_at,
            closed_at=mission.closed_at,
        )


class MissionPage(Schema):
    """A page of missions."""

    total: int
    items: list[MissionOut]


class MissionIn(Schema):
    """A mission to open."""

    title: str = Field(max_length=200)
    details: str = ""
    place: str
    topic: str | None = None
    origin: str = MissionOrigin.OTHER.value
    origin_key: str = Field("", max_length=200)
    owner: str = Field(description="E-mail of the account that will answer for it.")
    due: date


class MissionChange(Schema):
    """What to change; what is left out stays."""

    version: str = ""
    title: str | None = Field(None, max_length=200)
    details: str | None = None
    owner: str | None = None
    due: date | None = None


class MissionClosing(Schema):
    """How a mission ended."""

    status: str
    outcome: str = Field(min_length=1)


def _worker(request: HttpRequest) -> Any:
    if not holds_somewhere(request.user, Permission.OPEN_MISSIONS):
        raise HttpError(403, _("Your account has no role that opens missions."))
    return request.user


def _mission(request: HttpRequest, pk: int) -> Mission:
    mission = visible_to(_worker(request)).filter(pk=pk).first() if 0 < pk < 2**63 else None
    if mission is None:
        raise HttpError(404, _("There is no such mission in your places."))
    return mission


def _owner(email: str, place: Any) -> Account:
    owner = Account.objects.filter(email__iexact=email, is_active=True).first()
    if owner is None or not permits(owner, Permission.OPEN_MISSIONS, place=place):
        raise HttpError(
            422, _("No account with the address %(email)s works in this place.") % {"email": email}
        )
    return owner


@router.get("/", response=MissionPage, summary="Missions of my places", url_name="missions_list")
def list_missions(
    request: HttpRequest,
    place: str = Query("", description="Code of a place, with everything inside it."),
    status: str = Query("", description="open, done or cancelled."),
    mine: bool = False,
    overdue: bool = False,
    limit: int = Query(100, ge=1, le=500),
    offset: int = Query(0, ge=0, le=1_000_000),
) -> MissionPage:
    """The missions of the places in which the account may open missions, those that end first on top."""
    missions = visible_to(_worker(request))
    if place:
        missions = within(missions, found(place, status=422))
    if status:
        if status not in MissionStatus.values:
            raise HttpError(422, _("No state of a mission is called %(status)s.") % {"status": status})
        missions = missions.filter(status=status)
    if mine:
        missions = missions.filter(owner=account_of(request))
    if overdue:
        missions = missions.filter(status=MissionStatus.OPEN, due__lt=timezone.localdate())
    shown = missions.order_by("due", "pk")[offset : offset + limit]
    return MissionPage(total=missions.count(), items=[MissionOut.of(mission) for mission in shown])


@router.get("/{pk}", response=MissionOut, summary="One mission", url_name="mission")
def one_mission(request: HttpRequest, pk: int) -> MissionOut:
    """A mission of one of my places."""
    return MissionOut.of(_mission(request, pk))


@router.post("/", response={201: MissionOut}, summary="Open a mission", url_name="missions_open")
def open_new(request: HttpRequest, body: MissionIn) -> Status[Any]:
    """Open a mission in a place where the account may."""
    worker, place = _worker(request), found(body.place, status=422)
    if not permits(worker, Permission.OPEN_MISSIONS, place=place):
        raise HttpError(404, _("No place has the code %(code)s.") % {"code": body.place})
    topic = Topic.objects.filter(code=body.topic).first() if body.topic else None
    if body.topic and topic is None:
        raise HttpError(422, _("No topic has the code %(code)s.") % {"code": body.topic})
    if body.due < timezone.localdate():
        raise HttpError(422, _("This day has passed; choose today or a later day."))
    given = body.dict() | {"place": place, "topic": topic, "owner": _owner(body.owner, place)}
    try:
        return Status(201, MissionOut.of(open_mission(by=worker, **given)))
    except ValidationError as error:
        raise HttpError(422, " ".join(error.messages)) from None


@router.patch("/{pk}", response=MissionOut, summary="Change a mission", url_name="mission_change")
def change(request: HttpRequest, pk: int, body: MissionChange) -> MissionOut:
    """Change what is to be done, its owner or its date; 409 where somebody else did so meanwhile."""
    mission = _mission(request, pk)
    given = {name: value for name, value in body.dict(exclude={"version"}).items() if value is not None}
    if "owner" in given:
        given["owner"] = _owner(given["owner"], mission.place)
    return _written(
        lambda: change_mission(by=account_of(request), mission=mission, seen=body.version, **given)
    )


@router.post("/{pk}/close", response=MissionOut, summary="Close a mission", url_name="mission_close")
def close(request: HttpRequest, pk: int, body: MissionClosing) -> MissionOut:
    """Close a mission as done or cancelled, with what came of it."""
    mission = _mission(request, pk)
    if body.status not in (MissionStatus.DONE, MissionStatus.CANCELLED):
        raise HttpError(422, _("A mission is closed as done or cancelled."))
    return _written(
        lambda: close_mission(
            by=account_of(request), mission=mission, status=body.status, outcome=body.outcome
        )
    )


def _written(write: Any) -> MissionOut:
    try:
        return MissionOut.of(write())
    except AlreadyClosed:
        raise HttpError(409, _("The mission is closed and cannot be changed any more.")) from None
    except ChangedMeanwhile:
        raise HttpError(409, _("Somebody else changed the mission meanwhile; read it again.")) from None
    except ValidationError as error:
        raise HttpError(422, " ".join(error.messages)) from None
    except Http404:
        raise HttpError(404, _("There is no such mission in your places.")) from None
