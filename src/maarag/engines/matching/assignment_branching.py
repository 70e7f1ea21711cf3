"""Is there an assignment of at most so much cost? A depth-first tree, compiled with numba.

Posta, Ferland and Michelon, "An exact method with variable fixing for solving the generalized assignment
problem", Computational Optimization and Applications 52 (2012): at each node the jobs are priced, every agent
fills a knapsack, and a dynamic program from both ends tells what each knapsack loses with a job and without
it; pairs of a job and an agent that lose too much are left out, until a job can be branched on.

All is counted in whole numbers (parts of a unit of cost), so that bounds are exact and no price is too rough
for them. Which job is branched on is told by how undecided the knapsacks are about it and by what the bound
rose by below the same pair before (pseudo-costs: Bénichou et al., Mathematical Programming 1, 1971).
"""

from __future__ import annotations

import numba as nb
import numpy as np

#: Steps of the prices at a node; less after pairs were left out, and fixing at most so often.
STEPS, AGAIN, FIXINGS = 20, 3, 8
#: What the most agreed agent of a job weighs against the pairs' rises in the choice of the job.
AGREED = 3.0
#: How much earlier, in units of cost, a pair is tried that all knapsacks agree on.
EARLY = 0.15

_BRANCH = (
    "int64(int64[::1], int64[::1], int64[::1], int32[::1], int64[::1], int64[::1], int64, int64,"
    " int8[:,::1], int32[:,::1], int64[:,::1], float64[:,::1], int64[::1], int64, int64[::1])"
)


@nb.njit(nogil=True, error_model="numpy")
def _rows(lo, hi, state, profit, need, room, rows, item):  # type: ignore[no-untyped-def]
    """Row after row the best of one agent's first free pairs worth taking, for each room; how many pairs."""
    k = 0
    rows[0, : room + 1] = 0
    for p in range(lo, hi):
        gain = profit[p]
        if state[p] != 1 or gain <= 0:
            continue
        w = need[p]
        old, new = rows[k], rows[k + 1]
        new[:w] = old[:w]
        # Slices of one length, so that the loop is compiled to vector instructions.
        taken, left, best = old[: room + 1 - w], old[w : room + 1], new[w : room + 1]
        for x in range(len(best)):
            best[x] = max(left[x], taken[x] + gain)
        item[k] = p
        k += 1
    return k


@nb.njit(nogil=True, error_model="numpy")
def _losses(lo, hi, state, profit, need, room, rows, back, item, within, without):  # type: ignore[no-untyped-def]
    """What one agent's knapsack loses with each free pair, and without it. Returns its value."""
    k = _rows(lo, hi, state, profit, need, room, rows, item)
    value = rows[k, room]
    for p in range(lo, hi):
        if state[p] == 1 and profit[p] <= 0:
            within[p], without[p] = value - rows[k, room - need[p]] - profit[p], 0
    # back[now, x]: the best of the pairs behind where x of the room is taken.
    back[0, : room + 1] = 0
    now = 0
    for t in range(k - 1, -1, -1):
        p = item[t]
        w, gain = need[p], profit[p]
        front, behind, new = rows[t, : room + 1], back[now, : room + 1], back[1 - now]
        none, taken = np.int32(0), np.int32(0)
        for x in range(len(behind)):
            none = max(none, front[x] + behind[x])
        after, best = back[now, w : room + 1], new[: room + 1 - w]
        for x in range(len(after)):
            value_with = after[x] + gain
            taken = max(taken, front[x] + value_with)
            best[x] = max(behind[x], value_with)
        new[room + 1 - w : room + 1] = behind[room + 1 - w :]
        within[p], without[p] = value - taken, value - none
        now = 1 - now
    return value


