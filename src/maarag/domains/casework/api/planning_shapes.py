"""What the API says and takes of goals and of the plan."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from ninja import Field, Schema

from maarag.domains.families.models import Family

from .. import actions
from ..models import Doer, Frequency, Goal, GoalState, Plan, PlanItem, Profession, Progress
from ..queries.planning import agreed_versions, draft_of, goals_of


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
