"""`python -m bench.jobs`: jobs a second with effects made exactly once, against plain procrastinate.

Both workers run on the same embedded server, taking turns, with as many jobs at once; each job writes one row
through Django. Plain procrastinate commits the row by itself and may make it twice after a crash; ours writes
the note of the effect in the same transaction. A round's time is from the first start to the last end, as the
queue's own events tell it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROUNDS = 3
JOBS = 1000
CONCURRENCY = 2
SINGLES = 30
# the site's own periodic jobs come between
OURS = "(SELECT id FROM procrastinate_jobs WHERE task_name LIKE 'bench.%%')"
OPEN = f"SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND id IN {OURS}"


def register() -> tuple[Any, Any]:
    """The two tasks: plain procrastinate's, ours."""
    from procrastinate.contrib.django import app

    from maarag.kernel.jobs.models import JobFault
    from maarag.kernel.jobs.registry import NEVER, task

    def effect(number: int) -> None:
        JobFault.objects.create(job=number, error="bench", where="")

    return app.task(name="bench.plain")(effect), task("bench.once", retry=NEVER)(effect)


def run_plain() -> None:
    """Procrastinate's own worker, as its Django command runs it, with connections kept between jobs."""
    from django.db import connections
    from procrastinate.contrib.django import app

    settings = connections.settings["default"]
    settings["CONN_MAX_AGE"], settings["CONN_HEALTH_CHECKS"] = 300, True
    connector: Any = app.connector

    async def work() -> None:
        async with app.open_async():
            await app.run_worker_async(concurrency=CONCURRENCY)

    with app.replace_connector(connector.get_worker_connector()):
        asyncio.run(work())


def run_ours() -> None:
    from maarag.kernel.jobs.worker import Options, run_worker

    run_worker(Options(concurrency=CONCURRENCY))


def query(statement: str, *arguments: object) -> Any:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, list(arguments))
        return cursor.fetchone()[0] if cursor.description else None


def ask(which: str, tasks: tuple[Any, Any], jobs: int) -> float:
    """Ask for the jobs in one transaction; seconds."""
    from django.db import transaction

    from maarag.kernel.jobs.actions import defer

    began = time.perf_counter()
    with transaction.atomic():
        for number in range(jobs):
            if which == "plain":
                tasks[0].defer(number=number)
            else:
                defer(tasks[1], number=number)
    return time.perf_counter() - began


def start(which: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "bench.jobs", "--worker", which])


def stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(60)


def wait_for(statement: str, wanted: object, seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while query(statement) != wanted:
        if time.monotonic() > deadline:
            raise SystemExit(f"never {wanted}: {statement}")
        time.sleep(0.02)


def measure(which: str, tasks: tuple[Any, Any], jobs: int) -> tuple[float, float]:
    """Jobs asked for a second, jobs done a second."""
    clear()
    asked = ask(which, tasks, jobs)
    process = start(which)
    wait_for(OPEN, 0)
    stop(process)
    assert (
        query(f"SELECT count(*) FROM procrastinate_jobs WHERE status = 'succeeded' AND id IN {OURS}") == jobs
    )
    assert query("SELECT count(*) FROM jobs_jobfault") == jobs
    took = query(
        "SELECT extract(epoch FROM max(at) FILTER (WHERE type = 'succeeded')"
        " - min(at) FILTER (WHERE type = 'started'))::float FROM procrastinate_events"
        f" WHERE job_id IN {OURS}"
    )
    return jobs / asked, jobs / took


def latency(which: str, tasks: tuple[Any, Any]) -> float:
    """Milliseconds from the commit that asked to the start of the job, where the worker is idle; median."""
    clear()
    process = start(which)
    wait_for("SELECT count(*) FROM procrastinate_workers", 1)
    time.sleep(1)
    for _ in range(SINGLES):
        ask(which, tasks, 1)
        wait_for(OPEN, 0)
    stop(process)
    return 1000 * float(
        query(
            "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM s.at - d.at))"
            " FROM procrastinate_events d JOIN procrastinate_events s"
            f" ON s.job_id = d.job_id AND s.type = 'started' WHERE d.type = 'deferred' AND d.job_id IN {OURS}"
        )
    )


def clear() -> None:
    for table in ("procrastinate_events", "procrastinate_jobs", "procrastinate_workers", "jobs_jobfault"):
        query(f"DELETE FROM {table}")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--jobs", type=int, default=JOBS)
    arguments.add_argument("--worker", choices=("plain", "maarag"), help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.worker:
        import django

        django.setup()
        register()
        (run_plain if given.worker == "plain" else run_ours)()
        return
    with tempfile.TemporaryDirectory(prefix="maarag-") as folder:
        Path(folder).chmod(0o711)
        os.environ.pop("DATABASE_URL", None)
        os.environ["MAARAG_HOME"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "maarag.config.settings.development"
        from maarag.database.server import EmbeddedServer

        with EmbeddedServer(Path(folder)).running():
            compare(given.jobs)


def compare(jobs: int) -> None:
    import django

    django.setup()
    from maarag.database.migrating import migrate

    migrate()
    tasks = register()
    print(f"jobs: {platform.processor() or platform.machine()}, {os.cpu_count()} cores,", end=" ")
    print(f"load {os.getloadavg()[0]:.1f}; {jobs:,} jobs of one row each, {CONCURRENCY} at once")
    rounds: dict[str, list[tuple[float, float]]] = {"plain": [], "maarag": []}
    for _ in range(ROUNDS):
        for which, found in rounds.items():
            found.append(measure(which, tasks, jobs))
    ratios = [ours[1] / plain[1] for plain, ours in zip(rounds["plain"], rounds["maarag"], strict=True)]
    print(f"{'':24}{'asked for/s':>14}{'done/s':>10}{'idle to start':>16}")
    for which, title in (("plain", "plain procrastinate"), ("maarag", "maarag, exactly once")):
        asked = statistics.median(one[0] for one in rounds[which])
        done = statistics.median(one[1] for one in rounds[which])
        print(f"{title:24}{asked:>14,.0f}{done:>10,.0f}{latency(which, tasks):>13.1f} ms")
    spread = f"{min(ratios):.2f}–{max(ratios):.2f}"
    print(f"exactly once costs: {statistics.median(ratios):.2f} of the plain jobs/s (rounds {spread})")


if __name__ == "__main__":
    main()
