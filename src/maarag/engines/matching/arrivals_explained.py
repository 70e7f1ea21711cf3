"""Why each family of a stream was answered as it was: what was open at its turn, and what was not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from maarag.engines.matching.placement_model import PlacementProblem


def answers_explained(stream: PlacementProblem, pairs: npt.NDArray[np.int64]) -> Iterator[dict[str, Any]]:
    """Each family in its turn: the place that it was given (pair -1: told to wait), and for every place that
    fits better why not: full, a budget or caseload spent, or kept for families still to come."""
    room = stream.capacity.copy()
    left = [limits.most.astype(np.float64) for limits in stream.limits]
    for i in range(stream.n_families):
        pair, part = int(pairs[i]), stream.pairs_of(i)
        now = float(stream.fit[pair]) if pair >= 0 else 0.0
        better = part.start + np.flatnonzero(stream.fit[part] > now)
        better = better[np.argsort(-stream.fit[better], kind="stable")]
        against: list[dict[str, Any]] = []
        if part.start == part.stop:
            against.append({"kind": "no eligible place"})
        elif pair < 0 and not len(better):
            against.append({"kind": "does not fit"})
        elif pair >= 0 and len(better):
            against.append({"kind": "others fit better", "places": len(better)})
        yield {
            "family": i,
            "place": int(stream.place[pair]) if pair >= 0 else None,
            "fit": now if pair >= 0 else None,
            "for": [{"kind": "best fit"}] if pair >= 0 and not len(better) else [],
            "against": against,
            "why_not": [_why_not(stream, int(other), room, left) for other in better],
        }
        if pair >= 0:
            room[stream.place[pair]] -= 1
            for limits, rest in zip(stream.limits, left, strict=True):
                if limits.of_pair[pair] >= 0:
                    rest[limits.of_pair[pair]] -= limits.amount[pair]


def _why_not(
    stream: PlacementProblem, pair: int, room: npt.NDArray[np.int64], left: list[npt.NDArray[np.float64]]
) -> dict[str, Any]:
    j = int(stream.place[pair])
    because: list[dict[str, Any]] = []
    if room[j] <= 0:
        because.append({"kind": "full", "capacity": int(stream.capacity[j])})
    for limits, rest in zip(stream.limits, left, strict=True):
        row, needs = int(limits.of_pair[pair]), float(limits.amount[pair])
        if row >= 0 and needs - rest[row] > 1e-9 * max(1.0, needs):
            because.append({"kind": limits.kind, "limit": row, "needs": needs, "left": float(rest[row])})
    if not because:
        because.append({"kind": "kept for later families"})
    return {"place": j, "fit": float(stream.fit[pair]), "because": because}