@nb.njit(nogil=True, error_model="numpy")
def _settle(pairs, capacity, state, count, room):  # type: ignore[no-untyped-def]
    """Jobs of one pair keep it (state 2), and pairs without room fall out, until nothing changes.

    Returns the cost of the pairs kept; −1 where some job or agent has no way out.
    """
    _start, job, agent, cost, need = pairs
    while True:
        count[:] = 0
        for p in range(len(job)):
            if state[p] != 0:
                count[job[p]] += 1
        if count.min() == 0:
            return np.int64(-1)
        room[:] = capacity
        kept = np.int64(0)
        for p in range(len(job)):
            if state[p] != 0:
                state[p] = 2 if count[job[p]] == 1 else 1
                if state[p] == 2:
                    room[agent[p]] -= need[p]
                    kept += cost[p]
        if room.min() < 0:
            return np.int64(-1)
        fell = False
        for p in range(len(job)):
            if state[p] == 1 and need[p] > room[agent[p]]:
                state[p] = 0
                fell = True
        if not fell:
            return kept


@nb.njit(nogil=True, error_model="numpy")
def _raise(pairs, room, state, count, kept, level, unit, steps, worth, share, covered, work):  # type: ignore[no-untyped-def]
    """Steps on the prices `worth`, which end as the best met. Returns their bound, and whether the knapsacks
    of the last prices are an assignment (then its pairs are in state 2 or 3)."""
    start, job, _agent, cost, need = pairs
    rows, _back, item, profit, now, at, direction = work
    limit = 2**30 // len(worth)
    at[:] = worth
    direction[:] = 0.0
    share[:] = 0.0
    best = np.int64(-(2**62))
    scale, stale = 1.0, 0
    for _ in range(steps):
        bound = kept
        covered[:] = 0
        for j in range(len(worth)):
            now[j] = np.int32(np.rint(min(max(at[j], -limit), limit)))
            if count[j] > 1:
                bound += now[j]
        for p in range(len(job)):
            profit[p] = now[job[p]] - cost[p]
            share[p] *= 0.8
        for i in range(len(room)):
            k = _rows(start[i], start[i + 1], state, profit, need, room[i], rows, item)
            x = room[i]
            bound -= rows[k, x]
            for t in range(k - 1, -1, -1):
                if rows[t + 1, x] > rows[t, x]:
                    p = item[t]
                    x -= need[p]
                    covered[job[p]] += 1
                    share[p] += 0.2
                    state[p] = 3
        norm, agreed = 0.0, True
        for j in range(len(worth)):
            if count[j] > 1:
                agreed &= covered[j] == 1
                direction[j] = 0.5 * direction[j] + 1.0 - covered[j]
                norm += direction[j] ** 2
        if bound > best:
            best = bound
            worth[:] = now
            stale = 0
        else:
            stale += 1
            if stale == 4:
                scale *= 0.7
                stale = 0
        if agreed and bound <= level:
            return best, True
        for p in range(len(job)):
            if state[p] == 3:
                state[p] = 1
        if best > level or norm < 1e-12:
            break
        length = scale * (level + unit - bound) / norm
        for j in range(len(worth)):
            if count[j] > 1:
                at[j] += length * direction[j]
    return best, False


@nb.njit(nogil=True, error_model="numpy")
def _fix(pairs, room, state, count, kept, level, worth, within, without, others, work):  # type: ignore[no-untyped-def]
    """Leave out the pairs that no assignment within the level has. Returns how many; `within` becomes what
    the bound rises by with each pair that stays."""
    start, job, _agent, cost, need = pairs
    rows, back, item, profit, _now, _at, _direction = work
    bound = kept
    others[:] = 0
    for j in range(len(worth)):
        if count[j] > 1:
            bound += worth[j]
    for i in range(len(room)):
        for p in range(start[i], start[i + 1]):
            profit[p] = worth[job[p]] - cost[p]
        bound -= _losses(
            start[i], start[i + 1], state, profit, need, room[i], rows, back, item, within, without
        )
    for p in range(len(job)):
        if state[p] == 1:
            others[job[p]] += without[p]
    fell = 0
    for p in range(len(job)):
        if state[p] == 1:
            # the agent has the job, and no other has
            within[p] += others[job[p]] - without[p]
            if bound + within[p] > level:
                state[p] = 0
                fell += 1
    return fell


