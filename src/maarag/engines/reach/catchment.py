"""Floating catchments over sparse pairs: 2SFCA, E2SFCA and 3SFCA are one calculation with different weights.

    R_j = S_j / Σ_i W_ij P_i        A_i = Σ_j W_ij R_j

W_ij is 1 within the threshold (2SFCA, Luo and Wang 2003), a decay f(c_ij) (E2SFCA, Luo and Qi 2009), or
f(c_ij) · G_ij with G_ij = f(c_ij) / Σ_k f(c_ik) (3SFCA, Wan, Zou and Sternberg 2012).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse

from maarag.engines.reach.decay import Decay
from maarag.engines.reach.errors import QuantityError, ShapeError
from maarag.engines.reach.pairs import Pairs

Floats = npt.NDArray[np.float64]

#: From this many pairs the compiled kernel is worth loading numba; below it NumPy and SciPy give the same
#: values in some hundredths of a second.
COMPILED_FROM = 1_000_000
#: Chunks of origins in the compiled kernel; fixed, so that results do not depend on the number of threads.
CHUNKS = 8


@dataclass(frozen=True, eq=False)
class Weights:
    """The weights of one set of pairs: a decay, a greatest cost, and whether places choose (3SFCA)."""

    pairs: Pairs
    decay: Decay
    max_cost: float = float("inf")
    selective: bool = False
    compiled: bool | None = None

    @property
    def uses_compiled(self) -> bool:
        return len(self.pairs) >= COMPILED_FROM if self.compiled is None else self.compiled

    @cached_property
    def values(self) -> Floats:
        """Weight of each pair. As in PySAL access, the choice G of 3SFCA is made among all the pairs given,
        also those beyond `max_cost`."""
        weights = self.decay.weights(self.pairs.cost)
        if self.selective:
            weights = weights * weights * np.repeat(self._shares(weights), np.diff(self.pairs.start))
        if np.isfinite(self.max_cost):
            weights = np.where(self.pairs.cost <= self.max_cost, weights, 0.0)
        return weights

    @cached_property
    def _matrix(self) -> sparse.csr_array:
        pairs = self.pairs
        return sparse.csr_array(
            (self.values, pairs.destination, pairs.start), shape=(pairs.n_origins, pairs.n_destinations)
        )

    def _shares(self, weights: Floats) -> Floats:
        totals = np.zeros(self.pairs.n_origins)
        filled = np.flatnonzero(np.diff(self.pairs.start))
        if filled.size:
            totals[filled] = np.add.reduceat(weights, self.pairs.start[filled])
        return _reciprocal(totals)

    def to_destinations(self, people: Floats) -> Floats:
        """Σ_i W_ij P_i for each destination."""
        if not self.uses_compiled:
            return np.asarray(self._matrix.T @ people)
        from maarag.engines.reach import compiled

        sums = compiled.at_destinations(
            self._bounds, *self._arrays, people, *self._rule, self.pairs.n_destinations
        )
        return np.asarray(sums.sum(axis=0))

    def to_origins(self, ratio: Floats) -> Floats:
        """Σ_j W_ij R_j for each origin."""
        if not self.uses_compiled:
            return np.asarray(self._matrix @ ratio)
        from maarag.engines.reach import compiled

        return np.asarray(compiled.at_origins(self._bounds, *self._arrays, ratio, *self._rule))

    @cached_property
    def _arrays(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], Floats]:
        return self.pairs.start, self.pairs.destination, self.pairs.cost

    @cached_property
    def _rule(self) -> tuple[Floats, int, Floats, float, bool, bool]:
        kind, unique = int(self.decay.kind), self.pairs.unique
        return self._compiled_shares, kind, self._params, float(self.max_cost), self.selective, unique

    @cached_property
    def _params(self) -> Floats:
        self.decay.check_lowest(self.pairs.lowest_cost)
        return np.array(self.decay.params, dtype=np.float64)

    @cached_property
    def _bounds(self) -> npt.NDArray[np.int64]:
        cuts = np.linspace(0, len(self.pairs), CHUNKS + 1)
        bounds = np.searchsorted(self.pairs.start, cuts).astype(np.int64)
        bounds[0], bounds[-1] = 0, self.pairs.n_origins
        return bounds

    @cached_property
    def _compiled_shares(self) -> Floats:
        if not self.selective:
            return np.zeros(1)
        from maarag.engines.reach import compiled

        pairs = self.pairs
        sums = compiled.row_sums(self._bounds, pairs.start, pairs.cost, int(self.decay.kind), self._params)
        return _reciprocal(np.asarray(sums))


@dataclass(frozen=True, eq=False)
class Catchment:
    """`access` (capacity per person) of each origin, `competing` (weighted people) and `ratio` of each
    destination.

    A service that somebody with no people reaches but no people do has an infinite ratio, and so has the
    access of whoever reaches it: nobody competes there. An origin that reaches nothing has access 0.
    """

    access: Floats
    competing: Floats
    ratio: Floats


def catchment(weights: Weights, people: npt.ArrayLike, capacity: npt.ArrayLike) -> Catchment:
    """Access of each origin to the capacity of the destinations, in units of capacity per person."""
    p = quantities(people, weights.pairs.n_origins, "people", "place")
    s = quantities(capacity, weights.pairs.n_destinations, "capacity", "service")
    competing = weights.to_destinations(p)
    contested = competing > 0
    finite = np.divide(s, competing, out=np.zeros_like(s), where=contested)
    access = weights.to_origins(finite)
    ratio = finite
    free = ~contested & (s > 0)
    if free.any():
        ratio = np.where(free, np.inf, finite)
        access = np.where(weights.to_origins(free.astype(np.float64)) > 0, np.inf, access)
    return Catchment(access, competing, ratio)


def quantities(values: npt.ArrayLike, size: int, what: str, of: str) -> Floats:
    """Checked float64 copy of people or capacities; raises QuantityError or ShapeError."""
    array = np.ascontiguousarray(values, dtype=np.float64)
    if array.shape != (size,):
        raise ShapeError(f"{what}: {array.size} values given for {size} {of}s")
    bad = ~(np.isfinite(array) & (array >= 0))
    if bad.any():
        position = int(np.argmax(bad))
        raise QuantityError(
            f"{of} {position}: {what} {array[position]:g} must be a number, 0 or more", position
        )
    return array


def _reciprocal(totals: Floats) -> Floats:
    return np.divide(1.0, totals, out=np.zeros_like(totals), where=totals > 0)
