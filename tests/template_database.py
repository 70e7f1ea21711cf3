"""Databases that are made once for a state of the code and copied by every run of the tests.

One is empty with all tables; one holds the demonstration of today, with the folder that its keys lie in.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql

from maarag.database.layout import default_home
from maarag.database.migrating import as_owner

SOURCES = Path(__file__).resolve().parent.parent
# what tables, rights, content types and permissions follow from, and the versions of what makes them
TABLES_FOLLOW = (
    "src/maarag/database/**/*.py",
    "src/maarag/**/migrations/*.py",
    "src/maarag/**/*.sql",
    "src/maarag/**/models.py",
    "src/maarag/**/models/*.py",
    "src/maarag/config/settings/*.py",
    "requirements/base.txt",
)
ALL_CODE = ("src/maarag/**/*.py", "src/maarag/**/*.sql", "src/maarag/**/*.csv", "requirements/base.txt")


def state_of(patterns: tuple[str, ...], *more: str) -> str:
    """A mark of the files as they are now."""
    found = hashlib.sha256("\0".join(more).encode())
    for path in sorted({path for pattern in patterns for path in SOURCES.glob(pattern)}):
        found.update(f"{path.relative_to(SOURCES)}\0".encode())
        found.update(path.read_bytes())
    return found.hexdigest()[:16]


@contextmanager
def alone(what: str) -> Iterator[Path]:
    """Workers and runs that begin at once wait for the first of them; gives the folder of the tests."""
    home = default_home()
    home.mkdir(parents=True, exist_ok=True)
    with (home / f"test-{what}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield home


class Server:
    """The server of the tests, as its owner of databases sees it."""

    def __init__(self, owner: dict[str, str]) -> None:
        self.owner = owner

    def run(self, command: str, *names: str) -> None:
        """Run a command of which each {} is a name."""
        with psycopg.connect(dbname="postgres", autocommit=True, **self.owner) as database:  # type: ignore[arg-type]
            database.execute(sql.SQL(command).format(*map(sql.Identifier, names)))  # type: ignore[arg-type]

    def named(self, prefix: str) -> set[str]:
        with psycopg.connect(dbname="postgres", autocommit=True, **self.owner) as database:  # type: ignore[arg-type]
            found = database.execute(
                "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix]
            )
            return {name for (name,) in found}

    def drop(self, name: str) -> None:
        self.run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def copy(self, template: str, name: str) -> None:
        self.run("CREATE DATABASE {} TEMPLATE {}", name, template)

    def keep(self, draft: str, name: str, prefix: str) -> None:
        """Let a finished draft be the one template of its kind."""
        for old in self.named(prefix) - {draft}:
            self.drop(old)
        self.run("ALTER DATABASE {} RENAME TO {}", draft, name)


def empty_database(server: Server) -> str:
    """The name of the empty database with all tables, made first where it is missing."""
    prefix = "test_template_"
    name, draft = prefix + state_of(TABLES_FOLLOW), f"{prefix}draft"
    with alone("template"):
        if name not in server.named(prefix):
            with as_owner(connection):
                _migrate(draft)
            server.keep(draft, name, prefix)
    return name


def _migrate(draft: str) -> None:
    own: dict[str, Any] = connection.settings_dict["TEST"]
    real, connection.settings_dict["TEST"] = connection.settings_dict["NAME"], {**own, "NAME": draft}
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        connection.close()
    finally:
        connection.settings_dict.update(NAME=real, TEST=own)
        settings.DATABASES["default"]["NAME"] = real


def demonstration_database(server: Server, empty: str, day: str, set_up: Any) -> tuple[str, Path]:
    """The name of the database with the demonstration of the day, and its folder.

    `set_up(name, folder)` fills an empty database; it is called where there is none yet.
    """
    prefix = "test_demonstration_"
    name, draft = prefix + state_of(ALL_CODE, day), f"{prefix}draft"
    with alone("demonstration") as home:
        folder = home / "demonstration"
        if name not in server.named(prefix) or not folder.is_dir():
            server.drop(draft)
            server.copy(empty, draft)
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            set_up(draft, folder)
            server.keep(draft, name, prefix)
    return name, folder
