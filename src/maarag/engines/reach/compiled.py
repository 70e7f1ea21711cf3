"""The catchment sums over very many pairs, compiled with numba. Imported only when the numbers of pairs
justify it.

Both passes read the pairs in origin order, so no second copy sorted by destination is needed: the first pass
adds into one private row of destination sums per chunk of origins, and the rows are added up afterwards. The
number of chunks is fixed, so the result does not depend on the number of threads. Where the services of a
place are numbered without a gap (all within reach), the indices are not read at all.
"""

from __future__ import annotations

import numba as nb
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Starts = npt.NDArray[np.int64]
Ints = npt.NDArray[np.int32]

BLOCK = 1024
#: Sums may be reordered (vector lanes); infinities and NaN keep their meaning.
REORDER = {"reassoc", "contract"}

_WEIGH = "void(int64, float64[::1], float64, float64[::1], int64, int64, float64[::1])"
_AT_DESTINATIONS = (
    "float64[:,::1](int64[::1], int64[::1], int32[::1], float64[::1], float64[::1], float64[::1],"
    " int64, float64[::1], float64, boolean, boolean, int64)"
)
_AT_ORIGINS = (
    "float64[::1](int64[::1], int64[::1], int32[::1], float64[::1], float64[::1], float64[::1],"
    " int64, float64[::1], float64, boolean, boolean)"
)
_ROW_SUMS = "float64[::1](int64[::1], int64[::1], float64[::1], int64, float64[::1])"


@nb.njit(_WEIGH, cache=True, error_model="numpy")
def weigh(kind, params, max_cost, cost, begin, end, out):  # type: ignore[no-untyped-def]
    """Weights of cost[begin:end] into out[:end - begin]; one simple loop per kind, so that each
    vectorises."""
    n = end - begin
    c = cost[begin:end]
    if kind == 0:
        for k in range(n):
            out[k] = 1.0
    elif kind == 1 and len(params) == 6:
        b0, w0, b1, w1, b2, w2 = params[0], params[1], params[2], params[3], params[4], params[5]
        for k in range(n):
            x = c[k]
            w = w2 if x <= b2 else 0.0
            w = w1 if x <= b1 else w
            out[k] = w0 if x <= b0 else w
    elif kind == 1:
        out[:n] = 0.0
        for band in range(len(params) // 2 - 1, -1, -1):
            upper, weight = params[2 * band], params[2 * band + 1]
            for k in range(n):
                out[k] = weight if c[k] <= upper else out[k]
    elif kind == 2:
        half = -1.0 / (2.0 * params[0] ** 2)
        for k in range(n):
            out[k] = np.exp(c[k] * c[k] * half)
    elif kind == 3:
        scale, alpha, least = params[0], params[1], params[2]
        for k in range(n):
            out[k] = (max(c[k], least) / scale) ** alpha
    elif kind == 4:
        for k in range(n):
            out[k] = np.exp(-params[0] * c[k])
    elif kind == 5:
        for k in range(n):
            out[k] = max(0.0, 1.0 - c[k] / params[0])
    else:
        edge = np.exp(-0.5)
        for k in range(n):
            x = c[k] / params[0]
            w = max((np.exp(-0.5 * x * x) - edge) / (1.0 - edge), 0.0)
            out[k] = w if c[k] <= params[0] else 0.0
    if max_cost < np.inf:
        for k in range(n):
            out[k] = out[k] if c[k] <= max_cost else 0.0


@nb.njit(_AT_DESTINATIONS, parallel=True, cache=True, fastmath=REORDER, error_model="numpy")
def at_destinations(  # type: ignore[no-untyped-def]
    bounds, start, destination, cost, amount, share, kind, params, max_cost, squared, unique, n_destinations
):
    """One row of destination sums Σ_i weight · amount_i per chunk of origins (bounds[t] to bounds[t+1])."""
    chunks = len(bounds) - 1
    sums = np.zeros((chunks, n_destinations))
    for t in nb.prange(chunks):
        own = sums[t]
        weight = np.empty(BLOCK)
        for i in range(bounds[t], bounds[t + 1]):
            a = amount[i]
            first, last = start[i], start[i + 1]
            if a == 0.0 or first == last:
                continue
            whole = unique and destination[last - 1] - destination[first] == last - 1 - first
            for begin in range(first, last, BLOCK):
                end = min(begin + BLOCK, last)
                weigh(kind, params, max_cost, cost, begin, end, weight)
                n = end - begin
                if squared:
                    for k in range(n):
                        weight[k] = weight[k] * weight[k] * share[i]
                if whole:
                    d0 = destination[begin]
                    target = own[d0 : d0 + n]
                    for k in range(n):
                        target[k] += a * weight[k]
                else:
                    for k in range(n):
                        own[destination[begin + k]] += a * weight[k]
    return sums


@nb.njit(_AT_ORIGINS, parallel=True, cache=True, fastmath=REORDER, error_model="numpy")
def at_origins(  # type: ignore[no-untyped-def]
    bounds, start, destination, cost, ratio, share, kind, params, max_cost, squared, unique
):
    """For each origin Σ_j weight · ratio_j."""
    sums = np.zeros(len(start) - 1)
    for t in nb.prange(len(bounds) - 1):
        weight = np.empty(BLOCK)
        for i in range(bounds[t], bounds[t + 1]):
            first, last = start[i], start[i + 1]
            if first == last:
                continue
            whole = unique and destination[last - 1] - destination[first] == last - 1 - first
            total = 0.0
            for begin in range(first, last, BLOCK):
                end = min(begin + BLOCK, last)
                weigh(kind, params, max_cost, cost, begin, end, weight)
                n = end - begin
                if squared:
                    for k in range(n):
                        weight[k] = weight[k] * weight[k] * share[i]
                part = 0.0
                if whole:
                    d0 = destination[begin]
                    source = ratio[d0 : d0 + n]
                    for k in range(n):
                        part += weight[k] * source[k]
                else:
                    for k in range(n):
                        part += weight[k] * ratio[destination[begin + k]]
                total += part
            sums[i] = total
    return sums


@nb.njit(_ROW_SUMS, parallel=True, cache=True, fastmath=REORDER, error_model="numpy")
def row_sums(bounds, start, cost, kind, params):  # type: ignore[no-untyped-def]
    """For each origin Σ_j weight, over all its pairs."""
    sums = np.zeros(len(start) - 1)
    for t in nb.prange(len(bounds) - 1):
        weight = np.empty(BLOCK)
        for i in range(bounds[t], bounds[t + 1]):
            total = 0.0
            for begin in range(start[i], start[i + 1], BLOCK):
                end = min(begin + BLOCK, start[i + 1])
                weigh(kind, params, np.inf, cost, begin, end, weight)
                part = 0.0
                for k in range(end - begin):
                    part += weight[k]
                total += part
            sums[i] = total
    return sums
