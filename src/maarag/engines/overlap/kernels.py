"""The compiled candidate search. Loaded only for large inputs; compiled once and kept on disk."""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange

EARTH_KM = 6371.0088
# A row's exact products are computed for so many of its most promising partners for each one wanted.
VERIFY = 6


@njit(cache=True)
def _apart(spot, radius, area, i, j):  # type: ignore[no-untyped-def]
    """Whether places tell that i and j cannot meet (several areas, marked -2, are settled by the caller)."""
    if area[i] >= 0 and area[i] == area[j]:
        return False
    if (area[i] == -2 and area[j] != -1) or (area[j] == -2 and area[i] != -1):
        return False
    if not (math.isnan(spot[i, 0]) or math.isnan(spot[j, 0])):
        # Straight through the globe: no trigonometry of places for each pair.
        x, y, z = spot[i, 0] - spot[j, 0], spot[i, 1] - spot[j, 1], spot[i, 2] - spot[j, 2]
        chord = 2 * math.sin(min((radius[i] + radius[j]) / (2 * EARTH_KM), math.pi / 2))
        return x * x + y * y + z * z > chord * chord * (1 + 1e-9) + 1e-18
    return area[i] >= 0 and area[j] >= 0


@njit(cache=True, parallel=True)
def search(  # type: ignore[no-untyped-def]
    indptr,
    indices,
    data,
    post_ptr,
    post_row,
    post_value,
    ranges,
    spot,
    radius,
    area,
    differ,
    threshold,
    top,
    budget,
):
    """Best partners of each row: (n × top row numbers, -1 where fewer; n × top products).

    `spot`: n × 3, places as points of the unit globe, NaN where unknown; `radius`: km.
    Rows list their columns from the rarest to the commonest, unit length. Reading stops when what is left of
    a row cannot reach the threshold by itself, or when the budget of index entries is spent; the products of
    the partners found so far are then computed exactly.
    """
    n = len(indptr) - 1
    n_columns = len(post_ptr) - 1
    partner = np.full((n, top), -1, np.int64)
    score = np.zeros((n, top))
    n_chunks = min(32, n)
    for chunk in prange(n_chunks):
        sums = np.zeros(n)
        touched = np.empty(n, np.int64)
        dense = np.zeros(n_columns)
        # Rows of one cell have the same stretches: where these lie in a posting list is looked up once.
        visit = 0
        visited = np.zeros(n_columns, np.int64)
        bounds = np.empty((n_columns, 4, 2), np.int64)
        values = np.empty(top)
        names = np.empty(top, np.int64)
        for i in range(chunk * n // n_chunks, (chunk + 1) * n // n_chunks):
            begin, end = indptr[i], indptr[i + 1]
            same = visit > 0
            for part in range(4):
                same = same and ranges[i, part, 0] == ranges[i - 1, part, 0]
                same = same and ranges[i, part, 1] == ranges[i - 1, part, 1]
            if not same:
                visit += 1
            left = 0.0
            for k in range(begin, end):
                left += data[k] * data[k]
                dense[indices[k]] = data[k]
            count = 0
            spent = 0
            for k in range(begin, end):
                if left < threshold * threshold * 0.999 or spent > budget:
                    break
                left -= data[k] * data[k]
                column = indices[k]
                if visited[column] != visit:
                    visited[column] = visit
                    low, high = post_ptr[column], post_ptr[column + 1]
                    rows = post_row[low:high]
                    for part in range(4):
                        first, last = ranges[i, part, 0], ranges[i, part, 1]
                        bounds[column, part, 0] = 0
                        bounds[column, part, 1] = 0
                        if first < last:
                            bounds[column, part, 0] = low + np.searchsorted(rows, first)
                            bounds[column, part, 1] = low + np.searchsorted(rows, last)
                for part in range(4):
                    start, stop = bounds[column, part, 0], bounds[column, part, 1]
                    spent += stop - start
                    for p in range(start, stop):
                        j = post_row[p]
                        if sums[j] == 0.0:
                            touched[count] = j
                            count += 1
                        sums[j] += data[k] * post_value[p]
            # What is still unread adds at most the length of the rest of this row.
            rest = math.sqrt(max(left, 0.0)) + 1e-9
            kept = 0
            for t in range(count):
                j = touched[t]
                partial = sums[j]
                sums[j] = 0.0
                if j == i or partial + rest < threshold:
                    continue
                if differ[i] >= 0 and differ[i] == differ[j]:
                    continue
                if _apart(spot, radius, area, i, j):
                    continue
                touched[kept] = j
                # Partial sums of the kept ones stay where they are until they are parked.
                sums[j] = partial
                kept += 1
            limit = VERIFY * top
            chosen = touched[:kept]
            parked = np.empty(kept)
            for t in range(kept):
                parked[t] = sums[chosen[t]]
                sums[chosen[t]] = 0.0
            best = np.argsort(-parked, kind="mergesort")
            found = 0
            for t in range(min(kept, limit)):
                # In falling order: once the best are full, the rest of a promise may be too small.
                if found == top and parked[best[t]] + rest < values[top - 1]:
                    break
                j = chosen[best[t]]
                exact = 0.0
                for p in range(indptr[j], indptr[j + 1]):
                    exact += data[p] * dense[indices[p]]
                if exact < threshold - 1e-10 or (found == top and exact <= values[top - 1]):
                    continue
                place = min(found, top - 1)
                while place > 0 and values[place - 1] < exact:
                    values[place], names[place] = values[place - 1], names[place - 1]
                    place -= 1
                values[place], names[place] = exact, j
                found = min(found + 1, top)
            for t in range(found):
                partner[i, t] = names[t]
                score[i, t] = values[t]
            for k in range(begin, end):
                dense[indices[k]] = 0.0
    return partner, score


@njit(cache=True, parallel=True)
def merge(  # type: ignore[no-untyped-def]
    left_ptr, left_column, left_value, right_ptr, right_column, right_value, a, b, product
):
    """(sum, count) over the columns that row a of one and row b of the other share, for each pair.

    What is summed: the products, or the lesser values. Columns of a row must be sorted.
    """
    n = len(a)
    sums = np.zeros(n)
    counts = np.zeros(n)
    for pair in prange(n):
        i, last_i = left_ptr[a[pair]], left_ptr[a[pair] + 1]
        j, last_j = right_ptr[b[pair]], right_ptr[b[pair] + 1]
        total = 0.0
        count = 0
        while i < last_i and j < last_j:
            one, two = left_column[i], right_column[j]
            if one == two:
                x, y = left_value[i], right_value[j]
                total += x * y if product else min(x, y)
                count += 1
            if one <= two:
                i += 1
            if two <= one:
                j += 1
        sums[pair] = total
        counts[pair] = count
    return sums, counts
