"""Plain value types that every layer may use; they know nothing of any layer."""

from .explanation import Explanation, Reason
from .local_text import LocalText
from .money import Money
from .period import Period
from .suppressed import Figure, Shown, Suppressed, is_suppressed

__all__ = [
    "Explanation",
    "Figure",
    "LocalText",
    "Money",
    "Period",
    "Reason",
    "Shown",
    "Suppressed",
    "is_suppressed",
]
