"""Operations under /api/jobs: for whoever may see the audit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema
from ninja.errors import HttpError

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, holds_somewhere
from maarag.kernel.jobs.actions import NotFailed
from maarag.kernel.jobs.models import Job, JobStatus
from maarag.kernel.jobs.queries import faults_of, moments_of, overview

from .actions import try_again
from .scope import visible_to

router = Router(tags=["jobs"])


class JobOut(Schema):
    """A job: which task, how it stands, and how its last run failed."""

    id: int
    task: str
    queue: str
    status: str = Field(description="todo, doing, succeeded, failed, cancelled or aborted.")
    attempts: int
    scheduled_at: datetime | None
    asked_at: datetime | None
    last_at: datetime | None
    error: str
    where: str


class JobPage(Schema):
    """Jobs, newest first; `counts`: by status, of all that the account sees."""

    total: int
    counts: dict[str, int]
    workers: int = Field(description="Workers alive.")
    items: list[JobOut]


def _viewer(request: HttpRequest) -> Account:
    if not holds_somewhere(request.user, Permission.VIEW_AUDIT):
        raise HttpError(403, _("Your account has no role that opens background work."))
    return account_of(request)


def _out(jobs: list[Job]) -> list[dict[str, Any]]:
    moments, faults = moments_of(jobs), faults_of(jobs)
    found = []
    for job in jobs:
        asked, last = moments.get(job.pk, (None, None))
        fault = faults.get(job.pk)
        found.append(
            {
                "id": job.pk,
                "task": job.task_name,
                "queue": job.queue_name,
                "status": job.status,
                "attempts": job.attempts,
                "scheduled_at": job.scheduled_at,
                "asked_at": asked,
                "last_at": last,
                "error": fault.error if fault else "",
                "where": fault.where if fault else "",
            }
        )
    return found


@router.get("/", response=JobPage, summary="Background work", url_name="jobs_list")
def list_jobs(
    request: HttpRequest,
    status: str = Query("", max_length=20),
    limit: int = Query(100, ge=1, le=500),
    offset: int = Query(0, ge=0, le=1_000_000),
) -> dict[str, Any]:
    """All jobs for whoever works for the nation, for others those that they asked for."""
    jobs = visible_to(_viewer(request))
    state = overview(jobs)
    if status:
        if status not in JobStatus.values:
            raise HttpError(422, _("No state is called %(status)s.") % {"status": status})
        jobs = jobs.filter(status=status)
    return {
        "total": jobs.count(),
        "counts": state.counts,
        "workers": state.workers,
        "items": _out(list(jobs.order_by("-pk")[offset : offset + limit])),
    }


@router.post("/{pk}/again", response=JobOut, summary="Try a failed job again", url_name="jobs_try_again")
def again(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Let it run again at once."""
    viewer = _viewer(request)
    job = get_object_or_404(visible_to(viewer), pk=pk)
    try:
        try_again(by=viewer, job=job)
    except NotFailed:
        raise HttpError(409, _("Only a job that failed can be tried again.")) from None
    job.refresh_from_db()
    return _out([job])[0]
