"""A pid in a file proves nothing: it may be dead, or be somebody else's by now."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from maarag.database import binaries, cluster, processes
from maarag.database.layout import Layout
from maarag.database.server import EmbeddedServer

Process = subprocess.Popen[bytes]


@pytest.fixture
def stranger(home: Path) -> Iterator[Process]:
    """A living process of the same account that has nothing to do with us."""
    process = subprocess.Popen(["sleep", "300"], **Layout.of(home).account.process_options())
    yield process
    process.kill()
    process.wait()


def leave_pid(home: Path, pid: int) -> None:
    """What a server that died without cleaning up leaves, had its pid been `pid`."""
    layout = Layout.of(home)
    server = EmbeddedServer(home)
    server.start()
    saved = (layout.data / "postmaster.pid").read_text().split("\n", 1)[1]
    lock_name = ".s.PGSQL.5432.lock"
    saved_lock = (layout.sockets / lock_name).read_text().split("\n", 1)[1]
    server.stop()
    for path, text in ((layout.data / "postmaster.pid", saved), (layout.sockets / lock_name, saved_lock)):
        path.write_text(f"{pid}\n{text}")
        path.chmod(0o600)
        layout.account.give(path)


def works(home: Path) -> None:
    with EmbeddedServer(home).running() as connection, psycopg.connect(**connection.parameters()) as session:
        assert session.execute("SELECT 1").fetchone() == (1,)


def test_a_dead_pid(home: Path) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    leave_pid(home, gone.pid)
    assert EmbeddedServer(home).status().state == "stopped"
    works(home)


def test_a_pid_that_a_stranger_has_now(home: Path, stranger: Process) -> None:
    leave_pid(home, stranger.pid)
    assert EmbeddedServer(home).status().state == "stopped"
    EmbeddedServer(home).stop()
    assert stranger.poll() is None, "stop() must not touch somebody else's process"
    # PostgreSQL alone refuses here: that is the trap
    layout = Layout.of(home)
    program = binaries.readable_by(layout.account) / "bin" / "postgres"
    alone = subprocess.run(
        [program, "-D", layout.data, "-k", layout.sockets],
        capture_output=True,
        text=True,
        cwd="/",
        timeout=30,
        check=False,
        **layout.account.process_options(),
    )
    assert "already exists" in alone.stderr
    works(home)
    assert stranger.poll() is None


def test_a_pid_that_another_postgresql_has_now(home: Path, pattern: Path) -> None:
    other = EmbeddedServer(pattern)
    with other.running():
        pid = other.status().pid
        assert pid is not None
        leave_pid(home, pid)
        EmbeddedServer(home).stop()
        works(home)
        assert other.status().pid == pid
        works(pattern)


def test_a_broken_pid_file(home: Path) -> None:
    leave_pid(home, 1)
    (Layout.of(home).data / "postmaster.pid").write_text("not a number")
    works(home)
    leave_pid(home, 1)
    (Layout.of(home).data / "postmaster.pid").write_text("")
    works(home)


def test_a_server_started_by_hand_is_shared(home: Path) -> None:
    layout = Layout.of(home)
    program = binaries.readable_by(layout.account) / "bin" / "postgres"
    command = [program, "-D", layout.data, "-k", layout.sockets, "-c", "listen_addresses="]
    by_hand = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env=cluster.environment(),
        **layout.account.process_options(),
    )
    try:
        while processes.postmaster_pid(layout.data) != by_hand.pid:
            assert by_hand.poll() is None
            time.sleep(0.01)
        server = EmbeddedServer(home)
        server.start()
        assert server.status().pid == by_hand.pid
        server.stop()
        assert by_hand.wait(timeout=30) == 0
        assert processes.orphans(layout.data) == []
    finally:
        by_hand.kill()
        by_hand.wait()
