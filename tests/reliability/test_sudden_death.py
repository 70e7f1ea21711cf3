"""kill -9 of the host, of the postmaster, of every process of the server: no acknowledged write is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import psycopg

from maarag.database import processes
from maarag.database.cluster import UNFINISHED
from maarag.database.layout import OWNER, Layout
from maarag.database.server import EmbeddedServer

from .conftest import Host, finished

ROUNDS = 28  # in 20 of them every process of the server and the host die together


def kill(*pids: int) -> None:
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def wait_for_writes(journal: Path, size: int, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while not journal.exists() or journal.stat().st_size < size:
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_no_acknowledged_write_is_lost(home: Path, host: Host) -> None:
    data = Layout.of(home).data
    journal = home.parent / "acknowledged"
    for number in range(ROUNDS):
        before = journal.stat().st_size if journal.exists() else 0
        writers = host("write", home, number, journal)  # its start() is the next start, by itself
        wait_for_writes(journal, before + 600, writers)
        postmaster = processes.postmaster_pid(data)
        assert postmaster is not None
        everyone = processes.orphans(data)
        assert postmaster in everyone
        assert len(everyone) > 5
        match number % 7:
            case 0:
                kill(writers.pid)
            case 1:
                kill(postmaster)
            case _:
                kill(writers.pid, *everyone)
        assert writers.wait(timeout=30) in (3, -signal.SIGKILL), writers.stderr.read()

    promised = {tuple(map(int, line.split())) for line in journal.read_text().splitlines()}
    assert {number for number, _writer, _step in promised} == set(range(ROUNDS))
    server = EmbeddedServer(home)
    with server.running(), psycopg.connect(**server.connection(OWNER).parameters()) as session:
        kept = session.execute("SELECT round, writer, number FROM kept").fetchall()
        assert not promised - set(kept)
        assert len(kept) == len(set(kept))
        # at most the one row that each writer had under way when it died
        assert len(kept) - len(promised) <= 3 * ROUNDS


def test_a_busy_backend_does_not_block_the_next_start(home: Path) -> None:
    """The postmaster dies while a backend computes without looking up: it is asked to leave."""
    server = EmbeddedServer(home)
    session = psycopg.connect(**server.start().parameters())
    pid = server.status().pid
    assert pid is not None
    session.pgconn.send_query(
        b"SELECT count(*) FROM generate_series(1, 1000) a, generate_series(1, 10000000) b"
    )
    time.sleep(0.2)
    kill(pid)
    with psycopg.connect(**server.start().parameters()) as after:
        assert after.execute("SELECT 1").fetchone() == (1,)
    assert server.status().pid not in (pid, None)
    session.close()


def test_death_during_the_first_start(empty_home: Path, host: Host) -> None:
    """Killed at eight moments from initdb to the first connection: the next start works, nothing is left."""
    data = Layout.of(empty_home).data
    for moment in range(8):
        process = host("hold", empty_home)
        deadline = time.monotonic() + 60
        while not list(empty_home.glob(f"{UNFINISHED}*")) and not data.exists():
            assert time.monotonic() < deadline
            time.sleep(0.005)
        time.sleep(0.1 * moment)
        kill(process.pid, *(processes.orphans(data) if moment % 2 else []))
        process.wait()
    assert finished(host("look", empty_home))[0] == "6"
    assert not list(empty_home.glob(f"{UNFINISHED}*"))
