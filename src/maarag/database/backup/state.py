"""`<home>/backup-state.json`: the last success and the last failure, for whoever watches the installation."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..layout import sync_folder


def path(home: Path) -> Path:
    return home / "backup-state.json"


def read(home: Path) -> dict[str, Any]:
    """`last_success` {at, file, bytes, rows, seconds}, `last_failure` {at, reason}; either may be missing."""
    try:
        found = json.loads(path(home).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def age_hours(home: Path) -> float | None:
    """Hours since the last backup that succeeded; None where there was none."""
    try:
        at = datetime.fromisoformat(read(home)["last_success"]["at"])
    except (KeyError, TypeError, ValueError):
        return None
    return (datetime.now(UTC) - at).total_seconds() / 3600


def note(home: Path, what: str, **facts: object) -> None:
    """Write down `last_success` or `last_failure`; the other stays."""
    found = read(home) | {what: {"at": datetime.now(UTC).isoformat(timespec="seconds"), **facts}}
    unfinished = path(home).with_suffix(".unfinished")
    with open(
        os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as file:
        json.dump(found, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path(home))
    sync_folder(home)
