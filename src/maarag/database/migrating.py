"""Migrations: made by the owner of the tables; the application is then given what it needs and no more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.dispatch import Signal
from psycopg import sql

from .layout import BACKUP, ONE_FAMILY

ORDINARY = ("SELECT", "INSERT", "UPDATE", "DELETE")
migrated = Signal()
"""Sent with `connection` (the owner's) once the tables are as the models say, before privileges are given."""


def migrate(*, verbosity: int = 0) -> None:
    """Bring the database to the newest migrations, as its owner, and give the application its privileges."""
    from django.core.management import call_command

    connection = connections[DEFAULT_DB_ALIAS]
    with as_owner(connection):
        call_command("migrate", verbosity=verbosity, interactive=False)
        give_privileges(connection)


@contextmanager
def as_owner(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Connect as the owner of the tables inside the block; nothing changes where no owner is configured.

    For migrations and set-up only: raises RuntimeError inside a transaction.
    """
    if connection.in_atomic_block:
        raise RuntimeError("the owner cannot take over inside a transaction")
    application: dict[str, Any] = connection.settings_dict
    owner = application.get("OWNER")
    if not owner or application["USER"] == owner["USER"]:
        yield
        return
    _leave(connection)
    login = {name: owner[name] for name in ("USER", "PASSWORD", "HOST", "PORT", "OPTIONS")}
    connection.settings_dict = {**application, **login}
    try:
        yield
    finally:
        _leave(connection)
        # a test database was made, or left, meanwhile
        application["NAME"] = connection.settings_dict["NAME"]
        connection.settings_dict = application


def _leave(connection: Any) -> None:
    connection.close()
    if connection.settings_dict["OPTIONS"].get("pool"):
        connection.close_pool()


def give_privileges(connection: Any) -> None:
    """Let the application read and write rows, and nothing else; call as the owner, after migrations.

    A model's `application_may` (say, ("SELECT", "INSERT")) narrows what the application may do to its rows.
    """
    migrated.send(sender=None, connection=connection)
    application = connections.settings[connection.alias]["USER"]
    if not application or connection.settings_dict["USER"] == application:
        return
    narrowed = {
        model._meta.db_table: model.application_may
        for model in apps.get_models(include_auto_created=True)
        if hasattr(model, "application_may")
    } | {"django_migrations": ("SELECT",)}
    with connection.cursor() as cursor:
        cursor.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        for name in (application, ONE_FAMILY):
            _give(cursor, sql.Identifier(name), narrowed)
        if _is_role(cursor, BACKUP):
            cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(sql.Identifier(BACKUP)))


def _give(cursor: Any, role: sql.Identifier, narrowed: dict[str, tuple[str, ...]]) -> None:
    ordinary = sql.SQL(", ".join(ORDINARY))
    cursor.execute(sql.SQL("REVOKE CREATE ON SCHEMA public FROM {}").format(role))
    cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(role))
    cursor.execute(sql.SQL("GRANT {} ON ALL TABLES IN SCHEMA public TO {}").format(ordinary, role))
    cursor.execute(sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}").format(role))
    for table, may in narrowed.items():
        forbidden = sql.SQL(", ".join(name for name in ORDINARY if name not in may))
        if set(ORDINARY) - set(may):
            cursor.execute(
                sql.SQL("REVOKE {} ON TABLE {} FROM {}").format(forbidden, sql.Identifier(table), role)
            )


def _is_role(cursor: Any, name: str) -> bool:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
    return cursor.fetchone() is not None
