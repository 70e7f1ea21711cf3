"""Reading the queue."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Min, QuerySet
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateWorker

from .models import Job, JobFault, JobStatus

ALIVE = timedelta(seconds=30)
OPEN = (JobStatus.WAITING, JobStatus.RUNNING)


def is_open(lock: str) -> bool:
    """Whether a job with this lock waits or runs."""
    return Job.objects.filter(lock=lock, status__in=OPEN).exists()


def is_waiting(lock: str) -> bool:
    """Whether jobs with this lock wait, and none of them runs."""
    found = set(Job.objects.filter(lock=lock, status__in=OPEN).values_list("status", flat=True))
    return found == {JobStatus.WAITING}


def asked_by(account: int) -> QuerySet[Job]:
    """The jobs that carry this account's id as their `account`."""
    return Job.objects.filter(args__account=account)


def open_with(argument: str, values: Collection[str]) -> frozenset[str]:
    """Those of the values with which, as this argument, a job waits or runs."""
    name = f"args__{argument}"
    rows = Job.objects.filter(status__in=OPEN, **{f"{name}__in": list(values)}).order_by()
    return frozenset(rows.values_list(name, flat=True))


@dataclass(frozen=True)
class Overview:
    """How the queue stands."""

    counts: dict[str, int]
    """Jobs by status."""
    oldest_waiting: datetime | None
    """Since when the job that waits longest and whose time has come has waited."""
    workers: int
    """Workers with a heartbeat in the last half minute."""


def overview(jobs: QuerySet[Job]) -> Overview:
    counted = jobs.order_by().values_list("status").annotate(n=Count("pk"))
    now = timezone.now()
    due = jobs.filter(status=JobStatus.WAITING).exclude(scheduled_at__gt=now)
    oldest = due.aggregate(at=Min("procrastinateevent__at"))["at"]
    workers = ProcrastinateWorker.objects.filter(last_heartbeat__gt=now - ALIVE).count()
    return Overview(dict(counted), oldest, workers)


def moments_of(jobs: list[Job]) -> dict[int, tuple[datetime, datetime]]:
    """When each was asked for, and when something last happened to it."""
    found = (
        ProcrastinateEvent.objects.filter(job__in=[job.pk for job in jobs])
        .exclude(type="scheduled")
        .values_list("job")
        .annotate(first=Min("at"), last=Max("at"))
    )
    return {job: (first, last) for job, first, last in found}


def faults_of(jobs: list[Job]) -> dict[int, JobFault]:
    """The last fault of each job that had one."""
    rows: Any = (
        JobFault.objects.filter(job__in=[job.pk for job in jobs]).order_by("job", "-pk").distinct("job")
    )
    return {row.job: row for row in rows}
