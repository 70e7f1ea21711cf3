"""Sessions of guidance and targets through the API: as the signed-in account may."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema, Status
from ninja.errors import HttpError

from maarag.domains.programmes.models import Programme
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, holds_somewhere, permits
from maarag.kernel.places.api import found as place_of
from maarag.kernel.places.models import Place

from .actions import (
    AlreadyEnded,
    cancel_session,
    change_session,
    end_target,
    hold_session,
    plan_session,
    set_target,
)
from .models import MOST_DAYS, MOST_PRESENT, Measure, Session, SessionState, Target
from .queries import programmes_to_guide, targets_of, visible_to, within

router = Router(tags=["guidance"])


class SessionOut(Schema):
    """A session of guidance; nothing in it is about a family."""

    id: int
    authority: str
    programmes: list[str] = Field(description="Codes; several where the session is shared.")
    kind: str
    day: date
    minutes: int
    topic: str
    guide: str
    state: str
    present: int | None
    agreed: str
    cancelled_why: str
    follows: int | None = Field(description="The session at whose end this one was planned.")

    @classmethod
    def of(cls, session: Session) -> SessionOut:
        return cls(
            id=session.pk,
            authority=session.authority.code,
            programmes=sorted(one.code for one in session.programmes.all()),
            follows=session.follows_id,
            **{
                name: getattr(session, name)
                for name in (
                    "kind", "day", "minutes", "topic", "guide", "state", "present", "agreed", "cancelled_why"
                )
            },
        )  # fmt: skip


class SessionPage(Schema):
    """A page of sessions."""

    total: int
    items: list[SessionOut]


class SessionIn(Schema):
    """A session to plan."""

    authority: str
    programmes: list[str] = Field(min_length=1, max_length=50)
    day: date
    minutes: int = Field(90, ge=10, le=600)
    topic: str = Field(min_length=1, max_length=200)
    guide: str = Field(min_length=1, max_length=120)


class SessionChange(Schema):
    """What to change of a planned session; what is left out stays."""

    programmes: list[str] | None = Field(None, min_length=1, max_length=50)
    day: date | None = None
    minutes: int | None = Field(None, ge=10, le=600)
    topic: str | None = Field(None, min_length=1, max_length=200)
    guide: str | None = Field(None, min_length=1, max_length=120)


class SessionHeld(Schema):
    """That a session took place."""

    present: int = Field(ge=1, le=MOST_PRESENT)
    agreed: str = Field("", max_length=4000)
    next_on: date | None = Field(None, description="Plans the next session of the same teams.")


class SessionCancelled(Schema):
    why: str = Field(min_length=1, max_length=300)


class TargetOut(Schema):
    """What a place aims at; `programme` null: all together."""

    id: int
    place: str
    programme: str | None
    measure: str
    value: int = Field(description="Days for first_response, else hundredths.")
    at_most: bool = Field(description="Whether less is better.")
    starts: date
    ends: date | None
    why: str

    @classmethod
    def of(cls, target: Target) -> TargetOut:
        return cls(
            id=target.pk,
            place=target.place.code,
            programme=target.programme.code if target.programme else None,
            at_most=target.is_at_most,
            **{name: getattr(target, name) for name in ("measure", "value", "starts", "ends", "why")},
        )


class TargetIn(Schema):
    """A target to set."""

    place: str
    programme: str | None = None
    measure: str
    value: int = Field(ge=1, le=MOST_DAYS)
    why: str = Field(min_length=1, max_length=300)


def _reader(request: HttpRequest) -> Any:
    if not holds_somewhere(request.user, Permission.VIEW_STAFF_FIGURES):
        raise HttpError(403, _("Your account has no role that sees the figures of staff."))
    return request.user


def _guide(request: HttpRequest) -> Account:
    if not holds_somewhere(request.user, Permission.GUIDE_PROGRAMMES):
        raise HttpError(403, _("Your account has no role that guides programmes."))
    return account_of(request)


def _session(request: HttpRequest, pk: int) -> Session:
    found = visible_to(_reader(request)).filter(pk=pk).first() if 0 < pk < 2**63 else None
    if found is None:
        raise HttpError(404, _("There is no such session in your places."))
    return found


def _place(viewer: Account, code: str) -> Place:
    place = place_of(code, status=422)
    if not permits(viewer, Permission.GUIDE_PROGRAMMES, place=place):
        raise HttpError(404, _("No place has the code %(code)s.") % {"code": code[:40]})
    return place


def _programmes(codes: Iterable[str]) -> list[Programme]:
    wanted = set(codes)
    found = list(programmes_to_guide().filter(code__in=wanted))
    if missing := wanted - {one.code for one in found}:
        raise HttpError(422, _("No programme has the code %(code)s.") % {"code": sorted(missing)[0][:80]})
    return found


@router.get("/sessions", response=SessionPage, summary="Sessions of guidance", url_name="guidance_sessions")
def list_sessions(
    request: HttpRequest,
    place: str = Query("", description="Code of a place, with everything inside it."),
    state: str = Query("", description="planned, held or cancelled."),
    programme: str = Query("", description="Code of a programme."),
    limit: int = Query(100, ge=1, le=500),
    offset: int = Query(0, ge=0, le=1_000_000),
) -> SessionPage:
    """The sessions of the places whose figures the account sees, the newest day first."""
    rows = visible_to(_reader(request))
    if place:
        rows = within(rows, place_of(place, status=422))
    if state:
        if state not in SessionState.values:
            raise HttpError(422, _("No state of a session is called %(state)s.") % {"state": state[:40]})
        rows = rows.filter(state=state)
    if programme:
        rows = rows.filter(programmes__code=programme)
    return SessionPage(
        total=rows.count(), items=[SessionOut.of(one) for one in rows[offset : offset + limit]]
    )


@router.get("/sessions/{pk}", response=SessionOut, summary="One session", url_name="guidance_session")
def one_session(request: HttpRequest, pk: int) -> SessionOut:
    """A session of one of my places."""
    return SessionOut.of(_session(request, pk))


@router.post(
    "/sessions", response={201: SessionOut}, summary="Plan a session", url_name="guidance_session_plan"
)
def plan(request: HttpRequest, body: SessionIn) -> Status[Any]:
    """Plan a session of one programme, or a shared one of several."""
    guide = _guide(request)
    given = body.dict() | {
        "authority": _place(guide, body.authority),
        "programmes": _programmes(body.programmes),
    }
    return Status(201, _written(lambda: plan_session(by=guide, **given)))


@router.patch(
    "/sessions/{pk}", response=SessionOut, summary="Change a session", url_name="guidance_session_change"
)
def change(request: HttpRequest, pk: int, body: SessionChange) -> SessionOut:
    """Change a session that was not held yet."""
    guide, session = _guide(request), _session(request, pk)
    given: dict[str, Any] = {name: value for name, value in body.dict().items() if value is not None}
    if "programmes" in given:
        given["programmes"] = _programmes(given["programmes"])
    return _written(lambda: change_session(by=guide, session=session, **given))


@router.post(
    "/sessions/{pk}/held", response=SessionOut, summary="A session was held", url_name="guidance_session_hold"
)
def held(request: HttpRequest, pk: int, body: SessionHeld) -> SessionOut:
    """Write down that it took place, and plan the next one where a day is given."""
    guide, session = _guide(request), _session(request, pk)
    return _written(lambda: hold_session(by=guide, session=session, **body.dict()))


@router.post(
    "/sessions/{pk}/cancel",
    response=SessionOut,
    summary="Cancel a session",
    url_name="guidance_session_cancel",
)
def cancel(request: HttpRequest, pk: int, body: SessionCancelled) -> SessionOut:
    """Say that it does not take place, and why."""
    guide, session = _guide(request), _session(request, pk)
    return _written(lambda: cancel_session(by=guide, session=session, why=body.why))


@router.get("/targets", response=list[TargetOut], summary="Targets in force", url_name="guidance_targets")
def list_targets(request: HttpRequest) -> list[TargetOut]:
    """The targets of my places and of those that contain them."""
    today = timezone.localdate()
    rows = targets_of(_reader(request)).filter(Q(ends=None) | Q(ends__gte=today))
    return [TargetOut.of(one) for one in rows]


@router.post("/targets", response={201: TargetOut}, summary="Set a target", url_name="guidance_target_set")
def set_new(request: HttpRequest, body: TargetIn) -> Status[Any]:
    """Set what a place aims at; the target before it ends."""
    guide = _guide(request)
    place = _place(guide, body.place)
    if body.measure not in Measure.values:
        raise HttpError(422, _("No measure is called %(measure)s.") % {"measure": body.measure[:40]})
    programme = _programmes([body.programme])[0] if body.programme else None
    words: dict[str, Any] = {"measure": body.measure, "value": body.value, "why": body.why}
    return Status(
        201,
        _written(lambda: set_target(by=guide, place=place, programme=programme, **words), TargetOut.of),
    )


@router.post("/targets/{pk}/end", response=TargetOut, summary="End a target", url_name="guidance_target_end")
def end(request: HttpRequest, pk: int) -> TargetOut:
    """Take a target back from today on."""
    guide = _guide(request)
    target = targets_of(guide).filter(pk=pk).first() if 0 < pk < 2**63 else None
    if target is None:
        raise HttpError(404, _("There is no such target in your places."))
    made: TargetOut = _written(lambda: end_target(by=guide, target=target), TargetOut.of)
    return made


def _written(write: Callable[[], Any], shape: Callable[[Any], Any] = SessionOut.of) -> Any:
    try:
        return shape(write())
    except AlreadyEnded:
        raise HttpError(409, _("It is over and cannot be changed any more.")) from None
    except ValidationError as error:
        raise HttpError(422, " ".join(error.messages)) from None
    except Http404:
        raise HttpError(404, _("There is no such session in your places.")) from None
