"""What each part of casework says in short on a file's first page."""

from __future__ import annotations

from django.utils.translation import gettext as _

from maarag.domains.families.models import Family
from maarag.domains.families.parts import Summary
from maarag.kernel.access.scope import Viewer
from maarag.ui import figures
from maarag.ui.tables import Status

from .models import Goal, GoalState
from .models.planning import OPEN_GOALS
from .queries.planning import draft_of, version_in_force
from .words import status_of_plan


def plan(_viewer: Viewer, family: Family) -> Summary:
    goals = list(Goal.objects.filter(family=family).values_list("state", flat=True))
    lines = [
        (_("Goals open"), figures.number(sum(state in OPEN_GOALS for state in goals))),
        (_("Goals reached"), figures.number(goals.count(GoalState.REACHED))),
    ]
    version, draft = version_in_force(family), draft_of(family)
    if version is not None and version.agreed_on:
        lines.append((_("Plan agreed on"), figures.day(version.agreed_on)))
    status: Status | None = status_of_plan(draft, False) if draft else None
    return Summary(lines, status)
