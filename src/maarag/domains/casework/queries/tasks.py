"""Tasks of one file, and of one worker."""

from __future__ import annotations

from django.db.models import F, QuerySet

from maarag.domains.families.models import Family, FamilyStatus
from maarag.domains.families.scope import visible_to
from maarag.kernel.access.models import Account

from ..models import Task


def tasks_of(family: Family) -> QuerySet[Task]:
    """Those to do by their day, then those done, the last first."""
    rows = Task.objects.filter(family=family).select_related("worker", "done_by", "written_by")
    return rows.order_by(F("done_at").desc(nulls_first=True), "due", "written_at")


def open_tasks_of(account: Account) -> QuerySet[Task]:
    """What the account has to do in open files that it may read, most urgent first."""
    rows = Task.objects.filter(worker=account, done_at=None, family__status=FamilyStatus.OPEN)
    rows = rows.filter(family__in=visible_to(account).values("pk"))
    return rows.select_related("family", "authority").order_by("due", "written_at")
