"""Situations, goals and the plan through the API."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Schema, Status
from ninja.errors import HttpError

from maarag.domains.families.models import Family
from maarag.domains.services.models import Service
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of

from .. import actions
from ..models import (
    Circumstance,
    CircumstanceKind,
    Doer,
    Frequency,
    Goal,
    GoalState,
    Plan,
    PlanItem,
    Profession,
    Progress,
    SaidBy,
)
from ..queries.planning import agreed_versions, circumstances_of, draft_of, goals_of
from .answering import file_for, router, row_for, term, written

EDIT = Permission.EDIT_FAMILIES


class GoalOut(Schema):
    """A goal of the family, in its own words."""

    id: UUID
    position: int
    own_words: str
    professional_words: str
    professions: list[str]
    target_on: date
    agreed_on: date
    agreed_by: str
    state: str
    state_on: date
    state_reason: str
    version: str = Field(description="Send it with a change, so that nobody's change is overwritten unseen.")

    @classmethod
    def of(cls, row: Goal) -> GoalOut:
        names = [name for name in cls.model_fields if name not in ("id", "version")]
        return cls(id=row.pk, version=actions.mark_of(row), **{name: getattr(row, name) for name in names})


class ItemOut(Schema):
    """A response in a version of the plan."""

    id: UUID
    line: UUID = Field(description="The same in every version that holds the item.")
    goal: UUID
    response: str = Field(description="Code of the taxonomy.")
    service: str | None = Field(description="Code of the directory.")
    doer: str
    who: str
    starts: date
    ends: date | None
    frequency: str
    amount: str
    details: str
    professions: list[str]
    progress: str
    progress_on: date | None
    progress_note: str
    version: str

    @classmethod
    def of(cls, row: PlanItem) -> ItemOut:
        related = ("id", "goal", "response", "service", "version")
        names = [name for name in cls.model_fields if name not in related]
        return cls(
            id=row.pk,
            goal=row.goal_id,
            response=row.response.code,
            service=row.service.code if row.service else None,
            version=actions.mark_of(row),
            **{name: getattr(row, name) for name in names},
        )


class FamilyPlanOut(Schema):
    """A version of the plan; a draft has no day on which it was agreed."""

    id: UUID
    number: int
    agreed_on: date | None
    agreed_by: str
    agreed_with: str | None
    note: str
    items: list[ItemOut]
    version: str = Field(description="Send it when you agree, so that what was read out is what is agreed.")

    @classmethod
    def of(cls, row: Plan) -> FamilyPlanOut:
        return cls(
            id=row.pk,
            number=row.number,
            agreed_on=row.agreed_on,
            agreed_by=row.agreed_by,
            agreed_with=row.agreed_with.name if row.agreed_with else None,
            note=row.note,
            items=[ItemOut.of(item) for item in row.items.all()],
            version=actions.content_mark(row),
        )


class WholePlan(Schema):
    """Goals, the draft if there is one, and every version that was agreed, the one in force first."""

    goals: list[GoalOut]
    draft: FamilyPlanOut | None
    versions: list[FamilyPlanOut]

    @classmethod
    def of(cls, family: Family) -> WholePlan:
        draft = draft_of(family)
        return cls(
            goals=[GoalOut.of(goal) for goal in goals_of(family)],
            draft=FamilyPlanOut.of(draft) if draft else None,
            versions=[FamilyPlanOut.of(version) for version in agreed_versions(family)],
        )


class GoalIn(Schema):
    """A goal that the family agreed to."""

    own_words: str = Field(min_length=1, max_length=2000)
    professional_words: str = Field("", max_length=2000)
    professions: list[Profession] = Field(min_length=1, max_length=3)
    target_on: date
    agreed_by: str = Field(min_length=1, max_length=200)
    agreed_on: date | None = Field(None, description="Without it, today.")


class GoalChange(Schema):
    """What to change; what is left out stays."""

    version: str = ""
    own_words: str | None = Field(None, min_length=1, max_length=2000)
    professional_words: str | None = Field(None, max_length=2000)
    professions: list[Profession] | None = Field(None, min_length=1, max_length=3)
    target_on: date | None = None
    agreed_by: str | None = Field(None, min_length=1, max_length=200)
    agreed_on: date | None = None


class GoalMove(Schema):
    """How a goal stands; one that is dropped needs a reason."""

    version: str = ""
    state: GoalState
    reason: str = Field("", max_length=1000)


class ItemIn(Schema):
    """A response for the draft of the plan."""

    goal: UUID
    response: str = Field(max_length=200, description="Code of the taxonomy.")
    service: str | None = Field(None, max_length=80, description="Code of the directory.")
    doer: Doer
    who: str = Field("", max_length=200)
    starts: date
    ends: date | None = None
    frequency: Frequency
    amount: str = Field("", max_length=200)
    details: str = Field("", max_length=2000)
    professions: list[Profession] = Field(min_length=1, max_length=3)


class ItemChange(ItemIn):
    """An item of the draft as it should be."""

    version: str = ""


class ItemMove(Schema):
    """How an item of the plan in force goes on; one that was stopped needs a note."""

    version: str = ""
    progress: Progress
    note: str = Field("", max_length=1000)


class Agreement(Schema):
    """That the family and the worker agree on the draft."""

    version: str = ""
    agreed_by: str = Field(min_length=1, max_length=200)
    agreed_on: date | None = None
    note: str = Field("", max_length=1000)


class CircumstanceOut(Schema):
    """A situation or a strength: who said so, when, and since when it is over."""

    id: UUID
    kind: str
    term: str | None
    words: str
    said_by: str
    said_by_whom: str
    said_on: date
    ended_on: date | None
    ended_why: str
    version: str

    @classmethod
    def of(cls, row: Circumstance) -> CircumstanceOut:
        names = [name for name in cls.model_fields if name not in ("id", "term", "version")]
        return cls(
            id=row.pk,
            term=row.term.code if row.term else None,
            version=actions.mark_of(row),
            **{name: getattr(row, name) for name in names},
        )


class CircumstanceIn(Schema):
    """A situation (with a term) or a strength (in words)."""

    kind: CircumstanceKind
    term: str | None = Field(None, max_length=200)
    words: str = Field("", max_length=2000)
    said_by: SaidBy
    said_by_whom: str = Field("", max_length=200)
    said_on: date | None = None


class Ending(Schema):
    """That something no longer holds."""

    version: str = ""
    ended_on: date | None = None
    why: str = Field(min_length=1, max_length=1000)


def _given(body: Schema) -> dict[str, Any]:
    """What a change names, with codes as plain text."""
    given = body.dict(exclude={"version"}, exclude_unset=True)
    return {name: value for name, value in given.items() if value is not None}


def _item_fields(family: Family, body: ItemIn) -> dict[str, Any]:
    given = body.dict(exclude={"version"})
    given["goal"] = row_for(Goal, family, body.goal)
    given["response"] = term(body.response)
    given["service"] = None
    if body.service:
        given["service"] = Service.objects.filter(code=body.service).first()
        if given["service"] is None:
            raise HttpError(422, _("The directory has no service %(code)s.") % {"code": body.service})
    return given


@router.get(
    "/{uuid:pk}/plan", response=WholePlan, summary="Goals and plan of a family", url_name="casework_plan"
)
def plan(request: HttpRequest, pk: UUID) -> WholePlan:
    """Goals, the draft, and every version of the plan; whoever reads them is recorded."""
    return WholePlan.of(file_for(request, pk))


@router.post("/{uuid:pk}/goals", response={201: GoalOut}, summary="Set a goal", url_name="casework_set_goal")
def set_goal(request: HttpRequest, pk: UUID, body: GoalIn) -> Status[Any]:
    """Write down a goal that the family agreed to."""
    family = file_for(request, pk, EDIT)
    goal = written(lambda: actions.set_goal(by=account_of(request), family=family, **body.dict()))
    return Status(201, GoalOut.of(goal))


@router.patch(
    "/{uuid:pk}/goals/{uuid:row}", response=GoalOut, summary="Change a goal", url_name="casework_change_goal"
)
def change_goal(request: HttpRequest, pk: UUID, row: UUID, body: GoalChange) -> GoalOut:
    """Change a goal; 409 where somebody else did so meanwhile."""
    goal = row_for(Goal, file_for(request, pk, EDIT), row)
    return GoalOut.of(
        written(
            lambda: actions.change_goal(by=account_of(request), goal=goal, seen=body.version, **_given(body))
        )
    )


@router.post(
    "/{uuid:pk}/goals/{uuid:row}/state",
    response=GoalOut,
    summary="Say how a goal stands",
    url_name="casework_move_goal",
)
def move_goal(request: HttpRequest, pk: UUID, row: UUID, body: GoalMove) -> GoalOut:
    """Set, in progress, reached, partly reached, or dropped with a reason."""
    goal = row_for(Goal, file_for(request, pk, EDIT), row)
    return GoalOut.of(
        written(
            lambda: actions.move_goal(
                by=account_of(request),
                goal=goal,
                state=body.state.value,
                reason=body.reason,
                seen=body.version,
            )
        )
    )


@router.post(
    "/{uuid:pk}/plan/draft",
    response=FamilyPlanOut,
    summary="Begin a new version of the plan",
    url_name="casework_draft",
)
def begin_draft(request: HttpRequest, pk: UUID) -> FamilyPlanOut:
    """A draft with the items of the plan in force; the draft that is there already is returned."""
    family = file_for(request, pk, EDIT)
    return FamilyPlanOut.of(written(lambda: actions.draft_plan(by=account_of(request), family=family)))


@router.delete(
    "/{uuid:pk}/plan/draft", response=WholePlan, summary="Give up the draft", url_name="casework_discard"
)
def discard(request: HttpRequest, pk: UUID) -> WholePlan:
    """The plan in force stays."""
    family = file_for(request, pk, EDIT)
    draft = _draft(family)
    written(lambda: actions.discard_draft(by=account_of(request), plan=draft))
    return WholePlan.of(family)


@router.post(
    "/{uuid:pk}/plan/items",
    response={201: ItemOut},
    summary="Add a response to the plan",
    url_name="casework_add_item",
)
def add_item(request: HttpRequest, pk: UUID, body: ItemIn) -> Status[Any]:
    """Add an item to the draft, which is begun where there is none."""
    family = file_for(request, pk, EDIT)
    fields = _item_fields(family, body)
    item = written(lambda: actions.add_item(by=account_of(request), family=family, **fields))
    return Status(201, ItemOut.of(item))


@router.put(
    "/{uuid:pk}/plan/items/{uuid:row}",
    response=ItemOut,
    summary="Change a response of the draft",
    url_name="casework_change_item",
)
def change_item(request: HttpRequest, pk: UUID, row: UUID, body: ItemChange) -> ItemOut:
    """Change an item of the draft; 409 where its version is agreed or somebody else changed it meanwhile."""
    family = file_for(request, pk, EDIT)
    item, fields = row_for(PlanItem, family, row), _item_fields(family, body)
    return ItemOut.of(
        written(lambda: actions.change_item(by=account_of(request), item=item, seen=body.version, **fields))
    )


@router.delete(
    "/{uuid:pk}/plan/items/{uuid:row}",
    response=WholePlan,
    summary="Take a response out of the draft",
    url_name="casework_remove_item",
)
def remove_item(request: HttpRequest, pk: UUID, row: UUID) -> WholePlan:
    """Versions that were agreed keep it."""
    family = file_for(request, pk, EDIT)
    item = row_for(PlanItem, family, row)
    written(lambda: actions.remove_item(by=account_of(request), item=item))
    return WholePlan.of(family)


@router.post(
    "/{uuid:pk}/plan/items/{uuid:row}/progress",
    response=ItemOut,
    summary="Say how a response goes on",
    url_name="casework_move_item",
)
def move_item(request: HttpRequest, pk: UUID, row: UUID, body: ItemMove) -> ItemOut:
    """Of the version in force only; 409 of another."""
    item = row_for(PlanItem, file_for(request, pk, EDIT), row)
    return ItemOut.of(
        written(
            lambda: actions.move_item(
                by=account_of(request),
                item=item,
                progress=body.progress.value,
                note=body.note,
                seen=body.version,
            )
        )
    )


@router.post(
    "/{uuid:pk}/plan/agree", response=FamilyPlanOut, summary="Agree on the plan", url_name="casework_agree"
)
def agree(request: HttpRequest, pk: UUID, body: Agreement) -> FamilyPlanOut:
    """The draft is in force from now on, and never changes."""
    family = file_for(request, pk, EDIT)
    draft = _draft(family)
    given = body.dict(exclude={"version"})
    return FamilyPlanOut.of(
        written(lambda: actions.agree_plan(by=account_of(request), plan=draft, seen=body.version, **given))
    )


def _draft(family: Family) -> Plan:
    draft = draft_of(family)
    if draft is None:
        raise HttpError(409, _("No draft waits to be agreed."))
    return draft


@router.get(
    "/{uuid:pk}/situation",
    response=list[CircumstanceOut],
    summary="Situations and strengths of a family",
    url_name="casework_situation",
)
def situation(request: HttpRequest, pk: UUID) -> list[CircumstanceOut]:
    """Those that hold first, then those that ended."""
    return [CircumstanceOut.of(row) for row in circumstances_of(file_for(request, pk))]


@router.post(
    "/{uuid:pk}/situation",
    response={201: CircumstanceOut},
    summary="Add a situation or a strength",
    url_name="casework_add_circumstance",
)
def add_circumstance(request: HttpRequest, pk: UUID, body: CircumstanceIn) -> Status[Any]:
    """Who said so, and when."""
    family = file_for(request, pk, EDIT)
    given = {**body.dict(), "kind": body.kind.value, "term": term(body.term) if body.term else None}
    row = written(lambda: actions.add_circumstance(by=account_of(request), family=family, **given))
    return Status(201, CircumstanceOut.of(row))


@router.post(
    "/{uuid:pk}/situation/{uuid:row}/end",
    response=CircumstanceOut,
    summary="Say that it no longer holds",
    url_name="casework_end_circumstance",
)
def end_circumstance(request: HttpRequest, pk: UUID, row: UUID, body: Ending) -> CircumstanceOut:
    """It stays to be read."""
    found = row_for(Circumstance, file_for(request, pk, EDIT), row)
    return CircumstanceOut.of(
        written(
            lambda: actions.end_circumstance(
                by=account_of(request),
                circumstance=found,
                why=body.why,
                ended_on=body.ended_on,
                seen=body.version,
            )
        )
    )
