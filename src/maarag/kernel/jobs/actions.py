"""Asking for work beside the request, and asking again for what failed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from procrastinate.exceptions import AlreadyEnqueued

from .arguments import packed
from .models import Job, JobStatus
from .registry import Task


class NotInTransaction(RuntimeError):
    """A job was asked for outside the transaction that makes the write it belongs to."""


class NotFailed(Exception):
    """Only a job that failed can be tried again by hand."""


def defer(
    task: Task, *, lock: str = "", at: datetime | None = None, single: bool = False, **arguments: Any
) -> int | None:
    """Ask for the task inside the caller's transaction: the job is there exactly when that is committed.

    `lock`: jobs with the same lock run one after the other, in order. `single`: None is returned, and nothing
    asked for, where a job with this lock waits already. `at`: not before. Raises NotInTransaction,
    NotAnIdentifier.
    """
    if not transaction.get_connection().in_atomic_block:
        raise NotInTransaction(task.name)
    deferrer = task.inner.configure(
        lock=lock or None, queueing_lock=(lock or task.name) if single else None, schedule_at=at
    )
    values = packed(task.kinds, task.required, arguments)
    if not single and not task.cron:
        return int(deferrer.defer(**values))
    try:
        with transaction.atomic():  # a refusal leaves the caller's transaction whole
            return int(deferrer.defer(**values))
    except AlreadyEnqueued:
        return None


def try_again(*, job: int) -> None:
    """Let a failed job run again, at once. Raises NotFailed, Job.DoesNotExist. The caller keeps the audit."""
    with transaction.atomic():
        found = Job.objects.select_for_update().get(pk=job)
        if found.status != JobStatus.FAILED:
            raise NotFailed
        with connection.cursor() as cursor:
            cursor.execute("SELECT procrastinate_retry_job_v2(%s, now(), NULL, NULL, NULL)", [job])
        wake(found.queue_name)


def wake(queue: str) -> None:
    """Tell the workers that something waits again: procrastinate tells them of new jobs only."""
    message = '{"type": "job_inserted", "job_id": 0}'
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_notify('procrastinate_any_queue_v1', %s),"
            " pg_notify('procrastinate_queue_v1#' || %s, %s)",
            [message, queue, message],
        )
