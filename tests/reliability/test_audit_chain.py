"""The chains under writers beside each other, and under kill -9 of the whole server amid writers."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from maarag.database import processes
from maarag.database.backup.logins import program
from maarag.database.layout import SUPERUSER, Layout
from maarag.database.server import EmbeddedServer
from maarag.kernel.access.actions import system_account
from maarag.kernel.audit.stored import Stored
from maarag.kernel.audit.verify import Verdict, verify
from maarag.kernel.sources.models import Source

RECORD = """
SELECT audit_record(array_fill(%(by)s::bigint, ARRAY[%(n)s]), array_fill('sources.save'::text, ARRAY[%(n)s]),
    array_fill('sources.source'::text, ARRAY[%(n)s]), array_fill('1'::text, ARRAY[%(n)s]),
    array_fill(NULL::bigint, ARRAY[%(n)s]), %(chains)s::bigint[], array_fill(false, ARRAY[%(n)s]),
    array_fill('{"name": ["לפני", "אחרי"]}'::text, ARRAY[%(n)s]))
"""


def record(session: psycopg.Connection[Any], by: int, chains: list[int]) -> None:
    session.execute(RECORD, {"by": by, "n": len(chains), "chains": chains})


def here() -> dict[str, Any]:
    """The application's parameters of the tests' database."""
    told = connection.settings_dict
    return {
        "host": told["HOST"],
        "port": told["PORT"],
        "dbname": told["NAME"],
        "user": told["USER"],
        **told["OPTIONS"],
    }


def superuser_of(home: Path, dbname: str) -> psycopg.Connection[Any]:
    server = EmbeddedServer(home)
    return psycopg.connect(
        host=str(server.layout.sockets),
        port=server.port,
        dbname=dbname,
        user=SUPERUSER,
        passfile=str(server.layout.passfile(SUPERUSER)),
    )


def whole(home: Path, dbname: str) -> Verdict:
    with superuser_of(home, dbname) as session:
        return verify(Stored(session))


def together(*work: Callable[[], None]) -> list[BaseException]:
    """Run all at once; what they raised."""
    raised: list[BaseException] = []

    def run(one: Callable[[], None]) -> None:
        try:
            one()
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=[one]) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return raised


@pytest.mark.django_db(transaction=True)
def test_eight_writers_over_many_chains_do_not_stop_each_other() -> None:
    """Each transaction writes several chains in any order; heads are taken in one order, at commit alone."""
    by, parameters = system_account().pk, here()
    source = Source.objects.create(code="a", name_he="א").pk

    def writer(number: int) -> None:
        chance = random.Random(number)
        with psycopg.connect(**parameters) as session:
            for _ in range(25):
                for _ in range(chance.randint(1, 3)):
                    record(session, by, [chance.randint(1, 6) for _ in range(chance.randint(1, 4))])
                if number % 2:
                    session.execute("UPDATE sources_source SET name_he = %s WHERE id = %s", [number, source])
                if chance.random() < 0.2:
                    session.rollback()
                else:
                    session.commit()

    before = whole(settings.HOME, parameters["dbname"])
    assert together(*(lambda number=number: writer(number) for number in range(8))) == []
    after = whole(settings.HOME, parameters["dbname"])
    assert after.faults == []
    assert after.seals > before.seals + 200
    assert set(range(1, 7)) <= after.heads.keys()


@pytest.mark.django_db(transaction=True)
def test_a_foreign_key_checked_at_commit_and_a_row_locked_by_another() -> None:
    """A child's commit waits for its parent's lock before it takes the head that the parent's writer
    needs.
    """
    by, parameters = system_account().pk, here()
    source = Source.objects.create(code="a", name_he="א").pk
    locked, written = threading.Event(), threading.Event()

    def parent() -> None:
        with psycopg.connect(**parameters) as session:
            session.execute("SELECT 1 FROM sources_source WHERE id = %s FOR UPDATE", [source])
            record(session, by, [1])
            locked.set()
            assert written.wait(30)
            time.sleep(0.5)  # the child is in its commit by now
            session.commit()

    def child() -> None:
        assert locked.wait(30)
        with psycopg.connect(**parameters) as session:
            record(session, by, [1])
            session.execute(
                "INSERT INTO places_place (kind, code, name_he, name_ar, name_en, authority_type,"
                " district_of, is_fictional, source_id)"
                " VALUES ('nation', 'IL', 'x', '', '', '', '', false, %s)",
                [source],
            )
            record(session, by, [1])
            written.set()
            session.commit()

    assert together(parent, child) == []
    assert whole(settings.HOME, parameters["dbname"]).faults == []


@pytest.fixture
def furnished(home: Path, transactional_db: None) -> Iterator[Path]:
    """A home of its own whose database has the tables and triggers of the tests' database, and no rows."""
    told = connection.settings_dict
    dump = subprocess.run(
        [program("pg_dump"), "--schema-only", "--format=custom"],
        env={
            "PATH": os.defpath,
            "PGHOST": told["HOST"],
            "PGPORT": str(told["PORT"]),
            "PGDATABASE": told["NAME"],
            "PGUSER": SUPERUSER,
            "PGPASSFILE": str(Layout.of(settings.HOME).passfile(SUPERUSER)),
        },
        capture_output=True,
        check=True,
    ).stdout
    server = EmbeddedServer(home)
    server.start()
    subprocess.run(
        [program("pg_restore"), "--dbname=maarag"],
        env={
            "PATH": os.defpath,
            "PGHOST": str(server.layout.sockets),
            "PGPORT": str(server.port),
            "PGUSER": SUPERUSER,
            "PGPASSFILE": str(server.layout.passfile(SUPERUSER)),
        },
        input=dump,
        capture_output=True,
        check=True,
    )
    with superuser_of(home, "maarag") as session:
        session.execute(
            "INSERT INTO access_account"
            " (id, password, email, name, is_active, is_system, created_at, session_salt)"
            " VALUES (1, '', 'x@example.org', 'x', true, true, now(), '')"
        )
    yield home
    server.release()


