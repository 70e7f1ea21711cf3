"""Why a pair is shown: plain codes and values; the words are the interface's."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from maarag.engines.overlap.features import NAMES, Prepared
from maarag.engines.overlap.geography import distance_km
from maarag.engines.overlap.model import Evidence

CODES: tuple[str, ...] = (*NAMES, "distance_km")
"""Every code that evidence may carry: the features (0…1), and the distance in km between known places."""

LEAST = 0.05
"""A feature that moved the log-odds by less is no reason to name."""


def reasons(
    features: NDArray[np.float64], weights: Mapping[str, float], prepared: Prepared, a: int, b: int
) -> tuple[Evidence, ...]:
    """Reasons for and against, the heaviest first; then the distance, which `near` and `far` weigh."""
    found = [
        Evidence(name, round(float(value), 4), round(float(value) * weights.get(name, 0.0), 4))
        for name, value in zip(NAMES, features, strict=True)
        if value > 0 and abs(value * weights.get(name, 0.0)) >= LEAST
    ]
    found.sort(key=lambda reason: (-abs(reason.weight), reason.code))
    distance = distance_km(prepared.geo, np.array([a]), np.array([b]))[0]
    if not np.isnan(distance):
        found.append(Evidence("distance_km", round(float(distance), 3), 0.0))
    return tuple(found)
