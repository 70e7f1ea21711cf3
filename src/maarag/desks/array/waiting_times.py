"""How long it takes until a family has a first response: quarters of the families, those without one too.

Families without a response so far are not left out, for that would make the slow ones vanish: the share that
has none after so many days is estimated with all of them (Kaplan and Meier, 1958).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

FEWEST = 20
"""Families from which quartiles are told above an authority: five at least in every quarter."""
WEEK = 7


@dataclass(frozen=True)
class Times:
    """Days until a quarter, half and three quarters of the families have a first response.

    None: so many have none yet. `families`: of how many; None where that is not told.
    """

    quarter: int | None
    half: int | None
    three_quarters: int | None
    families: int | None = None

    @property
    def is_empty(self) -> bool:
        return self.families == 0


Day = tuple[int, bool]
"""Days since the file was opened, and whether the family had a response on the last of them."""


def times_of(days: Sequence[Day]) -> Times:
    """The quartiles of these families."""
    steps = list(_without(days))

    def until(share: float) -> int | None:
        return next((day for day, left in steps if left <= 1 - share + 1e-12), None)

    return Times(until(0.25), until(0.5), until(0.75), len(days))


def _without(days: Iterable[Day]) -> Iterable[tuple[int, float]]:
    """After each day on which somebody had a first response: the share that has none yet."""
    had, seen = Counter(day for day, answered in days if answered), Counter(day for day, _answered in days)
    waiting, left = sum(seen.values()), 1.0
    for day in sorted(seen):
        if had[day]:
            left *= 1 - had[day] / waiting
            yield day, left
        waiting -= seen[day]


def is_told(families_by_authority: Iterable[int]) -> bool:
    """Whether quartiles of these families may be told above the authorities that they are of.

    Of enough families, also for an authority that takes its own away: 20, or none.
    """
    counts = list(families_by_authority)
    total = sum(counts)
    return total >= FEWEST and all(rest == 0 or rest >= FEWEST for rest in (total - n for n in counts))


def in_weeks(times: Times) -> Times:
    """The same in whole weeks, rounded up, and without the number of families."""

    def weeks(days: int | None) -> int | None:
        return None if days is None else -(-days // WEEK) * WEEK

    return Times(weeks(times.quarter), weeks(times.half), weeks(times.three_quarters), None)
