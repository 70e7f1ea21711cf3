"""The signing key of a single-machine installation: made once, kept beside its data."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def stored_secret_key(home: Path) -> str:
    """Return the key kept in `home`, making it (mode 0600) the first time."""
    path = home / "secret_key"
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        home.mkdir(parents=True, exist_ok=True)
    key = secrets.token_urlsafe(50)
    draft = path.with_name(f".secret_key.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(key)
    try:
        os.link(draft, path)  # the first process wins; the others read its key
    except FileExistsError:
        return path.read_text().strip()
    finally:
        draft.unlink()
    return key
