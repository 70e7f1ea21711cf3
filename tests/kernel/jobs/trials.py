"""Tasks that only the tests have; registered where this module is imported."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from uuid import UUID

from maarag.kernel.jobs.arguments import Code
from maarag.kernel.jobs.models import JobFault
from maarag.kernel.jobs.registry import Retry, task
from maarag.kernel.jobs.running import current_job

inside: list[Callable[[], None]] = []
"""What a trial does besides its effect; put here by the tests that run it in their own process."""
MARK = "an effect"


def write(number: int) -> None:
    """The effect: one more row in a table that all of the jobs share."""
    JobFault.objects.create(job=current_job().id, error=MARK, where=str(number))


def effects() -> Counter[int]:
    """How often each number was written, as committed or as this transaction sees it."""
    rows = JobFault.objects.filter(error=MARK).values_list("where", flat=True)
    return Counter(int(number) for number in rows)


@task("trial.once", queue="trial", retry=Retry(times=2))
def once(number: int) -> None:
    write(number)
    for step in inside:
        step()


@task("trial.slow", queue="trial")
def slow(number: int, milliseconds: int) -> None:
    """Waits in the middle of the transaction, its effect written and not committed."""
    write(number)
    time.sleep(milliseconds / 1000)


@task("trial.repeatable", queue="trial", repeatable=True)
def repeatable(number: int) -> None:
    for step in inside:
        step()
    write(number)


@task("trial.typed", queue="trial")
def typed(number: int, key: UUID, mode: Code = "all") -> None:
    assert isinstance(key, UUID)
    assert mode in ("all", "some")
    write(number)


@task("trial.clock", queue="trial", cron="* * * * * *")
def clock() -> None:
    """Every second."""
    write(0)
