"""Lower bounds of generalized assignment: each job's one agent is priced, each agent's capacity is kept.

With a price for each job, every agent fills a knapsack of its own; the sum is a lower bound, and what the
knapsacks agree about points to good solutions. Fisher, Jaikumar and Van Wassenhove, "A multiplier
adjustment method for the generalized assignment problem", Management Science 32 (1986); prices by
subgradient steps, deflected as in Camerini, Fratta and Maffioli, Mathematical Programming Study 3 (1975).
Jobs of a knapsack whose linear relaxation settles them are left out of its dynamic program, as in Balas and
Zemel, Operations Research 28 (1980).
"""

from __future__ import annotations

import numba as nb
import numpy as np


@nb.njit(nogil=True, error_model="numpy")
def _fill(agent, free, profit, need, capacity, margin, critical, chosen, core, value, taken):  # type: ignore[no-untyped-def]
    """The best knapsack of one agent among the free jobs; `chosen` gets 0 or 1 a job. Returns its value.

    margin[agent]: how near to the price of capacity a job must be to be left to the dynamic program; adapted.
    critical[agent] becomes that price and what the linear relaxation exceeds the value by.
    """
    n = len(free)
    high = 0.0
    for j in range(n):
        chosen[j] = 0
        if free[j] and profit[j] > 0.0 and need[j, agent] <= capacity:
            high = max(high, profit[j] / max(need[j, agent], 1))
    critical[agent, 0] = critical[agent, 1] = 0.0
    if high == 0.0:
        return 0.0
    low = 0.0
    total = 0
    for j in range(n):
        if free[j] and profit[j] > 0.0 and need[j, agent] <= capacity:
            total += need[j, agent]
    if total <= capacity:
        high = 0.0
    else:
        for _ in range(24):
            middle = 0.5 * (low + high)
            total = 0
            for j in range(n):
                w = need[j, agent]
                if free[j] and profit[j] > middle * w and w <= capacity:
                    total += w
            if total <= capacity:
                high = middle
            else:
                low = middle
    upper = high * capacity
    for j in range(n):
        w = need[j, agent]
        if free[j] and profit[j] > high * w and w <= capacity:
            upper += profit[j] - high * w
    while True:
        near = margin[agent]
        base = 0.0
        room = capacity
        size = 0
        for j in range(n):
            w = need[j, agent]
            if not free[j] or profit[j] <= 0.0 or w > capacity:
                continue
            gain = profit[j] - high * w
            chosen[j] = 0
            if gain > near:
                chosen[j] = 1
                base += profit[j]
                room -= w
            elif gain >= -near:
                core[size] = j
                size += 1
        value[: room + 1] = base
        for k in range(size):
            j = core[k]
            w = need[j, agent]
            p = profit[j]
            row = taken[k]
            for c in range(room, w - 1, -1):
                other = value[c - w] + p
                better = other > value[c]
                row[c] = better
                if better:
                    value[c] = other
            row[: min(w, room + 1)] = False
        best = value[room]
        c = room
        for k in range(size - 1, -1, -1):
            if taken[k, c]:
                chosen[core[k]] = 1
                c -= need[core[k], agent]
        gap = upper - best
        if gap <= near + 1e-9:
            margin[agent] = max(0.9 * near, 1.3 * gap + 1e-9)
            critical[agent, 0], critical[agent, 1] = high, max(gap, 0.0)
            return best
        margin[agent] = 1.2 * gap + 1e-9


_RAISE = (
    "float64(float64[:,::1], int64[:,::1], int64[::1], boolean[::1], float64[::1], float64[::1],"
    " float64[:,::1], float64[:,::1], float64[::1], int64, float64, float64)"
)


