"""The record as it is stored, read in one snapshot by the role that sees every row."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator
from contextlib import contextmanager
from operator import attrgetter
from typing import Any

from .chain import ERASED, Entry, SealRow
from .verify import Head

AT_ONCE = 5000
_AT = "(extract(epoch FROM at) * 1000000)::bigint"
_EVENTS = f"""
SELECT id, {_AT}, transaction, coalesce(authority_id, 0), personal, actor_id, action, subject_type,
    subject_id, place_id, coalesce(salt::text, ''), changes::text, digest, erased
FROM public.audit_auditevent
"""
_CHANGES = f"""
SELECT id, {_AT}, transaction, coalesce(authority_id, 0), personal, account, login, of_table, operation,
    array_to_json(row_ids)::text, changes, digest
FROM public.audit_rowchange
"""
_SEALS = f"""
SELECT chain, number, {_AT}, transaction, first, last, count, digest, previous, hash FROM public.audit_seal
"""


class Stored:
    """A `Record` over a connection of psycopg inside a transaction; `chain`: only this one."""

    def __init__(self, connection: Any, *, chain: int | None = None) -> None:
        self.connection = connection
        self.chain = chain

    def seals_by_chain(self) -> Iterator[SealRow]:
        return self._seals("chain, number")

    def seals_by_entry(self) -> Iterator[SealRow]:
        return self._seals("last, chain")

    def entries(self) -> Iterator[Entry]:
        return heapq.merge(self._events(), self._changes(), key=attrgetter("id"))

    def heads(self) -> list[Head]:
        condition, values = self._where("chain")
        rows = self.connection.execute(
            f"SELECT chain, number, hash, entries FROM public.audit_chainhead {condition} ORDER BY chain",
            values,
        )
        return [Head(*row) for row in rows]

    def size(self) -> int:
        condition, values = self._where("chain")
        row = self.connection.execute(
            f"SELECT coalesce(sum(entries), 0)::bigint FROM public.audit_chainhead {condition}", values
        ).fetchone()
        return int(row[0])

    def _events(self) -> Iterator[Entry]:
        for number, at, tx, chain, *fields, salt, changes, digest, erased in self._rows(
            "events", _EVENTS, "id"
        ):
            lists: tuple[int, ...] = ()
            if fields[2] == "audit.erase":
                told = json.loads(changes)
                lists = (*told.get("events", ()), *told.get("rows", ()))
            yield Entry(
                "event",
                number,
                at,
                tx,
                chain,
                tuple(fields),
                (salt, changes),
                digest,
                given="" if erased is None else erased.hex(),
                stub=erased is not None,
                lists=lists,
            )

    def _changes(self) -> Iterator[Entry]:
        for number, at, tx, chain, *fields, changes, digest in self._rows("changes", _CHANGES, "id"):
            stub = any(part.startswith(ERASED) for part in changes)
            yield Entry("change", number, at, tx, chain, tuple(fields), tuple(changes), digest, stub=stub)

    def _seals(self, order: str) -> Iterator[SealRow]:
        return (SealRow(*row) for row in self._rows("seals", _SEALS, order))

    def _rows(self, name: str, query: str, order: str) -> Iterator[Any]:
        """Through a cursor of the server: however long the record, little of it is here at once."""
        column = "chain" if name == "seals" else "coalesce(authority_id, 0)"
        condition, values = self._where(column)
        with self.connection.cursor(name=f"audit_{name}_{order.partition(',')[0]}") as cursor:
            cursor.itersize = AT_ONCE
            cursor.execute(f"{query} {condition} ORDER BY {order}", values)
            yield from cursor

    def _where(self, column: str) -> tuple[str, list[int]]:
        return ("", []) if self.chain is None else (f"WHERE {column} = %s", [self.chain])


@contextmanager
def whole_record(*, chain: int | None = None) -> Iterator[Stored]:
    """The record in one snapshot. Inside a transaction (of a test) it is that transaction's own connection.

    Raises BackupError where the role that reads every row cannot be reached.
    """
    from django.conf import settings
    from django.db import connection

    if connection.in_atomic_block:
        yield Stored(connection.connection, chain=chain)
        return
    from maarag.database.backup.logins import reader

    session = reader(settings.HOME).connect(connection.settings_dict["NAME"], autocommit=True)
    try:
        with session.transaction():
            session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield Stored(session, chain=chain)
    finally:
        session.close()
