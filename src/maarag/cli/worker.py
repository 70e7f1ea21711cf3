"""`maarag worker`: does what is to be done beside the requests; and the worker beside `maarag run`."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from .main import setup_django

if TYPE_CHECKING:
    from maarag.database.server import EmbeddedServer

COMMAND = "from maarag.cli.main import main; main()"
PATIENCE = 20.0
"""Seconds for the worker to finish what it does when the site is stopped."""


@click.command()
@click.option(
    "--concurrency", default=2, show_default=True, type=click.IntRange(1, 64), help="Jobs done at once."
)
@click.option("--queue", "queues", multiple=True, help="Only this queue; may be given again. Default: all.")
@click.option("--beside", type=int, hidden=True, help="End with this parent process.")
def worker(concurrency: int, queues: tuple[str, ...], beside: int | None) -> None:
    """Do background work until SIGTERM or Ctrl-C; what is being done is finished first, a second signal ends
    at once. Waits for the database, also when it goes away later.

    WORKER_DATABASE_URL, where set, is used in place of DATABASE_URL: the worker listens for new jobs, so it
    needs PostgreSQL itself and not a pooler in transaction mode.
    """
    direct = os.environ.get("WORKER_DATABASE_URL")
    if direct:
        os.environ["DATABASE_URL"] = direct
    server = embedded_server()
    # whoever has set the key of a real installation means its settings
    kind = "production" if "MAARAG_SECRET_KEY" in os.environ else "development"
    setup_django(f"maarag.config.settings.{kind}")
    from maarag.kernel.jobs.worker import Options, run_worker

    run_worker(
        Options(concurrency=concurrency, queues=queues or None),
        must_end=lambda: beside is not None and os.getppid() != beside,
        revive=server.start if server else None,
    )


def embedded_server() -> EmbeddedServer | None:
    """The embedded server, to be started again where it does not answer; None where another is used."""
    from maarag.database.configuration import is_embedded
    from maarag.database.layout import default_home
    from maarag.database.server import EmbeddedServer

    return EmbeddedServer(default_home()) if is_embedded() else None


@contextmanager
def beside_the_site() -> Iterator[None]:
    """One worker for as long as the block lasts, started again if it dies. It ends by itself with this
    process, however that ends.
    """
    keeper = _Keeper()
    keeper.start()
    try:
        yield
    finally:
        keeper.end()


class _Keeper(threading.Thread):
    def __init__(self) -> None:
        super().__init__(name="worker-keeper", daemon=True)
        self.over = threading.Event()
        self.process = self._spawn()

    def _spawn(self) -> subprocess.Popen[bytes]:
        # a session of its own: Ctrl-C is for the site, which then ends the worker in order
        return subprocess.Popen(
            [sys.executable, "-c", COMMAND, "worker", "--beside", str(os.getpid())],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    def run(self) -> None:
        pause = 1.0
        while True:
            self.process.wait()
            if self.over.wait(pause):
                return
            pause = min(pause * 2, 60.0)
            self.process = self._spawn()

    def end(self) -> None:
        self.over.set()
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
