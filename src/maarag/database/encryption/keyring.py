"""The keys of encrypted fields: versions with a state, in one JSON file outside the database.

MAARAG_KEYS_FILE names the file, else it is `<MAARAG_HOME>/secrets/field-keys.json`. It belongs to one account
(mode 0600) and is made by the first process that needs it. Every process looks at most `NOTICE_SECONDS` later
whether it has changed, and at once when it meets a version that it does not know.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from ..errors import N_
from ..layout import default_home, make_folders, sync_folder
from .errors import EncryptionError, KeyMissing

KEY_BYTES = 32
LAST_VERSION = 0xFFFF  # a version takes two bytes of each value
NOTICE_SECONDS = 1.0
FORMAT = 1


class State(StrEnum):
    READABLE = "readable"  # reads and finds; not yet, or no longer, writes
    CURRENT = "current"  # also writes; exactly one version
    RETIRED = "retired"  # kept for backups older than the rotation; never used


@dataclass(frozen=True)
class Key:
    """One version. `secret` (32 bytes) stays out of every repr; `since` is when the state began (UTC)."""

    version: int
    state: State
    since: datetime
    secret: bytes = field(repr=False)


@dataclass(frozen=True)
class Keyring:
    """The versions, oldest first; `stamp` tells one state of the file from another."""

    path: Path
    keys: tuple[Key, ...]
    stamp: tuple[int, int, int] = (0, 0, 0)

    @cached_property
    def current(self) -> Key:
        return next(key for key in self.keys if key.state is State.CURRENT)

    @cached_property
    def live(self) -> tuple[Key, ...]:
        """The versions that values may be written with, the current one first."""
        live = [key for key in self.keys if key.state is not State.RETIRED]
        return tuple(sorted(live, key=lambda key: key.state is not State.CURRENT))

    def find(self, version: int) -> Key | None:
        return self._by_version.get(version)

    @cached_property
    def _by_version(self) -> dict[int, Key]:
        return {key.version: key for key in self.keys}


def keys_file(environ: Mapping[str, str] = os.environ) -> Path:
    """MAARAG_KEYS_FILE, else the file in the secrets of MAARAG_HOME."""
    if chosen := environ.get("MAARAG_KEYS_FILE"):
        return Path(chosen).expanduser()
    return default_home(environ) / "secrets" / "field-keys.json"


def fresh_key(version: int, state: State) -> Key:
    return Key(version, state, datetime.now(UTC), secrets.token_bytes(KEY_BYTES))


def as_json(keys: tuple[Key, ...]) -> str:
    """The text of the file."""
    rows = [
        {
            "version": key.version,
            "state": key.state.value,
            "since": key.since.isoformat(),
            "key": base64.b64encode(key.secret).decode("ascii"),
        }
        for key in keys
    ]
    return json.dumps({"format": FORMAT, "keys": rows}, indent=2) + "\n"


def from_json(text: str) -> tuple[Key, ...]:
    """The keys of such a text, oldest first. Raises ValueError without quoting any of it."""
    try:
        read = json.loads(text)
        keys = [
            Key(
                int(row["version"]),
                State(row["state"]),
                datetime.fromisoformat(row["since"]),
                base64.b64decode(row["key"], validate=True),
            )
            for row in read["keys"]
        ]
        sound = (
            read["format"] == FORMAT
            and all(len(key.secret) == KEY_BYTES and 1 <= key.version <= LAST_VERSION for key in keys)
            and len({key.version for key in keys}) == len(keys)
            and sum(key.state is State.CURRENT for key in keys) == 1
        )
    except (ValueError, KeyError, TypeError):
        sound = False
    if not sound:
        raise ValueError("not a file of field keys")  # without the cause, which may quote a key
    return tuple(sorted(keys, key=lambda key: key.version))


def read(path: Path) -> Keyring:
    """The keyring of a file. Raises FileNotFoundError, and EncryptionError where it is unsafe or damaged."""
    with path.open(encoding="ascii") as file:
        found = os.fstat(file.fileno())
        if found.st_mode & 0o077:
            raise EncryptionError(
                N_("The file of field keys %(path)s may be read or changed by other accounts."),
                N_("Allow only its owner (chmod 600), then rotate the keys: others may have copied them."),
                path=path,
            )
        try:
            keys = from_json(file.read())
        except ValueError:
            raise EncryptionError(
                N_("The file of field keys %(path)s is damaged."),
                N_("Put back a copy: maarag keys import. Without it no encrypted field can be read."),
                path=path,
            ) from None
    return Keyring(path, keys, (found.st_mtime_ns, found.st_ino, found.st_size))


def write(path: Path, keys: tuple[Key, ...], *, replacing: bool) -> bool:
    """Write the file in one step; without `replacing`, False when somebody was first."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(as_json(keys))
            file.flush()
            os.fsync(file.fileno())
        if replacing:
            draft.replace(path)
        else:
            os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)
    return True


