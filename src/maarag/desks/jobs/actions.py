"""What somebody may do to a job."""

from __future__ import annotations

from django.db import transaction

from maarag.kernel.access.models import Account
from maarag.kernel.audit.actions import record
from maarag.kernel.jobs import actions
from maarag.kernel.jobs.models import Job


def try_again(*, by: Account, job: Job) -> None:
    """Let a failed job run again. Raises NotFailed."""
    with transaction.atomic():
        actions.try_again(job=job.pk)
        record(by=by, action="jobs.try_again", subject=job, changes={"status": ["failed", "todo"]})
