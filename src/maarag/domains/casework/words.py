"""Casework in words: the state of goals, items, consents, shares, tasks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from maarag.ui import figures
from maarag.ui.tables import Status

from .models import Consent, Goal, GoalState, Plan, PlanItem, PlanShare, Profession, Progress, Task
from .models.planning import OPEN_GOALS

SOON = timedelta(days=30)
GOAL_TONES = {
    GoalState.SET: "neutral",
    GoalState.IN_PROGRESS: "info",
    GoalState.REACHED: "ok",
    GoalState.PARTLY: "attention",
    GoalState.DROPPED: "neutral",
}
PROGRESS_TONES = {
    Progress.NOT_STARTED: "neutral",
    Progress.RUNNING: "info",
    Progress.DONE: "ok",
    Progress.STOPPED: "attention",
}


def professions_in_words(codes: Iterable[str]) -> str:
    return figures.joined(one.label for one in Profession if one in set(codes))


def status_of_goal(goal: Goal, today: date | None = None) -> Status:
    """The word, shape and colour of where a goal stands."""
    if goal.state in OPEN_GOALS and goal.target_on < (today or timezone.localdate()):
        return Status(_("The target day has passed"), "critical")
    return Status(goal.get_state_display(), GOAL_TONES[GoalState(goal.state)])


def status_of_item(item: PlanItem) -> Status:
    return status_of_progress(item.progress)


def status_of_progress(progress: str) -> Status:
    return Status(Progress(progress).label, PROGRESS_TONES[Progress(progress)])


def status_of_consent(consent: Consent, today: date | None = None) -> Status:
    today = today or timezone.localdate()
    if consent.withdrawn_at:
        return Status(pgettext("consent", "Withdrawn"), "neutral")
    if consent.until < today:
        return Status(_("Ended"), "neutral")
    if consent.until < today + SOON:
        return Status(_("Ends soon"), "attention")
    return Status(_("In force"), "ok")


def status_of_share(share: PlanShare, today: date | None = None) -> Status:
    today = today or timezone.localdate()
    if share.withdrawn_at:
        return Status(pgettext("share of a file", "Withdrawn"), "neutral")
    if share.ends < today:
        return Status(_("Ended"), "neutral")
    return Status(_("Begins later"), "info") if share.starts > today else Status(_("In force"), "ok")


def status_of_task(task: Task, today: date | None = None) -> Status:
    today = today or timezone.localdate()
    if task.done_at:
        return Status(pgettext("task", "Done"), "ok")
    if task.due < today:
        return Status(_("Overdue"), "critical")
    if task.due == today:
        return Status(_("Today"), "attention")
    return Status(pgettext("task", "To do"), "neutral")


def status_of_plan(plan: Plan, in_force: bool) -> Status:
    if plan.is_draft:
        return Status(_("Draft, not agreed"), "attention")
    return Status(_("In force"), "ok") if in_force else Status(_("An earlier version"), "neutral")


def when_of(item: PlanItem) -> str:
    """The period of an item: a day, or from – until."""
    if item.ends is None:
        return _("from %(day)s") % {"day": figures.day(item.starts)}
    if item.ends == item.starts:
        return figures.day(item.starts)
    return f"{figures.day(item.starts)} – {figures.day(item.ends)}"


def doer_of(item: PlanItem) -> str:
    """Who does it: the kind, and the name where there is one."""
    names = [item.who, figures.name_in_language(item.service) if item.service else ""]
    return " · ".join([str(item.get_doer_display()), *filter(None, names)])


def size_in_words(size: int) -> str:
    if size < 1024 * 1024:
        return _("%(size)s KB") % {"size": figures.number(max(1, size // 1024))}
    return _("%(size)s MB") % {"size": figures.number(size / 1024 / 1024, 1)}
