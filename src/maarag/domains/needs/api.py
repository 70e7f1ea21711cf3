"""Needs through the API: the same estimates, with the same counts hidden, as on the pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema, Status
from ninja.errors import HttpError

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, holds_somewhere, permits
from maarag.kernel.places.api import found as place_found
from maarag.kernel.sources.models import Source
from maarag.kernel.taxonomy.models import Term, Topic, Vocabulary
from maarag.kernel.taxonomy.queries import term_by_code
from maarag.values import Suppressed

from .actions import ChangedMeanwhile, EstimateDraft, change_estimate, remove_estimate, save_estimate
from .forms import MOST
from .listing import Asked, estimates, told
from .models import Certainty, NeedEstimate, Unit
from .queries import visible_to
from .suppression import hidden_estimates

router = Router(tags=["needs"])


class EstimateOut(Schema):
    """How many people or families in a place lack something, from a source, on a day."""

    id: int
    place: str
    topic: str
    situation: str
    population: str | None
    unit: str
    number: int | None = Field(description="null where it is hidden, for whoever may not see small counts.")
    lowest: int | None
    highest: int | None
    hidden: str = Field(description="Empty; or “<5” for a small count, “hidden” for one that would tell it.")
    certainty: str
    as_of: date
    source: str
    source_row: str
    note: str
    is_public: bool
    recorded_at: datetime = Field(description="Send it as `seen` with a change.")

    @classmethod
    def of(cls, estimate: NeedEstimate, hidden: Mapping[int, Suppressed]) -> EstimateOut:
        counts = told(estimate, hidden)
        mark = hidden.get(estimate.pk)
        return cls(
            id=estimate.pk,
            place=estimate.place.code,
            topic=estimate.topic.code,
            situation=estimate.situation.code,
            population=estimate.population.code if estimate.population else None,
            unit=estimate.unit,
            number=None if mark else estimate.number,
            lowest=None if mark else estimate.lowest,
            highest=None if mark else estimate.highest,
            hidden="" if mark is None else f"<{mark.threshold}" if mark.primary else "hidden",
            certainty=estimate.certainty,
            as_of=estimate.as_of,
            source=estimate.source.code,
            source_row=estimate.source_row,
            note=counts.note,
            is_public=estimate.is_public,
            recorded_at=estimate.recorded_at,
        )


class EstimatePage(Schema):
    """A page of estimates."""

    total: int
    items: list[EstimateOut]


class EstimateIn(Schema):
    """An estimate to record; codes name place, topic, terms and source."""

    place: str
    topic: str
    situation: str
    population: str | None = None
    unit: Unit
    number: int = Field(ge=0, le=MOST)
    lowest: int | None = Field(None, ge=0, le=MOST)
    highest: int | None = Field(None, ge=0, le=MOST)
    certainty: Certainty
    as_of: date
    source: str
    source_row: str = Field("", max_length=120)
    note: str = ""
    is_public: bool = True


class EstimateChange(Schema):
    """What to correct; what is left out stays."""

    seen: datetime | None = Field(None, description="`recorded_at` as it was read.")
    number: int | None = Field(None, ge=0, le=MOST)
    lowest: int | None = Field(None, ge=0, le=MOST)
    highest: int | None = Field(None, ge=0, le=MOST)
    certainty: Certainty | None = None
    source_row: str | None = Field(None, max_length=120)
    note: str | None = None
    is_public: bool | None = None


def _hidden(request: HttpRequest) -> dict[int, Suppressed]:
    return hidden_estimates(request.user)


@router.get("/", response=EstimatePage, auth=None, summary="List estimates", url_name="needs_list")
def list_estimates(
    request: HttpRequest,
    place: str = Query("", description="Code of a place, with everything inside it."),
    topic: str = "",
    source: str = "",
    certainty: str = Query("", description="counted, estimated or rough."),
    age: str = Query("newest", description="newest of each, old or all."),
    sort: str = Query(
        "place", description="place, topic, situation, number, certainty, as_of or source; - turns."
    ),
    limit: int = Query(100, ge=1, le=500),
    offset: int = Query(0, ge=0, le=1_000_000),
) -> EstimatePage:
    """Public estimates, and those of the places whose staff figures the account may see."""
    asked = Asked.of(
        {"place": place, "topic": topic, "source": source, "certainty": certainty, "age": age, "sort": sort}
    )
    if asked.faults:
        raise HttpError(422, " ".join(asked.faults))
    rows, hidden = estimates(request.user, asked)
    shown = rows[offset : offset + limit]
    return EstimatePage(total=rows.count(), items=[EstimateOut.of(row, hidden) for row in shown])


@router.get("/{pk}", response=EstimateOut, auth=None, summary="One estimate", url_name="need")
def one_estimate(request: HttpRequest, pk: int) -> EstimateOut:
    """One estimate that the account may see."""
    return EstimateOut.of(_estimate(request, pk), _hidden(request))


@router.post("/", response={201: EstimateOut}, summary="Record an estimate", url_name="needs_create")
def create(request: HttpRequest, body: EstimateIn) -> Status[Any]:
    """Record an estimate; 409 where its source has one of the same need on the same day already."""
    _editor(request)
    place = place_found(body.place, status=422)
    if not permits(request.user, Permission.EDIT_NEEDS, place=place):
        raise HttpError(404, _("No place has the code %(code)s.") % {"code": body.place})
    topic = Topic.objects.filter(code=body.topic).first()
    if topic is None:
        raise HttpError(422, _("No topic has the code %(code)s.") % {"code": body.topic})
    source = Source.objects.filter(code=body.source).first()
    if source is None:
        raise HttpError(422, _("No source has the code %(code)s.") % {"code": body.source})
    population = _situation(body.population) if body.population else None
    named = {
        "place": place,
        "topic": topic,
        "situation": _situation(body.situation),
        "population": population,
    }
    _check(body.number, body.lowest, body.highest, body.as_of)
    key = {**named, "unit": body.unit, "as_of": body.as_of}
    if NeedEstimate.objects.filter(source=source, **key).exists():
        raise HttpError(409, _("This source has an estimate of this need on this day already."))
    given = body.dict(exclude={"source"}) | named
    try:
        estimate = save_estimate(by=account_of(request), source=source, draft=EstimateDraft(**given))
    except ValidationError as error:
        raise HttpError(422, " ".join(error.messages)) from None
    return Status(201, EstimateOut.of(estimate, _hidden(request)))


@router.patch("/{pk}", response=EstimateOut, summary="Correct an estimate", url_name="need_change")
def change(request: HttpRequest, pk: int, body: EstimateChange) -> EstimateOut:
    """Correct an estimate; 409 where somebody else did so meanwhile."""
    estimate = _editable(request, pk)
    given = body.dict(exclude={"seen"}, exclude_unset=True)
    if pk in _hidden(request) and given.keys() & {"number", "lowest", "highest", "note"}:
        raise HttpError(422, _("The count is small and is not shown to you, so you cannot correct it."))
    for name in ("number", "certainty", "source_row", "note", "is_public"):
        if name in given and given[name] is None:
            raise HttpError(422, _("%(field)s cannot be empty.") % {"field": name})
    low, high = given.get("lowest", estimate.lowest), given.get("highest", estimate.highest)
    _check(given.get("number", estimate.number), low, high, estimate.as_of)
    try:
        estimate = change_estimate(by=account_of(request), estimate=estimate, seen=body.seen, **given)
    except ChangedMeanwhile:
        raise HttpError(409, _("Somebody else changed the estimate meanwhile; read it again.")) from None
    except ValidationError as error:
        raise HttpError(422, " ".join(error.messages)) from None
    return EstimateOut.of(estimate, _hidden(request))


@router.delete("/{pk}", response={204: None}, summary="Remove an estimate", url_name="need_remove")
def remove(
    request: HttpRequest, pk: int, reason: str = Query(..., min_length=1, max_length=500)
) -> Status[None]:
    """Remove an estimate, with the reason; the audit keeps what it said."""
    estimate = _editable(request, pk)
    try:
        remove_estimate(by=account_of(request), estimate=estimate, reason=reason)
    except ChangedMeanwhile:
        raise HttpError(409, _("Somebody else changed the estimate meanwhile; read it again.")) from None
    return Status(204, None)


def _editor(request: HttpRequest) -> None:
    if not holds_somewhere(request.user, Permission.EDIT_NEEDS):
        raise HttpError(403, _("Your account has no role that writes estimates of need."))


def _estimate(request: HttpRequest, pk: int) -> NeedEstimate:
    related = ("place", "topic", "situation", "population", "source")
    rows = visible_to(request.user).select_related(*related)
    estimate = rows.filter(pk=pk).first() if 0 < pk < 2**63 else None
    if estimate is None:
        raise HttpError(404, _("There is no such estimate."))
    return estimate


def _editable(request: HttpRequest, pk: int) -> NeedEstimate:
    _editor(request)
    estimate = _estimate(request, pk)
    if not permits(request.user, Permission.EDIT_NEEDS, place=estimate.place):
        raise HttpError(404, _("There is no such estimate."))
    return estimate


def _situation(code: str) -> Term:
    term = term_by_code(code)
    if term is None or term.vocabulary != Vocabulary.SITUATION:
        raise HttpError(422, _("No situation has the code %(code)s.") % {"code": code})
    return term


def _check(number: int, lowest: int | None, highest: int | None, as_of: date) -> None:
    if (lowest is not None and lowest > number) or (highest is not None and highest < number):
        raise HttpError(422, _("The number must lie between “at least” and “at most”."))
    if as_of > timezone.localdate():
        raise HttpError(422, _("This day is still to come; an estimate speaks of a day that has been."))
