"""Laying the functions and triggers on the database: after every migration, by whoever migrates.

The state is kept as a comment on one function, so that nothing is done, and no right needed, where all is
well.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from maarag.database.layout import ONE_FAMILY

from .guards import unrecorded
from .triggers import (
    ENDINGS,
    RECORD_TRIGGERS,
    Audited,
    audited_tables,
    delete_function,
    functions_sql,
    insert_function,
    table_triggers,
    update_function,
)

LOCK = 7_205_159_403
FOR_ONE_FAMILY = (
    "audit_record_one(bigint, text, text, text, bigint, bigint, boolean, text, integer)",
    "audit_record(bigint[], text[], text[], text[], bigint[], bigint[], boolean[], text[], integer)",
    "audit_newest_change(text[])",
)
FOR_THE_APPLICATION = (*FOR_ONE_FAMILY, "audit_erase(bigint, text[], text[], text[], text)")
NOT_FOR_ALL = (*FOR_THE_APPLICATION, "audit_append(text, text, boolean, bigint, text[], text[], text)")


def install(connection: BaseDatabaseWrapper) -> bool:
    """Make functions and triggers what the code and the columns say; False where they were so already.

    Rows of a table that comes under the record are noted as found.
    """
    with connection.cursor() as cursor:
        if not _is_migrated(cursor):
            return False
        tables = audited_tables(cursor)
        state = _state(tables, _application(connection))
        if _installed(cursor) == state and not unrecorded(cursor):
            return False
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            new = missing(cursor, tables)
            install_functions(connection)
            for table in tables:
                for make in (insert_function, update_function, delete_function):
                    cursor.execute(make(table))
                cursor.execute(table_triggers(table))
            for table in tables:
                if table.name in new:
                    _note_found(cursor, table)
            cursor.execute(f"COMMENT ON FUNCTION public.audit_seal() IS '{state}'")
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    return True


def install_functions(connection: BaseDatabaseWrapper) -> None:
    """The shared functions, the triggers of the record itself, and who may call what."""
    with connection.cursor() as cursor:
        cursor.execute(functions_sql())
        cursor.execute(RECORD_TRIGGERS)
        for function in NOT_FOR_ALL:
            cursor.execute(f"REVOKE ALL ON FUNCTION public.{function} FROM PUBLIC")
        # the role too that it takes for the scope of one family
        rights = {_application(connection): FOR_THE_APPLICATION, ONE_FAMILY: FOR_ONE_FAMILY}
        for role, functions in rights.items():
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            if cursor.fetchone():
                for function in functions:
                    cursor.execute(f'GRANT EXECUTE ON FUNCTION public.{function} TO "{role}"')
                for function in set(FOR_THE_APPLICATION) - set(functions):
                    cursor.execute(f'REVOKE ALL ON FUNCTION public.{function} FROM "{role}"')


def loosen(connection: BaseDatabaseWrapper) -> None:
    """Before tables change: record UPDATE by functions that know no columns, until `install` is called."""
    with connection.cursor() as cursor:
        if not _installed(cursor):
            return
        cursor.execute(
            "SELECT pg_get_userbyid(proowner) = current_user FROM pg_proc WHERE proname = 'audit_seal'"
        )
        if cursor.fetchone() != (True,):
            return
        for table in audited_tables(cursor):
            cursor.execute(update_function(table, plain=True))
        cursor.execute("COMMENT ON FUNCTION public.audit_seal() IS 'loose'")


def missing(cursor: Any, tables: list[Audited]) -> set[str]:
    """The tables that lack one of their triggers, or have one that does not fire."""
    cursor.execute(
        "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " WHERE c.relnamespace = 'public'::regnamespace AND t.tgname = ANY (%s) AND t.tgenabled IN ('O', 'A')"
        " GROUP BY c.relname HAVING count(*) = %s",
        [[f"audit_{ending}" for ending in (*ENDINGS, "truncate")], len(ENDINGS) + 1],
    )
    whole = {name for (name,) in cursor.fetchall()}
    return {table.name for table in tables} - whole


def _note_found(cursor: Any, table: Audited) -> None:
    authority = "authority_id" if table.authority else "NULL::bigint"
    cursor.execute(
        f"""
        SELECT public.audit_append(%s, 'F', %s, g.authority, g.pks, '{{}}', NULL)
        FROM (
            SELECT r.authority, array_agg(r.pk) AS pks
            FROM (SELECT "{table.key}"::text AS pk, {authority} AS authority,
                (row_number() OVER (ORDER BY "{table.key}") - 1) / 1000 AS n FROM public."{table.name}") r
            GROUP BY r.authority, r.n
        ) g
        """,
        [table.name, table.personal],
    )


def _is_migrated(cursor: Any) -> bool:
    cursor.execute("SELECT to_regclass('public.audit_rowchange') IS NOT NULL")
    return bool(cursor.fetchone()[0])


def _installed(cursor: Any) -> str:
    cursor.execute(
        "SELECT obj_description(oid, 'pg_proc') FROM pg_proc"
        " WHERE proname = 'audit_seal' AND pronamespace = 'public'::regnamespace"
    )
    found = cursor.fetchone()
    return (found and found[0]) or ""


def _application(connection: Any) -> str:
    """The login of the site; migrations may run under another."""
    return str(connections.settings[connection.alias]["USER"])


def _state(tables: list[Audited], application: str) -> str:
    rights = repr((NOT_FOR_ALL, FOR_THE_APPLICATION, FOR_ONE_FAMILY))
    text = functions_sql() + RECORD_TRIGGERS + application + ONE_FAMILY + rights
    text += "".join(
        insert_function(table) + update_function(table) + delete_function(table) + table_triggers(table)
        for table in tables
    )
    return hashlib.sha256(text.encode()).hexdigest()
