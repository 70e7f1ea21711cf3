"""The scope of one piece of work, told to PostgreSQL in each of its transactions.

The settings last as long as the transaction (`set_config(…, true)`): a connection that goes back to a pool,
or to a pooler in transaction mode, carries nothing over to whoever gets it next.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from psycopg.pq import TransactionStatus

from ..layout import ONE_FAMILY

AUTHORITIES = "maarag.authorities"
ACCOUNT = "maarag.account"
ORGANISATIONS = "maarag.organisations"
FAMILY = "maarag.family"
AUDITED = "maarag.audited"


@dataclass(frozen=True)
class RowScope:
    """What one actor may see for now.

    `authorities`: ids of those whose personal rows are visible; `account`: who acts; `organisations`: ids of
    the bodies with which rows may have been shared; `family`: if given, only this family's rows; `audited`:
    ids of the authorities whose record of changes is visible, without the rows themselves.
    """

    authorities: frozenset[int] = frozenset()
    account: int | None = None
    organisations: frozenset[int] = frozenset()
    family: UUID | None = None
    audited: frozenset[int] = frozenset()

    @property
    def is_empty(self) -> bool:
        return self == NOBODY

    @property
    def sees_personal_rows(self) -> bool:
        return bool(self.authorities or self.organisations)

    def settings(self) -> dict[str, str]:
        """The settings of the transaction; an empty text lets nothing through."""
        return {
            AUTHORITIES: _array(self.authorities),
            ACCOUNT: "" if self.account is None else str(self.account),
            ORGANISATIONS: _array(self.organisations),
            FAMILY: "" if self.family is None else str(self.family),
            AUDITED: _array(self.audited),
            # PostgreSQL's own setting: the role of the transaction, which a policy narrows to the one family
            "role": "none" if self.family is None else ONE_FAMILY,
        }


NOBODY = RowScope()
_current: ContextVar[RowScope] = ContextVar("row_scope", default=NOBODY)


def current() -> RowScope:
    """The scope in force."""
    return _current.get()


def tell(connection: Any, scope: RowScope) -> None:
    """Set the scope for the rest of the connection's transaction, past Django's count of queries."""
    settings = scope.settings()
    calls = ", ".join(["set_config(%s, %s, true)"] * len(settings))
    connection.connection.execute(f"SELECT {calls}", [part for pair in settings.items() for part in pair])


@contextmanager
def under(scope: RowScope) -> Iterator[None]:
    """Every transaction begun inside the block has this scope; one under way has it until the end."""
    connection = connections[DEFAULT_DB_ALIAS]
    token = _current.set(scope)
    try:
        if connection.in_atomic_block:
            tell(connection, scope)
        yield
    finally:
        _current.reset(token)
        if connection.in_atomic_block and _is_sound(connection):
            tell(connection, current())


@contextmanager
def visible(scope: RowScope) -> Iterator[None]:
    """One transaction with this scope: outside it, queries find no personal row."""
    # inside, so that a savepoint rolled back takes the scope with it
    with under(scope), transaction.atomic():
        yield


def _is_sound(connection: Any) -> bool:
    return connection.connection is not None and (
        connection.connection.info.transaction_status == TransactionStatus.INTRANS
    )


def _array(ids: frozenset[int]) -> str:
    return "{" + ",".join(map(str, sorted(ids))) + "}" if ids else ""
