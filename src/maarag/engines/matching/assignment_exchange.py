"""Exchanges of up to two jobs against up to two between a pair of agents, drawn by heat (numba).

Where capacities are all but full, one job rarely takes the place of another; two for one do. Every such
exchange of a pair of agents is weighed at once and one is drawn, or none, with weights exp(−change / heat)
(a heat bath).
"""

from __future__ import annotations

import numba as nb
import numpy as np

from maarag.engines.matching.assignment_search import _move, _off, anneal

#: At most so many jobs of each agent are weighed at a time, and the sets of none, one or two of them.
MOST = 8
SETS = 1 + MOST + MOST * (MOST - 1) // 2


@nb.njit(nogil=True, error_model="numpy")
def _keeps_within(load, capacity):  # type: ignore[no-untyped-def]
    for agent in range(len(capacity)):  # noqa: SIM110 (numba compiles no generator)
        if load[agent] > capacity[agent]:
            return False
    return True


_EXCHANGE = (
    "void(float64[:,::1], float64[:,::1], int64[:,::1], int64[::1], int32[:,::1], int32[::1], float64[::1],"
    " float64[::1], int32[::1], int64[::1], int32[:,::1], int32[::1], int32[::1], int32[::1], float64[::1],"
    " float64, int64, int64, uint64[::1])"
)


@nb.njit(nogil=True, error_model="numpy")
def _stir(x):  # type: ignore[no-untyped-def]
    """The next state of xorshift64 (Marsaglia, Journal of Statistical Software 8, 2003)."""
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    return x


@nb.njit(nogil=True, error_model="numpy")
def _gather(s, i, reduced, need, reach, member, count, turn, jobs, change, off, on):  # type: ignore[no-untyped-def]
    """Sets of at most two jobs of agent s that may go to i: change of reduced cost, load off s, load on i."""
    k = 0
    for p in range(count[s]):
        j = member[s, (p + turn) % count[s]]
        if reduced[j, i] - reduced[j, s] <= reach:
            jobs[k] = j
            k += 1
            if k == len(jobs):
                break
    change[0], off[0], on[0] = 0.0, 0, 0
    for p in range(k):
        j = jobs[p]
        change[p + 1] = reduced[j, i] - reduced[j, s]
        off[p + 1] = need[j, s]
        on[p + 1] = need[j, i]
    z = k + 1
    for p in range(1, k + 1):
        for q in range(p + 1, k + 1):
            change[z] = change[p] + change[q]
            off[z] = off[p] + off[q]
            on[z] = on[p] + on[q]
            z += 1
    return k


@nb.njit(nogil=True, error_model="numpy")
def _send(index, k, jobs, agent, cost, need, owner, load, member, count, place):  # type: ignore[no-untyped-def]
    """Move the jobs of set `index` (in the order of `_gather`) to the agent. Returns the change of cost."""
    first, second = -1, -1
    if 0 < index <= k:
        first = index - 1
    elif index > k:
        z = k + 1
        for p in range(k):
            width = k - 1 - p
            if index < z + width:
                first, second = p, p + 1 + index - z
                break
            z += width
    change = 0.0
    for p in (first, second):
        if p >= 0:
            change += cost[jobs[p], agent] - cost[jobs[p], owner[jobs[p]]]
            _move(jobs[p], agent, need, owner, load, member, count, place)
    return change


@nb.njit(_EXCHANGE, cache=True, nogil=True, error_model="numpy")
def exchange(  # type: ignore[no-untyped-def]
    cost, reduced, need, capacity, choices, n_choices, over, under, owner, load, member, count, place,
    best, totals, heat, pairs, singles, state,
):  # fmt: skip
    """Visit `pairs` pairs of agents; after each do `singles` steps of `anneal` (arguments as there).

    A job is weighed where its reduced cost rises by little, or by no more than loads that are off may give.
    """
    n = len(owner)
    out, back = np.empty(MOST, np.int64), np.empty(MOST, np.int64)
    out_cost, out_off, out_on = np.empty(SETS), np.empty(SETS, np.int64), np.empty(SETS, np.int64)
    back_cost, back_off, back_on = np.empty(SETS), np.empty(SETS, np.int64), np.empty(SETS, np.int64)
    limit = 9.0 * heat
    unit = 1.0 / 9007199254740992.0
    for _ in range(pairs):
        x = _stir(state[0])
        j = np.int64(((x >> np.uint64(32)) * np.uint64(n)) >> np.uint64(32))
        f = np.float64(x & np.uint64(0xFFFF)) / 65536.0
        s = np.int64(owner[j])
        i = np.int64(choices[j, np.int64(f * f * n_choices[j])])
        state[0] = x
        if i == s:
            continue
        turn = np.int64((x >> np.uint64(16)) & np.uint64(0xFFFF))
        over_s, over_i = load[s] - capacity[s], load[i] - capacity[i]
        present = limit + _off(over_s, over[s], under[s]) + _off(over_i, over[i], under[i])
        k = _gather(s, i, reduced, need, present, member, count, turn, out, out_cost, out_off, out_on)
        l = _gather(i, s, reduced, need, present, member, count, turn, back, back_cost, back_off, back_on)  # noqa: E741
        weights = 1.0
        drawn_out, drawn_back = 0, 0
        for p in range(1 + k + k * (k - 1) // 2):
            start, left, gained = out_cost[p] - present, over_s - out_off[p], over_i + out_on[p]
            for q in range(1 + l + l * (l - 1) // 2):
                less = (
                    start
                    + back_cost[q]
                    + _off(left + back_on[q], over[s], under[s])
                    + _off(gained - back_off[q], over[i], under[i])
                )
                if less < 0.0 and p + q > 0:
                    weight = np.exp(-(less + limit) / heat)
                    weights += weight
                    x = _stir(x)
                    if np.float64(x >> np.uint64(11)) * unit * weights < weight:
                        drawn_out, drawn_back = p, q
        if drawn_out + drawn_back > 0:
            totals[0] += _send(drawn_out, k, out, i, cost, need, owner, load, member, count, place)
            totals[0] += _send(drawn_back, l, back, s, cost, need, owner, load, member, count, place)
            if totals[0] < totals[1] - 1e-6 and _keeps_within(load, capacity):
                totals[1] = totals[0]
                best[:] = owner
        state[0] = x
        if singles > 0:
            anneal(
                cost, reduced, need, capacity, choices, n_choices, over, under, owner, load, member, count,
                place, best, totals, heat, singles, state,
            )  # fmt: skip