@nb.njit(_RAISE, cache=True, nogil=True, error_model="numpy")
def raise_bound(  # type: ignore[no-untyped-def]
    cost, need, capacity, free, worth, margin, critical, share, step, rounds, above, memory
):
    """`rounds` subgradient steps on the prices `worth` of the free jobs; they end as the best met.

    capacity: what is left of each agent's. share (jobs × agents) becomes the recent average of the
    knapsacks, each new one weighing 1 − memory. step[0] scales the steps and is shortened when they stop
    helping; above: a value the bound is not expected to pass. Returns the best bound of the free jobs'
    cost.
    """
    n, m = cost.shape
    largest = 0
    for i in range(m):
        largest = max(largest, capacity[i])
    chosen = np.zeros(n, np.int64)
    core = np.empty(n, np.int64)
    value = np.empty(largest + 1)
    taken = np.empty((n, largest + 1), np.bool_)
    profit = np.empty(n)
    at = worth.copy()
    now = np.zeros((m, 2))
    covered = np.empty(n)
    direction = np.zeros(n)
    best = -1e300
    stale = 0
    for _ in range(rounds):
        bound = 0.0
        for j in range(n):
            covered[j] = 0.0
            if free[j]:
                bound += at[j]
        for i in range(m):
            for j in range(n):
                profit[j] = at[j] - cost[j, i]
            bound -= _fill(i, free, profit, need, capacity[i], margin, now, chosen, core, value, taken)
            for j in range(n):
                if free[j]:
                    covered[j] += chosen[j]
                    share[j, i] = memory * share[j, i] + (1.0 - memory) * chosen[j]
        if bound > best:
            best = bound
            worth[:] = at
            critical[:] = now
            stale = max(stale - 3, 0)
        else:
            stale += 1
            if stale > 8:
                step[0] *= 0.8
                stale = 0
        norm = 0.0
        for j in range(n):
            if free[j]:
                direction[j] = 0.5 * direction[j] + (1.0 - covered[j])
                norm += direction[j] ** 2
        if norm < 1e-12:
            break
        length = step[0] * (above - bound) / norm
        for j in range(n):
            if free[j]:
                at[j] += length * direction[j]
    return best


_PRICE = "float64(float64[:,::1], int64[:,::1], int64[::1], float64[::1], int64)"


@nb.njit(_PRICE, cache=True, nogil=True, error_model="numpy")
def price(cost, need, capacity, prices, rounds):  # type: ignore[no-untyped-def]
    """Prices of capacity by subgradient steps; changed in place to the best met. Returns their lower bound.

    The bound is Σ_j min_i (cost + price · need) − Σ_i price · capacity.
    """
    n, m = cost.shape
    at = prices.copy()
    best = -1e300
    # How far above the best bound the optimum is thought to be (as in Held, Wolfe and Crowder, 1974).
    ahead = 0.1
    stale = 0
    load = np.empty(m, np.float64)
    direction = np.zeros(m)
    for _ in range(rounds):
        value = 0.0
        load[:] = 0.0
        for j in range(n):
            least, agent = np.inf, 0
            for i in range(m):
                c = cost[j, i] + at[i] * need[j, i]
                if c < least:
                    least, agent = c, i
            value += least
            load[agent] += need[j, agent]
        for i in range(m):
            value -= at[i] * capacity[i]
        if value > best:
            if value > best + 0.1 * ahead * abs(best):
                ahead *= 1.2
            best = value
            prices[:] = at
            stale = 0
        else:
            stale += 1
            if stale == 12:
                ahead *= 0.6
                stale = 0
                at[:] = prices
                direction[:] = 0.0
                if ahead < 1e-6:
                    break
                continue
        norm = 0.0
        # Each capacity is measured in its own size, so that large ones do not drown small ones.
        for i in range(m):
            size = max(capacity[i], 1)
            g = (load[i] - capacity[i]) / size
            if at[i] <= 0.0 and g < 0.0:
                g = 0.0
            direction[i] = 0.6 * direction[i] + g
            norm += direction[i] ** 2
        if norm < 1e-14:
            break
        step = (best + ahead * (abs(best) + 1.0) - value) / norm
        for i in range(m):
            at[i] = max(0.0, at[i] + step * direction[i] / max(capacity[i], 1))
    return best
