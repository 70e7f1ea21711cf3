"""Small files of the home that tell when something was last done, for whoever watches the installation."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .layout import sync_folder


def read(path: Path) -> dict[str, Any]:
    """By name, what was noted of each thing with its moment (`at`); empty where nothing can be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def age_seconds(path: Path, what: str) -> float | None:
    """Seconds since `what` was noted; None where it never was."""
    try:
        at = datetime.fromisoformat(read(path)[what]["at"])
    except (KeyError, TypeError, ValueError):
        return None
    return (datetime.now(UTC) - at).total_seconds()


def note(path: Path, what: str, **facts: object) -> None:
    """Write down that `what` is done now; what is noted of others stays."""
    found = read(path) | {what: {"at": datetime.now(UTC).isoformat(timespec="seconds"), **facts}}
    unfinished = path.with_suffix(".unfinished")
    with open(
        os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as file:
        json.dump(found, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    sync_folder(path.parent)
