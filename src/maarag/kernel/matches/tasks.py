"""Long runs beside the request, and the end of those that were cut off."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from maarag.kernel.access.actions import system_account
from maarag.kernel.jobs.registry import Retry, task

from .actions import compute, end_cut_off
from .models import OPEN_STATES, Run


@task("matches.work", queue="matches", repeatable=True, retry=Retry(times=1), title=_("Matching"))
def work(run: UUID, account: int) -> None:
    """Its progress is committed as it goes; begun anew, it starts over. `account`: for the page of jobs."""
    found = Run.objects.select_related("place", "asked_by").filter(pk=run).first()
    if found is not None:
        compute(run=found)


@task("matches.tidy", queue="housekeeping", cron="7 * * * *", title=_("Ending matchings that were cut off"))
def tidy() -> None:
    """So that none seems to run that nobody computes any more."""
    by = system_account()
    for run in Run.objects.filter(state__in=OPEN_STATES).order_by("asked_at"):
        end_cut_off(by=by, run=run)
