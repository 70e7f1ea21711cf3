"""What is kept about a job besides procrastinate's own row of it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.models import ProcrastinateJob


class JobStatus(models.TextChoices):
    """The states of a job, under procrastinate's own names."""

    WAITING = "todo", _("Waiting")
    RUNNING = "doing", _("Running")
    DONE = "succeeded", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    ABORTED = "aborted", _("Stopped")


class Job(ProcrastinateJob):
    """Something to be done beside the request. Written by procrastinate's functions only."""

    class Meta:
        proxy = True
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-id"]


class JobEffect(models.Model):
    """The effect of this job is in the database: written in the very transaction that made the effect.

    Not a foreign key: the row outlives the job for as long as a worker thought dead may still come back.
    """

    job = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(_("when"), auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("effect of a job")
        verbose_name_plural = _("effects of jobs")

    def __str__(self) -> str:
        return str(self.job)


class JobFault(models.Model):
    """A run of a job that failed: the kind of error and where, never its text, which may name people."""

    job = models.BigIntegerField(db_index=True)
    at = models.DateTimeField(_("when"), auto_now_add=True, db_index=True)
    error = models.CharField(_("error"), max_length=120)
    where = models.CharField(_("where"), max_length=200)

    class Meta:
        verbose_name = _("fault of a job")
        verbose_name_plural = _("faults of jobs")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.job}: {self.error}"
