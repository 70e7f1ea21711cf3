"""Keeping the embedded server alive: whoever serves from it starts it again when it dies."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from . import processes
from .errors import DatabaseError
from .server import EmbeddedServer

log = logging.getLogger(__name__)
PAUSE = 0.25
"""Seconds between two looks; a look reads one small file and one entry of /proc."""


@contextmanager
def kept_alive(server: EmbeddedServer | None) -> Iterator[None]:
    """While the block lasts, a server that died is started again. Nothing where `server` is None.

    A server stopped in order, by `maarag db stop --force`, is started again too: end the block first.
    """
    if server is None:
        yield
        return
    over = threading.Event()
    thread = threading.Thread(target=_watch, args=(server, over), name="database-keeper", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _watch(server: EmbeddedServer, over: threading.Event) -> None:
    while not over.wait(PAUSE):
        pid = processes.postmaster_pid(server.layout.data)
        if pid is not None and processes.serves(pid, server.layout.data):
            continue
        log.warning("the embedded database server is gone; starting it again")
        try:
            server.start()
        except (DatabaseError, OSError) as error:
            log.error("the embedded database server does not start: %s", error)
            over.wait(5)
