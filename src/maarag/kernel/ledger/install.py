"""Laying the ledger's functions and triggers on the database: after every migration, by whoever migrates.

The state is kept as a comment on one function, so that nothing is done, and no right needed, where all is
well.
"""

from __future__ import annotations

import hashlib
from importlib.resources import files
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

FOR_THE_APPLICATION = ("ledger_grant", "ledger_plan", "ledger_move")
REFUSED = {
    "ledger_posting": ("UPDATE", "DELETE", "TRUNCATE"),
    "ledger_entry": ("UPDATE", "DELETE", "TRUNCATE"),
    "ledger_draw": ("UPDATE", "DELETE", "TRUNCATE"),
    "ledger_decision": ("UPDATE", "DELETE", "TRUNCATE"),
    "ledger_closedperiod": ("UPDATE", "DELETE", "TRUNCATE"),
    "ledger_spending": ("DELETE", "TRUNCATE"),
    "ledger_account": ("DELETE", "TRUNCATE"),
    "ledger_pot": ("DELETE", "TRUNCATE"),
}
"""What nobody does to a table, by table; emptied they are between tests alone."""


def install(connection: BaseDatabaseWrapper) -> bool:
    """Make functions and triggers what the code says; False where they were so already."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.ledger_posting') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return False
        application = str(connections.settings[connection.alias]["USER"])
        code = source()
        state = hashlib.sha256((code + application).encode()).hexdigest()
        cursor.execute(
            "SELECT obj_description(oid, 'pg_proc') FROM pg_proc"
            " WHERE proname = 'ledger_apply' AND pronamespace = 'public'::regnamespace"
        )
        if cursor.fetchone() == (state,):
            return False
        _drop(cursor)
        cursor.execute(code)
        _privileges(cursor, application)
        cursor.execute(f"COMMENT ON FUNCTION public.ledger_apply() IS '{state}'")
    return True


def _drop(cursor: Any) -> None:
    """Functions of an older signature, or of other results: they are made anew below."""
    cursor.execute(
        "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace"
        " AND p.proname LIKE 'ledger\\_%' AND p.prorettype <> 'trigger'::regtype"
    )
    for (signature,) in cursor.fetchall():
        cursor.execute(f"DROP FUNCTION {signature}")


def source() -> str:
    """The functions and triggers as one text."""
    folder = files(__package__) / "sql"
    text = "".join((folder / name).read_text("utf-8") for name in ("functions.sql", "triggers.sql"))
    refusals = "\n".join(
        f"CREATE OR REPLACE TRIGGER ledger_refuse_{what.lower()} BEFORE {what} ON public.{table}"
        " FOR EACH STATEMENT"
        + (" WHEN (current_database() NOT LIKE 'test\\_%')" if what == "TRUNCATE" else "")
        + " EXECUTE FUNCTION public.ledger_refuse();"
        for table, refused in REFUSED.items()
        for what in refused
    )
    return text + refusals


def _privileges(cursor: Any, application: str) -> None:
    """Nobody but the application calls a function of the ledger, and it only those that it needs."""
    cursor.execute(
        "SELECT oid::regprocedure::text, proname FROM pg_proc"
        " WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'ledger\\_%'"
    )
    for signature, name in cursor.fetchall():
        cursor.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        if name in FOR_THE_APPLICATION:
            cursor.execute(f'GRANT EXECUTE ON FUNCTION {signature} TO "{application}"')
