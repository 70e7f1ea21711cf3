"""The chains of the record in a backup: their ends are noted beside the dump, and read through afterwards."""

from __future__ import annotations

from typing import Any

import psycopg

from .stored import Stored
from .verify import verify

MOST = 5
Connection = psycopg.Connection[tuple[Any, ...]]


def heads(connection: Connection) -> dict[str, Any]:
    """Under "heads" the ends of the chains in this snapshot: [chain, number, hash in hex] each."""
    return {"heads": _heads(connection) if _is_there(connection) else []}


def faults(connection: Connection, expected: list[list[Any]]) -> list[str]:
    """What is wrong with the record in a restored database: every chain is read from its beginning."""
    if not _is_there(connection):
        return ["audit: there is no record"] if expected else []
    with connection.transaction():
        verdict = verify(Stored(connection))
        found = [
            f"audit chain {fault.chain}: {fault.code} {fault.record}".strip() for fault in verdict.faults
        ]
        if _heads(connection) != expected:
            found.append("audit: the chains do not end as they did")
    return found[:MOST]


def _is_there(connection: Connection) -> bool:
    return connection.execute("SELECT to_regclass('public.audit_chainhead')").fetchone() != (None,)


def _heads(connection: Connection) -> list[list[Any]]:
    rows = connection.execute(
        "SELECT chain, number, encode(hash, 'hex') FROM public.audit_chainhead ORDER BY chain"
    )
    return [list(row) for row in rows]
