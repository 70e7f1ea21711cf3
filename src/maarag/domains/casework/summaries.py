"""What each part of casework says in short on a file's first page."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from maarag.domains.families.models import Family
from maarag.domains.families.parts import Summary
from maarag.kernel.access.scope import Viewer
from maarag.ui import figures
from maarag.ui.tables import Status

from .models import Circumstance, CircumstanceKind, Contact, Document, Goal, GoalState, Task
from .models.planning import OPEN_GOALS
from .queries.planning import draft_of, version_in_force
from .queries.sharing import in_force, shares_of
from .words import status_of_plan, status_of_task


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


def situation(_viewer: Viewer, family: Family) -> Summary:
    kinds = list(Circumstance.objects.filter(family=family, ended_on=None).values_list("kind", flat=True))
    return Summary(
        [
            (_("Strengths"), figures.number(kinds.count(CircumstanceKind.STRENGTH))),
            (_("Situations"), figures.number(kinds.count(CircumstanceKind.SITUATION))),
        ]
    )


def contacts(_viewer: Viewer, family: Family) -> Summary:
    last = Contact.objects.filter(family=family).order_by("-at").first()
    if last is None:
        return Summary([(_("Last contact"), _("None is written down"))])
    return Summary([(_("Last contact"), f"{figures.day(last.at)} · {last.get_kind_display()}")])


def documents(_viewer: Viewer, family: Family) -> Summary:
    count = Document.objects.filter(family=family, removed_at=None).count()
    return Summary([(_("Documents"), figures.number(count))])


def tasks(_viewer: Viewer, family: Family) -> Summary:
    waiting = Task.objects.filter(family=family, done_at=None).order_by("due")
    lines = [(_("To do"), figures.number(waiting.count()))]
    first = waiting.first()
    if first is None:
        return Summary(lines)
    lines.append((pgettext("task", "Next"), figures.day(first.due)))
    return Summary(lines, status_of_task(first) if first.due <= timezone.localdate() else None)


def sharing(_viewer: Viewer, family: Family) -> Summary:
    return Summary(
        [(_("Bodies that see the plan"), figures.number(shares_of(family).filter(in_force()).count()))]
    )


def timeline(_viewer: Viewer, _family: Family) -> None:
    """The first page has its own history."""
