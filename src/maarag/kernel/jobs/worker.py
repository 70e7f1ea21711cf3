"""A worker: takes jobs, gives the jobs of dead workers to the living, outlives the database's restarts."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connections
from procrastinate import App, exceptions
from procrastinate.contrib.django import app as site_app
from procrastinate.contrib.django.db_cleanup import close_db_connections
from procrastinate.contrib.django.utils import connector_params
from procrastinate.psycopg_connector import PsycopgConnector
from procrastinate.worker import Worker as ProcrastinateWorker

from .periodic import Deferrer
from .stalled import LIMIT, RESCUE

log = logging.getLogger(__name__)
AWAY = (exceptions.ConnectorException, psycopg.OperationalError, psycopg.InterfaceError)
PATIENCE = 60.0
"""Seconds for which the end of a job is told to a database that does not answer."""


@dataclass(frozen=True)
class Options:
    """How a worker works; times in seconds."""

    concurrency: int = 2
    queues: Sequence[str] | None = None
    """None: all of them."""
    heartbeat: float = 10.0
    silence: float = 30.0
    """A worker without heartbeat for so long counts as dead."""
    rescue: float = 10.0
    poll: float = 5.0
    """How often to look for jobs whose time has come; new ones are told of at once."""


class Worker(ProcrastinateWorker):
    """Procrastinate's worker, which also gives away the jobs of the dead, and tells the end of a job until
    the database has heard it.
    """

    def __init__(self, app: App, options: Options) -> None:
        super().__init__(
            app=app,
            queues=options.queues,
            concurrency=options.concurrency,
            fetch_job_polling_interval=options.poll,
            abort_job_polling_interval=options.poll,
            update_heartbeat_interval=options.heartbeat,
            # far beyond `silence`: workers are buried by the rescue, together with what becomes of their jobs
            stalled_worker_timeout=options.silence * 10,
            install_signal_handlers=False,
            task_middleware=[close_db_connections],
        )
        self.options = options

    def _start_side_tasks(self) -> list[asyncio.Task[Any]]:
        return [*super()._start_side_tasks(), asyncio.create_task(self._rescue(), name="rescue")]

    async def _periodic_deferrer(self) -> None:
        clock = Deferrer(site_app.periodic_registry, self.app, **site_app.periodic_defaults)
        await clock.worker()

    async def _rescue(self) -> None:
        while True:
            rows = await self.app.connector.execute_query_all_async(
                RESCUE, silence=self.options.silence, limit=LIMIT
            )
            if rows:
                log.warning("jobs of a worker that died begin anew: %s", [row["id"] for row in rows])
                self._new_job_event.set()
            await asyncio.sleep(self.options.rescue)

    async def _persist_job_status(self, *arguments: Any, **named: Any) -> None:
        """A job whose end was not told would stay `doing` for as long as this worker lives."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        pause = 0.1
        while True:
            try:
                return await super()._persist_job_status(*arguments, **named)
            except AWAY as error:
                if not _is_away(error):
                    raise
                if asyncio.get_running_loop().time() > deadline:
                    self.stop()  # to come back under another number: this one's jobs are then rescued
                    raise
            await asyncio.sleep(pause)
            pause = min(pause * 2, 5.0)


def _is_away(error: BaseException) -> bool:
    """Whether the database was not reached, rather than that it refused the statement."""
    cause: BaseException | None = error
    while cause:
        if isinstance(cause, (psycopg.OperationalError, psycopg.InterfaceError)):
            return True
        cause = cause.__cause__
    return False


def run_worker(
    options: Options,
    *,
    must_end: Callable[[], bool] = lambda: False,
    revive: Callable[[], Any] | None = None,
) -> None:
    """Work until SIGTERM or SIGINT, or until `must_end()`, which is asked every second; running jobs are
    finished first. A second signal ends at once; what ran begins anew elsewhere.

    `revive`: called where the database does not answer; starts the embedded one.
    """
    # One connection a thread, kept between jobs and looked at before each.
    settings = connections.settings["default"]
    settings["CONN_MAX_AGE"], settings["CONN_HEALTH_CHECKS"] = 300, True
    asyncio.run(_Host(options, must_end, revive).live())


class _Host:
    """Keeps a worker going."""

    def __init__(
        self, options: Options, must_end: Callable[[], bool], revive: Callable[[], Any] | None
    ) -> None:
        self.options, self.must_end, self.revive = options, must_end, revive
        self.worker: Worker | None = None
        self.ending = asyncio.Event()

    async def live(self) -> None:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(self.options.concurrency, "job"))
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.end)
        watch = asyncio.create_task(self._watch())
        try:
            while await self._database_answers():
                await self._work()
        finally:
            watch.cancel()

    def end(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().remove_signal_handler(number)
        self.ending.set()
        if self.worker:
            self.worker.stop()

    async def _watch(self) -> None:
        while not self.must_end():
            await asyncio.sleep(1)
        self.end()

    async def _work(self) -> None:
        """Until told to end, or until the database goes away."""
        connector = PsycopgConnector(
            kwargs=connector_params("default"),
            min_size=1,
            max_size=self.options.concurrency + 2,
            timeout=5,
            reconnect_timeout=5,
        )
        # An app of its own for the worker's housekeeping: what jobs defer goes through their own transaction.
        app = App(connector=connector)
        app.tasks = site_app.tasks
        try:
            async with app.open_async():
                self.worker = Worker(app, self.options)
                if not self.ending.is_set():
                    await self.worker.run()
        except AWAY as error:
            log.warning("the database does not answer (%s); waiting for it", type(error).__name__)
        finally:
            self.worker = None

    async def _database_answers(self) -> bool:
        """Wait until the database answers and has its tables; False where told to end meanwhile."""
        pause = 0.1
        while not self.ending.is_set():
            with suppress(psycopg.Error):
                async with await psycopg.AsyncConnection.connect(
                    **{**connector_params("default"), "connect_timeout": 5}
                ) as session:
                    found = await session.execute("SELECT to_regclass('jobs_jobeffect')")
                    if await found.fetchone() != (None,):
                        return True
            if self.revive:
                with suppress(Exception):  # it says for itself what is wrong; we ask again
                    await asyncio.get_running_loop().run_in_executor(None, self.revive)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.ending.wait(), pause)
            pause = min(pause * 2, 5.0)
        return False
