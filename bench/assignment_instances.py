"""Generalized assignment problems made by the published formulas, for sizes that no file holds.

Types c and d: Chu and Beasley, "A genetic algorithm for the generalised assignment problem", Computers &
Operations Research 24 (1997). Type e: Laguna, Kelly, González-Velarde and Glover, "Tabu search for the
multilevel generalized assignment problem", European Journal of Operational Research 82 (1995).
"""

from __future__ import annotations

import numpy as np

from maarag.engines.matching import AssignmentInstance


def make(kind: str, agents: int, jobs: int, seed: int = 0) -> AssignmentInstance:
    """A problem of type c, d or e; each capacity is 0.8 of an even share of what the jobs take."""
    random = np.random.default_rng([ord(kind), agents, jobs, seed])
    shape = (agents, jobs)
    if kind == "c":
        resource, cost = random.integers(5, 26, shape), random.integers(10, 51, shape)
    elif kind == "d":
        resource = random.integers(1, 101, shape)
        cost = 111 - resource + random.integers(-10, 11, shape)
    elif kind == "e":
        resource = np.ceil(1 - 10 * np.log(1 - random.random(shape))).astype(np.int64)
        cost = np.floor(1000 / resource - 10 * random.random(shape)).astype(np.int64)
    else:
        raise ValueError(f"no type {kind!r}")
    return AssignmentInstance(cost, resource, (0.8 * resource.sum(axis=1) / agents).astype(np.int64))


def as_text(instance: AssignmentInstance) -> str:
    """The problem as an OR-Library file."""
    rows = [[instance.agents, instance.jobs], *instance.cost, *instance.resource, instance.capacity]
    return "\n".join(" ".join(str(number) for number in row) for row in rows) + "\n"
