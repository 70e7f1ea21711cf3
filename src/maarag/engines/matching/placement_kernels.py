"""Compiled passes over the pairs: what families would choose at given prices, smoothly or exactly.

All limits stand in one row of prices: places first, then budgets and loads, then floors, and last a row that
is always 0 (for pairs and families with fewer rows than others). Pair p has worth
fit[p] − Σ amount[p, k] · price[rows[p, k]] + Σ price[floor rows of its family]; waiting has worth 0.
"""

from __future__ import annotations

import numba as nb
import numpy as np

_L, _F, _I2, _F2 = "int64[::1]", "float64[::1]", "int32[:,::1]", "float64[:,::1]"
_PAIRS = f"{_L}, {_I2}, {_F2}, {_F}, {_I2}, {_F}"


@nb.njit(f"float64({_PAIRS}, float64, {_F}, {_F}, {_F}, {_L})", cache=True, nogil=True)
def soft_choice(
    start: np.ndarray,
    rows: np.ndarray,
    amounts: np.ndarray,
    fit: np.ndarray,
    floor_rows: np.ndarray,
    price: np.ndarray,
    tau: float,
    chosen: np.ndarray,
    used: np.ndarray,
    curve: np.ndarray,
    undecided: np.ndarray,
) -> float:
    """Sum over families of tau · log Σ exp(worth / tau); fills `chosen` [pairs] with the shares.

    `used` [rows]: Σ chosen · amount (floors: minus the placed). `curve` [rows]: diagonal of the second
    derivative, roughly. `undecided`: families that do not choose one thing alone; their number stands in its
    last entry.
    """
    used[:] = 0.0
    curve[:] = 0.0
    total = 0.0
    count = 0
    width, floors = rows.shape[1], floor_rows.shape[1]
    for i in range(len(start) - 1):
        gain = 0.0
        for f in range(floors):
            gain += price[floor_rows[i, f]]
        best = 0.0
        for p in range(start[i], start[i + 1]):
            worth = fit[p] + gain
            for k in range(width):
                worth -= amounts[p, k] * price[rows[p, k]]
            chosen[p] = worth
            if worth > best:
                best = worth
        waiting = np.exp(-best / tau)
        scale = waiting
        for p in range(start[i], start[i + 1]):
            share = 0.0
            difference = (chosen[p] - best) / tau
            if difference > -30.0:
                share = np.exp(difference)
            chosen[p] = share
            scale += share
        total += best + tau * np.log(scale)
        placed = 0.0
        largest = waiting / scale
        for p in range(start[i], start[i + 1]):
            share = chosen[p] / scale
            chosen[p] = share
            if share > 0.0:
                placed += share
                if share > largest:
                    largest = share
                for k in range(width):
                    used[rows[p, k]] += share * amounts[p, k]
                    curve[rows[p, k]] += share * (1.0 - share) * amounts[p, k] ** 2 / tau
        for f in range(floors):
            used[floor_rows[i, f]] -= placed
            curve[floor_rows[i, f]] += placed * (1.0 - placed) / tau
        if largest < 1.0 - 1e-7:
            undecided[count] = i
            count += 1
    undecided[len(undecided) - 1] = count
    return total


@nb.njit(f"void({_L}, {_I2}, {_F2}, {_I2}, {_F}, {_L}, {_F}, float64, {_F})", cache=True, nogil=True)
def curvature(
    start: np.ndarray,
    rows: np.ndarray,
    amounts: np.ndarray,
    floor_rows: np.ndarray,
    chosen: np.ndarray,
    undecided: np.ndarray,
    direction: np.ndarray,
    tau: float,
    out: np.ndarray,
) -> None:
    """`out` = second derivative of the smoothed sum times `direction`, from the shares of `soft_choice`."""
    out[:] = 0.0
    width, floors = rows.shape[1], floor_rows.shape[1]
    for at in range(undecided[len(undecided) - 1]):
        i = undecided[at]
        gain = 0.0
        for f in range(floors):
            gain += direction[floor_rows[i, f]]
        mean = 0.0
        for p in range(start[i], start[i + 1]):
            if chosen[p] > 1e-9:
                change = -gain
                for k in range(width):
                    change += amounts[p, k] * direction[rows[p, k]]
                mean += chosen[p] * change
        whole = 0.0
        for p in range(start[i], start[i + 1]):
            if chosen[p] > 1e-9:
                change = -gain
                for k in range(width):
                    change += amounts[p, k] * direction[rows[p, k]]
                weight = chosen[p] * (change - mean) / tau
                whole += weight
                for k in range(width):
                    out[rows[p, k]] += weight * amounts[p, k]
        for f in range(floors):
            out[floor_rows[i, f]] -= whole


@nb.njit(f"float64({_PAIRS}, {_L}, {_F}, {_F})", cache=True, nogil=True)
def best_choice(
    start: np.ndarray,
    rows: np.ndarray,
    amounts: np.ndarray,
    fit: np.ndarray,
    floor_rows: np.ndarray,
    price: np.ndarray,
    best_pair: np.ndarray,
    margin: np.ndarray,
    worths: np.ndarray,
) -> float:
    """Sum of the best worths; fills the best pair (-1: waiting) and its lead over the second [families], and
    `worths` [pairs]."""
    total = 0.0
    width, floors = rows.shape[1], floor_rows.shape[1]
    for i in range(len(start) - 1):
        gain = 0.0
        for f in range(floors):
            gain += price[floor_rows[i, f]]
        best, second, pair = 0.0, -np.inf, -1
        for p in range(start[i], start[i + 1]):
            worth = fit[p] + gain
            for k in range(width):
                worth -= amounts[p, k] * price[rows[p, k]]
            worths[p] = worth
            if worth > best:
                second = best
                best = worth
                pair = p
            elif worth > second:
                second = worth
        total += best
        best_pair[i] = pair
        margin[i] = best - second
    return total
