"""Why a pair is shown: plain codes and values; the words are the interface's."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from maarag.engines.overlap.features import NAMES
from maarag.engines.overlap.model import Evidence

CODES: tuple[str, ...] = (*NAMES, "distance_km")
"""Every code that evidence may carry: the features (0…1), and the distance in km between known places."""

LEAST = 0.05
"""A feature that moved the log-odds by less is no reason to name."""


def reasons(
    features: Sequence[float], weights: Mapping[str, float], distance_km: float
) -> tuple[Evidence, ...]:
    """Reasons for and against, the heaviest first; then the distance, which `near` and `far` weigh.

    `features`: values in the order of `NAMES`; `distance_km`: NaN if unknown.
    """
    found = []
    for name, value in zip(NAMES, features, strict=True):
        moved = value * weights.get(name, 0.0)
        if value > 0 and abs(moved) >= LEAST:
            found.append(Evidence(name, round(value, 4), round(moved, 4)))
    found.sort(key=lambda reason: (-abs(reason.weight), reason.code))
    if not math.isnan(distance_km):
        found.append(Evidence("distance_km", round(distance_km, 3), 0.0))
    return tuple(found)
