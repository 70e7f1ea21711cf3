"""Annealing over ejection chains for generalized assignment, compiled with numba.

A solution is an agent for each job. It is weighed by reduced costs (cost plus priced need), and by how far
each load is from the agent's capacity: `over[agent]` a unit beyond, `under[agent]` a unit below. With `under`
the prices themselves that is the cost again, but for a constant; with less, jobs first find the agents that
suit them, and capacities are met as the weights rise.

A step moves one job to one of its promising agents and may eject another job from there, which goes to the
first job's old agent (a swap) or to a promising agent of its own, from where a third job may be ejected.
Neighbourhood after Yagiura, Ibaraki and Glover, "An ejection chain approach for the generalized assignment
problem", INFORMS Journal on Computing 16 (2004); which agents are promising is told by prices of capacity
(see `assignment_bound`). Steps are accepted as in Kirkpatrick, Gelatt and Vecchi, Science 220 (1983).
"""

from __future__ import annotations

import numba as nb
import numpy as np

_ANNEAL = (
    "void(float64[:,::1], float64[:,::1], int64[:,::1], int64[::1], int32[:,::1], int32[::1], float64[::1],"
    " float64[::1], int32[::1], int64[::1], int32[:,::1], int32[::1], int32[::1], int32[::1], float64[::1],"
    " float64, int64, uint64[::1])"
)


@nb.njit(nogil=True, error_model="numpy")
def _off(beyond, over, under):  # type: ignore[no-untyped-def]
    """The weight of a load that is so much beyond the capacity (below it where negative)."""
    return over * beyond if beyond > 0 else -under * beyond


@nb.njit(nogil=True, error_model="numpy")
def _more(beyond, over, under, change):  # type: ignore[no-untyped-def]
    """What the weight of one agent's load rises by when the load changes."""
    return _off(beyond + change, over, under) - _off(beyond, over, under)


@nb.njit(nogil=True, error_model="numpy")
def _move(job, agent, need, owner, load, member, count, place):  # type: ignore[no-untyped-def]
    old = owner[job]
    count[old] -= 1
    last = member[old, count[old]]
    member[old, place[job]] = last
    place[last] = place[job]
    member[agent, count[agent]] = job
    place[job] = count[agent]
    count[agent] += 1
    load[old] -= need[job, old]
    load[agent] += need[job, agent]
    owner[job] = agent


@nb.njit(_ANNEAL, cache=True, nogil=True, error_model="numpy")
def anneal(  # type: ignore[no-untyped-def]
    cost, reduced, need, capacity, choices, n_choices, over, under, owner, load, member, count, place,
    best, totals, heat, steps, state,
):  # fmt: skip
    """Do `steps` steps at the temperature `heat` (units of cost).

    cost, reduced, need: jobs × agents (the first two infinite where an agent may not). choices: jobs × most
    choices, the promising agents of each job, best first. over, under: weights of a unit of load beyond and
    below the capacities. owner, load, member, count, place: the present solution, changed in place. totals:
    [cost now, cost of best]; best: the best feasible solution met.
    """
    n = len(owner)
    x = state[0]
    beyond = 0
    for agent in range(len(capacity)):
        beyond += max(load[agent] - capacity[agent], 0)
    now, least = totals[0], totals[1]
    limit = 14.0 * heat
    unit = 1.0 / 9007199254740992.0
    for _ in range(steps):
        # xorshift64: two draws serve one step, cut into pieces.
        x ^= x << np.uint64(13)
        x ^= x >> np.uint64(7)
        x ^= x << np.uint64(17)
        j = np.int64(((x >> np.uint64(32)) * np.uint64(n)) >> np.uint64(32))
        f = np.float64(x & np.uint64(0xFFFF)) / 65536.0
        kind = np.int64((x >> np.uint64(16)) & np.uint64(0xFF))
        s = np.int64(owner[j])
        i = np.int64(choices[j, np.int64(f * f * n_choices[j])])
        if i == s:
            continue
        x ^= x << np.uint64(13)
        x ^= x >> np.uint64(7)
        x ^= x << np.uint64(17)
        delta = reduced[j, i] - reduced[j, s]
        k = np.int64(-1)
        l = np.int64(-1)  # noqa: E741
        t = np.int64(-1)
        q = np.int64(-1)
        change_i = need[j, i]
        change_s = -need[j, s]
        if kind < 25 or count[i] == 0:
            delta += _more(load[i] - capacity[i], over[i], under[i], change_i)
            delta += _more(load[s] - capacity[s], over[s], under[s], change_s)
        else:
            k = np.int64(member[i, np.int64(((x >> np.uint64(48)) * np.uint64(count[i])) >> np.uint64(16))])
            f = np.float64((x >> np.uint64(32)) & np.uint64(0xFFFF)) / 65536.0
            t = s if kind < 110 else np.int64(choices[k, np.int64(f * f * n_choices[k])])
            if t == i:
                continue
            delta += reduced[k, t] - reduced[k, i]
            if delta > limit and t == s:
                continue
            change_i -= need[k, i]
            delta += _more(load[i] - capacity[i], over[i], under[i], change_i)
            if t == s:
                change_s += need[k, s]
            else:
                change_t = need[k, t]
                if kind >= 130 and count[t] > 0:
                    draw = (x >> np.uint64(16)) & np.uint64(0xFFFF)
                    l = np.int64(member[t, np.int64((draw * np.uint64(count[t])) >> np.uint64(16))])  # noqa: E741
                    f = np.float64(x & np.uint64(0xFFFF)) / 65536.0
                    q = s if kind < 220 else np.int64(choices[l, np.int64(f * f * n_choices[l])])
                    if q in (t, i):
                        continue
                    delta += reduced[l, q] - reduced[l, t]
                    if delta > limit + _off(load[s] - capacity[s], over[s], under[s]):
                        continue
                    change_t -= need[l, t]
                    if q == s:
                        change_s += need[l, s]
                    else:
                        delta += _more(load[q] - capacity[q], over[q], under[q], need[l, q])
                delta += _more(load[t] - capacity[t], over[t], under[t], change_t)
            delta += _more(load[s] - capacity[s], over[s], under[s], change_s)
        if delta > 0.0:
            if delta > limit:
                continue
            x ^= x << np.uint64(13)
            x ^= x >> np.uint64(7)
            x ^= x << np.uint64(17)
            if np.float64(x >> np.uint64(11)) * unit >= np.exp(-delta / heat):
                continue
        beyond -= max(load[s] - capacity[s], 0) + max(load[i] - capacity[i], 0)
        now += cost[j, i] - cost[j, s]
        if k >= 0:
            now += cost[k, t] - cost[k, i]
            if t != s:
                beyond -= max(load[t] - capacity[t], 0)
            if l >= 0:
                now += cost[l, q] - cost[l, t]
                if q != s:
                    beyond -= max(load[q] - capacity[q], 0)
                _move(l, q, need, owner, load, member, count, place)
            _move(k, t, need, owner, load, member, count, place)
        _move(j, i, need, owner, load, member, count, place)
        beyond += max(load[s] - capacity[s], 0) + max(load[i] - capacity[i], 0)
        if k >= 0 and t != s:
            beyond += max(load[t] - capacity[t], 0)
        if l >= 0 and q != s:
            beyond += max(load[q] - capacity[q], 0)
        if beyond == 0 and now < least - 1e-6:
            least = now
            best[:] = owner
    totals[0], totals[1] = now, least
    state[0] = x
