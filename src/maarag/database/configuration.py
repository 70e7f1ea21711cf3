"""Django's DATABASES: a server given by URL, or the embedded one. Reads the environment; starts nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from .connection import ConnectionInfo
from .errors import N_, DatabaseError
from .layout import OWNER, default_home
from .server import EmbeddedServer

ENGINE = "maarag.database.backend"
SCHEMES = ("postgres://", "postgresql://")
# One pool per process; who waits longer than `timeout` seconds gets an error instead of a hung page.
POOL = {"min_size": 1, "max_size": 10, "timeout": 10}


def databases(
    home: Path | None = None, *, pool: bool = False, environ: Mapping[str, str] = os.environ
) -> dict[str, dict[str, Any]]:
    """The settings `default` (and `replica`, where REPLICA_URL is set).

    DATABASE_URL wins; without it, the embedded server of `home` (MAARAG_HOME by default), whether or not
    it runs or exists yet. Both log in as the application; what is under "OWNER" logs in as the owner of the
    tables, for migrations alone (OWNER_URL beside DATABASE_URL). `pool`: keep a pool of connections; leave
    it off in tests.
    """
    if url := environ.get("DATABASE_URL"):
        default = from_url(url, "DATABASE_URL")
        if owner := environ.get("OWNER_URL"):
            default["OWNER"] = from_url(owner, "OWNER_URL")
    else:
        server = EmbeddedServer(home or default_home(environ))
        default = from_connection(server.connection())
        default["OWNER"] = from_connection(server.connection(OWNER))
    found = {"default": default}
    if url := environ.get("REPLICA_URL"):
        found["replica"] = {**from_url(url, "REPLICA_URL"), "TEST": {"MIRROR": "default"}}
    if pool:
        for settings in found.values():
            settings["OPTIONS"]["pool"] = dict(POOL)
    return found


def is_embedded(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the embedded server is the one in use."""
    return not environ.get("DATABASE_URL")


def from_connection(connection: ConnectionInfo) -> dict[str, Any]:
    """Settings without a password: libpq reads it from the file when it connects."""
    return {
        "ENGINE": ENGINE,
        "NAME": connection.dbname,
        "USER": connection.user,
        "PASSWORD": "",
        "HOST": connection.host,
        "PORT": str(connection.port),
        "OPTIONS": {"passfile": connection.passfile},
    }


def from_url(url: str, variable: str) -> dict[str, Any]:
    """Settings from postgres://user:password@host:port/name?option=value. Errors never show the URL."""
    try:
        if not url.startswith(SCHEMES):
            raise ValueError
        parts = {key: str(value) for key, value in conninfo_to_dict(url).items() if value is not None}
        if not parts.get("dbname"):
            raise ValueError
        for port in parts.get("port", "").split(","):
            if port and not 0 < int(port) < 65536:
                raise ValueError
    except (ValueError, psycopg.ProgrammingError):
        # from None: libpq's message may quote the password
        raise DatabaseError(
            N_("%(variable)s is not the address of a PostgreSQL database."),
            N_(
                "Write it as postgres://user:password@host:5432/name; special characters as %%40, %%3A, %%2F."
            ),
            variable=variable,
        ) from None
    return {
        "ENGINE": ENGINE,
        "NAME": parts.pop("dbname"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "OPTIONS": dict(parts),
    }
