"""RAAM's rounds over very many pairs, compiled with numba; the same operations in the same order as
`raam._settle`.

People of one place use few services, so the pairs in use are kept in a list for each place; only the search
for the best service reads all pairs.
"""

from __future__ import annotations

import numba as nb
import numpy as np

from maarag.engines.reach.raam import CALM_ROUNDS, HALF_LIFE, INITIAL_STEP, MIN_STEP

_SETTLE = (
    "Tuple((float64[::1], float64[::1], float64[::1]))"
    "(int64[::1], int32[::1], float64[::1], float64[::1], float64[::1], int64)"
)
_BEST = "int64(int64, int64, int32[::1], float64[::1], float64[::1])"


# Costs are never NaN here, and saying so lets minima run in vector lanes. No sum is reordered.
@nb.njit(_BEST, cache=True, fastmath={"nnan", "nsz"}, error_model="numpy")
def _best(first, last, destination, travel, crowd):  # type: ignore[no-untyped-def]
    """First pair of a row with the smallest total cost."""
    low, at = np.inf, first
    d0 = destination[first]
    if destination[last - 1] - d0 != last - 1 - first:
        for k in range(first, last):
            total = crowd[destination[k]] + travel[k]
            if total < low:
                low, at = total, k
        return at
    # Services numbered without a gap: no index to read, four at a time, then the exact place in the four.
    c = crowd[d0 : d0 + (last - first)]
    t = travel[first:last]
    n, k = last - first, 0
    block = 0
    while k + 4 <= n:
        four = min(min(c[k] + t[k], c[k + 1] + t[k + 1]), min(c[k + 2] + t[k + 2], c[k + 3] + t[k + 3]))
        if four < low:
            low, block = four, k
        k += 4
    while k < n:
        if c[k] + t[k] < low:
            low, block = c[k] + t[k], k
        k += 1
    while c[block] + t[block] != low:
        block += 1
    return first + block


# No reordering of sums: whole people are rounded from them. One thread: 150 short rounds with a barrier after
# each are slower on two, as soon as anything else runs.
@nb.njit(_SETTLE, cache=True, error_model="numpy")
def settle(start, destination, travel, people, scaled, max_cycles):  # type: ignore[no-untyped-def]
    """Costs per row, people assigned per pair, people at each destination in the last round."""
    n, m = len(start) - 1, len(scaled)
    assigned = np.zeros(len(travel))
    listed = np.zeros(len(travel), np.bool_)
    room = np.zeros(n + 1, np.int64)
    for i in range(n):
        room[i + 1] = room[i] + min(start[i + 1] - start[i], max_cycles + 1)
    used = np.empty(room[n], np.int64)
    count = np.ones(n, np.int64)
    best = np.empty(n, np.int64)
    worst = np.empty(n, np.int64)
    delta = np.zeros(n)
    at_supply = np.zeros(m)
    crowd = np.zeros(m)
    rush = np.zeros(m)
    for i in range(n):
        nearest = _best(start[i], start[i + 1], destination, travel, crowd)
        assigned[nearest] = people[i]
        listed[nearest] = True
        used[room[i]] = nearest
    for cycle in range(max_cycles):
        at_supply[:] = 0.0
        for i in range(n):
            for u in range(room[i], room[i] + count[i]):
                at_supply[destination[used[u]]] += assigned[used[u]]
        for j in range(m):
            crowd[j] = at_supply[j] / scaled[j] if scaled[j] > 0 else 0.0
        step = max(INITIAL_STEP * 0.5 ** (cycle / HALF_LIFE), MIN_STEP)
        for i in range(n):
            low = _best(start[i], start[i + 1], destination, travel, crowd)
            high, high_cost = -1, -np.inf
            for u in range(room[i], room[i] + count[i]):
                k = used[u]
                if assigned[k] == 0.0:
                    continue
                total = crowd[destination[k]] + travel[k]
                if total > high_cost or (total == high_cost and k < high):
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
                if not listed[best[i]]:
                    listed[best[i]] = True
                    used[room[i] + count[i]] = best[i]
                    count[i] += 1
    costs = np.empty(n)
    for i in range(n):
        total = 0.0
        whole = 0.0
        for u in range(room[i], room[i] + count[i]):
            total += (crowd[destination[used[u]]] + travel[used[u]]) * assigned[used[u]]
            whole += assigned[used[u]]
        costs[i] = total / whole
    return costs, assigned, at_supply
