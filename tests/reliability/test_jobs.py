"""Workers are killed, connections cut and clocks shared: the effect of each job is made exactly once."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection, transaction

from maarag.kernel.access.actions import system_account
from maarag.kernel.audit.models import AuditEvent
from maarag.kernel.imports.actions import apply_file, read_file, take_in
from maarag.kernel.imports.background import work
from maarag.kernel.imports.models import FileStatus, Mode
from maarag.kernel.jobs.actions import defer
from maarag.kernel.jobs.models import Job, JobEffect
from maarag.kernel.taxonomy.models import Term
from tests.kernel.jobs import trials
from tests.kernel.jobs.queue import (
    begun_again,
    emptied,
    environment,
    statuses,
    wait_until,
    worker,
    workers_alive,
)

pytestmark = pytest.mark.django_db(transaction=True)
Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start(transactional_db: None) -> Iterator[Start]:
    """Start a worker; those that still run afterwards are killed. The queue is empty before and after."""
    emptied()
    started: list[subprocess.Popen[bytes]] = []

    def begin(**options: Any) -> subprocess.Popen[bytes]:
        started.append(worker(**options))
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.wait()
    emptied()


def ask_for(jobs: int, milliseconds: int) -> None:
    with transaction.atomic():
        for number in range(1, jobs + 1):
            defer(trials.slow, number=number, milliseconds=milliseconds)


def exactly_once(jobs: int) -> None:
    assert statuses() == {"succeeded": jobs}
    found = trials.effects()
    del found[0]  # of the clock, which ticks meanwhile
    assert found == Counter(range(1, jobs + 1))


def kill_among(start: Start, *, jobs: int, milliseconds: int, kills: int, workers: int, again: bool) -> int:
    """Kill a worker with -9 whenever a random share of the jobs is done; `again`: start another for it.

    Returns how many jobs had to be begun more than once.
    """
    chance = random.Random(jobs)
    alive = [(start(), 0.0) for _ in range(workers)]
    assert wait_until(lambda: workers_alive() == workers)
    ask_for(jobs, milliseconds)
    for threshold in sorted(chance.sample(range(1, jobs * 4 // 5), kills)):
        assert wait_until(lambda least=threshold: statuses().get("succeeded", 0) >= least, 120)  # type: ignore[misc]
        time.sleep(chance.random() * milliseconds / 1000)
        settled = [one for one in alive if time.monotonic() - one[1] > 4] or alive[:1]
        victim = chance.choice(settled)
        alive.remove(victim)
        assert victim[0].poll() is None, "a worker ended by itself"
        victim[0].send_signal(signal.SIGKILL)
        if again:
            alive.append((start(), time.monotonic()))
    assert statuses().get("succeeded", 0) < jobs, "the last kill came too late to prove anything"
    assert wait_until(lambda: statuses() == {"succeeded": jobs}, 120), statuses()
    return begun_again()


def test_workers_killed_among_jobs(start: Start) -> None:
    interrupted = kill_among(start, jobs=100, milliseconds=150, kills=3, workers=4, again=False)
    exactly_once(100)
    assert interrupted >= 1


@pytest.mark.proof
def test_workers_killed_twenty_times_among_a_thousand_jobs(
    start: Start, record_property: Callable[[str, object], None]
) -> None:
    began = time.monotonic()
    interrupted = kill_among(start, jobs=1000, milliseconds=100, kills=20, workers=3, again=True)
    exactly_once(1000)
    assert interrupted >= 10
    record_property("interrupted", interrupted)
    print(  # noqa: T201
        f"1000 jobs, 20 workers killed with -9, {interrupted} jobs begun again, each effect once, none lost:"
        f" {time.monotonic() - began:.0f} s"
    )


def test_each_tick_of_the_clock_fires_once_however_many_workers_run(start: Start) -> None:
    for _ in range(3):
        start()
    assert wait_until(lambda: workers_alive() == 3)
    assert wait_until(lambda: statuses("trial.clock").get("succeeded", 0) >= 4)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args->>'timestamp', count(*) FROM procrastinate_jobs"
            " WHERE task_name = 'trial.clock' GROUP BY 1"
        )
        assert {count for _moment, count in cursor.fetchall()} == {1}


def test_a_worker_told_to_end_finishes_what_it_does_and_begins_nothing(start: Start) -> None:
    process = start(concurrency=1)
    ask_for(2, 1500)
    assert wait_until(lambda: "doing" in statuses())
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert statuses() == {"succeeded": 1, "todo": 1}
    assert trials.effects()[1] == 1
    assert workers_alive() == 0


def test_connections_cut_under_the_workers(start: Start) -> None:
    """As when PostgreSQL restarts: the worker comes back, and no job stays begun for ever."""
    start()
    assert wait_until(lambda: workers_alive() == 1)
    ask_for(60, 50)
    cuts = 0
    for least in (5, 20, 35):
        assert wait_until(lambda least=least: statuses().get("succeeded", 0) >= least)  # type: ignore[misc]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename = current_user"
            )
            cuts += cursor.fetchone()[0]
    assert cuts >= 6
    with connection.cursor() as cursor:  # those whose transaction was cut come again after five seconds
        assert wait_until(lambda: not {"todo", "doing"} & set(statuses()), 60), statuses()
        cursor.execute("SELECT 1")
    exactly_once(60)


def test_a_load_cut_off_in_the_middle_is_loaded_by_another_worker_once(
    start: Start, tmp_path: Path, settings: Any
) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    }
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.IMPORT_BACKGROUND_BYTES = 1
    environ = {
        "MAARAG_HOME": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "maarag.config.settings.development",
    }
    rows = "".join(f"human_services:s{number},מענה {number}\n" for number in range(300))
    content = f"slug,שם בעברית\nhuman_services,מענים\n{rows}".encode()
    by = system_account()
    found = take_in(by=by, kind="taxonomy", file=ContentFile(content, name="t.csv"), name="t.csv")
    sign = tmp_path / "inside"
    victim = start(environ=environ, stuck=sign)
    work(read_file, import_file=found, by=by)
    assert wait_until(lambda: _status(found) == FileStatus.READY and not _open(), 60), _status(found)
    work(apply_file, import_file=found, by=by, mode=Mode.ALL)
    assert wait_until(sign.exists, 60)
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    assert Term.objects.count() == 0
    start(environ=environ)
    assert wait_until(lambda: _status(found) == FileStatus.APPLIED, 60), found.message
    assert Term.objects.count() == 301
    assert AuditEvent.objects.filter(action="imports.apply").count() == 1
    assert wait_until(lambda: statuses("imports.apply") == {"succeeded": 1})
    imports = Job.objects.filter(queue_name="imports").values("pk")
    assert JobEffect.objects.filter(pk__in=imports).count() == 2


def _status(found: Any) -> str:
    found.refresh_from_db()
    return str(found.status)


def _open() -> bool:
    return bool({"todo", "doing"} & set(statuses("imports.read")))


BESIDE = """
import sys, time
from maarag.cli.worker import beside_the_site
with beside_the_site():
    print("site", flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("way", ["killed", "in order"])
def test_the_worker_beside_the_site_comes_again_and_ends_with_it(start: Start, way: str) -> None:
    """Killed, it is started again; when the site is killed, it ends by itself."""
    site = subprocess.Popen(
        [sys.executable, "-c", BESIDE], env=environment(), stdin=subprocess.PIPE, start_new_session=True
    )
    try:
        assert wait_until(lambda: workers_alive(15) == 1), "no worker came"
        first = _child_of(site.pid)
        if way == "killed":
            os.kill(first, signal.SIGKILL)
            assert wait_until(lambda: _child_of(site.pid) not in (0, first)), "no other worker came"
            second = _child_of(site.pid)
            site.kill()
            assert wait_until(lambda: _is_gone(second)), "the worker outlives its site"
        else:
            assert site.stdin is not None
            site.stdin.close()
            assert site.wait(60) == 0
            assert _is_gone(first)
            assert workers_alive(15) == 0
    finally:
        site.kill()
        site.wait()


def _child_of(pid: int) -> int:
    """The process that `pid` started; 0 where there is none."""
    found = [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in _children(task)]
    return found[0] if found else 0


def _children(task: Path) -> list[str]:
    try:
        return (task / "children").read_text().split()
    except OSError:
        return []


def _is_gone(pid: int) -> bool:
    """Ended, if perhaps not yet buried by whoever inherited it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True
