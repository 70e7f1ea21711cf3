"""Groups of services that duplicate one another, without chains.

Connected components would join a and c because each resembles b. Here two groups become one only if their
members are, on average, likelier duplicates than not (average link).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse.csgraph import connected_components

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

LARGEST = 1_500
"""Components above this size are grouped round their best-connected members instead."""
FORBIDDEN = 1_000.0
CUT = 0.5


def grouped(
    n: int,
    a: Ints,
    b: Ints,
    score: Floats,
    apart: Iterable[tuple[int, int]],
    estimate: Callable[[Ints, Ints], Floats],
) -> list[list[int]]:
    """Groups of two or more of n services, from the reported pairs.

    `apart`: pairs that people judged not to be duplicates: never in one group. `estimate`: the score of pairs
    within a component that no search brought up.
    """
    if not len(a):
        return []
    graph = sparse.csr_matrix((score, (a, b)), shape=(n, n))
    count, label = connected_components(graph, directed=False)
    parted = set(apart)
    members: list[list[int]] = [[] for _ in range(count)]
    for i in np.unique(np.concatenate([a, b])):
        members[label[i]].append(int(i))
    both = (graph + graph.T).tocsr()
    found: list[list[int]] = []
    for component in members:
        if len(component) == 2:
            if tuple(component) not in parted:
                found.append(component)
        elif 2 < len(component) <= LARGEST:
            found.extend(_average_link(component, both, parted, estimate))
        elif component:
            found.extend(_round_centres(component, both, parted))
    return found


def _average_link(
    component: list[int],
    graph: sparse.csr_matrix,
    parted: set[tuple[int, int]],
    estimate: Callable[[Ints, Ints], Floats],
) -> list[list[int]]:
    rows = np.array(component, dtype=np.int64)
    known = graph[rows][:, rows].toarray()
    upper = np.triu_indices(len(rows), 1)
    scores = known[upper]
    missing = np.flatnonzero(scores == 0)
    if len(missing):
        scores[missing] = estimate(rows[upper[0][missing]], rows[upper[1][missing]])
    distance = 1 - scores
    if parted:
        for k, (i, j) in enumerate(zip(rows[upper[0]], rows[upper[1]], strict=True)):
            if (int(i), int(j)) in parted:
                distance[k] = FORBIDDEN
    labels = fcluster(linkage(distance, "average"), t=CUT, criterion="distance")
    groups = [[component[k] for k in np.flatnonzero(labels == label)] for label in np.unique(labels)]
    return [group for group in groups if len(group) > 1]


def _round_centres(
    component: list[int], graph: sparse.csr_matrix, parted: set[tuple[int, int]]
) -> list[list[int]]:
    """Very large components: the service with most duplicates takes its own, then the next of the rest."""
    free = set(component)
    degree = np.diff(graph.indptr)
    found: list[list[int]] = []
    for centre in sorted(component, key=lambda i: (-int(degree[i]), i)):
        if centre not in free:
            continue
        group = [centre]
        for other in graph.indices[graph.indptr[centre] : graph.indptr[centre + 1]]:
            other = int(other)
            allowed = all((min(other, g), max(other, g)) not in parted for g in group)
            if other in free and other != centre and allowed:
                group.append(other)
        free.difference_update(group)
        if len(group) > 1:
            found.append(sorted(group))
    return found
