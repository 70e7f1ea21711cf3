"""What happened round a family, and closing its file, through the API."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Schema

from maarag.domains.families.models import ClosingReason, Family
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of

from .. import actions
from ..models import GoalState, Outcome
from ..queries.timeline import Strand, moments_of
from .answering import file_for, router, written

EDIT = Permission.EDIT_FAMILIES


class MomentOut(Schema):
    """Something that happened round the family."""

    strand: str
    when: date | datetime
    title: str
    who: str
    text: str


class GoalEnd(Schema):
    """How a goal that was open ended."""

    goal: UUID
    state: GoalState
    reason: str = Field("", max_length=1000)


class OutcomeIn(Schema):
    """How the work with the family ended."""

    reason: ClosingReason
    goals: list[GoalEnd] = Field(default_factory=list, max_length=200)
    helped: str = Field("", max_length=2000)
    hindered: str = Field("", max_length=2000)
    said_by: str = Field("", max_length=200)
    next_steps: str = Field(min_length=1, max_length=2000)
    closed_on: date | None = None


class OutcomeOut(Schema):
    """What came of the work with a family."""

    closed_on: date
    reason: str
    goals: int
    goals_reached: int
    goals_partly: int
    helped: str
    hindered: str
    said_by: str
    next_steps: str

    @classmethod
    def of(cls, row: Outcome) -> OutcomeOut:
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


@router.get(
    "/{uuid:pk}/timeline",
    response=list[MomentOut],
    summary="What happened round a family",
    url_name="casework_timeline",
)
def timeline(
    request: HttpRequest,
    pk: UUID,
    strand: Strand | None = None,
    limit: int = Query(100, ge=1, le=500),
) -> list[MomentOut]:
    """Everything woven into one line, or one strand of it, newest first."""
    found = moments_of(file_for(request, pk), [strand.value] if strand else [])
    return [
        MomentOut(strand=one.strand.value, when=one.when, title=str(one.title), who=one.who, text=one.text)
        for one in found[:limit]
    ]


@router.post(
    "/{uuid:pk}/close",
    response=OutcomeOut,
    summary="Close a file with its outcome",
    url_name="casework_close",
)
def close(request: HttpRequest, pk: UUID, body: OutcomeIn) -> OutcomeOut:
    """The file is closed, every open goal gets its end, and what came of the work is kept; 422 where
    something must be settled first, such as an open basket.
    """
    family: Family = file_for(request, pk, EDIT)
    given = body.dict(exclude={"goals"})
    ends = {one.goal: (one.state.value, one.reason) for one in body.goals}
    return OutcomeOut.of(
        written(
            lambda: actions.close_with_outcome(by=account_of(request), family=family, goals=ends, **given)
        )
    )
