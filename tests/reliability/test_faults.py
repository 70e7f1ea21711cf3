"""What cannot work says so, and what to do; and leaves nothing half-made."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import psycopg
import pytest

from maarag.database import cluster, locks
from maarag.database.errors import DatabaseError
from maarag.database.layout import SUPERUSER, Layout
from maarag.database.server import EmbeddedServer

from .conftest import NOBODY, Host, refused


def on_own_disk(folder: Path, options: str) -> tuple[str, ...]:
    """A command prefix: run with a file system of its own on `folder`, seen by nobody else."""
    folder.mkdir(exist_ok=True)
    prefix = ("unshare", "-m", "sh", "-ec", f'mount -t tmpfs -o {options} none "$0"; exec "$@"', str(folder))
    tried = (
        subprocess.run([*prefix, "true"], capture_output=True, check=False)
        if shutil.which("unshare")
        else None
    )
    if tried is None or tried.returncode:
        pytest.skip("mounting a small disk needs root with the right to mount")
    return prefix


def test_a_full_disk(empty_home: Path, host: Host) -> None:
    message, remedy = refused(host("hold", empty_home, wrapper=on_own_disk(empty_home, "size=20m,mode=711")))
    assert "the database needs at least 200 MB" in message
    assert "larger disk" in remedy


def test_a_disk_that_fills_up_loses_nothing(empty_home: Path, host: Host) -> None:
    process = host("fill", empty_home, wrapper=on_own_disk(empty_home, "size=230m,mode=711"))
    out, err = process.communicate(timeout=90)
    assert process.returncode == 0, out + err
    fault, after = out.splitlines()
    assert fault in ("53100", "57P02", "57P03", "died"), out  # disk full, or the server stopped itself
    rows, in_order, acknowledged = after.split("\t")
    assert in_order == "True"
    assert int(rows) == int(acknowledged)


def test_a_read_only_folder(empty_home: Path, host: Host) -> None:
    message, remedy = refused(host("hold", empty_home, wrapper=on_own_disk(empty_home, "ro,mode=711")))
    assert f"The folder {empty_home} cannot be written" in message
    assert "MAARAG_HOME" in remedy


def test_a_folder_of_somebody_else(empty_home: Path, host: Host) -> None:
    """As root: an account that may not write there; otherwise a folder without the right to write."""
    empty_home.mkdir(mode=0o555)
    extra = {"RELIABILITY_UID": str(NOBODY)} if os.geteuid() == 0 else {}
    message, _remedy = refused(host("hold", empty_home, **extra))
    assert f"The folder {empty_home} cannot be written: Permission denied" in message
    assert list(empty_home.iterdir()) == []
    empty_home.chmod(0o755)


def test_a_file_where_the_home_should_be(empty_home: Path) -> None:
    empty_home.write_text("a file")
    with pytest.raises(DatabaseError, match="cannot be written"):
        EmbeddedServer(empty_home).start()
    empty_home.unlink()


def test_another_major_version(home: Path) -> None:
    version = Layout.of(home).data / "PG_VERSION"
    version.write_text("15\n")
    with pytest.raises(DatabaseError, match="made by PostgreSQL 15; this is PostgreSQL 18") as caught:
        EmbeddedServer(home).start()
    assert "restore" in caught.value.remedy
    assert version.read_text() == "15\n"


@pytest.mark.parametrize("missing", ["PG_VERSION", "global/pg_control"])
def test_an_incomplete_data_directory_is_never_overwritten(home: Path, missing: str) -> None:
    (Layout.of(home).data / missing).unlink()
    before = sorted(Layout.of(home).data.rglob("*"))
    with pytest.raises(DatabaseError, match="not a complete PostgreSQL data directory") as caught:
        EmbeddedServer(home).start()
    assert "backup" in caught.value.remedy
    assert sorted(Layout.of(home).data.rglob("*")) == before


def test_an_empty_data_directory_is_filled(empty_home: Path) -> None:
    (empty_home / "postgres").mkdir(parents=True)
    with EmbeddedServer(empty_home).running():
        assert (empty_home / "postgres" / "PG_VERSION").exists()


def test_initdb_that_fails_leaves_nothing(empty_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "LOCALE", ("--locale-provider=builtin", "--builtin-locale=nonsense"))
    with pytest.raises(DatabaseError, match=r"could not be made in .*nonsense"):
        EmbeddedServer(empty_home).start()
    folders = sorted(path.name for path in empty_home.iterdir() if path.is_dir())
    assert folders == ["run", "secrets"]
    monkeypatch.undo()
    with EmbeddedServer(empty_home).running():
        pass


def test_a_server_that_cannot_start_says_why(home: Path) -> None:
    with (Layout.of(home).data / "postgresql.conf").open("a") as file:
        file.write("shared_preload_libraries = 'no_such_library'\n")
    with pytest.raises(DatabaseError, match="no_such_library") as caught:
        EmbeddedServer(home).start()
    assert str(Layout.of(home).log) in caught.value.remedy
    assert EmbeddedServer(home).status().state == "stopped"


def test_lost_password_files_are_made_again(home: Path) -> None:
    shutil.rmtree(home / "secrets")
    with EmbeddedServer(home).running() as connection, psycopg.connect(**connection.parameters()) as session:
        assert session.execute("SELECT current_user").fetchone() == ("maarag_app",)


def test_a_wrong_password_file_says_what_to_do(home: Path) -> None:
    layout = Layout.of(home)
    layout.passfile(SUPERUSER).write_text(f"*:*:*:{SUPERUSER}:wrong\n")
    layout.passfile("maarag_app").unlink()
    server = EmbeddedServer(home)
    with pytest.raises(DatabaseError, match="is not the database's") as caught:
        server.start()
    # and doing so works
    assert "remove it" in caught.value.remedy
    layout.passfile(SUPERUSER).unlink()
    server.stop()
    with server.running() as connection, psycopg.connect(**connection.parameters()) as session:
        assert session.execute("SELECT 1").fetchone() == (1,)


def test_a_deleted_socket_folder(home: Path) -> None:
    """Somebody cleaned /tmp under a running server: it is started again by itself."""
    server = EmbeddedServer(home)
    server.start()
    pid = server.status().pid
    shutil.rmtree(server.layout.sockets)
    with server.running() as connection, psycopg.connect(**connection.parameters()) as session:
        assert session.execute("SELECT 1").fetchone() == (1,)
        assert server.status().pid not in (None, pid)


def test_a_start_that_takes_too_long_says_so(home: Path) -> None:
    with locks.held(Layout.of(home).start_lock), pytest.raises(DatabaseError, match="not ready yet"):
        EmbeddedServer(home).start(timeout=0.2)
    assert not EmbeddedServer(home).status().used
