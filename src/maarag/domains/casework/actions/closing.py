"""Closing a file with what came of the work: its goals, what helped in the family's words, what follows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.domains.families.actions import close_family
from maarag.domains.families.models import Family
from maarag.kernel.access.models import Account

from ..models import Goal, GoalState, Outcome
from ..models.planning import OPEN_GOALS
from .goals import put_state
from .writing import check, file_for_change, put, told

ENDS = (GoalState.REACHED, GoalState.PARTLY, GoalState.DROPPED)


@transaction.atomic
def close_with_outcome(
    *,
    by: Account,
    family: Family,
    reason: str,
    next_steps: str,
    goals: Mapping[UUID, tuple[str, str]] | None = None,
    said_by: str = "",
    helped: str = "",
    hindered: str = "",
    closed_on: date | None = None,
) -> Outcome:
    """Close the file and write down what came of it, in one transaction.

    `goals`: for each goal that is open still, how it ended (reached, partly, dropped) and why. Raises
    Http404, AlreadyClosed, ValidationError.
    """
    found = file_for_change(by, family)
    ended = dict(goals or {})
    rows = list(Goal.objects.select_for_update(of=("self",), no_key=True).filter(family=found))
    for goal in rows:
        if goal.state not in OPEN_GOALS:
            continue
        state, why = ended.get(goal.pk, ("", ""))
        if state not in ENDS:
            raise ValidationError({"goals": _("Say of every goal how it ended.")})
        try:
            put_state(goal, state, why)
        except ValidationError as error:
            raise ValidationError({"goals": error.messages}) from None
        goal.save()
    states = [goal.state for goal in rows]
    outcome = Outcome(
        authority=found.authority,
        family=found,
        written_by=by,
        goals=len(rows),
        goals_reached=states.count(GoalState.REACHED),
        goals_partly=states.count(GoalState.PARTLY),
    )
    values = {
        "closed_on": closed_on or timezone.localdate(),
        "reason": reason,
        "said_by": said_by,
        "helped": helped,
        "hindered": hindered,
        "next_steps": next_steps,
    }
    put(outcome, values)
    whose = bool((outcome.helped or outcome.hindered) and not outcome.said_by)
    check(outcome, ("said_by", whose, _("Say whose words these are.")))
    close_family(by=by, family=found, reason=reason, closed_on=outcome.closed_on)
    outcome.save(force_insert=True)
    told(
        by,
        "casework.close",
        outcome,
        reason=outcome.reason,
        goals=outcome.goals,
        goals_reached=outcome.goals_reached,
        goals_partly=outcome.goals_partly,
    )
    return outcome
