"""The lines of casework in the table of addresses."""

from __future__ import annotations

from typing import Any

from maarag.kernel.access.permissions import Permission as P
from maarag.kernel.access.permissions import Role
from tests.factories import casework as made

from .arguments import family
from .conftest import Estate
from .rules import Guarded, Rule


def _worker(estate: Estate) -> Any:
    return estate.own[Role.SOCIAL_WORKER]


def goal(estate: Estate) -> dict[str, Any]:
    return {**family(estate), "row": made.goal(_worker(estate), estate.family).pk}


def with_a_goal(estate: Estate) -> dict[str, Any]:
    goal(estate)
    return family(estate)


def drafted(estate: Estate) -> dict[str, Any]:
    """A plan in force and a draft of the next."""
    made.planned(_worker(estate), estate.family)
    made.item(_worker(estate), estate.family, made.goal(_worker(estate), estate.family))
    return family(estate)


def item_of_draft(estate: Estate) -> dict[str, Any]:
    row = made.item(_worker(estate), estate.family, made.goal(_worker(estate), estate.family))
    return {**family(estate), "row": row.pk}


def item_in_force(estate: Estate) -> dict[str, Any]:
    plan = made.planned(_worker(estate), estate.family)
    return {**family(estate), "row": made.first_item(plan).pk}


def document_of_plan(estate: Estate) -> dict[str, Any]:
    made.planned(_worker(estate), estate.family)
    return {**family(estate), "form": "xlsx"}


READ = {"permission": P.VIEW_FAMILIES, "of_a_row": True}
EDIT = {"permission": P.EDIT_FAMILIES, "of_a_row": True}
POST = {"method": "post", "statuses": (302,)}

CASEWORK: dict[str, Rule] = {
    "casework:plan": Guarded(arguments=family, **READ),
    "casework:versions": Guarded(arguments=family, **READ),
    "casework:print": Guarded(arguments=document_of_plan, **READ),
    "casework:begin_draft": Guarded(arguments=family, **EDIT, **POST),
    "casework:discard": Guarded(arguments=drafted, **EDIT, **POST),
    "casework:agree": Guarded(arguments=drafted, **EDIT),
    "casework:add_goal": Guarded(arguments=family, **EDIT),
    "casework:edit_goal": Guarded(arguments=goal, **EDIT),
    "casework:goal_state": Guarded(arguments=goal, **EDIT),
    "casework:add_item": Guarded(arguments=with_a_goal, **EDIT),
    "casework:change_item": Guarded(arguments=item_of_draft, **EDIT),
    "casework:remove_item": Guarded(arguments=item_of_draft, **EDIT),
    "casework:remove_item POST": Guarded(arguments=item_of_draft, **EDIT, **POST),
    "casework:progress": Guarded(arguments=item_in_force, **EDIT),
}