@nb.njit(nogil=True, error_model="numpy")
def _choose(job, state, unit, rises, within, share, score, most):  # type: ignore[no-untyped-def]
    """The job to branch on: one whose pairs raise the bound, all of them, and on which knapsacks disagree."""
    score[:] = 0.0
    most[:] = -1.0
    for p in range(len(job)):
        if state[p] == 1:
            rise = (rises[p, 0] + within[p] / unit) / (rises[p, 1] + 1.0)
            score[job[p]] += np.exp(-max(rise, within[p] / unit))
            most[job[p]] = max(most[job[p]], share[p])
    chosen, least = -1, np.inf
    for j in range(len(score)):
        if most[j] >= 0.0 and score[j] + AGREED * most[j] < least:
            chosen, least = j, score[j] + AGREED * most[j]
    return chosen


@nb.njit(nogil=True, error_model="numpy")
def _open(job, state, worth, bound, chosen, lateness, states, worths, origins, depth):  # type: ignore[no-untyped-def]
    """Put a node for each pair of the chosen job on the open ones, the latest first. Returns how many are
    open."""
    options = np.flatnonzero((job == chosen) & (state == 1))
    for p in options[np.argsort(-lateness[options])]:
        states[depth] = state
        states[depth][options] = 0
        states[depth, p] = 1
        worths[depth] = worth
        origins[depth, 0], origins[depth, 1] = p, bound
        depth += 1
    return depth


@nb.njit(_BRANCH, cache=True, nogil=True, error_model="numpy")
def branch(  # type: ignore[no-untyped-def]
    start, job, agent, cost, need, capacity, level, unit, states, worths, origins, rises, found, depth, left,
):  # fmt: skip
    """Take up to left[0] nodes off the open ones (the first `depth` of them), the last first.

    Pairs are sorted by agent, from start[agent]. cost, level, worths: in parts of a unit, `unit` of them.
    states, worths, origins: of each open node which pairs it may have (1), prices of the jobs, and the pair
    it was branched to (−1: none) with its parent's bound. rises: what the bound rose by, and how often, below
    each pair. Returns how many nodes are open then; −1 where an assignment of at most `level` was met, which
    `found` then holds (an agent for each job).
    """
    n, m = worths.shape[1], len(capacity)
    pairs = (start, job, agent, cost, need)
    widest = 0
    for i in range(m):
        widest = max(widest, start[i + 1] - start[i])
    rows = np.empty((widest + 1, capacity.max() + 1), np.int32)
    back = np.empty((2, capacity.max() + 1), np.int32)
    work = (
        rows, back, np.empty(widest, np.int64), np.empty(len(job), np.int32), np.empty(n, np.int32),
        np.empty(n), np.empty(n),
    )  # fmt: skip
    state, worth = np.empty(len(job), np.int8), np.empty(n, np.int32)
    within, without = np.empty(len(job), np.int64), np.empty(len(job), np.int64)
    share, score, most = np.empty(len(job)), np.empty(n), np.empty(n)
    count, covered, room = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(m, np.int64)
    while depth > 0 and left[0] > 0:
        left[0] -= 1
        depth -= 1
        state[:] = states[depth]
        worth[:] = worths[depth]
        branched, before = origins[depth]
        steps = STEPS
        bound = np.int64(0)
        undecided = True
        for fixing in range(FIXINGS):
            kept = _settle(pairs, capacity, state, count, room)
            undecided = kept >= 0
            if not undecided:
                break
            is_found = count.max() == 1
            if is_found:
                undecided = False
                is_found = kept <= level
            else:
                bound, is_found = _raise(
                    pairs, room, state, count, kept, level, unit, steps, worth, share, covered, work
                )
                undecided = bound <= level
                if fixing == 0 and branched >= 0:
                    rises[branched, 0] += (min(bound, level + unit) - before) / unit
                    rises[branched, 1] += 1.0
            if is_found:
                for p in range(len(job)):
                    if state[p] >= 2:
                        found[job[p]] = agent[p]
                return -1
            if not undecided:
                break
            steps = max(AGAIN, steps // 2)
            if _fix(pairs, room, state, count, kept, level, worth, within, without, covered, work) == 0:
                break
        if not undecided:
            continue
        chosen = _choose(job, state, unit, rises, within, share, score, most)
        depth = _open(
            job, state, worth, bound, chosen, within / unit - EARLY * share, states, worths, origins, depth
        )
    return depth
