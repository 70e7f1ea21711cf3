"""What of casework waits for somebody: tasks, goals past their day, consents that end soon or have ended."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from maarag.domains.families.models import FamilyStatus
from maarag.domains.families.scope import visible_to
from maarag.domains.families.waiting import Waiting, register
from maarag.kernel.access.models import Account
from maarag.ui.tables import Status

from .models import Consent, Goal
from .models.planning import OPEN_GOALS
from .queries.sharing import ended_with_a_share
from .queries.tasks import open_tasks_of
from .words import SOON, professions_in_words, status_of_consent, status_of_goal, status_of_task


def tasks(account: Account) -> Iterator[Waiting]:
    """Every open task of the account."""
    for task in open_tasks_of(account):
        url = reverse("casework:tasks", args=[task.family_id])
        yield Waiting("task", task.what, url, task.family, task.due, status_of_task(task))


def goals(account: Account) -> Iterator[Waiting]:
    """Goals of the account's own families whose target day has passed."""
    own = visible_to(account).filter(worker=account, status=FamilyStatus.OPEN)
    rows = Goal.objects.filter(
        family__in=own.values("pk"), state__in=OPEN_GOALS, target_on__lt=timezone.localdate()
    )
    for goal in rows.select_related("family"):
        what = _("Goal past its day: %(words)s") % {"words": goal.own_words}
        url = reverse("casework:goal_state", args=[goal.family_id, goal.pk])
        yield Waiting("goal", what, url, goal.family, goal.target_on, status_of_goal(goal))


def consents(account: Account) -> Iterator[Waiting]:
    """Consents of the account's own families that end within a month, or ended and a share with them."""
    own = visible_to(account).filter(worker=account, status=FamilyStatus.OPEN)
    today = timezone.localdate()
    rows = Consent.objects.filter(
        family__in=own.values("pk"), withdrawn_at=None, until__gte=today, until__lt=today + SOON
    )
    for consent in rows.select_related("family"):
        what = _("Consent ends soon: %(whom)s") % {"whom": professions_in_words(consent.professions)}
        url, status = reverse("casework:sharing", args=[consent.family_id]), status_of_consent(consent)
        written = timezone.localdate(consent.written_at)
        yield Waiting("consent", what, url, consent.family, consent.until, status, written)
    for consent, fields in ended_with_a_share(own):
        what = _("Consent ended, and what was shared by it: %(whom)s") % {
            "whom": professions_in_words(fields)
        }
        url = reverse("casework:sharing", args=[consent.family_id])
        status = Status(_("Ended"), "critical")
        yield Waiting("consent", what, url, consent.family, consent.until, status)


def register_all() -> None:
    register("casework.tasks", tasks)
    register("casework.goals", goals)
    register("casework.consents", consents)
