"""Copies of the file of keys for safe keeping: age files, opened by a passphrase or a private key."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyrage

from ..errors import N_
from ..layout import make_folders
from .errors import EncryptionError
from .keyring import Key, Keyring, State, as_json, change, from_json, in_state, read, write


def sealed(path: Path, *, passphrase: str = "", recipients: Sequence[str] = ()) -> bytes:
    """The keys of `path` as an age file for a passphrase, or for public keys (`age1…`)."""
    clear = as_json(read(path).keys).encode("ascii")
    if passphrase:
        return pyrage.passphrase.encrypt(clear, passphrase)
    try:
        known = [pyrage.x25519.Recipient.from_str(text) for text in recipients]
        return pyrage.encrypt(clear, known)
    except (pyrage.RecipientError, pyrage.EncryptError):
        raise EncryptionError(
            N_("One of the public keys is not a key of age."),
            N_("It begins with age1; age-keygen makes one."),
        ) from None


def opened(copy: bytes, *, passphrase: str = "", identities: Sequence[str] = ()) -> tuple[Key, ...]:
    """The keys in such a file."""
    try:
        if passphrase:
            clear = pyrage.passphrase.decrypt(copy, passphrase)
        else:
            clear = pyrage.decrypt(copy, [pyrage.x25519.Identity.from_str(text) for text in identities])
        return from_json(clear.decode("ascii"))
    except (pyrage.DecryptError, pyrage.IdentityError, ValueError):
        raise EncryptionError(
            N_("This copy of the keys cannot be opened."),
            N_("The passphrase or the private key is another one, or the file is damaged."),
        ) from None


def put_back(path: Path, copied: tuple[Key, ...]) -> list[int]:
    """Add the versions that `path` lacks (all, where it is absent) and return their numbers.

    Refused where a version is there with another key: one of the two belongs to another installation.
    """
    if not path.exists():
        make_folders(path.parent, 0o700)
        write(path, copied, replacing=False)
        return [key.version for key in copied]
    added: list[int] = []

    def join(ring: Keyring) -> tuple[Key, ...]:
        here = {key.version: key for key in ring.keys}
        for key in copied:
            if key.version not in here:
                here[key.version] = in_state(key, State.READABLE) if key.state is State.CURRENT else key
                added.append(key.version)
            elif here[key.version].secret != key.secret:
                raise EncryptionError(
                    N_("Version %(version)s of the copy is another key than that in %(path)s."),
                    N_("One belongs to another installation. Move the wrong file away and try again."),
                    version=key.version,
                    path=path,
                )
        return tuple(here[version] for version in sorted(here))

    change(path, join)
    return added
