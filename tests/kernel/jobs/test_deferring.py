"""A job is there exactly when the write that asked for it is; it carries ids and codes only."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from maarag.kernel.jobs.actions import NotInTransaction, defer
from maarag.kernel.jobs.arguments import ALLOWED, NotAnIdentifier, kinds_of
from maarag.kernel.jobs.inline import work_off
from maarag.kernel.jobs.models import Job
from maarag.kernel.jobs.registry import TASKS, task

from . import trials


def test_a_job_is_there_once_the_write_is_committed(db: None) -> None:
    with transaction.atomic():
        defer(trials.once, number=1)
        assert Job.objects.count() == 1
        transaction.set_rollback(True)
    assert Job.objects.count() == 0
    with transaction.atomic():
        defer(trials.once, number=1)
    assert Job.objects.get().args == {"number": 1}


def test_outside_a_transaction_nothing_can_be_asked_for(transactional_db: None) -> None:
    with pytest.raises(NotInTransaction):
        defer(trials.once, number=1)


def test_other_workers_do_not_see_a_job_before_its_write(queue: None) -> None:
    """From another connection, as a worker looks."""
    import psycopg

    from .queue import address

    with psycopg.connect(address(), autocommit=True) as other:
        with transaction.atomic():
            defer(trials.once, number=1)
            assert other.execute("SELECT count(*) FROM procrastinate_jobs").fetchone() == (0,)
        assert other.execute("SELECT count(*) FROM procrastinate_jobs").fetchone() == (1,)


def test_arguments_come_back_as_they_were(db: None) -> None:
    defer(trials.typed, number=7, key=uuid4(), mode="some")
    assert work_off() == 1
    assert trials.effects() == {7: 1}
    assert Job.objects.get().status == "succeeded"


@pytest.mark.parametrize(
    "arguments",
    [
        {"number": "039337423"},
        {"number": True},
        {"number": 1.5},
        {"number": None},
        {"number": 1, "key": "dana@example.org"},
        {"number": 1, "mode": "דנה כהן"},
        {"number": 1, "mode": "Dana Cohen"},
        {"number": 1, "mode": "054-1234567"},
        {"number": 1, "mode": "dana@example.org"},
        {"number": 1, "mode": "x" * 65},
        {"number": [1, 2]},
    ],
)
def test_what_may_name_somebody_is_refused_and_not_told(db: None, arguments: dict[str, Any]) -> None:
    with pytest.raises(NotAnIdentifier) as refused:
        defer(trials.typed, **{"number": 1, "key": uuid4(), **arguments})
    for value in arguments.values():
        assert value == 1 or str(value) not in str(refused.value) or len(str(value)) < 5
    assert Job.objects.count() == 0


@pytest.mark.parametrize("arguments", [{}, {"number": 1, "other": 2}])
def test_arguments_are_neither_missing_nor_too_many(db: None, arguments: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        defer(trials.once, **arguments)


def test_every_task_takes_ids_and_codes_only() -> None:
    assert {"jobs.tidy", "imports.read", "imports.apply"} <= set(TASKS)
    for found in TASKS.values():
        kinds, _required = kinds_of(found.function)
        assert all(any(kind == allowed for allowed in ALLOWED) for kind in kinds.values()), found.name
        assert kinds == found.kinds


def test_no_task_is_made_past_the_registry() -> None:
    """Procrastinate's own decorator would let anything through."""
    from procrastinate.contrib.django import app

    # its own are there under two names: "builtin:…" and, for queues of older versions, without that
    own = {name for name, found in app.tasks.items() if found.name.startswith("builtin:")}
    assert all(name.removeprefix("builtin:").startswith("procrastinate.builtin_tasks.") for name in own)
    assert set(app.tasks) - own == set(TASKS)


def test_a_task_with_a_free_argument_cannot_be_declared() -> None:
    def text(note: str) -> None: ...

    def everything(**values: int) -> None: ...

    def untyped(row) -> None: ...  # type: ignore[no-untyped-def]

    for function in (text, everything, untyped):
        with pytest.raises(NotAnIdentifier):
            task("trial.refused")(function)
    assert "trial.refused" not in TASKS


def test_one_waiting_job_is_enough(db: None) -> None:
    assert defer(trials.once, number=1, lock="trial-1", single=True) is not None
    assert defer(trials.once, number=1, lock="trial-1", single=True) is None
    assert defer(trials.once, number=1, lock="trial-2", single=True) is not None
    assert Job.objects.count() == 2
    assert work_off() == 2
    assert defer(trials.once, number=1, lock="trial-1", single=True) is not None
