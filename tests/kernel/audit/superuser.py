"""Past every right and trigger: a connection of the superuser to the tests' database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from maarag.database.configuration import is_embedded
from maarag.database.layout import SUPERUSER, Layout


@contextmanager
def superuser() -> Iterator[psycopg.Connection[Any]]:
    """In autocommit; triggers do not fire. Skips where the server is not ours."""
    if not is_embedded():
        pytest.skip("DATABASE_URL names a server whose superuser we are not")
    settings_now = connection.settings_dict
    with psycopg.connect(
        host=settings_now["HOST"],
        port=settings_now["PORT"],
        dbname=settings_now["NAME"],
        user=SUPERUSER,
        passfile=str(Layout.of(settings.HOME).passfile(SUPERUSER)),
        autocommit=True,
    ) as session:
        session.execute("SET session_replication_role = replica")
        yield session
