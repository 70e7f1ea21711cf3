"""Whether the policies in the database are those that the migrations declare, word for word."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.migrations.loader import MigrationLoader
from django.db.models import Model

from .policies import ProtectRows

_POLICIES = (
    "SELECT policyname, permissive, cmd, roles::text, coalesce(qual, ''), coalesce(with_check, '')"
    " FROM pg_policies WHERE tablename = %s AND schemaname ="
)
IN_PUBLIC = f"{_POLICIES} 'public'"
IN_TEMP = f"{_POLICIES} (SELECT nspname FROM pg_namespace WHERE oid = pg_my_temp_schema())"


def declared() -> dict[tuple[str, str], ProtectRows]:
    """What the migrations lay on each model's table: by app and model in small letters."""
    migrations = MigrationLoader(None).disk_migrations
    return {
        (app, operation.model_name.lower()): operation
        for (app, _name), migration in migrations.items()
        for operation in migration.operations
        if isinstance(operation, ProtectRows)
    }


def may_compare(connection: Any) -> bool:
    """Whether this login may make the temporary tables that `differences` needs."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_database_privilege(current_database(), 'TEMP')")
        return bool(cursor.fetchone() == (True,))


def differences(connection: Any, models: Iterable[type[Model]]) -> list[str]:
    """The policies that are there and not declared, declared and not there, or of another text.

    PostgreSQL keeps a policy as it understood it; so it is told the declared ones once more, on an empty
    temporary table of the same name and columns, and its own two texts are compared. Nothing of it stays.
    Asked of whoever `may_compare`: the owner, where the application may make no temporary table.
    """
    known, found = declared(), []
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for model in models:
            table = model._meta.db_table
            operation = known.get((model._meta.app_label, model.__name__.lower()))
            if operation is None:
                found.append(f"{table} is personal and no migration protects it")
                continue
            cursor.execute(IN_PUBLIC, [table])
            there = {name: rest for name, *rest in cursor.fetchall()}
            quoted = connection.ops.quote_name(table)
            cursor.execute("SELECT to_regclass(%s)", [f"public.{quoted}"])
            if cursor.fetchone() == (None,):
                continue  # the table itself is missing, which is told elsewhere
            cursor.execute(f"CREATE TEMPORARY TABLE {quoted} (LIKE public.{quoted})")
            for statement in operation.policies(f"pg_temp.{quoted}"):
                cursor.execute(statement)
            cursor.execute(IN_TEMP, [table])
            wanted = {name: rest for name, *rest in cursor.fetchall()}
            cursor.execute(f"DROP TABLE pg_temp.{quoted}")
            for name in sorted({*there, *wanted}):
                if there.get(name) != wanted.get(name):
                    found.append(f"{table}: the policy {name} is not what the migrations declare")
        transaction.set_rollback(True, using=connection.alias)
    return found
