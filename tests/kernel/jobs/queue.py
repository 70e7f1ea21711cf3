"""The queue as the tests handle it: emptied, counted, and worked on by real processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote, urlencode

from django.db import connection

ROOT = Path(__file__).resolve().parents[3]
STARTED_WITH = ("host", "port", "user", "password", "passfile", "sslmode", "sslrootcert", "options")


def emptied() -> None:
    """Remove all jobs and workers: transactional tests leave unmanaged tables as they are."""
    with connection.cursor() as cursor:
        for table in ("events", "periodic_defers", "jobs", "workers"):
            cursor.execute(f"DELETE FROM procrastinate_{table}")


def statuses(task: str = "trial.slow") -> dict[str, int]:
    """Jobs of the task by status."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT status::text, count(*) FROM procrastinate_jobs WHERE task_name = %s GROUP BY 1", [task]
        )
        return dict(cursor.fetchall())


def workers_alive(seconds: float = 1.5) -> int:
    """Workers that have said something within the last seconds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_workers"
            " WHERE last_heartbeat > now() - make_interval(secs => %s)",
            [seconds],
        )
        return int(cursor.fetchone()[0])


def begun_again() -> int:
    """Jobs that were begun more than once."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT job_id FROM procrastinate_events WHERE type = 'started'"
            " GROUP BY job_id HAVING count(*) > 1) AS again"
        )
        return int(cursor.fetchone()[0])


def address() -> str:
    """The URL of the test's own database."""
    parameters = connection.get_connection_params()
    server = {name: str(parameters[name]) for name in STARTED_WITH if parameters.get(name)}
    return f"postgresql:///{quote(parameters['dbname'])}?{urlencode(server)}"


def environment() -> dict[str, str]:
    """Of processes that work on the test's database."""
    return {
        **os.environ,
        "DATABASE_URL": address(),
        "DJANGO_SETTINGS_MODULE": "maarag.config.settings.test",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT), *filter(None, sys.path)]),
    }


def worker(environ: Mapping[str, str] | None = None, **options: object) -> subprocess.Popen[bytes]:
    """A real worker with the trials, on the test's database; quick to notice the dead."""
    pairs = [f"{name}={value}" for name, value in options.items()]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.kernel.jobs.host", *pairs],
        env={**environment(), **(environ or {})},
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )


def wait_until(true: Callable[[], bool], seconds: float = 60.0, pause: float = 0.05) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(pause)
    return true()
