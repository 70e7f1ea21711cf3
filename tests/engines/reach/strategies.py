"""Random small problems: places, services and some of the pairs between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from maarag.engines.reach.pairs import Pairs


@dataclass(frozen=True)
class Problem:
    people: npt.NDArray[np.int64]
    capacity: npt.NDArray[np.int64]
    origin: npt.NDArray[np.int64]
    destination: npt.NDArray[np.int64]
    cost: npt.NDArray[np.float64]

    @property
    def pairs(self) -> Pairs:
        return Pairs.from_table(
            self.origin, self.destination, self.cost,
            n_origins=len(self.people), n_destinations=len(self.capacity), allow_duplicates=True,
        )  # fmt: skip


@st.composite
def problems(
    draw: st.DrawFn,
    *,
    largest: int = 7,
    duplicates: bool = False,
    least_people: int = 0,
    least_capacity: int = 0,
    distinct_costs: bool = False,
) -> Problem:
    n, m = draw(st.integers(1, largest)), draw(st.integers(1, largest))
    people = draw(st.lists(st.integers(least_people, 3000), min_size=n, max_size=n))
    capacity = draw(st.lists(st.integers(least_capacity, 300), min_size=m, max_size=m))
    every = [(i, j) for i in range(n) for j in range(m)]
    chosen = draw(
        st.lists(st.sampled_from(every), max_size=2 * n * m)
        if duplicates
        else st.lists(st.sampled_from(every), unique=True)
    )
    # Round numbers fall on the edges of bands; zero is a service inside its place.
    costs = st.one_of(st.sampled_from([0.0, 5.0, 10.0, 20.0, 30.0, 60.0]), st.floats(0, 90))
    if distinct_costs:
        costs = st.floats(0, 90, exclude_min=True)
    cost = draw(st.lists(costs, min_size=len(chosen), max_size=len(chosen), unique=distinct_costs))
    pairs = np.array(chosen, dtype=np.int64).reshape(-1, 2)
    return Problem(
        np.array(people), np.array(capacity), pairs[:, 0], pairs[:, 1], np.array(cost, dtype=float)
    )
