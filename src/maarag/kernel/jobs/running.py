"""Running one job: its effect and the note of it in one transaction."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from contextlib import nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from django.db import Error, connection, transaction
from procrastinate.jobs import Job as ProcrastinateJob

from .arguments import unpacked
from .models import JobEffect, JobFault

if TYPE_CHECKING:
    from .registry import Task

log = logging.getLogger(__name__)

PACKAGE = PurePath(__file__).parents[2]
"""The folder of our own code, wherever it is installed."""


@dataclass(frozen=True)
class Running:
    """The job that runs in this thread."""

    id: int
    attempt: int
    """0 the first time."""

    @property
    def key(self) -> str:
        """The same at every run of this job: tells an outside system that it has had this already."""
        return f"maarag-job-{self.id}"


_current: ContextVar[Running] = ContextVar("job")


def current_job() -> Running:
    """The job that runs here. Raises LookupError outside one."""
    return _current.get()


def perform(task: Task, job: ProcrastinateJob, values: Mapping[str, Any]) -> None:
    """Run the task's function unless its effect is there already; raises what the function raises."""
    assert job.id is not None
    arguments = unpacked(task.kinds, values)
    token = _current.set(Running(job.id, job.attempts))
    try:
        with task.within(**arguments) if task.within else nullcontext():
            if task.repeatable:
                _as_it_goes(task, job.id, arguments)
            else:
                _at_once(task, job.id, arguments)
    except Exception as error:
        _keep_fault(task, job.id, error)
        raise
    finally:
        _current.reset(token)


def _at_once(task: Task, job: int, arguments: Mapping[str, Any]) -> None:
    with transaction.atomic():
        if claim(job):
            task.function(**arguments)


def _as_it_goes(task: Task, job: int, arguments: Mapping[str, Any]) -> None:
    if not JobEffect.objects.filter(pk=job).exists():
        task.function(**arguments)
        claim(job)


def claim(job: int) -> bool:
    """Note the effect of the job in the present transaction; False where it was made before.

    Where another process makes it at this moment (a worker thought dead that is alive), wait for that
    transaction: its commit gives False, its end without commit True.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO jobs_jobeffect (job, at) VALUES (%s, now()) ON CONFLICT (job) DO NOTHING", [job]
        )
        return bool(cursor.rowcount)


def _keep_fault(task: Task, job: int, error: Exception) -> None:
    """For the page of jobs: what kind of error and where. Its text stays untold, for it may quote a row."""
    name, where = type(error).__name__, _place(error)
    log.warning("job %s (%s) failed: %s at %s", job, task.name, name, where)
    try:
        JobFault.objects.create(job=job, error=name[:120], where=where[-200:])
    except Error:
        log.warning("the fault of job %s could not be kept: the database does not answer", job)


def _place(error: Exception) -> str:
    """File and line where it was raised, the innermost of our own code if there is any."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if PACKAGE in PurePath(frame.filename).parents]
    ours = [frame for frame in ours if frame.filename != __file__]
    if not frames:
        return ""
    last = (ours or list(frames))[-1]
    return f"{'/'.join(PurePath(last.filename).parts[-3:])}:{last.lineno} {last.name}"
