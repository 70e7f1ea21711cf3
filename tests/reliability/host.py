"""Programs that the tests run as processes of their own: python -m tests.reliability.host COMMAND HOME …"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from importlib import import_module
from pathlib import Path

import psycopg

from maarag.database.configuration import databases
from maarag.database.errors import DatabaseError
from maarag.database.layout import OWNER
from maarag.database.server import EmbeddedServer


def hold(home: str) -> None:
    """Start, say which server it is, stay a user until standard input closes."""
    server = EmbeddedServer(Path(home))
    connection = server.start()
    with psycopg.connect(**connection.parameters()) as session:
        born = session.execute("SELECT pg_postmaster_start_time()::text").fetchone()
    say(server.status().pid, born[0] if born else None)
    sys.stdin.read()


def look(home: str) -> None:
    """Start and print what the locale tests need, one value a line."""
    connection = EmbeddedServer(Path(home)).start()
    with psycopg.connect(**connection.parameters()) as session:
        row = session.execute(
            "SELECT cardinality(show_trgm('משפחה')), lower('ÀÉ'), 'שלום' ~ '^[[:alpha:]]+$',"
            " 'a' < 'B' COLLATE \"default\", current_setting('lc_messages'), current_setting('TimeZone')"
        ).fetchone()
    say(*(row or ()))


def through_django(home: str, pool: str) -> None:
    """Compute the settings, only then make and start the server, and query it through Django."""
    from django.conf import settings
    from django.db import connection

    settings.configure(DATABASES=databases(Path(home), pool=bool(pool), environ={}))
    EmbeddedServer(Path(home)).start()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_database(), 1")
        say(*cursor.fetchone())
    connection.close()
    if pool:
        connection.close_pool()


def write(home: str, number: str, journal: str) -> None:
    """Three writers; a row is put down in `journal` only after PostgreSQL acknowledged its commit."""
    server = EmbeddedServer(Path(home))
    server.start()
    connection = server.connection(OWNER)
    with psycopg.connect(**connection.parameters(), autocommit=True) as session:
        session.execute("CREATE TABLE IF NOT EXISTS kept (round int, writer int, number int, filler text)")
    file = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def writer(name: int) -> None:
        try:
            with psycopg.connect(**connection.parameters()) as session:
                for step in range(10**9):
                    insert = "INSERT INTO kept VALUES (%s, %s, %s, repeat('x', 400))"
                    session.execute(insert, [int(number), name, step])
                    session.commit()
                    os.write(file, f"{number} {name} {step}\n".encode())
        except psycopg.Error:
            os._exit(3)  # the server died under us

    for name in range(3):
        threading.Thread(target=writer, args=[name], daemon=True).start()
    time.sleep(60)


def fill(home: str) -> None:
    """Fill the disk under a running server, free it, and see that every acknowledged row is still there."""
    server = EmbeddedServer(Path(home))
    server.start()
    session = psycopg.connect(**server.connection(OWNER).parameters(), autocommit=True)
    session.execute("CREATE TABLE kept (number int, filler text)")
    insert = "INSERT INTO kept VALUES (%s, repeat('x', 2000))"
    kept = 0
    for kept in range(1, 1001):
        session.execute(insert, [kept])
    hog = Path(home) / "hog"
    with hog.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 2**16)
        except OSError:
            pass
    try:
        while kept < 100_000:
            session.execute(insert, [kept + 1])
            kept += 1
        say("never full")
        return
    except psycopg.Error as error:
        say(error.diag.sqlstate or "died")
    hog.unlink()
    server.start()
    with psycopg.connect(**server.connection(OWNER).parameters()) as session:
        row = session.execute("SELECT count(*), bool_and(number <= %s) FROM kept", [kept]).fetchone()
    say(*(row or ()), kept)
    server.stop()


def say(*values: object) -> None:
    print(*values, sep="\t", flush=True)  # noqa: T201


def become(uid: int) -> None:
    """Drop root for good. Our imports are done: the account may not be able to read this Python."""
    for late in ("encodings.ascii", "encodings.idna", "django.utils.translation.trans_real"):
        import_module(late)
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)


if __name__ == "__main__":
    # A shell that starts its work in the background has Ctrl-C ignored, and its children inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if account := os.environ.pop("RELIABILITY_UID", ""):
        become(int(account))
    commands = {"hold": hold, "django": through_django, "look": look, "write": write, "fill": fill}
    try:
        commands[sys.argv[1]](*sys.argv[2:])
    except DatabaseError as error:
        say("DatabaseError", error.message, error.remedy)
        sys.exit(7)
