"""Declaring tasks: `@task` in the `tasks.py` of an app, which is found by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job as ProcrastinateJob

from .arguments import kinds_of
from .running import perform

Within = Callable[..., AbstractContextManager[Any]]


@dataclass(frozen=True)
class Retry(BaseRetryStrategy):
    """Run again after an error, each time after a longer wait: first, first × 4, first × 16 …"""

    times: int = 5
    first: timedelta = timedelta(seconds=5)
    longest: timedelta = timedelta(hours=1)

    def get_retry_decision(self, *, exception: BaseException, job: ProcrastinateJob) -> RetryDecision | None:
        if job.attempts >= self.times:
            return None
        seconds = self.first.total_seconds() * 4 ** min(job.attempts, 20)
        wait = min(seconds, self.longest.total_seconds())
        return RetryDecision(retry_in={"milliseconds": int(wait * 1000)})


NEVER = Retry(times=0)


@dataclass(frozen=True)
class Task:
    """A kind of job. Calling it runs the plain function at once, as a test may want."""

    name: str
    function: Callable[..., Any]
    queue: str
    kinds: Mapping[str, Any]
    required: frozenset[str]
    repeatable: bool
    within: Within | None
    cron: str
    title: Any
    inner: Any = field(repr=False, default=None)
    """Procrastinate's task."""

    def __call__(self, **arguments: Any) -> Any:
        return self.function(**arguments)


TASKS: dict[str, Task] = {}


def task(
    name: str,
    *,
    queue: str = "default",
    retry: Retry | None = None,
    repeatable: bool = False,
    within: Within | None = None,
    cron: str = "",
    title: Any = "",
) -> Callable[[Callable[..., Any]], Task]:
    """Declare a task `app.verb`. Its arguments are ids and codes: int, UUID or Code.

    The function runs in one transaction together with the note that its effect is made, so that the effect is
    made exactly once however often the job is begun. `repeatable`: it commits as it goes, and bears being run
    again from its start. `within(**arguments)`: a context to enter before the transaction begins, such as the
    scope of the personal rows it may see. `cron`: also by itself at these times (of UTC), once however many
    workers run; such a task takes no arguments. What goes outside the database (an e-mail) can happen twice:
    give it `current_job().key`. Raises NotAnIdentifier, and ValueError for a name taken twice.
    """

    def declare(function: Callable[..., Any]) -> Task:
        kinds, required = kinds_of(function)
        if name in TASKS:
            raise ValueError(f"two tasks are called {name}")
        if cron and kinds:
            raise ValueError(f"{name} runs by itself and can have no arguments")

        def run(context: JobContext, **values: Any) -> None:
            perform(made, context.job, values)

        # periodic jobs wait at most once each: a queue that stood still is not followed by a flood
        inner: Any = app.task(
            name=name,
            queue=queue,
            retry=retry or Retry(),
            pass_context=True,
            queueing_lock=name if cron else None,
        )(run)
        if cron:
            app.periodic(cron=cron)(inner)
        made = Task(name, function, queue, kinds, required, repeatable, within, cron, title or name, inner)
        TASKS[name] = made
        return made

    return declare
