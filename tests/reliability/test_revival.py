"""A server that dies under whoever serves from it is started again; one that lives is left alone."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from maarag.database import processes
from maarag.database.revival import kept_alive
from maarag.database.server import EmbeddedServer

PATIENCE = 60.0


def test_a_server_that_dies_is_started_again(home: Path):
    server = EmbeddedServer(home)
    with server.running(), kept_alive(EmbeddedServer(home)):
        for _ in range(2):
            first = _postmaster(server)
            time.sleep(0.6)
            assert _postmaster(server) == first
            os.kill(first, signal.SIGKILL)
            deadline = time.monotonic() + PATIENCE
            while server.status().state != "running" or _postmaster(server) == first:
                assert time.monotonic() < deadline
                time.sleep(0.05)


def test_a_server_of_others_is_not_watched(home: Path):
    with kept_alive(None):
        assert EmbeddedServer(home).status().state == "stopped"


def _postmaster(server: EmbeddedServer) -> int:
    pid = processes.postmaster_pid(server.layout.data)
    assert pid is not None
    return pid
