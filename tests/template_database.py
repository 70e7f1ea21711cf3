"""One empty database with all tables, made once for a state of the migrations; every run copies it."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from maarag.database.layout import default_home
from maarag.database.migrating import as_owner

SOURCES = Path(__file__).resolve().parent.parent
PREFIX = "test_template_"
# what tables, rights, content types and permissions follow from, and the versions of what makes them
FOLLOWED = (
    "src/maarag/database/**/*.py",
    "src/maarag/**/migrations/*.py",
    "src/maarag/**/models.py",
    "src/maarag/**/models/*.py",
    "src/maarag/config/settings/*.py",
    "requirements/base.txt",
)


def template_database() -> str:
    """The name of the template on the server of Django's settings, made first where it is missing."""
    name = PREFIX + _state()
    with _alone(), as_owner(connection):
        if name not in _templates():
            _make(name)
    return name


def _state() -> str:
    found = hashlib.sha256()
    for path in sorted({path for pattern in FOLLOWED for path in SOURCES.glob(pattern)}):
        found.update(f"{path.relative_to(SOURCES)}\0".encode())
        found.update(path.read_bytes())
    return found.hexdigest()[:16]


@contextmanager
def _alone() -> Iterator[None]:
    """Workers and runs that begin at once wait for the first of them."""
    home = default_home()
    home.mkdir(parents=True, exist_ok=True)
    with (home / "test-template.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _templates() -> set[str]:
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
        return {name for (name,) in cursor.fetchall()}


def _make(name: str) -> None:
    """Make it under another name first: a run that is ended in the middle leaves no half of a template."""
    quote = connection.ops.quote_name
    older, draft = _templates(), f"{PREFIX}draft"
    own: dict[str, Any] = connection.settings_dict["TEST"]
    real, connection.settings_dict["TEST"] = connection.settings_dict["NAME"], {**own, "NAME": draft}
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        connection.close()
    finally:
        connection.settings_dict.update(NAME=real, TEST=own)
        settings.DATABASES["default"]["NAME"] = real
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {quote(draft)} RENAME TO {quote(name)}")
        for old in older - {draft}:
            cursor.execute(f"DROP DATABASE IF EXISTS {quote(old)} WITH (FORCE)")
