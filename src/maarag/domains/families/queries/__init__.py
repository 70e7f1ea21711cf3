"""Reading families' files, their emergency openings and their shares."""

from .files import file_of, found_by, history, listed
from .opening_counts import counts
from .openings import opened_by, own_opening, state_of, supervised_by, to_justify, waiting_for
from .shares import shared_lines, shared_with, shares_of

__all__ = [
    "counts",
    "file_of",
    "found_by",
    "history",
    "listed",
    "opened_by",
    "own_opening",
    "shared_lines",
    "shared_with",
    "shares_of",
    "state_of",
    "supervised_by",
    "to_justify",
    "waiting_for",
]
