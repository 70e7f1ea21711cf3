"""Prices that say what one more, and what one less, of each limit means, where the smooth leave it open.

The optimal prices of a linear programme are often a range: two families, one place, fits 9 and 7 make the
place worth anything from 7 to 9. The least are what one more brings, the greatest what one less costs. Few
pairs: the programme is solved with its limits a hair wider, and a hair narrower (a hair breaks the ties, as
in the perturbed simplex; Charnes 1952). Many pairs: prices of floors that are kept only just, with those of
the places that they fill, may rise together without end, and are brought down as far as the bound allows.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from maarag.engines.matching.placement_model import Floats
from maarag.engines.matching.placement_prices import Rows, Stop, find_prices

#: Share of a family, or of a usual amount, by which limits are wider or narrower.
HAIR = 1e-4
#: What the price of a floor may be above the least that keeps it, in multiples of the greatest fit: enough to
#: part those whom it counts from those whom it does not.
MARGIN = 0.05
#: Most that a floor is worth where it was lowered to what can be reached, in multiples of the greatest fit.
MOST_OF_LOWERED = 2.0


def of_few(rows: Rows) -> tuple[Floats, Floats] | None:
    """[rows + 1] the least prices and the greatest, in the units of `rows`; None where the solver fails."""
    floors, places = rows.floor_span, slice(0, rows.n_places)
    wider, narrower = rows.most.copy(), rows.most.copy()
    wider[:-1] += HAIR
    narrower[: floors.start] = np.maximum(0.0, narrower[: floors.start] - HAIR)
    # what the floors ask for is reached, so nobody lacks a place at any price
    least = _solved(rows, wider, np.full(rows.n_floors, np.inf))
    if least is None:
        return None
    least = rows.trimmed(least)
    greatest = _solved(rows, narrower, least[floors] + MARGIN)
    if greatest is None:
        return None
    greatest = rows.trimmed(greatest)
    none = rows.most[places] <= 0
    greatest[places][none] = least[places][none]
    return least, greatest


def of_lowered(rows: Rows, cancelled: Stop | None) -> Floats:
    """[rows + 1] prices where floors were lowered to what was reached."""
    price = rows.trimmed(find_prices(rows, cancelled=cancelled))
    low, high = 0.0, float(price[rows.floor_span].max(initial=0.0))
    most = rows.bound(price)[0] * (1 + 1e-6)
    for _ in range(12):
        middle = (low + high) / 2
        if rows.bound(_lowered(rows, price, middle))[0] <= most:
            low = middle
        else:
            high = middle
    return _lowered(rows, price, low)


def _lowered(rows: Rows, price: Floats, by: float) -> Floats:
    """Places and floors together."""
    found = price.copy()
    for part in (slice(0, rows.n_places), rows.floor_span):
        found[part] = np.maximum(0.0, found[part] - by)
    return found


def _solved(rows: Rows, most: Floats, of_lacking: Floats) -> Floats | None:
    """Prices of the linear programme in which a family that a floor lacks costs `of_lacking` (infinite: no
    floor lacks any)."""
    pairs, n, total = len(rows.fit), len(rows.start) - 1, len(rows.most) - 1
    if not pairs:
        return np.zeros(total + 1)
    floors, number = rows.floor_span, np.arange(pairs)
    family = np.repeat(np.arange(n), np.diff(rows.start))
    height, width = n + total, pairs + rows.n_floors
    parts = [(np.ones(pairs), family, number)]
    for k in range(rows.rows.shape[1]):
        drawn = rows.rows[:, k] < total
        parts.append((rows.amounts[drawn, k], n + rows.rows[drawn, k], number[drawn]))
    for k in range(rows.floor_rows.shape[1]):
        row = rows.floor_rows[family, k]
        counted = row < total
        parts.append((-np.ones(int(counted.sum())), n + row[counted], number[counted]))
    lacking = np.arange(rows.n_floors)
    parts.append((-np.ones(rows.n_floors), n + floors.start + lacking, pairs + lacking))
    amounts, row, column = (np.concatenate(each) for each in zip(*parts, strict=True))
    allowed = np.isfinite(of_lacking)
    highest = np.concatenate([np.full(pairs, np.inf), np.where(allowed, np.inf, 0.0)])
    result = linprog(
        np.concatenate([-rows.fit, np.where(allowed, of_lacking, 0.0)]),
        A_ub=sparse.csr_array((amounts, (row, column)), shape=(height, width)),
        b_ub=np.concatenate([np.ones(n), most[:-1]]),
        bounds=np.column_stack([np.zeros(width), highest]),
        method="highs-ds",
    )
    if result.status != 0:
        return None
    return np.append(np.maximum(0.0, -result.ineqlin.marginals[n:]), 0.0)
