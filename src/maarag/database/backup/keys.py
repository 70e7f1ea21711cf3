"""Keys of backups: public ones (recipients) to write, private ones (identities) to read. Both are age's."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

import pyrage

from ..errors import N_
from ..layout import make_folders, sync_folder
from .errors import BackupError

Recipient: TypeAlias = Any  # pyrage.x25519.Recipient; compiled, without a class that types know
Identity: TypeAlias = Any


def identity_path(home: Path) -> Path:
    return home / "secrets" / "backup-identity.txt"


def recipients_path(home: Path) -> Path:
    """Public keys, one a line: with it this machine needs no private key."""
    return home / "backup-recipients.txt"


def make_identity(path: Path) -> str:
    """Write a new private key, readable by its owner alone; its public key. An existing file is kept."""
    identity = pyrage.x25519.Identity.generate()
    public = str(identity.to_public())
    try:
        make_folders(path.parent, 0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        raise BackupError(
            N_("%(file)s is there already."),
            N_("It may be the only key to older backups: keep it, or name another file."),
            file=path,
        ) from None
    except OSError as error:
        raise _unusable(path, error) from error
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"# Private key of Maarag's backups. Keep a copy elsewhere.\n# public key: {public}\n")
        file.write(f"{identity}\n")
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)
    return public


def identities(path: Path) -> list[Identity]:
    """The private keys in a file."""
    try:
        lines = _lines(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BackupError(
            N_("The private key %(file)s is not there, and without it no backup can be read."),
            N_("Name the copy that was kept elsewhere with --identity FILE."),
            file=path,
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise _unusable(path, error) from error
    try:
        found = [pyrage.x25519.Identity.from_str(line) for line in lines]
    except pyrage.IdentityError:
        found = []
    if not found:
        raise BackupError(
            N_("%(file)s holds no private key of age."),
            N_(
                "It is a line that starts with AGE-SECRET-KEY-1; name the file that holds it with --identity."
            ),
            file=path,
        )
    return found


def recipients(home: Path, given: Sequence[str] = ()) -> tuple[list[Recipient], list[str], bool]:
    """Whom to write for: those given, else those of the file, else this home's own key, made on first need.

    Returns the keys, their texts, and whether a private key was made just now.
    """
    made = False
    texts = list(given)
    if not texts and recipients_path(home).exists():
        texts = _lines(recipients_path(home).read_text(encoding="utf-8"))
    if not texts:
        own = identity_path(home)
        if not own.exists():
            make_identity(own)
            made = True
        texts = [str(identity.to_public()) for identity in identities(own)]
    try:
        return [pyrage.x25519.Recipient.from_str(text) for text in texts], texts, made
    except pyrage.RecipientError:
        raise BackupError(
            N_("A public key cannot be understood."),
            N_("It is a line that starts with age1, as `maarag backup keygen` prints it."),
        ) from None


def _lines(text: str) -> list[str]:
    stripped = (line.strip() for line in text.splitlines())
    return [line for line in stripped if line and not line.startswith("#")]


def _unusable(path: Path, error: Exception) -> BackupError:
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return BackupError(
        N_("The key file %(file)s cannot be used: %(reason)s."),
        N_("Put right what it names, or name another file."),
        file=path,
        reason=reason,
    )
