"""Is any group placed less, or less well? Rates with confidence intervals, and differences between groups.

Intervals of a rate are Wilson's score intervals (Wilson 1927), of a difference of two rates Newcombe's hybrid
score intervals (Newcombe 1998, method 10), of a difference of mean fits Welch's (Welch 1947).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri, stdtrit  # of scipy.stats, whose import takes longer than all the rest

from maarag.engines.matching.errors import PlacementError


@dataclass(frozen=True)
class Interval:
    low: float
    high: float

    @property
    def without_zero(self) -> bool:
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Group:
    """One value of an attribute. `rate`: share placed. `difference`: its rate minus that of all the others,
    `seen` when the interval of the difference leaves 0 out. `fit`: mean fit of those placed (None: nobody),
    `fit_difference` to the others placed, with its interval (None where either side has fewer than two)."""

    value: str
    families: int
    placed: int
    rate: float
    rate_interval: Interval
    difference: float
    difference_interval: Interval
    seen: bool
    fit: float | None
    fit_difference: float | None
    fit_interval: Interval | None
    fit_seen: bool

    def as_data(self) -> dict[str, Any]:
        from dataclasses import asdict

        return asdict(self)


def wilson(placed: int, families: int, confidence: float = 0.95) -> Interval:
    """Interval of a rate; 0 to 1 where there is nobody."""
    if not 0 <= placed <= families:
        raise PlacementError(f"{placed} of {families} is no rate")
    if families == 0:
        return Interval(0.0, 1.0)
    z = _z(confidence)
    rate = placed / families
    middle = (rate + z * z / (2 * families)) / (1 + z * z / families)
    half = z / (1 + z * z / families) * math.sqrt(rate * (1 - rate) / families + (z / (2 * families)) ** 2)
    low = 0.0 if placed == 0 else max(0.0, middle - half)
    high = 1.0 if placed == families else min(1.0, middle + half)
    return Interval(low, high)


def newcombe(
    placed: int, families: int, other_placed: int, others: int, confidence: float = 0.95
) -> Interval:
    """Interval of the difference of two rates, the first minus the second."""
    one, two = wilson(placed, families, confidence), wilson(other_placed, others, confidence)
    if families == 0 or others == 0:
        return Interval(-1.0, 1.0)
    p, q = placed / families, other_placed / others
    low = p - q - math.hypot(p - one.low, two.high - q)
    high = p - q + math.hypot(one.high - p, q - two.low)
    return Interval(low, high)


def group_rates(
    labels: Sequence[str], placed: npt.ArrayLike, fit: npt.ArrayLike, confidence: float = 0.95
) -> list[Group]:
    """One attribute: `labels` [families] the group of each, `placed` whether it has a place, `fit` how well
    it fits (read only where placed). Groups in the order of their names."""
    names = np.asarray(labels, dtype=str)
    has, fits = np.asarray(placed, dtype=bool), np.asarray(fit, dtype=np.float64)
    if not len(names) == len(has) == len(fits):
        raise PlacementError("labels, placed and fit differ in number")
    return [_group(str(name), names == name, has, fits, confidence) for name in np.unique(names)]


def fairness_report(
    attributes: Mapping[str, Sequence[str]], placed: npt.ArrayLike, fit: npt.ArrayLike
) -> dict[str, list[Group]]:
    """Several attributes: sex, sector, language, area."""
    return {name: group_rates(labels, placed, fit) for name, labels in attributes.items()}


def _group(
    name: str,
    inside: npt.NDArray[np.bool_],
    has: npt.NDArray[np.bool_],
    fits: npt.NDArray[np.float64],
    confidence: float,
) -> Group:
    families, others = int(inside.sum()), int((~inside).sum())
    placed, other_placed = int((inside & has).sum()), int((~inside & has).sum())
    rate = placed / families
    difference = rate - other_placed / others if others else 0.0
    interval = newcombe(placed, families, other_placed, others, confidence)
    mine, theirs = fits[inside & has], fits[~inside & has]
    mean = float(mine.mean()) if placed else None
    apart, fit_interval = None, None
    if placed > 1 and other_placed > 1:
        apart = float(mine.mean() - theirs.mean())
        fit_interval = _welch(mine, theirs, confidence)
    return Group(
        name, families, placed, rate, wilson(placed, families, confidence), difference, interval,
        interval.without_zero and others > 0, mean, apart, fit_interval,
        fit_interval is not None and fit_interval.without_zero,
    )  # fmt: skip


def _welch(mine: npt.NDArray[np.float64], theirs: npt.NDArray[np.float64], confidence: float) -> Interval:
    one, two = mine.var(ddof=1) / len(mine), theirs.var(ddof=1) / len(theirs)
    apart = float(mine.mean() - theirs.mean())
    if one + two == 0:
        return Interval(apart, apart)
    freedom = (one + two) ** 2 / (one**2 / (len(mine) - 1) + two**2 / (len(theirs) - 1))
    half = float(stdtrit(freedom, 0.5 + confidence / 2)) * math.sqrt(one + two)
    return Interval(apart - half, apart + half)


def _z(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise PlacementError(f"a confidence lies between 0 and 1, not {confidence}")
    return float(ndtri(0.5 + confidence / 2))
