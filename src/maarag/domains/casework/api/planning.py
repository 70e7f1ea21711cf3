"""Goals and the plan through the API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Status
from ninja.errors import HttpError

from maarag.domains.families.models import Family
from maarag.domains.services.models import Service
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of

from .. import actions
from ..models import Goal, Plan, PlanItem
from ..queries.planning import draft_of
from .answering import file_for, given_in, router, row_for, term, written
from .planning_shapes import (
    Agreement,
    FamilyPlanOut,
    GoalChange,
    GoalIn,
    GoalMove,
    GoalOut,
    ItemChange,
    ItemIn,
    ItemMove,
    ItemOut,
    WholePlan,
)

EDIT = Permission.EDIT_FAMILIES


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
            lambda: actions.change_goal(
                by=account_of(request), goal=goal, seen=body.version, **given_in(body)
            )
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
