"""The pages of families' files, of their emergency openings and of their shares."""

from .files import close, detail, edit, find, index, open_new, reopen
from .openings import (
    emergency,
    emergency_file,
    end_foreign,
    end_own,
    justify,
    open_foreign,
    opening,
    opening_counts,
    openings_list,
)
from .shares import share, shared, shared_file, withdraw

__all__ = [
    "close",
    "detail",
    "edit",
    "emergency",
    "emergency_file",
    "end_foreign",
    "end_own",
    "find",
    "index",
    "justify",
    "open_foreign",
    "open_new",
    "opening",
    "opening_counts",
    "openings_list",
    "reopen",
    "share",
    "shared",
    "shared_file",
    "withdraw",
]
