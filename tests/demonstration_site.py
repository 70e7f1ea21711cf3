"""The whole site as `maarag run` serves it, with the demonstration, in a database of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

from tests.template_database import Server, demonstration_database

PATIENCE, LOADING = 300.0, 1200.0
"""Seconds until the site answers, and until the demonstration is loaded, on a busy machine."""
COMMAND = "from maarag.cli.main import main; main()"
OPTIONS = ("passfile", "sslmode", "sslrootcert", "options")


def server() -> Server:
    """The server of Django's settings, for its owner."""
    from django.db import connection

    return Server(_address(connection.settings_dict.get("OWNER", connection.settings_dict)))


@contextmanager
def running_site(folder: Path, empty: str) -> Iterator[str]:
    """The address of the site. `folder` is for its files and its log, `empty` names an empty database.

    Needs a running database server. The demonstration is loaded once for a state of the code and a day.
    """
    databases, name = server(), f"test_maarag_site_{os.getpid()}"
    template, files = demonstration(empty)
    shutil.copytree(files, folder, dirs_exist_ok=True)
    databases.drop(name)
    databases.copy(template, name)
    try:
        with _served(name, folder) as address:
            yield address
    finally:
        databases.drop(name)


def demonstration(empty: str) -> tuple[str, Path]:
    """The name of the database with the demonstration of today, made where it is missing, and its folder."""
    return demonstration_database(server(), empty, str(date.today()), _set_up)


def _set_up(name: str, folder: Path) -> None:
    log = folder / "setup.log"
    with log.open("w", encoding="utf-8") as output:
        done = subprocess.run(
            [sys.executable, "-c", COMMAND, "setup"],
            env=_environment(name, folder),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            timeout=LOADING,
            check=False,
        )
    assert done.returncode == 0, log.read_text(encoding="utf-8")[-4000:]


def _environment(name: str, folder: Path) -> dict[str, str]:
    from django.db import connection

    application = _address(connection.settings_dict)
    owner = _address(connection.settings_dict.get("OWNER", connection.settings_dict))
    return {
        **os.environ,
        "DATABASE_URL": f"postgresql:///{name}?{urlencode(application)}",
        "OWNER_URL": f"postgresql:///{name}?{urlencode(owner)}",
        "DJANGO_SETTINGS_MODULE": "maarag.config.settings.development",
        "MAARAG_HOME": str(folder),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }


def _address(settings: dict[str, Any]) -> dict[str, str]:
    """How psycopg reaches the server of Django's settings."""
    named = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    found = {name: str(settings[key]) for name, key in named.items() if settings[key]}
    options = {name: str(value) for name, value in settings["OPTIONS"].items() if name in OPTIONS}
    return found | options


@contextmanager
def _served(name: str, folder: Path) -> Iterator[str]:
    port = _free_port()
    log = folder / "site.log"
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, "run"],
            env={**_environment(name, folder), "PORT": str(port)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait(process, f"http://127.0.0.1:{port}", log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = monotonic() + PATIENCE
    while monotonic() < deadline:
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.2)
            break
        with suppress(URLError, OSError), urlopen(f"{address}/sources/", timeout=30) as answer:
            assert answer.status == 200
            return
    raise AssertionError(f"the site did not start:\n{log.read_text(encoding='utf-8')[-4000:]}")
