"""Whether a run is being computed at this moment: a lock in the database that ends with whoever holds it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, Error, connection, connections

TAKE = "SELECT pg_try_advisory_xact_lock(hashtext('matches.run'), hashtext(%s))"
# the numbers of a lock are kept without a sign
HELD = """
SELECT wanted.id FROM unnest(%s::uuid[]) AS wanted (id) WHERE EXISTS (
    SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND classid::bigint = hashtext('matches.run')::bigint & 4294967295
    AND objid::bigint = hashtext(wanted.id::text)::bigint & 4294967295)
"""


@contextmanager
def held(run: UUID) -> Iterator[bool]:
    """Hold the run for as long as it is computed; False where somebody else holds it.

    The lock is of a transaction, on a connection of its own: through a pooler, which would hand a session on,
    the connection stays ours until the transaction ends. A process that is killed ends it, so the lock says
    more than a time would.
    """
    own = connections[DEFAULT_DB_ALIAS].copy()
    try:
        own.set_autocommit(False)
        with own.cursor() as cursor:
            # it has nothing to do until the run is through, however long the server lets others be idle
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            cursor.execute(TAKE, [str(run)])
            (is_ours,) = cursor.fetchone()
        yield is_ours
    finally:
        with suppress(Error):  # lost meanwhile: the run has ended all the same
            own.rollback()
        with suppress(Error):
            own.close()


def held_among(runs: Iterable[UUID]) -> frozenset[UUID]:
    """Those of the runs that somebody computes now."""
    wanted = list(runs)
    if not wanted:
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute(HELD, [wanted])
        return frozenset(pk for (pk,) in cursor.fetchall())
