"""`<home>/backup-state.json`: the last success and the last failure, for whoever watches the installation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .. import notes


def path(home: Path) -> Path:
    return home / "backup-state.json"


def read(home: Path) -> dict[str, Any]:
    """`last_success` {at, file, bytes, rows, seconds}, `last_failure` {at, reason}; either may be missing."""
    return notes.read(path(home))


def age_hours(home: Path) -> float | None:
    """Hours since the last backup that succeeded; None where there was none."""
    seconds = notes.age_seconds(path(home), "last_success")
    return None if seconds is None else seconds / 3600


def note(home: Path, what: str, **facts: object) -> None:
    """Write down `last_success` or `last_failure`; the other stays."""
    notes.note(path(home), what, **facts)
