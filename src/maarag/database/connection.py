"""What the supervisor tells others: how to reach the server, how it fares, what its log said last."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

State = Literal["absent", "stopped", "starting", "running"]


@dataclass(frozen=True)
class ConnectionInfo:
    """How to reach the server. The password is in `passfile`, which libpq reads when it connects."""

    host: str
    port: int
    user: str
    dbname: str
    passfile: str

    def parameters(self) -> dict[str, Any]:
        """Keyword arguments for psycopg.connect."""
        return vars(self).copy()

    def url(self, *, show_password: bool = False) -> str:
        """A libpq URL; with the password only when asked for."""
        word = ""
        if show_password:
            word = ":" + quote(Path(self.passfile).read_text("ascii").strip().rpartition(":")[2], safe="")
        return (
            f"postgresql://{self.user}{word}@/{self.dbname}?host={quote(self.host, safe='')}&port={self.port}"
        )


@dataclass(frozen=True)
class Status:
    """`state` is absent (no data yet), stopped, starting (or recovering) or running."""

    state: State
    home: Path
    data: Path
    pid: int | None
    socket: Path
    port: int
    used: bool
    kept: bool


def last_fault(log: Path) -> str:
    """The last error in the server's log, or its last line."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 8192))
            lines = file.read().decode("utf-8", "replace").strip().splitlines()
    except OSError:
        return ""
    faults = [line for line in lines if "FATAL" in line or "PANIC" in line or "error:" in line]
    return (faults or lines or [""])[-1]
