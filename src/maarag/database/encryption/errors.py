"""What may go wrong with keys and encrypted values. No message ever holds a value."""

from __future__ import annotations

from ..errors import DatabaseError


class EncryptionError(DatabaseError):
    """A fault of keys or of encrypted values, with a remedy."""


class KeyMissing(EncryptionError):
    """A value names a version of the key that the file does not offer."""


class Undecipherable(EncryptionError):
    """A value was altered, moved from another column, or written with another key of the same version."""
