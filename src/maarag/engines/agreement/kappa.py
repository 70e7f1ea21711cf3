"""Cohen's weighted kappa: two raters who rated the same things."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .model import Agreement

POWERS = {"none": 0, "linear": 1, "quadratic": 2}


def weighted_kappa(
    first: Sequence[int | None],
    second: Sequence[int | None],
    levels: Sequence[int],
    weights: str = "quadratic",
) -> Agreement:
    """Agreement of two raters beyond chance; `first[i]` and `second[i]` are their levels of the same thing.

    `levels`: every level of the scale in its order, also those that nobody gave. `weights`: a disagreement
    counts by the distance of the levels in the order ("linear"), by its square, or all alike ("none"). Things
    that one of them did not rate do not count. Raises ValueError for unequal lengths, a level outside the
    scale, or unknown weights. Source: J. Cohen, Weighted kappa, Psychological Bulletin 70 (1968).
    """
    if len(first) != len(second):
        raise ValueError("two raters of the same things give lists of one length")
    if weights not in POWERS:
        raise ValueError(f"no weights are called {weights!r}; there are {', '.join(POWERS)}")
    at = {level: index for index, level in enumerate(levels)}
    pairs = [(a, b) for a, b in zip(first, second, strict=True) if a is not None and b is not None]
    if strange := {level for pair in pairs for level in pair if level not in at}:
        raise ValueError(f"levels outside the scale: {sorted(strange)}")
    table = np.zeros((len(levels), len(levels)))
    for a, b in pairs:
        table[at[a], at[b]] += 1
    order = np.arange(len(levels), dtype=float)
    apart = np.abs(np.subtract.outer(order, order))
    distance = (apart > 0).astype(float) if weights == "none" else apart ** POWERS[weights]
    chance = np.outer(table.sum(axis=1), table.sum(axis=0)) / max(len(pairs), 1)
    expected = float((chance * distance).sum())
    if not expected:
        return Agreement(None, len(pairs), 2 * len(pairs))
    return Agreement(1 - float((table * distance).sum()) / expected, len(pairs), 2 * len(pairs))
