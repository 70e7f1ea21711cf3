"""Many processes, one server; and who stops it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psycopg
import pytest

from maarag.database import locks, processes
from maarag.database.layout import OWNER, Layout
from maarag.database.server import EmbeddedServer

from .conftest import Host, finished


def test_eight_processes_start_one_server(empty_home: Path, host: Host) -> None:
    hosts = [host("hold", empty_home) for _ in range(8)]
    answers = {process.stdout.readline() for process in hosts}
    assert len(answers) == 1, answers
    pid, born = answers.pop().split("\t")
    assert processes.serves(int(pid), Layout.of(empty_home).data)
    assert born.strip() != "None"
    ready = Layout.of(empty_home).log.read_text().count("ready to accept connections")
    assert ready == 1

    # seven leave: the server stays; the eighth leaves: it stops
    for process in hosts[1:]:
        finished(process)
    assert EmbeddedServer(empty_home).status().state == "running"
    finished(hosts[0])
    status = EmbeddedServer(empty_home).status()
    assert (status.state, status.used) == ("stopped", False)
    assert processes.orphans(status.data) == []


def test_all_leave_at_once_and_nothing_is_left(home: Path, host: Host) -> None:
    hosts = [host("hold", home) for _ in range(4)]
    for process in hosts:
        process.stdout.readline()
    for process in hosts:
        process.stdin.close()
    for process in hosts:
        assert process.wait(timeout=30) == 0, process.stderr.read()
    assert locks.is_free(Layout.of(home).alive_lock)


def test_start_is_idempotent_and_keep_outlives_users(home: Path) -> None:
    server = EmbeddedServer(home)
    first = server.start(keep=True)
    pid = server.status().pid
    assert server.start() == first
    assert server.status().pid == pid
    server.release()
    status = server.status()
    assert (status.state, status.pid, status.kept, status.used) == ("running", pid, True, False)
    server.stop()
    status = server.status()
    assert (status.state, status.kept) == ("stopped", False)


def test_a_killed_user_counts_no_more(home: Path, host: Host) -> None:
    server = EmbeddedServer(home)
    with server.running():
        other = host("hold", home)
        assert other.stdout.readline()
        other.kill()
        other.wait()
    assert server.status().state == "stopped"


def test_ctrl_c_is_not_for_the_server(home: Path, host: Host) -> None:
    """Ctrl-C reaches the whole foreground group of the process that started the server."""
    starter = host("hold", home)
    pid = int(starter.stdout.readline().split("\t")[0])
    with EmbeddedServer(home).running() as connection, psycopg.connect(**connection.parameters()) as session:
        os.killpg(starter.pid, signal.SIGINT)
        assert starter.wait(timeout=30) != 0
        assert session.execute("SELECT 1").fetchone() == (1,)
        assert EmbeddedServer(home).status().pid == pid
        assert os.getsid(pid) not in (starter.pid, os.getsid(0))


def test_stop_ends_open_sessions_and_start_follows(home: Path) -> None:
    server = EmbeddedServer(home)
    server.start()
    session = psycopg.connect(**server.connection(OWNER).parameters())
    session.execute("CREATE TABLE half (x int)")
    EmbeddedServer(home).stop()
    with pytest.raises(psycopg.OperationalError):
        session.execute("SELECT 1")
    with server.running() as connection, psycopg.connect(**connection.parameters()) as after:
        assert after.execute("SELECT to_regclass('half')").fetchone() == (None,)


def test_status_of_nothing_makes_nothing(empty_home: Path) -> None:
    assert EmbeddedServer(empty_home).status().state == "absent"
    EmbeddedServer(empty_home).stop()
    assert not empty_home.exists()


def test_loopback_only_when_asked(home: Path) -> None:
    with EmbeddedServer(home).running() as connection, psycopg.connect(**connection.parameters()) as session:
        assert session.execute("SELECT current_setting('listen_addresses')").fetchone() == ("",)
    port = 20000 + os.getpid() % 20000
    server = EmbeddedServer(home, tcp_port=port)
    with server.running() as connection:
        assert connection.port == port == EmbeddedServer(home).connection().port
        over_tcp = {**connection.parameters(), "host": "127.0.0.1"}
        with psycopg.connect(**over_tcp) as session:
            assert session.execute("SELECT 1").fetchone() == (1,)
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(**{**over_tcp, "passfile": "/nonexistent"})
