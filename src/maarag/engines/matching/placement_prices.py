"""Prices of places, budgets, loads and floors: the smallest bound that prices can prove.

Whatever prices (0 or more) the limits have, no placement is worth more than Σ price · limit + Σ of the
families' best worths at these prices (Lagrangian duality; Geoffrion 1974). The smallest such bound equals
that of the linear programme. It is sought with the families' best choice smoothed to shares
exp(worth / tau) (entropy smoothing; Nesterov 2005) by a projected Newton method (Bertsekas 1982) with
conjugate gradients, tau being lowered step by step; on a sample first where families are many.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from maarag.engines.matching.errors import PlacementCancelled
from maarag.engines.matching.placement_kernels import best_choice, curvature, soft_choice
from maarag.engines.matching.placement_model import Floats, Ints, PlacementProblem, Prices

TAUS = (0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 0.0003)
#: Price of a family that a floor lacks, in multiples of the greatest fit, at first. Floors that are not kept
#: at this price have a search of their own, with a greater one (placement_floors).
DEAREST = 50.0
#: Families of the samples on which prices are found roughly, where they are many.
SAMPLES = (2_000, 8_000)

Stop = Callable[[], bool]


@dataclass(eq=False)
class Rows:
    """The problem as the kernels take it: fits divided by `unit`, amounts of each limit by `size` [rows]."""

    start: Ints
    rows: npt.NDArray[np.int32]
    amounts: Floats
    fit: Floats
    floor_rows: npt.NDArray[np.int32]
    most: Floats
    unit: float
    size: Floats
    n_places: int
    n_floors: int
    dearest: float = DEAREST

    @classmethod
    def of(cls, problem: PlacementProblem) -> Rows:
        pairs, places = len(problem.place), problem.n_places
        total = places + sum(len(limits.most) for limits in problem.limits) + len(problem.floors)
        rows = np.full((pairs, 1 + len(problem.limits)), total, dtype=np.int32)
        amounts = np.zeros(rows.shape)
        most, size = np.zeros(total + 1), np.ones(total + 1)
        rows[:, 0], amounts[:, 0] = problem.place, 1.0
        most[:places] = problem.capacity
        offset = places
        for k, limits in enumerate(problem.limits, 1):
            n = len(limits.most)
            drawn = limits.of_pair >= 0
            rows[:, k] = np.where(drawn, limits.of_pair + offset, total)
            counts = np.bincount(limits.of_pair[drawn], minlength=n)
            sums = np.bincount(limits.of_pair[drawn], weights=limits.amount[drawn], minlength=n)
            scale = np.where(sums > 0, sums / np.maximum(counts, 1), 1.0)
            size[offset : offset + n] = scale
            # more than could ever be taken is no more, but stays above it: else it would seem just enough
            most[offset : offset + n] = np.minimum(limits.most, sums + scale) / scale
            amounts[:, k] = np.where(drawn, limits.amount, 0.0) / size[rows[:, k]]
            offset += n
        unit = float(np.abs(problem.fit).max()) if pairs else 1.0
        floor_rows = _floor_rows(problem, offset, total)
        most[offset:total] = [-floor.least for floor in problem.floors]
        return cls(
            problem.start, rows, amounts, problem.fit / (unit or 1.0), floor_rows, most, unit or 1.0, size,
            places, len(problem.floors),
        )  # fmt: skip

    def sample(self, families: Ints) -> Rows:
        """Some families, with their share of every limit."""
        sizes = np.diff(self.start)[families]
        start = np.concatenate([[0], np.cumsum(sizes)])
        pairs = np.repeat(self.start[families] - start[:-1], sizes) + np.arange(start[-1])
        share = len(families) / max(1, len(self.start) - 1)
        return Rows(
            start, self.rows[pairs], self.amounts[pairs], self.fit[pairs], self.floor_rows[families],
            self.most * share, self.unit, self.size, self.n_places, self.n_floors, self.dearest,
        )  # fmt: skip

    @property
    def floor_span(self) -> slice:
        """Where the rows of the floors stand."""
        return slice(len(self.most) - 1 - self.n_floors, len(self.most) - 1)

    @property
    def highest(self) -> Floats:
        """The greatest price that each row may take (the last row: 0)."""
        found = np.full(len(self.most), np.inf)
        found[self.floor_span] = self.dearest
        found[-1] = 0.0
        return found

    def bound(self, price: Floats) -> tuple[float, Ints, Floats, Floats]:
        """The bound that prices prove (in units of fit), each family's best pair and its lead, all worths."""
        n = len(self.start) - 1
        best, margin, worths = np.zeros(n, np.int64), np.zeros(n), np.zeros(len(self.fit))
        total = best_choice(
            self.start, self.rows, self.amounts, self.fit, self.floor_rows, price, best, margin, worths
        )
        return float(total + price @ self.most), best, margin, worths

    def trimmed(self, price: Floats, worths: Floats | None = None) -> Floats:
        """No place dearer than what the most eager family would give for it: the bound is as small."""
        worths = self.bound(price)[3] if worths is None else worths
        place, found = self.rows[:, 0], price.copy()
        given = np.zeros(self.n_places)
        np.maximum.at(given, place, worths + price[place])
        found[: self.n_places] = np.minimum(found[: self.n_places], given)
        return found

    def as_prices(self, price: Floats, problem: PlacementProblem) -> Prices:
        """In the person's units: fit per place, per shekel, per case, per family of a floor."""
        real = price * self.unit / self.size
        parts, offset = [], self.n_places
        for limits in problem.limits:
            parts.append(real[offset : offset + len(limits.most)].copy())
            offset += len(limits.most)
        return Prices(real[: self.n_places].copy(), tuple(parts), real[offset:-1].copy())


