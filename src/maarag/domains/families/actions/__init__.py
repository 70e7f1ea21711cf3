"""Every write of families' files, of their emergency openings and of their shares."""

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
from .openings import (
    AlreadyDone,
    NotYet,
    TooManyAttempts,
    Unjustified,
    end_opening,
    judge_opening,
    justify_opening,
    open_in_emergency,
    read_in_emergency,
)
from .shares import AlreadyEnded, read_shared, share_family, withdraw_share

__all__ = [
    "MEMBER_FIELDS",
    "AlreadyClosed",
    "AlreadyDone",
    "AlreadyEnded",
    "ChangedMeanwhile",
    "MemberDraft",
    "NotYet",
    "StillOpen",
    "TooManyAttempts",
    "Unjustified",
    "change_family",
    "close_family",
    "end_opening",
    "judge_opening",
    "justify_opening",
    "open_family",
    "open_in_emergency",
    "read_family",
    "read_in_emergency",
    "read_shared",
    "reopen_family",
    "share_family",
    "version_of",
    "withdraw_share",
]
