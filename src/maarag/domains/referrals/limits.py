"""The time limits of a referral: how many days each step may take, and what is done when they pass."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, timedelta

MOST_DAYS = 365
LAPSES_AFTER = 30
"""Days beyond the limit after which a referral that no service answered, or began, lapses."""
REMINDED_EVERY = 7
"""Days between two reminders of the same step."""
SEEN_AFTER = 30
"""Days for which the body still sees a referral that came to its end, unless told otherwise."""
TOLD_AFTER = 30
"""Days for which the body is still told that a family withdrew its consent to a referral."""
SEEN_AT_MOST = 730
"""Days from the sending on after which no body sees a referral, ended or not."""


@dataclass(frozen=True)
class Limits:
    """Days for the answer, for the beginning after it, for asking the family after that, and for closing."""

    answer: int = 7
    start: int = 14
    ask: int = 30
    close: int = 14

    def __post_init__(self) -> None:
        """Raises ValueError outside 1 to MOST_DAYS."""
        for one in fields(self):
            if not 1 <= getattr(self, one.name) <= MOST_DAYS:
                raise ValueError(one.name)


DEFAULTS = Limits()


def due_after(day: date, days: int) -> date:
    """The last day on which a step is in time."""
    return day + timedelta(days=days)


def lapses_on(due: date) -> date:
    """The day from which on a referral that still waits for its service has lapsed."""
    return due + timedelta(days=LAPSES_AFTER + 1)
