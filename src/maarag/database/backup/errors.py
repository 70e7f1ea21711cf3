"""What can go wrong with a backup; the command's exit code tells the kinds apart."""

from __future__ import annotations

from ..errors import DatabaseError


class BackupError(DatabaseError):
    """It could not be done; nothing was changed. `code` is the exit code of the command."""

    code = 1


class Damaged(BackupError):
    """The file cannot be trusted: damaged, cut off, of another kind, or not what it says it is."""

    code = 3


class Different(BackupError):
    """The restored data is not what was backed up."""

    code = 3


class NoRoom(BackupError):
    """The disk is too full."""

    code = 4
