"""RAAM, the rational agent access model (Saxon and Snow 2020): people weigh travel against congestion.

cost of service j to place i = travel_ij / tau + people at j / (capacity_j · rho); rho is people per unit of
capacity over the whole input, so a cost of 1 in congestion is the average crowding. People start at their
nearest service and, in rounds of falling step, move from the worst service they use to the best they could
use. The result is the mean cost of each place: *lower is better*, no unit. The steps, their rounding to whole
people and the order of operations follow `access.raam` of PySAL, so that the values agree.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from maarag.engines.reach.catchment import quantities
from maarag.engines.reach.errors import DuplicatePairError, MethodError
from maarag.engines.reach.pairs import Pairs

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]

#: From this many pairs the compiled rounds are worth loading numba; below it NumPy gives the same values.
COMPILED_FROM = 200_000
TAU = 60.0
CYCLES = 150
INITIAL_STEP = 0.2
MIN_STEP = 0.005
HALF_LIFE = 50
#: Rounds in which a rush to one attractive service is scaled down.
CALM_ROUNDS = 20


@dataclass(frozen=True, eq=False)
class Raam:
    """`cost` per origin (NaN where nobody lives or nothing is reachable), `assigned` people per pair of
    `pairs`, `congestion` per destination (NaN where there is no capacity)."""

    cost: Floats
    assigned: Floats
    congestion: Floats


def raam(
    pairs: Pairs,
    people: npt.ArrayLike,
    capacity: npt.ArrayLike,
    *,
    tau: float = TAU,
    rho: float | None = None,
    max_cycles: int = CYCLES,
    compiled: bool | None = None,
) -> Raam:
    """Mean cost of access of each place. Unlike PySAL, a place that reaches only services without capacity
    gets NaN and does not crowd any other service."""
    p = quantities(people, pairs.n_origins, "people", "place")
    s = quantities(capacity, pairs.n_destinations, "capacity", "service")
    if not np.isfinite(tau) or tau <= 0:
        raise MethodError(f"tau must be above 0, not {tau}")
    if rho is not None and (not np.isfinite(rho) or rho <= 0):
        raise MethodError(f"rho must be above 0, not {rho}")
    if max_cycles < 1:
        raise MethodError(f"at least one cycle is needed, not {max_cycles}")
    if not pairs.unique:
        raise DuplicatePairError("RAAM cannot use a place and service that occur together twice")
    usable = (p[pairs.origin] > 0) & (s[pairs.destination] > 0)
    cost = np.full(pairs.n_origins, np.nan)
    assigned = np.zeros(len(pairs))
    congestion = np.full(pairs.n_destinations, np.nan)
    if not usable.any():
        return Raam(cost, assigned, congestion)
    rho = float(p.sum() / s.sum()) if rho is None else rho
    small = pairs if usable.all() else pairs.keep(usable)
    places = np.flatnonzero(np.diff(small.start))
    start = np.append(small.start[places], len(small)).astype(np.int64)
    scaled = s * rho
    use_compiled = len(small) >= COMPILED_FROM if compiled is None else compiled
    travel = small.cost / tau
    if use_compiled:
        from maarag.engines.reach.compiled_raam import settle

        costs, shares, crowd = settle(start, small.destination, travel, p[places], scaled, max_cycles)
    else:
        costs, shares, crowd = _settle(start, small.destination, travel, p[places], scaled, max_cycles)
    cost[places] = costs
    assigned[usable] = shares
    served = s > 0
    congestion[served] = crowd[served] / scaled[served]
    return Raam(cost, assigned, congestion)


def _first(segments: Floats, values: Floats, start: Longs, owner: Longs) -> Longs:
    """Position of the first value of each segment that equals the segment's extreme."""
    hits = np.flatnonzero(values == segments[owner])
    _, first = np.unique(owner[hits], return_index=True)
    return hits[first]


def _settle(
    start: Longs,
    destination: npt.NDArray[np.int32],
    travel: Floats,
    people: Floats,
    scaled: Floats,
    max_cycles: int,
) -> tuple[Floats, Floats, Floats]:
    rows = start[:-1]
    owner = np.repeat(np.arange(len(rows)), np.diff(start))
    assigned = np.zeros(len(travel))
    assigned[_first(np.minimum.reduceat(travel, rows), travel, start, owner)] = people
    safe = np.where(scaled > 0, scaled, 1.0)
    at_supply: Floats = np.zeros(0)
    total: Floats = np.zeros(0)
    for cycle in range(max_cycles):
        at_supply = np.asarray(np.bincount(destination, weights=assigned, minlength=len(scaled)), np.float64)
        total = (at_supply / safe)[destination] + travel
        used = np.where(assigned != 0, total, -np.inf)
        worst = _first(np.maximum.reduceat(used, rows), used, start, owner)
        best = _first(np.minimum.reduceat(total, rows), total, start, owner)
        delta = _wish(
            scaled[destination[best]], scaled[destination[worst]], travel[best], travel[worst],
            assigned[best], assigned[worst], at_supply[destination[best]], at_supply[destination[worst]],
        )  # fmt: skip
        step = max(INITIAL_STEP * 0.5 ** (cycle / HALF_LIFE), MIN_STEP)
        delta = np.where(best == worst, 0.0, np.minimum(delta, assigned[worst]))
        delta = np.trunc(np.minimum(delta, step * people))
        if cycle < CALM_ROUNDS:
            rush = np.bincount(destination[best], weights=delta, minlength=len(scaled)) / safe
            delta = np.round(delta / np.maximum(rush, 1.0)[destination[best]])
        assigned[best] += delta
        assigned[worst] -= delta
    costs = np.add.reduceat(total * assigned, rows) / np.add.reduceat(assigned, rows)
    return costs, assigned, at_supply


def _wish(
    s_best: Floats, s_worst: Floats, t_best: Floats, t_worst: Floats,
    a_best: Floats, a_worst: Floats, d_best: Floats, d_worst: Floats,
) -> Floats:  # fmt: skip
    """How many people would have to move for the two services to cost the same (equation 4 of the paper)."""
    both = a_best + a_worst
    others_best, others_worst = d_best - a_best, d_worst - a_worst
    equal = ((s_best * s_worst) / (s_best + s_worst)) * (
        (t_worst - t_best) + (both + others_worst) / s_worst - others_best / s_best
    )
    return equal - a_best
