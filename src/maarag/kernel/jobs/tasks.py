"""The queue's own housekeeping."""

from __future__ import annotations

from django.db import connection
from django.utils.translation import gettext_lazy as _

from .registry import task

KEPT_DAYS = 30


@task("jobs.tidy", queue="housekeeping", cron="23 1 * * *", title=_("Removing old jobs"))
def tidy() -> None:
    """Jobs that ended a month ago, and what was noted about them. Failed ones are kept three months."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM procrastinate_jobs AS job
            WHERE job.status IN ('succeeded', 'cancelled', 'aborted', 'failed') AND NOT EXISTS (
                SELECT FROM procrastinate_events AS event WHERE event.job_id = job.id
                AND event.at > now() - make_interval(
                    days => CASE job.status WHEN 'failed' THEN 3 ELSE 1 END * %s))
            """,
            [KEPT_DAYS],
        )
        for table in ("jobs_jobeffect", "jobs_jobfault"):
            # a job that is still there keeps its note, however old: it must never have its effect twice
            cursor.execute(
                f"DELETE FROM {table} AS kept WHERE kept.at < now() - make_interval(days => %s)"
                " AND NOT EXISTS (SELECT FROM procrastinate_jobs AS job WHERE job.id = kept.job)",
                [KEPT_DAYS],
            )
