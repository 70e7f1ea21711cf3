"""The operating-system account that PostgreSQL runs as: ours, or an unprivileged one when we are root."""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import N_, DatabaseError

# An administrator who wants a dedicated account makes one called `maarag`.
CANDIDATES = ("maarag", "postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """`drop` tells whether we are root and must become `uid` before starting PostgreSQL."""

    uid: int
    gid: int
    drop: bool

    def process_options(self) -> dict[str, Any]:
        """Arguments for subprocess.Popen."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.drop else {}

    def give(self, path: Path) -> None:
        """Make the account own `path`."""
        if self.drop:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def can_enter(self, directory: Path) -> bool:
        """Whether the account can pass through the existing ancestors of `directory`, by their modes."""
        if not self.drop:
            return True
        for place in (directory, *directory.parents):
            try:
                found = place.stat()
            except FileNotFoundError:
                continue
            bit = 0o100 if found.st_uid == self.uid else 0o010 if found.st_gid == self.gid else 0o001
            if not found.st_mode & bit:
                return False
        return True


def choose(data: Path) -> Account:
    """Ourselves; or, as root, the owner of the data directory, else of its home, else the first candidate."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), drop=False)
    owner = _owner(data) or _owner(data.parent)
    names: tuple[str | int, ...] = (owner,) if owner else CANDIDATES
    for name in names:
        try:
            entry = pwd.getpwuid(name) if isinstance(name, int) else pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid:
            return Account(entry.pw_uid, entry.pw_gid, drop=True)
    raise DatabaseError(
        N_("PostgreSQL does not run as root, and no account was found to run it as."),
        N_("Create one: useradd --system --no-create-home maarag"),
    )


def _owner(path: Path) -> int:
    try:
        return path.stat().st_uid
    except OSError:
        return 0
