"""Goals of a family: agreed in its own words, reached or dropped with a reason."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.domains.families.models import Family
from maarag.kernel.access.models import Account
from maarag.kernel.audit.actions import record

from ..models import Goal, GoalState
from .writing import check, file_for_change, in_future, put, row_for_change, told, without

GOAL_FIELDS = ("own_words", "professional_words", "professions", "target_on", "agreed_on", "agreed_by")


@transaction.atomic
def set_goal(
    *,
    by: Account,
    family: Family,
    own_words: str,
    professions: Collection[str],
    target_on: date,
    agreed_by: str,
    agreed_on: date | None = None,
    professional_words: str = "",
) -> Goal:
    """Write down a goal that the family agreed to; raises Http404, AlreadyClosed, ValidationError."""
    found = file_for_change(by, family)
    last = Goal.objects.filter(family=found).aggregate(last=Max("position"))["last"] or 0
    today = timezone.localdate()
    goal = Goal(authority=found.authority, family=found, written_by=by, position=last + 1, state_on=today)
    values = {
        "own_words": own_words,
        "professional_words": professional_words,
        "professions": professions,
        "target_on": target_on,
        "agreed_on": agreed_on or today,
        "agreed_by": agreed_by,
    }
    put(goal, values)
    _check(goal)
    goal.save(force_insert=True)
    told(by, "casework.set_goal", goal, target_on=goal.target_on, professions=goal.professions)
    return goal


@transaction.atomic
def change_goal(*, by: Account, goal: Goal, seen: str = "", **values: Any) -> Goal:
    """Change the words, the fields of work or the days of a goal. Raises Http404, AlreadyClosed,
    ChangedMeanwhile, ValidationError.
    """
    found = row_for_change(by, goal, seen=seen)
    changed = put(found, {name: value for name, value in values.items() if name in GOAL_FIELDS})
    if not changed:
        return found
    _check(found)
    found.save()
    told(by, "casework.change_goal", found, fields=changed)
    return found


@transaction.atomic
def move_goal(*, by: Account, goal: Goal, state: str, reason: str = "", seen: str = "") -> Goal:
    """Say how a goal stands; one that is dropped needs a reason. Raises as change_goal."""
    found = row_for_change(by, goal, seen=seen)
    before = found.state
    put_state(found, state, reason)
    found.save()
    record(by=by, action="casework.move_goal", subject=found, changes={"state": [before, found.state]})
    return found


def put_state(goal: Goal, state: str, reason: str) -> None:
    """Set the state from today on; raises ValidationError."""
    goal.state, goal.state_reason = state, reason.strip()
    goal.state_on = timezone.localdate()
    dropped = state == GoalState.DROPPED and not goal.state_reason
    check(goal, ("reason", dropped, _("Say why the goal is dropped.")))


def _check(goal: Goal) -> None:
    early = bool(goal.target_on and goal.agreed_on and goal.target_on < goal.agreed_on)
    check(
        goal,
        without("professions", goal.professions),
        in_future("agreed_on", goal.agreed_on),
        ("target_on", early, _("The target day lies before the day of the agreement.")),
    )
