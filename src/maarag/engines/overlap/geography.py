"""Places of services: which can serve the same people, and an order in which neighbours stand together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maarag.engines.overlap.model import Options, Service

EARTH_KM = 6371.0088
KM_PER_DEGREE = 111.195
# Area names that mean "everywhere": they restrict nothing.
NATIONAL = frozenset({"il", "israel", "national", "ארצי", "כלל ארצי", "ישראל", "כל הארץ", "قطري", "إسرائيل"})

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Geography:
    """Arrays over the n services. `lat`, `lon`: degrees, NaN where unknown. `radius`: km.
    `area`: number of the only area code, -1 if none, -2 if several. `areas`: the sets of codes."""

    lat: Floats
    lon: Floats
    radius: Floats
    area: Ints
    areas: tuple[frozenset[str], ...]

    @property
    def located(self) -> NDArray[np.bool_]:
        return ~np.isnan(self.lat)


def geography_of(services: Sequence[Service], options: Options) -> Geography:
    n = len(services)
    lat = np.full(n, np.nan)
    lon = np.full(n, np.nan)
    radius = np.full(n, options.default_radius_km)
    area = np.full(n, -1, dtype=np.int64)
    numbers: dict[str, int] = {}
    areas: list[frozenset[str]] = []
    for i, service in enumerate(services):
        if service.lat is not None and service.lon is not None:
            lat[i], lon[i] = service.lat, service.lon
        if service.radius_km is not None:
            radius[i] = service.radius_km
        codes = frozenset(code.strip().casefold() for code in service.area_codes if code.strip())
        codes = frozenset() if codes & NATIONAL else codes
        areas.append(codes)
        if len(codes) == 1:
            area[i] = numbers.setdefault(next(iter(codes)), len(numbers))
        elif codes:
            area[i] = -2
    return Geography(lat, lon, radius, area, tuple(areas))


def distance_km(geo: Geography, a: Ints, b: Ints) -> Floats:
    """Great-circle distance of each pair, km; NaN where a place is unknown."""
    lat_a, lat_b = np.radians(geo.lat[a]), np.radians(geo.lat[b])
    half = (
        np.sin((lat_b - lat_a) / 2) ** 2
        + np.cos(lat_a) * np.cos(lat_b) * np.sin(np.radians(geo.lon[b] - geo.lon[a]) / 2) ** 2
    )
    return 2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0, 1)))


def points_on_globe(geo: Geography) -> Floats:
    """Places as points of the unit globe: n × 3 (x, y, z), NaN where unknown."""
    lat, lon = np.radians(geo.lat), np.radians(geo.lon)
    return np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def shared_area(geo: Geography, a: Ints, b: Ints) -> Floats:
    """1 where both name areas and share one, 0 where both do and share none, NaN where either names none."""
    one, two = geo.area[a], geo.area[b]
    shared = np.where((one == -1) | (two == -1), np.nan, (one == two).astype(float))
    for k in np.flatnonzero((one == -2) & (two != -1) | (two == -2) & (one != -1)):
        shared[k] = float(bool(geo.areas[a[k]] & geo.areas[b[k]]))
    return shared


def within_reach(geo: Geography, a: Ints, b: Ints) -> NDArray[np.bool_]:
    """Whether two services could meet the same people, as far as their places tell."""
    distance = distance_km(geo, a, b)
    near = np.isnan(distance) | (distance <= geo.radius[a] + geo.radius[b])
    same = shared_area(geo, a, b)
    # Points decide where both are known; without them, different areas part two services.
    return near & (~np.isnan(distance) | np.isnan(same) | (same == 1)) | (same == 1)


@dataclass(frozen=True)
class SpatialOrder:
    """A renumbering: `order[k]` is the service at rank k. Located services come first, cell by cell, then the
    rest. `ranges` (n × 4 × 2, by rank): the stretches of ranks within which a service's neighbours lie."""

    order: Ints
    ranges: Ints


def spatial_order(geo: Geography) -> SpatialOrder:
    """Sort services by grid cells as wide as the widest ordinary reach: all within reach of a service lie in
    three stretches (its row of cells and the two beside it) and in the tail of services without a place."""
    n = len(geo.lat)
    located = geo.located
    radii = geo.radius[located]
    usual = float(np.clip(np.percentile(radii, 95), 2.0, 30.0)) if radii.size else 4.0
    wide = ~located | (geo.radius > usual) | _in_scattered_area(geo, 2 * usual)
    cell_km = 2 * usual
    row = np.zeros(n, dtype=np.int64)
    column = np.zeros(n, dtype=np.int64)
    row[~wide] = np.floor((geo.lat[~wide] + 90) * KM_PER_DEGREE / cell_km)
    # A degree of longitude is shortest at the highest latitude: cells measured there are never too narrow.
    top = float(np.abs(geo.lat[~wide]).max()) if (~wide).any() else 0.0
    per_degree = max(KM_PER_DEGREE * np.cos(np.radians(min(top, 89.0))), 1e-6)
    column[~wide] = np.floor((geo.lon[~wide] + 180) * per_degree / cell_km)
    order = np.lexsort((np.arange(n), column, row, wide)).astype(np.int64)
    count = int((~wide).sum())
    ranges = np.zeros((n, 4, 2), dtype=np.int64)
    key = row[order[:count]] * (1 << 32) + column[order[:count]]
    for step, delta in enumerate((-1, 0, 1)):
        base = (row[order[:count]] + delta) * (1 << 32) + column[order[:count]]
        ranges[:count, step, 0] = np.searchsorted(key, base - 1, side="left")
        ranges[:count, step, 1] = np.searchsorted(key, base + 1, side="right")
    ranges[:count, 3] = (count, n)
    ranges[count:, 0] = (0, n)
    return SpatialOrder(order, ranges)


def _in_scattered_area(geo: Geography, limit_km: float) -> NDArray[np.bool_]:
    """Located services whose area code spans more than a cell: sharing it, they may meet across cells."""
    members: dict[str, list[int]] = defaultdict(list)
    located = geo.located
    for i, codes in enumerate(geo.areas):
        if located[i]:
            for code in codes:
                members[code].append(i)
    scattered = np.zeros(len(geo.lat), dtype=bool)
    for rows in members.values():
        lat, lon = geo.lat[rows], geo.lon[rows]
        if max(np.ptp(lat), np.ptp(lon)) * KM_PER_DEGREE > limit_km:
            scattered[rows] = True
    return scattered
