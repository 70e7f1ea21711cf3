"""Tasks that come by themselves: each time once, however many workers run."""

from __future__ import annotations

from collections.abc import Iterable

from procrastinate import App
from procrastinate.exceptions import NoResult, UniqueViolation
from procrastinate.periodic import PeriodicDeferrer, PeriodicRegistry, PeriodicTask, TaskAtTime

# The row of (task, time) is unique; those of earlier times are removed, so a worker that comes late must not
# take their absence for a firing that is still due.
FIRE = """
SELECT procrastinate_defer_periodic_job_v2(
    %(queue)s, NULL, %(queueing_lock)s, %(task_name)s, %(priority)s, '', %(timestamp)s,
    jsonb_build_object('timestamp', %(timestamp)s::bigint)) AS id
WHERE NOT EXISTS (
    SELECT FROM procrastinate_periodic_defers
    WHERE task_name = %(task_name)s AND periodic_id = '' AND defer_timestamp >= %(timestamp)s)
"""


class Deferrer(PeriodicDeferrer):
    """Procrastinate's clock, over the worker's own connection, which survives restarts of the database."""

    def __init__(self, registry: PeriodicRegistry, app: App, max_delay: float) -> None:
        super().__init__(registry=registry, max_delay=max_delay)
        self.app = app

    def get_timestamps(self, periodic_task: PeriodicTask, since: int | None, until: float) -> Iterable[int]:
        """The last time due only: what was missed meanwhile is not made up for."""
        return list(super().get_timestamps(periodic_task, since, until))[-1:]

    async def defer_jobs(self, jobs_to_defer: Iterable[TaskAtTime]) -> None:
        for periodic_task, timestamp in jobs_to_defer:
            task = periodic_task.task
            try:
                await self.app.connector.execute_query_one_async(
                    FIRE,
                    queue=task.queue,
                    queueing_lock=task.queueing_lock,
                    task_name=task.name,
                    priority=task.priority,
                    timestamp=timestamp,
                )
            except (NoResult, UniqueViolation):
                continue  # fired before, or the last one still waits