def read_or_make(path: Path) -> Keyring:
    """The keyring of `path`; the first process makes it, the others read what it made."""
    try:
        return read(path)
    except FileNotFoundError:
        make_folders(path.parent, 0o700)
        write(path, (fresh_key(1, State.CURRENT),), replacing=False)
        return read(path)


@contextmanager
def changing(path: Path) -> Iterator[Keyring]:
    """The keyring while no other process can change it."""
    ring = read_or_make(path)
    with path.with_name(path.name + ".lock").open("a") as lock:
        os.chmod(lock.fileno(), 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        ring = read(path)
        yield ring


def change(path: Path, alter: Callable[[Keyring], tuple[Key, ...]]) -> Keyring:
    """Replace the keys by `alter(ring)`, alone, and return the new keyring."""
    with changing(path) as ring:
        write(path, alter(ring), replacing=True)
        return read(path)


def in_state(key: Key, state: State) -> Key:
    return key if key.state is state else replace(key, state=state, since=datetime.now(UTC))


class Holder:
    """The keyring as this process knows it, read again when the file has changed."""

    def __init__(self) -> None:
        self._ring: Keyring | None = None
        self._looked = 0.0
        self._lock = threading.Lock()

    def ring(self, *, now: bool = False) -> Keyring:
        """The keyring; with `now`, certainly as the file is at this moment."""
        ring = self._ring
        if ring is not None and not now and time.monotonic() - self._looked < NOTICE_SECONDS:
            return ring
        with self._lock:
            began = time.monotonic()
            path = keys_file()
            if self._ring is None or self._ring.path != path or self._ring.stamp != stamp(path):
                self._ring = read_or_make(path) if self._ring is None else reread(path)
            self._looked = began
            return self._ring

    def key(self, version: int) -> Key:
        """A version that may be read. Raises KeyMissing with the remedy."""
        found = self.ring().find(version)
        if found is None or found.state is State.RETIRED:
            found = self.ring(now=True).find(version)
        if found is None:
            raise KeyMissing(
                N_("Version %(version)s of the field keys is missing from %(path)s."),
                N_("Put it back from a copy: maarag keys import. Without it these values cannot be read."),
                version=version,
                path=keys_file(),
            )
        if found.state is State.RETIRED:
            raise KeyMissing(
                N_(
                    "Version %(version)s of the field keys in %(path)s is retired, and a value still uses it."
                ),
                N_("Allow it again with: maarag keys readmit %(version)s; then: maarag keys reencrypt."),
                version=version,
                path=keys_file(),
            )
        return found


def stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return (found.st_mtime_ns, found.st_ino, found.st_size)


def reread(path: Path) -> Keyring:
    """The file again. It was there before: making another would only hide the loss."""
    try:
        return read(path)
    except FileNotFoundError:
        raise EncryptionError(
            N_("The file of field keys %(path)s has disappeared."),
            N_("Put back a copy: maarag keys import. Without it no encrypted field can be read."),
            path=path,
        ) from None


HOLDER = Holder()
