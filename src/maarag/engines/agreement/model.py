"""What a measure of agreement gives, and how it is read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

RELIABLE, TENTATIVE = 0.8, 0.667
"""Krippendorff, Content Analysis: below the second nothing should be concluded from the ratings."""
ENOUGH = 10
"""Things rated by two or more, below which a measure says little."""


class Metric(StrEnum):
    """How far two levels are from each other."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"


class Reading(StrEnum):
    """What may be concluded."""

    RELIABLE = "reliable"
    TENTATIVE = "tentative"
    UNRELIABLE = "unreliable"
    TOO_FEW = "too_few"
    NO_VARIATION = "no_variation"


@dataclass(frozen=True)
class Agreement:
    """A measure: 1 for perfect agreement, 0 for what chance would give, below it for less.

    `value` is None where it is not defined: nothing was rated twice, or everybody gave one and the same level
    to everything. `units`: the things that two or more rated; `ratings`: how many ratings of them count.
    """

    value: float | None
    units: int
    ratings: int


def reading_of(found: Agreement) -> Reading:
    """What may be concluded from a measure."""
    if found.units < ENOUGH:
        return Reading.TOO_FEW
    if found.value is None:
        return Reading.NO_VARIATION
    if found.value >= RELIABLE:
        return Reading.RELIABLE
    return Reading.TENTATIVE if found.value >= TENTATIVE else Reading.UNRELIABLE
