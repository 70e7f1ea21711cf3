"""A pgbouncer in transaction mode before the database of the tests."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from maarag.database.layout import Layout, default_home

PROGRAM = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin")
CONFIGURATION = """
[databases]
{name} = host={host} port={port} dbname={name} user={user} password={password} pool_size={size}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {folder}/users
pool_mode = transaction
max_client_conn = 100
logfile = {folder}/log
pidfile = {folder}/pid
"""


@contextmanager
def pooled(settings: dict[str, Any], size: int) -> Iterator[dict[str, Any]]:
    """Django's settings for the same database through a pooler that has `size` connections to it."""
    if PROGRAM is None:
        pytest.skip("pgbouncer is not installed (as root: apt-get install pgbouncer)")
    account = Layout.of(default_home()).account
    folder = Path(tempfile.mkdtemp(prefix="maarag-pooler-"))
    listen = free_port()
    password = (
        settings["PASSWORD"] or Path(settings["OPTIONS"]["passfile"]).read_text().strip().split(":")[-1]
    )
    texts = {
        "users": f'"{settings["USER"]}" "{password}"\n',
        "pgbouncer.ini": CONFIGURATION.format(
            name=settings["NAME"],
            host=settings["HOST"],
            port=settings["PORT"],
            user=settings["USER"],
            password=password,
            size=size,
            listen=listen,
            folder=folder,
        ),
    }
    for name, text in texts.items():
        (folder / name).touch(mode=0o600)
        (folder / name).write_text(text)
        account.give(folder / name)
    account.give(folder)
    process = subprocess.Popen(
        [PROGRAM, "-q", str(folder / "pgbouncer.ini")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        **account.process_options(),
    )
    try:
        through = {
            **settings,
            "HOST": "127.0.0.1",
            "PORT": str(listen),
            "PASSWORD": password,
            "OPTIONS": {},
        }
        wait_for(through)
        yield through
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder)


def wait_for(settings: dict[str, Any]) -> None:
    for attempt in range(100):
        try:
            psycopg.connect(
                host=settings["HOST"],
                port=settings["PORT"],
                dbname=settings["NAME"],
                user=settings["USER"],
                password=settings["PASSWORD"],
            ).close()
        except psycopg.OperationalError:
            if attempt == 99:
                raise
            time.sleep(0.1)
        else:
            return


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
