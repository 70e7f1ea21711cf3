"""Writing budgets: planning, granting by decision, changing by decision, giving on, closing."""

from .granting import (
    NotGranted,
    PurseDraft,
    Wanted,
    allot,
    approve_budget,
    change_line,
    close_budget,
    open_allotments,
)
from .plan import (
    ChangedMeanwhile,
    LineDraft,
    NotAPlan,
    ShareDraft,
    locked,
    save_budget,
    save_lines,
    save_shares,
)

__all__ = [
    "ChangedMeanwhile",
    "LineDraft",
    "NotAPlan",
    "NotGranted",
    "PurseDraft",
    "ShareDraft",
    "Wanted",
    "allot",
    "approve_budget",
    "change_line",
    "close_budget",
    "locked",
    "open_allotments",
    "save_budget",
    "save_lines",
    "save_shares",
]
