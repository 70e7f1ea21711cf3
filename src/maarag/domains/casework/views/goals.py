"""The goals of a family: set, changed, and how they stand."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.ui import figures

from ..actions import change_goal, move_goal, set_goal
from ..forms.planning import GoalForm, GoalStateForm
from ..models import Goal
from .editing import edit_page, file_of, row_of


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def add_goal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write down a goal."""
    family = file_of(request, pk, Permission.EDIT_FAMILIES)
    return edit_page(
        request,
        family,
        "plan",
        GoalForm,
        heading=_("Set a goal"),
        done=_("The goal was set."),
        write=lambda form, _seen: set_goal(by=account_of(request), family=family, **form.cleaned_data),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def edit_goal(request: HttpRequest, pk: UUID, row: UUID) -> HttpResponse:
    """Change a goal."""
    family = file_of(request, pk, Permission.EDIT_FAMILIES)
    goal = row_of(Goal, family, row)
    return edit_page(
        request,
        family,
        "plan",
        GoalForm,
        heading=_("Change the goal"),
        done=_("The goal was saved."),
        row=goal,
        write=lambda form, seen: change_goal(
            by=account_of(request), goal=goal, seen=seen, **form.cleaned_data
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs_permission(Permission.EDIT_FAMILIES)
def goal_state(request: HttpRequest, pk: UUID, row: UUID) -> HttpResponse:
    """Say how a goal stands."""
    family = file_of(request, pk, Permission.EDIT_FAMILIES)
    goal = row_of(Goal, family, row)
    return edit_page(
        request,
        family,
        "plan",
        GoalStateForm,
        heading=_("How the goal stands"),
        done=_("The state of the goal was saved."),
        row=goal,
        facts=[
            (_("In the family's own words"), goal.own_words),
            (_("Target day"), figures.day(goal.target_on)),
        ],
        write=lambda form, seen: move_goal(by=account_of(request), goal=goal, seen=seen, **form.cleaned_data),
    )