def find_prices(rows: Rows, *, cancelled: Stop | None = None) -> Floats:
    """[rows + 1] prices in the units of `rows`. Raises PlacementCancelled when `cancelled()` says so."""
    n = len(rows.start) - 1
    price, taus = np.zeros(len(rows.most)), (*_coarse(rows.dearest), *TAUS)
    if n <= SAMPLES[0]:
        return _descend(rows, price, (*taus, 1e-4), cancelled)
    # a sample may miss the few whom a dear floor counts
    if n <= 2 * SAMPLES[-1] or rows.dearest > DEAREST:
        return _descend(rows, price, taus, cancelled)
    random = np.random.default_rng(7)
    for size, some in zip(SAMPLES, (TAUS[:2], TAUS[2:4]), strict=True):
        chosen = np.sort(random.choice(n, size, replace=False))
        price = _descend(rows.sample(chosen), price, some, cancelled)
    return _descend(rows, price, TAUS[3:], cancelled)


def _coarse(dearest: float) -> tuple[float, ...]:
    """Smoothing for prices far above the fits: a step goes no farther than some multiples of it."""
    halves = math.ceil(2 * math.log10(max(1.0, dearest / DEAREST)))
    return tuple(TAUS[0] * 10 ** (half / 2) for half in range(halves, 0, -1))


def follow_prices(rows: Rows, start: Floats) -> Floats:
    """Prices near `start`, when little has changed since: quick, and a thousandth of a fit from the best."""
    return _descend(rows, np.clip(start, 0.0, rows.highest), (0.01, 0.003, 0.001), None)


def _descend(rows: Rows, price: Floats, taus: tuple[float, ...], cancelled: Stop | None) -> Floats:
    highest, work = rows.highest, _Work(rows)
    # a member too many or too few weighs as much as a dear price may be wrong
    is_dear = rows.dearest > DEAREST
    families = len(rows.start) / (rows.dearest if is_dear else 1.0)
    for step, tau in enumerate(taus):
        last = step == len(taus) - 1
        value, slope = work.look(price, tau)
        for _ in range(60 if step == 0 or is_dear else 20):
            if cancelled is not None and cancelled():
                raise PlacementCancelled
            # Prices about to reach an end go there; Newton's step is for the others (Bertsekas' margin).
            low = (price <= tau) & (slope >= 0)
            high = (price >= highest - tau) & (slope <= 0)
            pinned = low | high
            outside = np.where(low, -price, np.where(high, highest - price, 0.0))
            steep = float(np.abs(slope[~pinned]).sum() + (slope * -outside)[pinned].sum() / tau)
            if steep <= (1e-5 if last else min(1e-2, tau / 10)) * families:
                break
            direction = work.newton(slope, pinned, tau)
            # As a whole: where costs go by place, budget and places' prices move together or not at all.
            direction *= min(1.0, 30 * tau / max(1e-300, float(np.abs(direction).max())))
            direction = np.where(pinned, np.where(np.isfinite(outside), outside, 0.0), direction)
            length, found = 1.0, False
            while length > 1e-3:
                trial = np.clip(price + length * direction, 0.0, highest)
                new, new_slope = work.look(trial, tau)
                if new <= value + 1e-4 * float(slope @ (trial - price)):
                    found = True
                    break
                length /= 3
            if not found:
                work.look(price, tau)
                break
            settled = value - new <= 1e-9 * abs(value)
            price, value, slope = trial, new, new_slope
            if settled:
                break
    return price


