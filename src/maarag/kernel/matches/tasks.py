"""Long runs beside the request."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from maarag.kernel.jobs.registry import Retry, task

from .actions import compute
from .models import Run


@task("matches.work", queue="matches", repeatable=True, retry=Retry(times=1), title=_("Matching"))
def work(run: UUID, account: int) -> None:
    """Its progress is committed as it goes; begun anew, it starts over. `account`: for the page of jobs."""
    found = Run.objects.select_related("place", "asked_by").filter(pk=run).first()
    if found is not None:
        compute(run=found)
