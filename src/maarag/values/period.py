"""A stretch of days, open at either end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Period:
    """Days from `starts` to `ends`, both included; None means without end on that side."""

    starts: date | None = None
    ends: date | None = None

    def __post_init__(self) -> None:
        if self.starts and self.ends and self.ends < self.starts:
            raise ValueError(f"a period cannot end ({self.ends}) before it starts ({self.starts})")

    def __contains__(self, day: date) -> bool:
        return (self.starts is None or self.starts <= day) and (self.ends is None or day <= self.ends)

    def overlaps(self, other: Period) -> bool:
        """Whether the two share at least one day."""
        starts_in_time = self.starts is None or other.ends is None or self.starts <= other.ends
        return starts_in_time and (other.starts is None or self.ends is None or other.starts <= self.ends)