class _Work:
    """Arrays that every look at the smoothed bound fills anew."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.chosen = np.zeros(len(rows.fit))
        self.used, self.curve = np.zeros(len(rows.most)), np.zeros(len(rows.most))
        self.undecided = np.zeros(len(rows.start), dtype=np.int64)

    def look(self, price: Floats, tau: float) -> tuple[float, Floats]:
        """The smoothed bound and its slope at these prices."""
        r = self.rows
        total = soft_choice(
            r.start, r.rows, r.amounts, r.fit, r.floor_rows, price, tau,
            self.chosen, self.used, self.curve, self.undecided,
        )  # fmt: skip
        slope = r.most - self.used
        slope[-1] = 0.0
        return float(total + price @ r.most), slope

    def newton(self, slope: Floats, pinned: npt.NDArray[np.bool_], tau: float) -> Floats:
        """Where the slope vanishes, by conjugate gradients over the prices that may move."""
        r, out = self.rows, np.zeros_like(slope)
        # the few whom a dear floor counts may take more than all others: their price is not to be held by it
        most = self.curve.max() if r.dearest <= DEAREST else 0.0
        damping = 1e-4 * self.curve + 1e-6 * (1 + most)
        diagonal = self.curve + damping
        x = np.zeros_like(slope)
        residual = np.where(pinned, 0.0, -slope)
        scaled = residual / diagonal
        way, old = scaled.copy(), float(residual @ scaled)
        enough = 1e-4 * old
        for _ in range(80):
            if old <= enough or old <= 0:
                break
            curvature(r.start, r.rows, r.amounts, r.floor_rows, self.chosen, self.undecided, way, tau, out)
            bent = np.where(pinned, 0.0, out + damping * way)
            along = float(way @ bent)
            if along <= 0:
                break
            length = old / along
            x += length * way
            residual -= length * bent
            scaled = residual / diagonal
            new = float(residual @ scaled)
            way = scaled + (new / old) * way
            old = new
        return x


def raw_amounts(problem: PlacementProblem) -> tuple[Floats, Floats]:
    """[pairs, kinds] and [rows + 1]: what pairs take and what limits hold, in the person's own units. Floors
    and the last row hold anything."""
    amounts = np.zeros((len(problem.place), 1 + len(problem.limits)))
    amounts[:, 0] = 1.0
    for k, limits in enumerate(problem.limits, 1):
        amounts[:, k] = np.where(limits.of_pair >= 0, limits.amount, 0.0)
    most = np.concatenate(
        [problem.capacity, *(one.most for one in problem.limits), np.full(len(problem.floors) + 1, np.inf)]
    )
    # an infinite limit could carry no tolerance; more than everything together is as good
    return amounts, np.where(np.isfinite(most), most, amounts.sum() + 1)


def _floor_rows(problem: PlacementProblem, offset: int, empty: int) -> npt.NDArray[np.int32]:
    """[families, most floors of one family] rows of the floors that count each family."""
    n = problem.n_families
    members = [floor.members for floor in problem.floors]
    family = np.concatenate(members) if members else np.zeros(0, np.int64)
    number = np.repeat(np.arange(len(members)), [len(part) for part in members])
    counts = np.bincount(family, minlength=n)
    found = np.full((n, int(counts.max()) if n and family.size else 0), empty, dtype=np.int32)
    order = np.argsort(family, kind="stable")
    first = np.cumsum(counts) - counts
    column = np.arange(family.size) - np.repeat(first, counts)
    found[family[order], column] = number[order] + offset
    return found