@pytest.mark.parametrize("rounds", [3, pytest.param(20, marks=pytest.mark.proof)])
def test_the_chains_are_whole_after_every_sudden_death(furnished: Path, rounds: int) -> None:
    acknowledged = 0
    for number in range(rounds):
        server = EmbeddedServer(furnished)
        server.start()
        parameters = server.connection().parameters()
        counts = [0] * 4

        def writer(
            name: int, number: int = number, counts: list[int] = counts, to: dict[str, Any] = parameters
        ) -> None:
            chance = random.Random(name)
            with psycopg.connect(**to) as session:
                while True:
                    if name == 0:
                        told = [f"{number}-{counts[name]}"]
                        session.execute("UPDATE access_account SET name = %s WHERE id = 1", told)
                    record(session, 1, [chance.randint(1, 5) for _ in range(2)])
                    session.commit()
                    counts[name] += 1

        threads = [threading.Thread(target=_until_death, args=[writer, name]) for name in range(4)]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + 30
        while sum(counts) < 40 and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.05 * (number % 4))
        data = server.layout.data
        postmaster = processes.postmaster_pid(data)
        assert postmaster
        for pid in (postmaster, *processes.orphans(data)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for thread in threads:
            thread.join(60)
        acknowledged += sum(counts)
        assert sum(counts) >= 40
        server.start()
        found = whole(furnished, "maarag")
        assert found.faults == []
        with superuser_of(furnished, "maarag") as session:
            (stored,) = session.execute("SELECT count(DISTINCT transaction) FROM audit_seal").fetchone() or (
                0,
            )
        assert acknowledged <= stored <= acknowledged + 4 * (number + 1) + 1


def _until_death(writer: Callable[[int], None], name: int) -> None:
    try:
        writer(name)
    except psycopg.Error:
        return
