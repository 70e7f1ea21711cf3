"""Jobs in words."""

from __future__ import annotations

from maarag.kernel.jobs.models import Job, JobStatus
from maarag.kernel.jobs.registry import TASKS

TONES = {
    JobStatus.WAITING: "neutral",
    JobStatus.RUNNING: "info",
    JobStatus.DONE: "ok",
    JobStatus.FAILED: "critical",
    JobStatus.CANCELLED: "unknown",
    JobStatus.ABORTED: "attention",
}


def title_of(job: Job) -> str:
    """What the job does; the bare name of a task that is no more."""
    task = TASKS.get(job.task_name)
    return str(task.title) if task else job.task_name
