"""Pages under /jobs/: what waits, runs and failed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from maarag.kernel.access.permissions import Permission
from maarag.kernel.access.scope import account_of, needs_permission
from maarag.kernel.jobs.actions import NotFailed
from maarag.kernel.jobs.models import Job, JobStatus
from maarag.kernel.jobs.queries import faults_of, moments_of, overview
from maarag.ui.tables import Column, Status, Table

from .actions import try_again
from .scope import sees_all, visible_to
from .words import TONES, title_of

PAGE = 50


@require_safe
@needs_permission(Permission.VIEW_AUDIT)
def index(request: HttpRequest) -> HttpResponse:
    """Newest first; who works for the nation sees all jobs, others those that they asked for."""
    viewer = account_of(request)
    jobs = visible_to(viewer)
    state = overview(jobs)
    status = request.GET.get("status", "")
    if status in JobStatus.values:
        jobs = jobs.filter(status=status)
    page = Paginator(jobs.order_by("-pk"), PAGE).get_page(request.GET.get("page"))
    context = {
        "table": _table(request, list(page)),
        "page": page,
        "status": status,
        "statuses": [("", _("Every state")), *((value, str(word)) for value, word in JobStatus.choices)],
        "state": state,
        "waiting": state.counts.get(JobStatus.WAITING, 0),
        "running": state.counts.get(JobStatus.RUNNING, 0),
        "failed": state.counts.get(JobStatus.FAILED, 0),
        "sees_all": sees_all(viewer),
    }
    return render(request, "jobs/index.html", context)


def _table(request: HttpRequest, jobs: list[Job]) -> Table:
    moments, faults = moments_of(jobs), faults_of(jobs)
    rows: list[dict[str, Any]] = []
    for job in jobs:
        asked, last = moments.get(job.pk, (None, None))
        fault = faults.get(job.pk)
        status = JobStatus(job.status)
        rows.append(
            {
                "number": str(job.pk),
                "task": title_of(job),
                "status": Status(status.label, TONES[status]),
                "asked": asked,
                "last": last,
                "attempts": job.attempts,
                "fault": format_html('<bdi dir="ltr">{}, {}</bdi>', fault.error, fault.where)
                if fault
                else "",
                "actions": _again(request, job) if status == JobStatus.FAILED else "",
            }
        )
    return Table(
        columns=[
            Column("task", _("What"), heading=True),
            Column("number", _("Number")),
            Column("status", _("State"), "status"),
            Column("asked", _("Asked for"), "moment"),
            Column("last", _("Last event"), "moment"),
            Column("attempts", _("Times begun"), "number"),
            Column("fault", _("Last fault")),
            Column("actions", _("Actions"), "actions"),
        ],
        rows=rows,
        caption=_("Background work"),
        caption_hidden=True,
        empty=_("No job is in this state."),
        region="results",
        dense=True,
    )


def _again(request: HttpRequest, job: Job) -> str:
    return render_to_string("jobs/again.html", {"job": job}, request)


@require_POST
@needs_permission(Permission.VIEW_AUDIT)
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a failed job run again."""
    viewer = account_of(request)
    job = get_object_or_404(visible_to(viewer), pk=pk)
    try:
        try_again(by=viewer, job=job)
    except NotFailed:
        messages.error(request, _("Only a job that failed can be tried again."))
    else:
        messages.success(request, _("The job waits to be done again."))
    return redirect("jobs:index")
