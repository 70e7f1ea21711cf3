"""Pages of guidance: sessions, and what programmes aim at."""

from .sessions import cancel, detail, edit, export, hold, index, plan
from .targets import finish_target, new_target, targets

__all__ = [
    "cancel",
    "detail",
    "edit",
    "export",
    "finish_target",
    "hold",
    "index",
    "new_target",
    "plan",
    "targets",
]
