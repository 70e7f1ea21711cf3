"""How far the ratings of one thing are apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """The lowest and the highest level that was given to one thing, and by how many."""

    lowest: int
    highest: int
    ratings: int

    @property
    def apart(self) -> int:
        return self.highest - self.lowest


def spread(given: Iterable[int | None]) -> Spread | None:
    """The spread of the ratings of one thing; None where nobody rated it."""
    levels = [level for level in given if level is not None]
    return Spread(min(levels), max(levels), len(levels)) if levels else None
