"""Krippendorff's alpha: any number of raters, any number of missing ratings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .model import Agreement, Metric


def krippendorff_alpha(
    units: Sequence[Sequence[int | None]], metric: Metric | str = Metric.ORDINAL
) -> Agreement:
    """Agreement over `units`: for each thing rated, the levels that its raters gave (None: no rating).

    Alpha = 1 - observed / expected disagreement, over the pairs of ratings of one unit. Units may have any
    lengths; those with fewer than two ratings do not count. Raises ValueError for an unknown metric.
    Source: K. Krippendorff, Computing Krippendorff's Alpha-Reliability (2011).
    """
    metric = Metric(metric)
    rated = [given for unit in units if len(given := [level for level in unit if level is not None]) > 1]
    ratings = sum(map(len, rated))
    levels = sorted({level for unit in rated for level in unit})
    if len(levels) < 2:
        return Agreement(None, len(rated), ratings)
    at = {level: index for index, level in enumerate(levels)}
    together = np.zeros((len(levels), len(levels)))
    for unit in rated:
        counts = np.bincount([at[level] for level in unit], minlength=len(levels)).astype(float)
        together += (np.outer(counts, counts) - np.diag(counts)) / (len(unit) - 1)
    totals = together.sum(axis=1)
    distance = _distance(metric, np.array(levels, dtype=float), totals)
    observed = float((together * distance).sum())
    expected = float((np.outer(totals, totals) * distance).sum()) / (ratings - 1)
    return Agreement(1 - observed / expected, len(rated), ratings)


def _distance(
    metric: Metric, levels: NDArray[np.float64], totals: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Squared distances between the levels; by rank they depend on how often each was given."""
    if metric is Metric.NOMINAL:
        return 1 - np.eye(len(levels))
    if metric is Metric.INTERVAL:
        return np.subtract.outer(levels, levels) ** 2
    middle = np.cumsum(totals) - totals / 2
    return np.subtract.outer(middle, middle) ** 2
