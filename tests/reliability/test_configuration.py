"""Django's DATABASES from the environment."""

from __future__ import annotations

import os
import traceback
from pathlib import Path

import pytest

from maarag.database.configuration import databases
from maarag.database.errors import DatabaseError
from maarag.database.layout import default_home
from maarag.database.server import EmbeddedServer

from .conftest import Host, finished

WORD = "se/cr:et@1%"
URL = (
    "postgres://ann%40office:se%2Fcr%3Aet%401%25@db.example:6543/weave?sslmode=verify-full&application_name=m"
)


def test_a_url_with_everything() -> None:
    found = databases(environ={"DATABASE_URL": URL})["default"]
    assert found == {
        "ENGINE": "maarag.database.backend",
        "NAME": "weave",
        "USER": "ann@office",
        "PASSWORD": WORD,
        "HOST": "db.example",
        "PORT": "6543",
        "OPTIONS": {"sslmode": "verify-full", "application_name": "m"},
    }


def test_short_urls_and_sockets() -> None:
    assert databases(environ={"DATABASE_URL": "postgresql:///weave"})["default"]["HOST"] == ""
    found = databases(environ={"DATABASE_URL": "postgresql:///weave?host=/run/postgresql"})["default"]
    assert (found["HOST"], found["OPTIONS"]) == ("/run/postgresql", {})
    found = databases(environ={"DATABASE_URL": "postgres://u@[::1]:5433/weave"})["default"]
    assert (found["HOST"], found["PORT"]) == ("::1", "5433")


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u:TOPSECRET@h/d",
        "sqlite:///TOPSECRET",
        "host=h password=TOPSECRET dbname=d",
        "postgres://u:TOPSECRET@h:99999/d",
        "postgres://u:TOPSECRET@h:port/d",
        "postgres://u:TOPSECRET@h/d?nonsense=1",
        "postgres://u:TOPSECRET@h/",
        "postgres://u:TOPSECRET%ZZ@h/d",
        "postgres://u:TOPSECRET@[h/d",
        "TOPSECRET",
    ],
)
@pytest.mark.parametrize("variable", ["DATABASE_URL", "REPLICA_URL"])
def test_a_wrong_url_says_which_and_never_shows_it(tmp_path: Path, variable: str, url: str) -> None:
    with pytest.raises(DatabaseError, match=f"{variable} is not the address") as caught:
        databases(tmp_path / "home", environ={variable: url})
    assert "postgres://user:password@host:5432/name" in caught.value.remedy
    assert "%40" in caught.value.remedy
    assert "TOPSECRET" not in "".join(traceback.format_exception(caught.value))


def test_a_replica_and_pools() -> None:
    environ = {"DATABASE_URL": URL, "REPLICA_URL": "postgres://reader@copy.example/weave"}
    plain = databases(environ=environ)
    assert plain["replica"]["TEST"] == {"MIRROR": "default"}
    assert all("pool" not in found["OPTIONS"] for found in plain.values())
    pooled = databases(environ=environ, pool=True)
    assert all(found["OPTIONS"]["pool"]["max_size"] >= 1 for found in pooled.values())


def test_without_a_server_it_reads_and_writes_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    found = databases(home, environ={})["default"]
    assert found["HOST"]
    assert found["PASSWORD"] == ""
    assert not home.exists()


@pytest.mark.parametrize("pool", ["", "pool"])
def test_settings_computed_before_the_first_start_work_after_it(
    empty_home: Path, host: Host, pool: str
) -> None:
    """The whole way through Django, without and with a pool."""
    assert finished(host("django", empty_home, pool)) == ["maarag_app", "maarag", "1"]


def test_the_home(monkeypatch: pytest.MonkeyPatch) -> None:
    assert default_home({"MAARAG_HOME": "/srv/weave"}) == Path("/srv/weave")
    assert default_home({"XDG_DATA_HOME": "/data"}) == Path("/data/maarag")
    monkeypatch.setenv("HOME", "/home/someone")
    assert default_home({}) == Path("/home/someone/.local/share/maarag")
    assert default_home({"XDG_DATA_HOME": "relative"}) == Path("/home/someone/.local/share/maarag")
    monkeypatch.chdir("/")
    assert EmbeddedServer(Path("var")).layout.home == Path("/var").resolve()


def test_a_url_with_the_password_only_when_asked(home: Path) -> None:
    connection = EmbeddedServer(home).connection()
    word = Path(connection.passfile).read_text().strip().rpartition(":")[2]
    assert word not in connection.url()
    assert word not in repr(connection)
    shown = databases(environ={"DATABASE_URL": connection.url(show_password=True)})["default"]
    assert (shown["PASSWORD"], shown["HOST"], shown["NAME"]) == (word, connection.host, "maarag")
    assert os.stat(connection.passfile).st_mode & 0o077 == 0
