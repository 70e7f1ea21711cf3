"""Every night: the approved previews are carried out, then the technical rows are tidied."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from maarag.kernel.jobs.registry import task

from .actions import run_approved, tidy


@task(
    "retention.run",
    queue="housekeeping",
    cron="10 1 * * *",
    repeatable=True,
    title=_("Erasing what was approved"),
)
def run() -> None:
    """Each preview commits by itself, and is carried out once however often this begins."""
    run_approved()


@task("retention.tidy", queue="housekeeping", cron="50 1 * * *", title=_("Removing old technical rows"))
def remove_old() -> None:
    tidy()
