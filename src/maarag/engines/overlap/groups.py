"""Groups of services that duplicate one another, without chains.

Connected components would join a and c because each resembles b. Here two groups become one only if their
members are, on average, likelier duplicates than not (average link).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

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
    matrices = _distances([c for c in members if 2 < len(c) <= LARGEST], both, parted, estimate)
    for component in members:
        if len(component) == 2:
            if tuple(component) not in parted:
                found.append(component)
        elif 2 < len(component) <= LARGEST:
            found.extend(_average_link(component, next(matrices)))
        elif component:
            found.extend(_round_centres(component, both, parted))
    return found


def _distances(
    components: list[list[int]],
    graph: sparse.csr_matrix,
    parted: set[tuple[int, int]],
    estimate: Callable[[Ints, Ints], Floats],
) -> Iterator[Floats]:
    """Condensed distances within each component; pairs that no search brought up are estimated together."""
    pairs = [np.triu_indices(len(component), 1) for component in components]
    rows = [np.array(component, dtype=np.int64) for component in components]
    a = np.concatenate([r[upper[0]] for r, upper in zip(rows, pairs, strict=True)] or [np.zeros(0, np.int64)])
    b = np.concatenate([r[upper[1]] for r, upper in zip(rows, pairs, strict=True)] or [np.zeros(0, np.int64)])
    scores = np.asarray(graph[a, b], dtype=np.float64).ravel() if len(a) else np.zeros(0)
    missing = np.flatnonzero(scores == 0)
    if len(missing):
        scores[missing] = estimate(a[missing], b[missing])
    distance = 1 - scores
    if parted:
        for k, pair in enumerate(zip(a.tolist(), b.tolist(), strict=True)):
            if pair in parted:
                distance[k] = FORBIDDEN
    place = 0
    for upper in pairs:
        yield distance[place : place + len(upper[0])]
        place += len(upper[0])


def _average_link(component: list[int], distance: Floats) -> list[list[int]]:
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
