"""`maarag doctor` and `maarag db`: every fault is found and says what to do."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from maarag.cli import doctor as doctor_command
from maarag.cli.database import db
from maarag.database import doctor
from maarag.database.doctor import Finding, checks
from maarag.database.layout import SUPERUSER, Layout
from maarag.database.server import EmbeddedServer


@pytest.fixture(autouse=True)
def without_migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    """They look through Django's own connection, which is not to these homes."""
    for name in ("_migrations", "_rows"):
        monkeypatch.setattr(doctor, name, lambda: iter(()))
    monkeypatch.setattr(doctor_command, "recording", lambda: iter(()))


def look(home: Path, **environ: str) -> dict[str, Finding]:
    return {finding.name: finding for finding in checks(home, environ=environ)}


def as_superuser(home: Path, dbname: str = "maarag") -> psycopg.Connection[tuple[object, ...]]:
    connection = EmbeddedServer(home).start()
    chosen = {"user": SUPERUSER, "passfile": str(Layout.of(home).passfile(SUPERUSER)), "dbname": dbname}
    return psycopg.connect(**{**connection.parameters(), **chosen}, autocommit=True)


def test_a_healthy_home(home: Path) -> None:
    found = look(home)
    assert [finding.name for finding in found.values() if not finding.ok] == []
    assert set(found) >= {
        "Server",
        "Extensions",
        "Locale",
        "Safe writing",
        "Database role",
        "Permissions",
        "Disk",
    }
    assert all(finding.message and not finding.remedy for finding in found.values())
    assert EmbeddedServer(home).status().state == "stopped", "it was started only for the visit"


def test_a_database_where_hebrew_has_no_trigrams(home: Path) -> None:
    """The trap itself: a database with LC_CTYPE=C."""
    with as_superuser(home) as session:
        session.execute("CREATE DATABASE deaf TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C'")
    with as_superuser(home, "deaf") as session:
        session.execute("CREATE EXTENSION pg_trgm")
    url = EmbeddedServer(home).connection().url(show_password=True).replace("@/maarag", "@/deaf")
    found = look(home, DATABASE_URL=url)
    assert not found["Locale"].ok
    assert "trigrams" in found["Locale"].message
    assert "C.UTF-8" in found["Locale"].remedy
    assert not found["Extensions"].ok
    assert found["Extensions"].message == "Missing: btree_gist."
    assert "CREATE EXTENSION btree_gist;" in found["Extensions"].remedy
    EmbeddedServer(home).stop()


def test_too_powerful_a_role(home: Path) -> None:
    with as_superuser(home) as session:
        session.execute("ALTER ROLE maarag_app SUPERUSER")
        found = look(home)["Database role"]
        assert not found.ok
        assert "NOSUPERUSER" in found.remedy
    EmbeddedServer(home).stop()
    # what a role may do is said again at each start
    assert look(home)["Database role"].ok


def test_a_role_that_owns_the_tables(home: Path) -> None:
    with as_superuser(home) as session:
        session.execute("CREATE TABLE kept (x int)")
        session.execute("ALTER TABLE kept OWNER TO maarag_app")
    found = look(home)["Database role"]
    assert not found.ok
    assert "OWNER_URL" in found.remedy
    EmbeddedServer(home).stop()


def test_open_modes(home: Path) -> None:
    EmbeddedServer(home).start()
    passfile = Layout.of(home).passfile(SUPERUSER)
    passfile.chmod(0o644)
    home.chmod(0o777)
    found = look(home)["Permissions"]
    assert not found.ok
    assert f"chmod go-rwx {passfile}" in found.remedy
    passfile.chmod(0o600)
    found = look(home)["Permissions"]
    assert not found.ok
    assert "chmod o-w" in found.remedy
    EmbeddedServer(home).stop()


def test_little_disk(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "MINIMUM_FREE", 2**60)
    assert "1 GB" in look(home)["Disk"].remedy


def test_no_server_at_all(home: Path) -> None:
    found = look(home, DATABASE_URL="postgres://ann:TOPSECRET@127.0.0.1:1/weave")
    assert list(found) == ["Server"]
    assert not found["Server"].ok
    assert "address" in found["Server"].remedy
    assert "TOPSECRET" not in repr(found)
    (Layout.of(home).data / "PG_VERSION").write_text("15")
    found = look(home)
    assert "made by PostgreSQL 15" in found["Server"].message
    assert found["Disk"].ok


def test_the_command(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAARAG_HOME", str(home))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    good = CliRunner().invoke(doctor_command.doctor, ["--format", "json"])
    assert good.exit_code == 0, good.output
    assert {"name", "ok", "message", "remedy", "skipped"} == set(json.loads(good.output)[0])
    Layout.of(home).data.joinpath("PG_VERSION").write_text("15")
    bad = CliRunner().invoke(doctor_command.doctor)
    assert bad.exit_code == 1
    assert "→" in bad.output


def call(*arguments: str) -> Result:
    return CliRunner().invoke(db, list(arguments))


def test_the_server_by_hand(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAARAG_HOME", str(home))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert json.loads(call("status", "--format", "json").output)["state"] == "stopped"
    assert "postgresql://maarag_app@/maarag" in call("start").output
    word = Layout.of(home).passfile("maarag_app").read_text().strip().rpartition(":")[2]
    assert word not in call("url").output
    assert word in call("url", "--show-password").output
    with EmbeddedServer(home).running():
        refused = call("stop")
        assert refused.exit_code == 1
        assert "--force" in refused.output
    assert EmbeddedServer(home).status().state == "running"
    assert call("stop", "--force").exit_code == 0
    assert EmbeddedServer(home).status().state == "stopped"


def test_another_server_is_not_ours_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://ann:TOPSECRET@db.example/weave")
    for command in ("start", "stop", "status"):
        found = call(command)
        assert found.exit_code == 1
        assert "not ours" in found.output
    assert call("url").output.strip() == "postgresql://ann@db.example/weave"
