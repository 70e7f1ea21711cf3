"""Compiled moves that bring a placement within its limits, lift floors and leave no open better place unused.

`choice` [families] is the pair of each (-1: waiting), `used` [rows] what stands on each limit, in the
person's own units (the row after the last limit is never full). Rows are those of placement_kernels.
"""

from __future__ import annotations

import numba as nb
import numpy as np

_L, _F, _I2, _F2, _B = "int64[::1]", "float64[::1]", "int32[:,::1]", "float64[:,::1]", "boolean[::1]"


@nb.njit(f"boolean(int64, int64, {_I2}, {_F2}, {_F}, {_F})", cache=True, nogil=True)
def open_for(
    pair: int, instead_of: int, rows: np.ndarray, amounts: np.ndarray, used: np.ndarray, most: np.ndarray
) -> bool:
    """Whether every limit has room for `pair` when `instead_of` (-1: nothing) is given up."""
    width = rows.shape[1]
    for k in range(width):
        row = rows[pair, k]
        left = most[row] - used[row]
        if instead_of >= 0:
            for other in range(width):
                if rows[instead_of, other] == row:
                    left += amounts[instead_of, other]
        if amounts[pair, k] > left + 1e-13 * most[row]:
            return False
    return True


@nb.njit(f"void(int64, int64, {_I2}, {_F2}, {_F}, {_L})", cache=True, nogil=True)
def move(
    family: int, pair: int, rows: np.ndarray, amounts: np.ndarray, used: np.ndarray, choice: np.ndarray
) -> None:
    old = choice[family]
    for k in range(rows.shape[1]):
        if old >= 0:
            used[rows[old, k]] -= amounts[old, k]
        if pair >= 0:
            used[rows[pair, k]] += amounts[pair, k]
    choice[family] = pair


@nb.njit(f"boolean(int64, {_L}, {_I2}, {_F2}, {_F}, {_F}, {_F}, {_L})", cache=True, nogil=True)
def relieve(
    row: int,
    start: np.ndarray,
    rows: np.ndarray,
    amounts: np.ndarray,
    worth: np.ndarray,
    used: np.ndarray,
    most: np.ndarray,
    choice: np.ndarray,
) -> bool:
    """Move families away from a limit that is passed, least worth lost per unit first, until it is kept."""
    n = len(start) - 1
    score = np.full(n, np.inf)
    width = rows.shape[1]
    for turn in range(2):  # the second time whoever is left waits: that always ends
        for i in range(n):
            score[i] = np.inf
            old = choice[i]
            if old < 0:
                continue
            taken = 0.0
            for k in range(width):
                if rows[old, k] == row:
                    taken += amounts[old, k]
            if taken <= 0:
                continue
            score[i] = worth[old] / taken
            if turn == 0:
                for p in range(start[i], start[i + 1]):
                    relief = taken
                    for k in range(width):
                        if rows[p, k] == row:
                            relief -= amounts[p, k]
                    if relief > 0 and p != old and open_for(p, old, rows, amounts, used, most):
                        score[i] = min(score[i], (worth[old] - worth[p]) / relief)
        for i in np.argsort(score):
            if used[row] <= most[row] * (1 + 1e-13):
                return True
            if score[i] == np.inf:
                break
            old = choice[i]
            taken = 0.0
            for k in range(width):
                if rows[old, k] == row:
                    taken += amounts[old, k]
            best, target = worth[old] / taken, -1
            if turn == 0:
                for p in range(start[i], start[i + 1]):
                    relief = taken
                    for k in range(width):
                        if rows[p, k] == row:
                            relief -= amounts[p, k]
                    if relief > 0 and p != old and open_for(p, old, rows, amounts, used, most):
                        loss = (worth[old] - worth[p]) / relief
                        if loss < best:
                            best, target = loss, p
                if best > score[i] + 1e-12:  # its other place has been taken meanwhile; another turn
                    continue
            move(i, target, rows, amounts, used, choice)
    return used[row] <= most[row] * (1 + 1e-13)


@nb.njit(f"int64({_L}, {_I2}, {_F2}, {_F}, {_F}, {_F}, {_L})", cache=True, nogil=True)
def take_better(
    start: np.ndarray,
    rows: np.ndarray,
    amounts: np.ndarray,
    fit: np.ndarray,
    used: np.ndarray,
    most: np.ndarray,
    choice: np.ndarray,
) -> int:
    """Move families to better-fitting places that are open to them, until there is none. Number of moves."""
    moves = 0
    again = True
    while again:
        again = False
        for i in range(len(start) - 1):
            old = choice[i]
            best = fit[old] if old >= 0 else 0.0
            target = -1
            for p in range(start[i], start[i + 1]):
                if fit[p] > best + 1e-12 * abs(best) and open_for(p, old, rows, amounts, used, most):
                    best, target = fit[p], p
            if target >= 0:
                move(i, target, rows, amounts, used, choice)
                moves += 1
                again = True
    return moves


