"""The whole site as `maarag run` serves it, with the demonstration, in a database of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import psycopg
from psycopg import sql

from tests.template_database import template_database

PATIENCE = 300.0
"""Seconds for migrations, the demonstration and the overlaps, on a busy machine."""
COMMAND = "from maarag.cli.main import main; main()"
OPTIONS = ("passfile", "sslmode", "sslrootcert", "options")


@contextmanager
def running_site(folder: Path) -> Iterator[str]:
    """The address of the site; `folder` holds its files and its log. Needs a running database server."""
    from django.db import connection

    application = _address(connection.settings_dict)
    owner = _address(connection.settings_dict.get("OWNER", connection.settings_dict))
    name = f"test_maarag_site_{os.getpid()}"
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(dbname="postgres", autocommit=True, **owner) as database:  # type: ignore[arg-type]
        database.execute(drop)
        database.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template_database())
            )
        )
    urls = {
        "DATABASE_URL": f"postgresql:///{name}?{urlencode(application)}",
        "OWNER_URL": f"postgresql:///{name}?{urlencode(owner)}",
    }
    try:
        with _served(urls, folder) as address:
            yield address
    finally:
        with psycopg.connect(dbname="postgres", autocommit=True, **owner) as database:  # type: ignore[arg-type]
            database.execute(drop)


def _address(settings: dict[str, Any]) -> dict[str, str]:
    """How psycopg reaches the server of Django's settings."""
    named = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    found = {name: str(settings[key]) for name, key in named.items() if settings[key]}
    options = {name: str(value) for name, value in settings["OPTIONS"].items() if name in OPTIONS}
    return found | options


@contextmanager
def _served(urls: dict[str, str], folder: Path) -> Iterator[str]:
    port = _free_port()
    environment = {
        **os.environ,
        **urls,
        "DJANGO_SETTINGS_MODULE": "maarag.config.settings.development",
        "MAARAG_HOME": str(folder),
        "PORT": str(port),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    log = folder / "site.log"
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, "run"],
            env=environment,
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
