"""RAAM's rounds over very many pairs, compiled with numba; the same operations in the same order as
`raam._settle`."""

from __future__ import annotations

import numba as nb
import numpy as np

from maarag.engines.reach.raam import CALM_ROUNDS, HALF_LIFE, INITIAL_STEP, MIN_STEP

_SETTLE = (
    "Tuple((float64[::1], float64[::1], float64[::1]))"
    "(int64[::1], int32[::1], float64[::1], float64[::1], float64[::1], int64)"
)


# No reordering of sums here: whole people are rounded from them.
@nb.njit(_SETTLE, parallel=True, cache=True, error_model="numpy")
def settle(start, destination, travel, people, scaled, max_cycles):  # type: ignore[no-untyped-def]
    """Costs per row, people assigned per pair, people at each destination in the last round."""
    n, m = len(start) - 1, len(scaled)
    assigned = np.zeros(len(travel))
    best = np.empty(n, np.int64)
    worst = np.empty(n, np.int64)
    delta = np.zeros(n)
    at_supply = np.zeros(m)
    crowd = np.zeros(m)
    rush = np.zeros(m)
    for i in range(n):
        nearest = start[i]
        for k in range(start[i], start[i + 1]):
            if travel[k] < travel[nearest]:
                nearest = k
        assigned[nearest] = people[i]
    for cycle in range(max_cycles):
        at_supply[:] = 0.0
        for k in range(len(travel)):
            if assigned[k] != 0.0:
                at_supply[destination[k]] += assigned[k]
        for j in range(m):
            crowd[j] = at_supply[j] / scaled[j] if scaled[j] > 0 else 0.0
        step = max(INITIAL_STEP * 0.5 ** (cycle / HALF_LIFE), MIN_STEP)
        for i in nb.prange(n):
            low, high = start[i], -1
            low_cost, high_cost = np.inf, -np.inf
            for k in range(start[i], start[i + 1]):
                total = crowd[destination[k]] + travel[k]
                if total < low_cost:
                    low, low_cost = k, total
                if assigned[k] != 0.0 and total > high_cost:
                    high, high_cost = k, total
            best[i] = low
            worst[i] = high
            if low == high or high < 0:
                delta[i] = 0.0
                continue
            b, w = destination[low], destination[high]
            both = assigned[low] + assigned[high]
            others_best, others_worst = at_supply[b] - assigned[low], at_supply[w] - assigned[high]
            equal = ((scaled[b] * scaled[w]) / (scaled[b] + scaled[w])) * (
                (travel[high] - travel[low]) + (both + others_worst) / scaled[w] - others_best / scaled[b]
            )
            wish = min(equal - assigned[low], assigned[high])
            delta[i] = np.trunc(min(wish, step * people[i]))
        if cycle < CALM_ROUNDS:
            rush[:] = 0.0
            for i in range(n):
                rush[destination[best[i]]] += delta[i]
            for i in range(n):
                j = destination[best[i]]
                over = rush[j] / scaled[j]
                if over > 1.0:
                    delta[i] = np.round(delta[i] / over)
        for i in range(n):
            if delta[i] != 0.0:
                assigned[best[i]] += delta[i]
                assigned[worst[i]] -= delta[i]
    costs = np.empty(n)
    for i in nb.prange(n):
        total = 0.0
        whole = 0.0
        for k in range(start[i], start[i + 1]):
            total += (crowd[destination[k]] + travel[k]) * assigned[k]
            whole += assigned[k]
        costs[i] = total / whole
    return costs, assigned, at_supply
