"""Sparse pairs of a place (origin) and a service (destination) with the cost of travel between them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from maarag.engines.reach.errors import (
    CoordinateError,
    CostError,
    DuplicatePairError,
    IndexOutOfRange,
    ReachError,
    ShapeError,
)

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

#: Mean radius of the Earth in kilometres (IUGG).
EARTH_KM = 6371.0088


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs sorted by origin, then destination, in compressed rows.

    `start` has n_origins + 1 entries: the pairs of origin i are start[i] to start[i+1]. `destination` and
    `cost` have one entry a pair. `unique` is false when some origin and destination occur together more than
    once.
    """

    n_origins: int
    n_destinations: int
    start: npt.NDArray[np.int64]
    destination: Ints
    cost: Floats
    unique: bool = True

    def __len__(self) -> int:
        return len(self.destination)

    @cached_property
    def origin(self) -> Ints:
        """Origin index of each pair."""
        return np.repeat(np.arange(self.n_origins, dtype=np.int32), np.diff(self.start))

    @cached_property
    def lowest_cost(self) -> float:
        """Smallest cost, infinite when there is no pair."""
        return float(self.cost.min()) if len(self) else float("inf")

    @classmethod
    def from_table(
        cls,
        origin: npt.ArrayLike,
        destination: npt.ArrayLike,
        cost: npt.ArrayLike,
        *,
        n_origins: int,
        n_destinations: int,
        eligible: npt.ArrayLike | None = None,
        allow_duplicates: bool = False,
    ) -> Pairs:
        """From a table of distances or travel times, in any order.

        A repeated pair raises DuplicatePairError unless `allow_duplicates`; then each occurrence counts, as
        in PySAL access. `eligible` (one flag a row) leaves out rows, for example outside a service's area.
        """
        origins, destinations = (
            _indices(origin, n_origins, "place"),
            _indices(destination, n_destinations, "service"),
        )
        costs = np.ascontiguousarray(cost, dtype=np.float64)
        if not origins.shape == destinations.shape == costs.shape or costs.ndim != 1:
            raise ShapeError(
                f"origins ({origins.size}), destinations ({destinations.size}) and costs ({costs.size}) "
                "must be columns of one length"
            )
        bad = ~(np.isfinite(costs) & (costs >= 0))
        if bad.any():
            row = int(np.argmax(bad))
            raise CostError(f"row {row}: the distance or time {costs[row]} must be a number, 0 or more", row)
        if eligible is not None:
            keep = _flags(eligible, costs.size)
            origins, destinations, costs = origins[keep], destinations[keep], costs[keep]
        key = origins.astype(np.int64) * n_destinations + destinations
        unique = True
        if key.size and not np.all(key[1:] > key[:-1]):
            order = np.argsort(key, kind="stable")
            key = key[order]
            destinations, costs = destinations[order], costs[order]
            repeated = key[1:] == key[:-1]
            if repeated.any():
                unique = False
                if not allow_duplicates:
                    row = int(order[int(np.argmax(repeated)) + 1])
                    place, service = divmod(int(key[int(np.argmax(repeated))]), n_destinations)
                    raise DuplicatePairError(f"place {place} and service {service} occur together twice", row)
            origins = origins[order]
        return cls(n_origins, n_destinations, _starts(origins, n_origins), destinations, costs, unique)

    @classmethod
    def dense(cls, cost: npt.ArrayLike) -> Pairs:
        """From a full matrix (n_origins × n_destinations) in which every service is within reach."""
        matrix = np.ascontiguousarray(cost, dtype=np.float64)
        if matrix.ndim != 2:
            raise ShapeError(f"a matrix is needed, not {matrix.ndim} dimensions")
        if matrix.size and not (np.isfinite(matrix).all() and matrix.min() >= 0):
            raise CostError("every distance or time must be a number, 0 or more")
        n, m = matrix.shape
        start = np.arange(n + 1, dtype=np.int64) * m
        return cls(n, m, start, np.tile(np.arange(m, dtype=np.int32), n), matrix.reshape(-1))

    def keep(self, mask: npt.ArrayLike) -> Pairs:
        """The pairs whose flag is true (one flag a pair, in this object's order)."""
        flags = _flags(mask, len(self))
        return Pairs(
            self.n_origins,
            self.n_destinations,
            _starts(self.origin[flags], self.n_origins),
            self.destination[flags],
            self.cost[flags],
            self.unique,
        )

    def without_repeats(self) -> Pairs:
        """The first occurrence of each pair."""
        if self.unique:
            return self
        key = self.origin.astype(np.int64) * self.n_destinations + self.destination
        return replace(self.keep(np.append(True, key[1:] != key[:-1])), unique=True)

    def within(self, max_cost: float) -> Pairs:
        """The pairs at most `max_cost` apart."""
        return self.keep(self.cost <= max_cost)

    def within_areas(self, areas: Sequence[Collection[int] | None]) -> Pairs:
        """Service areas: for each destination the origins it serves, None for all."""
        if len(areas) != self.n_destinations:
            raise ShapeError(f"{len(areas)} service areas given for {self.n_destinations} services")
        flags = np.ones(len(self), dtype=np.bool_)
        for service, area in enumerate(areas):
            if area is not None:
                allowed = np.zeros(self.n_origins, dtype=np.bool_)
                allowed[_indices(sorted(area), self.n_origins, "place")] = True
                here = np.flatnonzero(self.destination == service)
                flags[here] = allowed[self.origin[here]]
        return self.keep(flags)

    def row(self, origin: int) -> slice:
        """Where the pairs of one origin lie."""
        if not 0 <= origin < self.n_origins:
            raise IndexOutOfRange(f"place {origin} does not exist; there are {self.n_origins}", origin)
        return slice(int(self.start[origin]), int(self.start[origin + 1]))


