"""Places for families whose choice the prices leave open: a min-cost flow of OR-Tools."""

from __future__ import annotations

import numpy as np
from ortools.graph.python import min_cost_flow

from maarag.engines.matching.placement_model import Floats, Ints

STEPS = 1_000_000
"""Whole numbers that the greatest worth is parted into; the flow knows whole costs only."""


def flow(families: Ints, start: Ints, place: Ints, worth: Floats, room: Ints) -> Ints:
    """[families given] the pair of each, -1 for waiting: the most worth within the room of the places.

    Only pairs with a worth above 0 are used; worths are about 1 at most. OR-Tools' cost scaling
    (Goldberg 1997).
    """
    sizes = start[families + 1] - start[families]
    first = np.concatenate([[0], np.cumsum(sizes)])
    pairs = np.repeat(start[families] - first[:-1], sizes) + np.arange(first[-1])
    who = np.repeat(np.arange(len(families)), sizes)
    useful = worth[pairs] > 0
    pairs, who = pairs[useful], who[useful]
    found = np.full(len(families), -1, dtype=np.int64)
    if not pairs.size:
        return found
    n, m = len(families), len(room)
    sink = n + m
    solver = min_cost_flow.SimpleMinCostFlow()
    ones = np.ones(len(pairs), dtype=np.int64)
    costs = -np.rint(worth[pairs] * STEPS).astype(np.int64)
    arcs = solver.add_arcs_with_capacity_and_unit_cost(who, n + place[pairs], ones, costs)
    nothing = np.zeros(n, dtype=np.int64)
    solver.add_arcs_with_capacity_and_unit_cost(
        np.arange(n), np.full(n, sink), np.ones(n, dtype=np.int64), nothing
    )
    solver.add_arcs_with_capacity_and_unit_cost(
        n + np.arange(m), np.full(m, sink), np.maximum(room, 0), np.zeros(m, dtype=np.int64)
    )
    supply = np.concatenate([np.ones(n, dtype=np.int64), np.zeros(m, dtype=np.int64), [-n]])
    solver.set_nodes_supplies(np.arange(sink + 1), supply)
    status = solver.solve()
    if status != solver.OPTIMAL:
        raise RuntimeError(f"the flow ended with {status}, though waiting is always possible")
    used = solver.flows(arcs) > 0
    found[who[used]] = pairs[used]
    return found
