"""The effect of a job is made exactly once; errors are tried again, kept, and told without their text."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from maarag.kernel.jobs.actions import NotFailed, defer, try_again
from maarag.kernel.jobs.inline import work_off
from maarag.kernel.jobs.models import Job, JobEffect, JobFault
from maarag.kernel.jobs.registry import TASKS, Retry, Task
from maarag.kernel.jobs.running import current_job

from . import trials

pytestmark = pytest.mark.django_db


def begin_again(job: int) -> None:
    """As after a worker that died between the effect and telling that the job has ended."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'todo', scheduled_at = NULL WHERE id = %s", [job]
        )


def fail(error: Exception) -> None:
    def step() -> None:
        raise error

    trials.inside[:] = [step]


@pytest.mark.parametrize("trial", [trials.once, trials.repeatable], ids=lambda trial: trial.name)
def test_a_second_run_finds_the_effect_and_does_nothing(trial: Task) -> None:
    job = defer(trial, number=3)
    assert job is not None
    assert work_off() == 1
    begin_again(job)
    assert work_off() == 1
    assert trials.effects() == {3: 1}
    assert Job.objects.get().status == "succeeded"


def test_the_same_work_asked_for_twice_is_done_twice() -> None:
    """What is made once is the effect of a job; two jobs are two wishes."""
    defer(trials.once, number=3)
    defer(trials.once, number=3)
    work_off()
    assert trials.effects() == {3: 2}


def test_a_failed_run_leaves_no_effect_and_comes_again_later_and_later() -> None:
    job = defer(trials.once, number=3)
    assert job is not None
    fail(ValueError("whatever"))
    waits = []
    for _attempt in range(2):
        assert work_off() == 1
        found = Job.objects.get()
        assert found.status == "todo"
        assert found.scheduled_at is not None
        waits.append((found.scheduled_at - timezone.now()).total_seconds())
        assert work_off() == 0, "its time has not come"
        begin_again(job)
    assert 3 < waits[0] <= 5
    assert 15 < waits[1] <= 20
    assert trials.effects() == {}
    assert not JobEffect.objects.exists()
    work_off()
    assert Job.objects.get().status == "failed"
    trials.inside.clear()
    try_again(job=job)
    assert work_off() == 1
    assert (trials.effects(), Job.objects.get().status) == ({3: 1}, "succeeded")


def test_only_a_failed_job_is_tried_again() -> None:
    job = defer(trials.once, number=3)
    assert job is not None
    with pytest.raises(NotFailed):
        try_again(job=job)
    with pytest.raises(Job.DoesNotExist):
        try_again(job=job + 1)


def test_an_error_is_kept_without_its_text(caplog: pytest.LogCaptureFixture) -> None:
    defer(trials.once, number=3)
    fail(ValidationError("דנה כהן 039337423"))
    with caplog.at_level(logging.DEBUG):
        work_off()
    fault = JobFault.objects.exclude(error=trials.MARK).get()
    assert (fault.error, fault.where.rpartition(" ")[2]) == ("ValidationError", "step")
    assert "039337423" not in caplog.text
    assert "trial.once" in caplog.text


def test_a_job_knows_its_own_key() -> None:
    keys: list[str] = []
    trials.inside[:] = [lambda: keys.append(current_job().key)]
    job = defer(trials.once, number=3)
    work_off()
    assert keys == [f"maarag-job-{job}"]
    with pytest.raises(LookupError):
        current_job()


def test_a_context_is_entered_before_the_transaction_of_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the scope of personal rows is told to the database."""
    seen: list[Any] = []

    @contextmanager
    def within(number: int) -> Any:
        seen.append((number, len(connection.savepoint_ids)))
        yield

    inner = TASKS["trial.once"]
    scoped = Task(**{**vars(inner), "within": within})
    trials.inside[:] = [lambda: seen.append(len(connection.savepoint_ids))]
    defer(inner, number=3)
    from procrastinate.jobs import Job as Row

    from maarag.kernel.jobs.running import perform

    job = Job.objects.get()
    perform(
        scoped,
        Row(id=job.pk, queue="trial", task_name="trial.once", lock=None, queueing_lock=None),
        {"number": 3},
    )
    assert seen[0][0] == 3
    assert seen[1] == seen[0][1] + 1


def test_waits_grow_up_to_an_hour() -> None:
    from procrastinate.jobs import Job as Row

    retry = Retry(times=9)
    waits = []
    for attempts in range(10):
        row = Row(id=1, queue="q", task_name="t", lock=None, queueing_lock=None, attempts=attempts)
        decision = retry.get_retry_decision(exception=ValueError(), job=row)
        if decision and decision.retry_at:
            waits.append(round((decision.retry_at - timezone.now()).total_seconds()))
    assert waits == [5, 20, 80, 320, 1280, 3600, 3600, 3600, 3600]


def test_old_jobs_and_their_notes_are_removed_and_a_note_never_before_its_job() -> None:
    old, failed, fresh = (defer(trials.once, number=number) for number in range(3))
    work_off()
    moment = timezone.now() - timedelta(days=40)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE id = %s", [failed])
        cursor.execute("UPDATE procrastinate_events SET at = %s WHERE job_id <> %s", [moment, fresh])
    JobEffect.objects.update(at=moment)
    TASKS["jobs.tidy"]()
    assert set(Job.objects.values_list("pk", flat=True)) == {failed, fresh}
    assert set(JobEffect.objects.values_list("pk", flat=True)) == {failed, fresh}
    assert old not in set(JobEffect.objects.values_list("pk", flat=True))