def pairs_by_distance(
    demand_lat: npt.ArrayLike,
    demand_lon: npt.ArrayLike,
    supply_lat: npt.ArrayLike,
    supply_lon: npt.ArrayLike,
    max_km: float,
) -> Pairs:
    """All pairs at most `max_km` kilometres apart in a straight line over the globe (haversine).

    Coordinates in degrees. Found with a tree of points on the sphere, so memory follows the pairs found.
    """
    if np.isnan(max_km) or max_km < 0:
        raise CostError(f"the greatest distance must be 0 km or more, not {max_km}")
    from_lat, from_lon = _coordinates(demand_lat, demand_lon, "place")
    to_lat, to_lon = _coordinates(supply_lat, supply_lon, "service")
    n, m = from_lat.size, to_lat.size
    if n == 0 or m == 0:
        return Pairs(n, m, np.zeros(n + 1, dtype=np.int64), np.zeros(0, dtype=np.int32), np.zeros(0))
    # A chord a little longer than needed; the exact distance decides below.
    chord = 2.0 * np.sin(min(max_km / EARTH_KM, np.pi) / 2.0) * (1 + 1e-9) + 1e-9
    found = cKDTree(_on_sphere(from_lat, from_lon)).sparse_distance_matrix(
        cKDTree(_on_sphere(to_lat, to_lon)), chord, output_type="ndarray"
    )
    origin, destination = found["i"], found["j"]
    cost = haversine_km(from_lat[origin], from_lon[origin], to_lat[destination], to_lon[destination])
    close = cost <= max_km
    return Pairs.from_table(origin[close], destination[close], cost[close], n_origins=n, n_destinations=m)


def haversine_km(lat1: Floats, lon1: Floats, lat2: Floats, lon2: Floats) -> Floats:
    """Distance over the globe in kilometres; degrees in, arrays of one shape."""
    phi1, phi2 = np.radians(lat1), np.radians(lat2)
    half = np.sin((phi2 - phi1) / 2) ** 2
    half = half + np.cos(phi1) * np.cos(phi2) * np.sin(np.radians(np.subtract(lon2, lon1)) / 2) ** 2
    return np.asarray(2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))), dtype=np.float64)


def _on_sphere(lat: Floats, lon: Floats) -> Floats:
    phi, lam = np.radians(lat), np.radians(lon)
    return np.column_stack((np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)))


def _coordinates(lat: npt.ArrayLike, lon: npt.ArrayLike, what: str) -> tuple[Floats, Floats]:
    lats, lons = np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64)
    if lats.shape != lons.shape or lats.ndim != 1:
        raise ShapeError(f"{what}s: {lats.size} latitudes and {lons.size} longitudes; one of each is needed")
    for name, values, limit in (("latitude", lats, 90.0), ("longitude", lons, 180.0)):
        missing = ~np.isfinite(values)
        if missing.any():
            position = int(np.argmax(missing))
            raise CoordinateError(f"{what} {position} has no {name}", position)
        outside = np.abs(values) > limit
        if outside.any():
            position = int(np.argmax(outside))
            swapped = name == "latitude" and abs(lons[position]) <= 90
            hint = "; are latitude and longitude swapped?" if swapped else ""
            raise CoordinateError(
                f"{what} {position}: {name} {values[position]:g} is outside ±{limit:g}{hint}", position
            )
    return lats, lons


def _indices(values: npt.ArrayLike, size: int, what: str) -> Ints:
    raw = np.asarray(values)
    if raw.size and not np.issubdtype(raw.dtype, np.integer):
        raise IndexOutOfRange(f"the {what} of a pair must be a whole-number index, not {raw.dtype}")
    if raw.size and (raw.min() < 0 or raw.max() >= size):
        position = int(np.argmax((raw < 0) | (raw >= size)))
        raise IndexOutOfRange(
            f"row {position}: {what} {raw[position]} does not exist; there are {size}", position
        )
    return np.ascontiguousarray(raw, dtype=np.int32)


def _flags(mask: npt.ArrayLike, size: int) -> Flags:
    flags = np.asarray(mask)
    if flags.dtype != np.bool_ or flags.shape != (size,):
        raise ShapeError(f"a mask of {size} true/false values is needed, one a pair")
    return flags


def _starts(origins: Ints, n_origins: int) -> npt.NDArray[np.int64]:
    if n_origins < 0:
        raise ReachError("the number of places cannot be negative")
    start = np.zeros(n_origins + 1, dtype=np.int64)
    np.cumsum(np.bincount(origins, minlength=n_origins), out=start[1:])
    return start
