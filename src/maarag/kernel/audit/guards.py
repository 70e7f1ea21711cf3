"""Whether the database still records every change: what the owner of a database can take off."""

from __future__ import annotations

import re
from typing import Any

from maarag.database.rows.checks import unforced

from .triggers import (
    RECORD_TRIGGERS,
    audited_tables,
    delete_function,
    functions_sql,
    insert_function,
    table_triggers,
    update_function,
)
from .verify import Fault

_TRIGGER = re.compile(
    r'TRIGGER (\w+) [^;]*? ON public\."?(\w+)"? [^;]*?EXECUTE FUNCTION public\."?(\w+)"?\(\)', re.DOTALL
)
_FUNCTION = re.compile(r'FUNCTION public\."?(\w+)"?\s*\(.*? AS (\$\w*\$)(.*?)\2', re.DOTALL)


def unrecorded(cursor: Any) -> list[str]:
    """The tables that lack a trigger of the audit, have one that does not fire, or one of another function;
    the functions, with (), that are not what the code makes; and the setting that turns triggers off.
    """
    tables = audited_tables(cursor)
    triggers = set(_TRIGGER.findall(RECORD_TRIGGERS + "".join(map(table_triggers, tables))))
    functions = {name: body for name, _mark, body in _FUNCTION.findall(functions_sql())}
    for table in tables:
        for make in (insert_function, update_function, delete_function):
            functions |= {name: body for name, _mark, body in _FUNCTION.findall(make(table))}
    cursor.execute(
        "SELECT t.tgname::text, c.relname::text, p.proname::text FROM pg_catalog.pg_trigger t"
        " JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid"
        " WHERE c.relnamespace = 'public'::regnamespace AND t.tgenabled IN ('O', 'A')"
    )
    found = {table for _name, table, _function in triggers - set(cursor.fetchall())}
    cursor.execute(
        "SELECT proname::text, prosrc FROM pg_catalog.pg_proc"
        " WHERE pronamespace = 'public'::regnamespace AND proname = ANY (%s)",
        [list(functions)],
    )
    found |= {f"{name}()" for name, _body in functions.items() ^ set(cursor.fetchall())}
    cursor.execute(
        "SELECT current_setting('session_replication_role') <> 'origin' OR EXISTS (SELECT FROM"
        " pg_catalog.pg_db_role_setting WHERE setconfig::text LIKE '%%session_replication_role%%')"
    )
    if cursor.fetchone()[0]:
        found.add("session_replication_role")
    return sorted(found)


def taken_off(cursor: Any) -> list[Fault]:
    """Tables whose changes are not recorded, and tables of people that row-level security does not bind."""
    return [
        *(Fault("not-recorded", 0, record=name) for name in unrecorded(cursor)),
        *(Fault("not-protected", 0, record=name) for name in unforced(cursor)),
    ]
