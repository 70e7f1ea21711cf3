"""What the API says and takes of placements; amounts are whole agorot, prices points of fit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema
from ninja.errors import HttpError

from maarag.domains.families.actions import MergedAway, read_family
from maarag.domains.families.models import Family
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, holds_somewhere
from maarag.kernel.matches.models import Run
from maarag.kernel.matches.queries import cut_off
from maarag.values import Shown, Suppressed

from ..asked import MOST_OF_A_GROUP
from ..errors import CannotCarryOut, PlacementsError
from ..models import Proposal
from ..queries import FigureLine, GroupLine

Result = TypeVar("Result")
router = Router(tags=["placements"])
Count = int | str | None
"""A number; "hidden" where it is too small to be told, or would give such a number away."""
HIDDEN = "hidden"


def counted(shown: Shown) -> Count:
    if isinstance(shown, Suppressed):
        return HIDDEN
    return None if shown is None else int(shown)


class RunOut(Schema):
    """A run: for which place, how far it is, and the one that it is based on."""

    id: UUID
    place: str
    state: str
    percent: int
    step: str
    is_to_stop: bool = Field(description="Somebody told it to stop; it does so within seconds.")
    is_cut_off: bool = Field(
        description="Whoever computed it is gone: no result will come; it can be stopped or run again."
    )
    fault: str
    settings: dict[str, Any]
    based_on: UUID | None
    asked_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, run: Run) -> RunOut:
        return cls(
            id=run.pk,
            place=run.place.code,
            state=run.state,
            percent=run.percent,
            step=run.step,
            is_to_stop=run.cancel_asked,
            is_cut_off=bool(cut_off([run])),
            fault=run.fault,
            settings=run.settings,
            based_on=run.based_on_id,
            asked_at=run.asked_at,
            ended_at=run.ended_at,
        )


class RunPage(Schema):
    """A page of runs."""

    total: int
    items: list[RunOut]


class FloorIn(Schema):
    """At least so many of a group have a place: a share in per cent, or a number."""

    attribute: str = Field(max_length=20, description="sex, sector, language or area.")
    value: str = Field(max_length=80)
    percent: int | None = Field(None, ge=1, le=100)
    number: int | None = Field(None, ge=1, le=MOST_OF_A_GROUP)


class SettingsIn(Schema):
    """What a run is asked with."""

    who: str = Field("without_place", max_length=20, description="without_place or waiting.")
    least_fit: int | None = Field(None, ge=0, le=100)
    floors: list[FloorIn] = []
    programmes: list[str] = Field([], max_length=100, description="Codes; none for all.")


class RunIn(SettingsIn):
    """A run to make."""

    place: str = Field(max_length=40, description="Code of the authority, the district or the nation.")


class RerunIn(SettingsIn):
    """A run to make anew."""

    keep: bool = Field(True, description="Whether decisions that were not carried out stay.")
    place: str = Field(
        "", max_length=40, description="Code of one department of a wider run, for it alone; else all of it."
    )


class FiguresLineOut(Schema):
    """Families of a place (none: of the whole run) by programme, placed, waiting and all; by method where
    departments choose one.
    """

    place: str | None
    programmes: dict[str, Count]
    methods: dict[str, Count]
    placed: Count
    waiting: Count
    families: Count

    @classmethod
    def of(cls, line: FigureLine) -> FiguresLineOut:
        return cls(
            place=line.place.code if line.place else None,
            programmes={code: counted(n) for code, n in line.programmes.items()},
            methods={code: counted(n) for code, n in line.methods.items()},
            placed=counted(line.placed),
            waiting=counted(line.waiting),
            families=counted(line.families),
        )


class RunFiguresOut(Schema):
    """A run without names: what came out, what binds and at what price.

    Above the departments what binds is told by programme (`places`, `purses`, `loads`; the key is the
    programme's), at the highest price of any. `value` is null where a sum of the run is hidden.
    """

    whole: FiguresLineOut
    lines: list[FiguresLineOut]
    binding: list[dict[str, Any]]
    floors: list[dict[str, Any]]
    waiting_because: dict[str, Count]
    value: float | None
    gap: float
    floors_cost: float | None


class GroupOut(Schema):
    """A group beside all others: its rate of places with its interval, and what people answered.

    `placed`: proposed a place by the run; `stands`: with a place after people's decisions, null where
    of these nothing may be told.
    """

    attribute: str
    value: str
    families: Count
    placed: Count
    stands: Count
    proposed: dict[str, Any] | None
    decided: dict[str, Any] | None
    is_seen: bool
    answers: list[str]

    @classmethod
    def of(cls, line: GroupLine) -> GroupOut:
        return cls(
            attribute=line.attribute,
            value=line.value,
            families=counted(line.families),
            placed=counted(line.placed),
            stands=counted(line.stands),
            proposed=line.proposed.as_data() if line.proposed else None,
            decided=line.decided.as_data() if line.decided else None,
            is_seen=line.is_seen,
            answers=[remark.text or remark.kind for remark in line.remarks],
        )


class AnswerIn(Schema):
    """What explains a difference; no words about a person."""

    attribute: str = Field(max_length=40)
    value: str = Field(max_length=80)
    text: str = Field(min_length=1, max_length=1000)


class MendIn(Schema):
    """A floor for a group that was placed less: a share in per cent, or a number."""

    attribute: str = Field(max_length=40)
    value: str = Field(max_length=80)
    percent: int | None = Field(None, ge=1, le=100)
    number: int | None = Field(None, ge=1, le=MOST_OF_A_GROUP)


class ProposalOut(Schema):
    """What a run proposes to a family, why, and what was decided. No place: it waits.

    `by_method`: the department has one toolbox, so the method is what is proposed, and the place pays for it.
    """

    id: UUID
    family: UUID
    rank: int
    programme: str | None
    quota: int | None
    fit: int | None
    proposed: int | None
    method: str | None
    proposed_method: str | None
    by_method: bool
    worker: str | None
    verdict: str
    reason: str
    is_carried_out: bool
    stale: str
    decided_elsewhere: UUID | None = Field(
        description="The proposal of another run on which it was decided of the family since."
    )
    explanation: dict[str, Any]

    @classmethod
    def of(cls, row: Proposal, stale: str = "", other: Proposal | None = None) -> ProposalOut:
        return cls(
            id=row.pk,
            family=row.family_id,
            rank=row.rank,
            programme=row.quota.programme.code if row.quota else None,
            quota=row.quota_id,
            fit=row.fit,
            proposed=row.proposed_id,
            method=row.method.code if row.method else None,
            proposed_method=row.proposed_method or None,
            by_method=row.works_by_method,
            worker=row.worker.name if row.worker else None,
            verdict=row.verdict,
            reason=row.reason,
            is_carried_out=row.is_carried_out,
            stale=stale,
            decided_elsewhere=other.pk if other else None,
            explanation=row.explanation,
        )


class ProposalPage(Schema):
    """A page of proposals, by rank."""

    total: int
    items: list[ProposalOut]


class AcceptIn(Schema):
    """Proposals to accept; all or none."""

    proposals: list[UUID] = Field(min_length=1, max_length=1000)


class SwapIn(Schema):
    """Two proposals to swap."""

    first: UUID
    second: UUID
    reason: str = Field("", max_length=1000)


class OverrideIn(Schema):
    """Another place than the proposed one, or none, and why; where methods are chosen, by which method."""

    quota: int | None = Field(ge=1, le=2**31)
    method: str | None = Field(None, max_length=80, description="None: the best that may be used.")
    reason: str = Field(min_length=1, max_length=1000)


class DecisionReasonIn(Schema):
    """Why, if there is something to say."""

    reason: str = Field("", max_length=1000)


class CarryIn(Schema):
    """Which decisions to carry out; none named: all of the run that are the account's to decide."""

    proposals: list[UUID] | None = Field(None, max_length=1000)
    why: str = Field(
        "", max_length=300, description="Where workers come to carry more than they may; without names."
    )


class CarriedOut(Schema):
    """What was carried out: families with a basket, those put on a list, and waits that ended."""

    placed: int
    waiting: int
    ended: int


def keeper(request: HttpRequest, permission: Permission = Permission.VIEW_FAMILIES) -> Account:
    """The account, if it holds the permission anywhere; else 403."""
    if not holds_somewhere(request.user, permission):
        raise HttpError(403, _("Your account may not do this."))
    return account_of(request)


def family_of(by: Account, pk: UUID) -> Family:
    """A family whose file the account may read; that it is read is recorded."""
    try:
        found = read_family(by=by, pk=pk)
    except MergedAway as away:
        raise HttpError(
            409, _("This file was merged into another one: %(id)s.") % {"id": away.into}
        ) from None
    if found is None:
        raise HttpError(404, _("There is no such family in your authorities."))
    return found


def done(write: Callable[[], Result]) -> Result:
    """The result of a write, or what stood in its way as an answer of the API."""
    try:
        return write()
    except CannotCarryOut as error:
        words = "; ".join(f"{pk}: {text}" for pk, text in error.faults.items())
        raise HttpError(409, words) from None
    except PlacementsError as error:
        raise HttpError(409, error.in_words()) from None
    except ValidationError as error:
        raise HttpError(422, " ".join(error.messages)) from None
    except Http404:
        raise HttpError(404, nothing()) from None


def nothing() -> str:
    return _("There is no such run or proposal in your authorities.")
