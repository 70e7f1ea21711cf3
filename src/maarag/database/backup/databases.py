"""Making, dropping and swapping whole databases of one server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from ..errors import N_
from .errors import BackupError
from .logins import Connection, Login

LISTS = ("search_path", "session_preload_libraries", "local_preload_libraries", "temp_tablespaces")


@dataclass
class Fresh:
    """A database just made; dropped at the end unless it is told to stay."""

    name: str
    stays: bool = False

    def keep(self) -> None:
        self.stays = True


@contextmanager
def alone(admin: Connection, dbname: str) -> Iterator[None]:
    """One restore of an installation at a time; what an earlier one left when it was killed is dropped."""
    key = f"restore {dbname}"
    found = admin.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [key])
    if found.fetchone() != (True,):
        raise BackupError(
            N_("Another restore of this installation is under way."), N_("Wait until it is finished.")
        )
    try:
        prefix = f"{dbname}_restoring_"
        left = admin.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix])
        for (name,) in left.fetchall():
            drop(admin, str(name))
        yield
    finally:
        # not left to the end of the connection: the server notices that only after a while
        if not admin.closed:
            admin.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [key])


def exists(admin: Connection, name: str) -> bool:
    return admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def drop(admin: Connection, name: str) -> None:
    admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def rename(admin: Connection, name: str, new: str) -> None:
    admin.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(*map(sql.Identifier, (name, new))))


@contextmanager
def fresh(admin: Connection, name: str, properties: dict[str, Any]) -> Iterator[Fresh]:
    """An empty database with the owner, the locale, the grants and the settings of the one backed up."""
    made = Fresh(name)
    database = sql.Identifier(name)
    locale = _locale(properties)
    try:
        admin.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' {}").format(
                database, sql.Identifier(properties["owner"]), locale
            )
        )
        if properties["grants"] is not None:
            admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
            for grantee, privilege, grantable in properties["grants"]:
                admin.execute(
                    sql.SQL("GRANT {} ON DATABASE {} TO {}{}").format(
                        sql.SQL(privilege),
                        database,
                        sql.Identifier(grantee) if grantee else sql.SQL("PUBLIC"),
                        sql.SQL(" WITH GRANT OPTION" if grantable else ""),
                    )
                )
        for role, settings in properties["settings"] or ():
            for setting in settings:
                admin.execute(_setting(database, role, setting))
        yield made
    except psycopg.Error as error:
        raise BackupError(
            N_("The new database could not be made ready: %(reason)s."),
            N_("Put right what it names and try again; the present database is as it was."),
            reason=error.diag.message_primary or str(error).strip(),
        ) from error
    finally:
        if not made.stays and not admin.closed:
            drop(admin, name)


def swap(login: Login, admin: Connection, new: str, old: str) -> bool:
    """Give `new` the name of the installation's database, which is called `old` from then on.

    Both or neither: one transaction. Whoever was connected is sent away; who comes meanwhile waits at the
    lock and connects again. False where there was no database of that name.
    """
    had = exists(admin, login.dbname)
    done = threading.Event()

    def send_away() -> None:
        with login.connect("postgres") as other:
            while not done.wait(0.05):
                other.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = ANY(%s) AND backend_type = 'client backend'",
                    [[login.dbname, new]],
                )

    thread = threading.Thread(target=send_away, name="sending users away", daemon=True)
    thread.start()
    try:
        with admin.transaction():
            if had:
                rename(admin, login.dbname, old)
            rename(admin, new, login.dbname)
    finally:
        done.set()
        thread.join()
    return had


def _locale(properties: dict[str, Any]) -> sql.Composable:
    """Sorting as before, whatever the server's own is."""
    parts: list[sql.Composable] = [
        sql.SQL("LC_COLLATE {}").format(sql.Literal(properties["collate"])),
        sql.SQL("LC_CTYPE {}").format(sql.Literal(properties["ctype"])),
    ]
    if properties["provider"] == "b":
        parts.append(
            sql.SQL("LOCALE_PROVIDER builtin BUILTIN_LOCALE {}").format(sql.Literal(properties["locale"]))
        )
    elif properties["provider"] == "i":
        parts.append(sql.SQL("LOCALE_PROVIDER icu ICU_LOCALE {}").format(sql.Literal(properties["locale"])))
        if properties.get("rules"):
            parts.append(sql.SQL("ICU_RULES {}").format(sql.Literal(properties["rules"])))
    else:
        parts.append(sql.SQL("LOCALE_PROVIDER libc"))
    return sql.SQL(" ").join(parts)


def _setting(database: sql.Identifier, role: str, setting: str) -> sql.Composed:
    name, _equals, value = setting.partition("=")
    whose = (
        sql.SQL("ROLE {} IN DATABASE {}").format(sql.Identifier(role), database)
        if role
        else sql.SQL("DATABASE {}").format(database)
    )
    # lists come quoted as they must be written
    given = sql.SQL(value) if name in LISTS else sql.Literal(value)
    return sql.SQL("ALTER {} SET {} TO {}").format(whose, sql.SQL(name), given)