@nb.njit(f"boolean({_B}, {_B}, {_L}, {_I2}, {_F2}, {_F}, {_F}, {_F}, {_L}, boolean)", cache=True, nogil=True)
def bring_in(
    wanted: np.ndarray,
    must_stay: np.ndarray,
    start: np.ndarray,
    rows: np.ndarray,
    amounts: np.ndarray,
    worth: np.ndarray,
    used: np.ndarray,
    most: np.ndarray,
    choice: np.ndarray,
    at_any_price: bool,
) -> bool:
    """Place one waiting family of those `wanted`, where least worth is lost: in an open place, or for another
    that goes elsewhere or (unless it `must_stay` placed) waits. False where nothing can be done, or nothing
    that gains worth when not `at_any_price`."""
    n, places = len(start) - 1, 0
    for p in range(len(rows)):
        places = max(places, rows[p, 0] + 1)
    loss = np.full(places, np.inf)
    leaver = np.full(places, -1, dtype=np.int64)
    goes_to = np.full(places, -1, dtype=np.int64)
    for i in range(n):
        old = choice[i]
        if old < 0:
            continue
        place = rows[old, 0]
        least, target = np.inf, -1
        if not must_stay[i]:
            least = worth[old]
        for p in range(start[i], start[i + 1]):
            if p != old and worth[old] - worth[p] < least and open_for(p, old, rows, amounts, used, most):
                least, target = worth[old] - worth[p], p
        if least < loss[place]:
            loss[place], leaver[place], goes_to[place] = least, i, target
    best, family, pair, swap = (np.inf if at_any_price else -1e-9), -1, -1, False
    for i in range(n):
        if not wanted[i] or choice[i] >= 0:
            continue
        for p in range(start[i], start[i + 1]):
            if -worth[p] < best and open_for(p, -1, rows, amounts, used, most):
                best, family, pair, swap = -worth[p], i, p, False
            place = rows[p, 0]
            other = leaver[place]
            if other < 0 or loss[place] - worth[p] >= best:
                continue
            old = choice[other]
            move(other, goes_to[place], rows, amounts, used, choice)
            if open_for(p, -1, rows, amounts, used, most):
                best, family, pair, swap = loss[place] - worth[p], i, p, True
            move(other, old, rows, amounts, used, choice)
    if family < 0:
        return False
    if swap:
        place = rows[pair, 0]
        move(leaver[place], goes_to[place], rows, amounts, used, choice)
    move(family, pair, rows, amounts, used, choice)
    return True


@nb.njit(f"float64({_B}, {_L}, {_I2}, {_F2}, {_F}, {_F}, {_F}, {_L})", cache=True, nogil=True)
def exchange(
    must_stay: np.ndarray,
    start: np.ndarray,
    rows: np.ndarray,
    amounts: np.ndarray,
    fit: np.ndarray,
    used: np.ndarray,
    most: np.ndarray,
    choice: np.ndarray,
) -> float:
    """One sweep: families go to places that fit better, where need be for another that goes elsewhere or
    (unless it `must_stay` placed) waits, whenever that gains fit. Returns the fit gained.

    A place gives up one family a sweep: the one that loses least.
    """
    n, places, gained = len(start) - 1, 0, 0.0
    for p in range(len(rows)):
        places = max(places, rows[p, 0] + 1)
    loss = np.full(places, np.inf)
    leaver = np.full(places, -1, dtype=np.int64)
    goes_to = np.full(places, -1, dtype=np.int64)
    for i in range(n):
        old = choice[i]
        if old < 0:
            continue
        least, target = np.inf, -1
        if not must_stay[i]:
            least = fit[old]
        for p in range(start[i], start[i + 1]):
            if p != old and fit[old] - fit[p] < least and open_for(p, old, rows, amounts, used, most):
                least, target = fit[old] - fit[p], p
        place = rows[old, 0]
        if least < loss[place]:
            loss[place], leaver[place], goes_to[place] = least, i, target
    for i in range(n):
        old = choice[i]
        now = fit[old] if old >= 0 else 0.0
        best, pair, swap = 1e-9 * (1.0 + abs(now)), -1, False
        for p in range(start[i], start[i + 1]):
            gain = fit[p] - now
            if gain <= best:
                continue
            if open_for(p, old, rows, amounts, used, most):
                best, pair, swap = gain, p, False
                continue
            place = rows[p, 0]
            other = leaver[place]
            if other < 0 or other == i or gain - loss[place] <= best:
                continue
            stood, target = choice[other], goes_to[place]
            move(other, -1, rows, amounts, used, choice)
            move(i, p, rows, amounts, used, choice)
            fits = most[rows[p, 0]] >= used[rows[p, 0]]
            for k in range(rows.shape[1]):
                if used[rows[p, k]] > most[rows[p, k]] * (1 + 1e-13):
                    fits = False
            if fits and (target < 0 or open_for(target, -1, rows, amounts, used, most)):
                best, pair, swap = gain - loss[place], p, True
            move(i, old, rows, amounts, used, choice)
            move(other, stood, rows, amounts, used, choice)
        if pair < 0:
            continue
        if swap:
            place = rows[pair, 0]
            move(leaver[place], goes_to[place], rows, amounts, used, choice)
            leaver[place] = -1
        move(i, pair, rows, amounts, used, choice)
        if old >= 0 and leaver[rows[old, 0]] == i:
            leaver[rows[old, 0]] = -1
        gained += best
    return gained
