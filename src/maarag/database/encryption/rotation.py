"""A new version of the key while everybody works: announce, activate, re-encrypt, retire.

1. *announce*: the new version can be read and looked for everywhere, and nothing is written with it yet.
2. *activate*, once every process has noticed: new values are written with it.
3. *re-encrypt*: the rows, in batches, each under its lock; can be stopped and called again.
4. *retire*: no row uses the old version any more, which is counted while nobody can write.

A retired version stays in the file, for backups older than the rotation; `readmit` lets it be read again.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import LiteralString

from django.db import OperationalError, connection, transaction
from psycopg import sql
from psycopg.errors import LockNotAvailable

from ..errors import N_
from .errors import EncryptionError
from .keyring import (
    HOLDER,
    LAST_VERSION,
    NOTICE_SECONDS,
    Key,
    Keyring,
    State,
    change,
    fresh_key,
    in_state,
    keys_file,
)
from .stores import Store, Told, count_by_version

GRACE_SECONDS = 3 * NOTICE_SECONDS
"""How long after a change of the file every process has certainly noticed it."""
LOCK_SECONDS = 2
LOCK_TRIES = 20


def announce(path: Path | None = None) -> Key:
    """Add a version that can be read; one announced before and not activated yet is taken again."""

    def add(ring: Keyring) -> tuple[Key, ...]:
        newest = ring.keys[-1]
        if newest.version > ring.current.version and newest.state is State.READABLE:
            return ring.keys
        if newest.version == LAST_VERSION:
            raise EncryptionError(N_("There is no version number left."), N_("Begin a new file of keys."))
        return (*ring.keys, fresh_key(newest.version + 1, State.READABLE))

    return change(path or keys_file(), add).keys[-1]


def activate(path: Path | None = None) -> Key:
    """Write with the announced version from now on; the one before stays readable."""

    def step(ring: Keyring) -> tuple[Key, ...]:
        newest = ring.keys[-1]
        if newest.version <= ring.current.version or newest.state is not State.READABLE:
            raise EncryptionError(N_("No new version is announced."), N_("Call: maarag keys rotate."))
        if age(newest) < GRACE_SECONDS:
            raise EncryptionError(
                N_("Version %(version)s was announced a moment ago; not every process has noticed it."),
                N_("Wait %(seconds)s seconds."),
                version=newest.version,
                seconds=GRACE_SECONDS,
            )
        moved = {ring.current.version: State.READABLE, newest.version: State.CURRENT}
        return tuple(in_state(key, moved.get(key.version, key.state)) for key in ring.keys)

    return change(path or keys_file(), step).current


def rotate(path: Path | None = None) -> Key:
    """Announce, wait until every process of this machine has noticed, activate."""
    wait_for(announce(path))
    return activate(path)


def reencrypt(
    stores: Sequence[Store],
    *,
    batch: int = 500,
    passes: int = 50,
    told: Told = lambda name, count: None,
    inside: Told = lambda name, count: None,
) -> int:
    """Bring every row to the current version, in a scope that sees all; returns how many values remain.

    Rows locked by others are passed over and come with the next pass; `told` hears of every batch once
    it is committed, `inside` in its transaction.
    """
    HOLDER.ring(now=True)
    for turn in range(passes):
        for store in stores:
            last = None
            while True:
                count, last = store.renew(last, batch, inside)
                if count:
                    told(store.name, count)
                if count < batch:
                    break
        if not (left := remaining(count_by_version(stores))):
            return 0
        time.sleep(min(0.05 * 2**turn, 1.0))
    return left


def remaining(counted: dict[str, Counter[int]]) -> int:
    """How many values are of another version than the current one."""
    current = HOLDER.ring().current.version
    return sum(
        count for versions in counted.values() for version, count in versions.items() if version != current
    )


def retire(version: int, stores: Iterable[Store], path: Path | None = None) -> None:
    """Stop reading a version. Refused while it writes, did so a moment ago, or any row still uses it."""
    path = path or keys_file()
    ring = HOLDER.ring(now=True)
    found = known(ring, version)
    if found.state is State.CURRENT or version > ring.current.version:
        raise EncryptionError(
            N_("Version %(version)s is the one that is written with, or the next one."),
            N_("Only older versions retire. Call first: maarag keys rotate."),
            version=version,
        )
    wait_for(ring.current)
    for store in stores:
        if used := count_alone(store, version):
            raise EncryptionError(
                N_("%(count)s values of %(store)s still use version %(version)s."),
                N_("Call: maarag keys reencrypt."),
                count=used,
                store=store.name,
                version=version,
            )
    set_state(version, State.RETIRED, path)
    HOLDER.ring(now=True)


def readmit(version: int, path: Path | None = None) -> None:
    """Let a retired version be read again, for rows of an older backup."""
    if known(HOLDER.ring(now=True), version).state is State.RETIRED:
        set_state(version, State.READABLE, path or keys_file())
        HOLDER.ring(now=True)


def count_alone(store: Store, version: int) -> int:
    """The values of a version once every transaction that was writing or reading the table has ended.

    While it counts, readers go on and writers wait; what they write afterwards is of the current version.
    Whoever reads an older snapshot may still meet the old version, so the last of them is waited for too.
    """
    if early := store.versions()[version]:
        return early
    with locked(store.table, "SHARE"):
        found = store.versions()[version]
    if not found:
        with locked(store.table, "ACCESS EXCLUSIVE"):
            pass
    return found


@contextmanager
def locked(table: str, mode: LiteralString) -> Iterator[None]:
    """The table locked for the block; asked for again and again, so that nobody queues behind it for long."""
    for turn in range(LOCK_TRIES):
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{LOCK_SECONDS}s"])
                    cursor.execute(
                        sql.SQL("LOCK TABLE {} IN " + mode + " MODE").format(sql.Identifier(table))
                    )
                yield
            return
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
            time.sleep(0.2 * (turn + 1))
    raise EncryptionError(
        N_("The table %(table)s is held by a long transaction."),
        N_("Try again when it has ended."),
        table=table,
    )


def set_state(version: int, state: State, path: Path) -> None:
    change(
        path,
        lambda ring: tuple(in_state(key, state) if key.version == version else key for key in ring.keys),
    )


def known(ring: Keyring, version: int) -> Key:
    found = ring.find(version)
    if found is None:
        raise EncryptionError(
            N_("There is no version %(version)s in %(path)s."),
            N_("See: maarag keys status."),
            version=version,
            path=ring.path,
        )
    return found


def age(key: Key) -> float:
    """Seconds since the key's state began."""
    return (datetime.now(UTC) - key.since).total_seconds()


def wait_for(key: Key) -> None:
    """Sleep until every process has noticed the state of `key`."""
    time.sleep(max(0.0, GRACE_SECONDS - age(key)) + 0.01)
