"""Running what waits in this process, one by one: for tests, and for commands without a worker."""

from __future__ import annotations

from typing import Any

from django.db import connection
from procrastinate.jobs import Job

from .registry import TASKS

FETCH = """
SELECT id, status, task_name, priority, lock, queueing_lock, args AS task_kwargs, scheduled_at,
       queue_name AS queue, attempts FROM procrastinate_fetch_job_v2(NULL, %s) WHERE id IS NOT NULL
"""


def work_off(most: int = 1000) -> int:
    """Run the jobs whose time has come, at most `most`; how many were begun. Errors end up with the job."""
    begun = 0
    worker = _value("SELECT worker_id FROM procrastinate_register_worker_v1()")
    try:
        while begun < most and (job := _next(worker)):
            begun += 1
            _run(job)
    finally:
        _value("SELECT procrastinate_unregister_worker_v1(%s)", worker)
    return begun


def _run(job: Job) -> None:
    task = TASKS.get(job.task_name)
    decision, status = None, "succeeded"
    if task is None:
        status = "failed"
    else:
        from .running import perform

        try:
            perform(task, job, job.task_kwargs)
        except Exception as error:
            status = "failed"
            again = task.inner.get_retry_exception(exception=error, job=job)
            decision = again.retry_decision if again else None
    if decision:
        _value("SELECT procrastinate_retry_job_v2(%s, %s, NULL, NULL, NULL)", job.id, decision.retry_at)
    else:
        _value("SELECT procrastinate_finish_job_v1(%s, %s::procrastinate_job_status, false)", job.id, status)


def _next(worker: int) -> Job | None:
    with connection.cursor() as cursor:
        cursor.execute(FETCH, [worker])
        row = cursor.fetchone()
        if row is None:
            return None
        found = dict(zip([column[0] for column in cursor.description or ()], row, strict=True))
    found["task_kwargs"] = _mapping(found["task_kwargs"])
    return Job(**found)


def _mapping(value: Any) -> dict[str, Any]:
    """Django leaves jsonb as text where it did not ask for it through a model."""
    import json

    return json.loads(value) if isinstance(value, str) else value


def _value(statement: str, *arguments: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        row = cursor.fetchone()
        return row[0] if row else None
