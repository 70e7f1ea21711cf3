"""Every write of families' files."""

from .files import (
    MEMBER_FIELDS,
    AlreadyClosed,
    ChangedMeanwhile,
    MemberDraft,
    StillOpen,
    change_family,
    close_family,
    open_family,
    read_family,
    reopen_family,
    version_of,
)

__all__ = [
    "MEMBER_FIELDS",
    "AlreadyClosed",
    "ChangedMeanwhile",
    "MemberDraft",
    "StillOpen",
    "change_family",
    "close_family",
    "open_family",
    "read_family",
    "reopen_family",
    "version_of",
]
