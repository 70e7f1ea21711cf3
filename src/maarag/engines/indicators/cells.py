"""Which cells a table publishes: every combination of its records' coordinates at every level."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from itertools import product
from typing import TypeVar

Record = TypeVar("Record", bound=Hashable)
Level = Callable[[Record], Iterable[Hashable]]
"""For one dimension: the coordinates under which a record is counted, from its own up to the total.

Several hierarchies of one dimension (a place in its district and in its cluster) are several coordinates.
"""

ALL = "*"
"""The coordinate of the total of a dimension."""


def cross(
    records: Iterable[Record], dimensions: Iterable[Level[Record]]
) -> dict[tuple[Hashable, ...], frozenset[Record]]:
    """The cells of the table with these dimensions and all its margins, each as the records it counts.

    `cross(families, [lambda f: [f.authority, f.district, ALL], lambda f: [f.status, ALL]])` gives the cells
    (authority, status), (authority, ALL), …, (ALL, ALL).
    """
    dimensions = list(dimensions)
    found: dict[tuple[Hashable, ...], set[Record]] = defaultdict(set)
    for record in records:
        for place in _coordinates(record, dimensions):
            found[place].add(record)
    return {place: frozenset(within) for place, within in found.items()}


def _coordinates(record: Record, dimensions: list[Level[Record]]) -> Iterator[tuple[Hashable, ...]]:
    return product(*(tuple(dimension(record)) for dimension in dimensions))
