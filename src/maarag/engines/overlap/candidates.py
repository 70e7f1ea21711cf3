"""Which pairs are worth comparing: the likest services of each service, among those within its reach.

Three searches, each a sparse product of unit vectors kept above a threshold: by name, by all words, and,
across scripts, by what the words mean. Small inputs go through SciPy; large ones through a compiled kernel
that finds the same pairs.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from maarag.engines.overlap.geography import (
    Geography,
    SpatialOrder,
    points_on_globe,
    spatial_order,
    within_reach,
)
from maarag.engines.overlap.model import Options
from maarag.engines.overlap.text import Texts, bag, neighbours, unit_rows

Ints = NDArray[np.int64]

SMALL = 2_000
"""Up to this many services the plain search is quicker than loading the compiled one."""
BUDGET = 12_000
"""Entries of the inverted index read per service in a large input; the rarest words are read first."""
MEANING_THRESHOLD = 0.6


def candidates(
    texts: Texts, meanings: sparse.csr_matrix, geo: Geography, options: Options
) -> tuple[Ints, Ints]:
    """Pairs (a, b), a < b, each once, in order. `meanings`: n × (concepts, terms, providers)."""
    if texts.n < 2:
        none = np.zeros(0, dtype=np.int64)
        return none, none
    by_name, by_text = vectors(texts)
    by_meaning = unit_rows(meanings)
    scripts = np.where(texts.script == 3, -1, texts.script)
    none_differ = np.full(texts.n, -1, dtype=np.int64)
    searches = [
        (by_name, options.name_threshold, none_differ),
        (by_text, options.text_threshold * (0.5 if texts.n <= SMALL else 1.0), none_differ),
    ]
    if len(np.unique(scripts[scripts >= 0])) > 1:
        searches.append((by_meaning, MEANING_THRESHOLD, scripts))
    compiled = texts.n > SMALL if options.compiled is None else options.compiled
    order = spatial_order(geo) if compiled else None
    keys: list[Ints] = []
    for matrix, threshold, differ in searches:
        if order is None:
            a, b = plain_search(matrix, threshold, options.per_service, geo, differ)
        else:
            a, b = compiled_search(matrix, threshold, options.per_service, geo, differ, order)
        keys.append(np.minimum(a, b) * texts.n + np.maximum(a, b))
    every = np.unique(np.concatenate(keys))
    return every // texts.n, every % texts.n


def vectors(texts: Texts) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """Unit vectors of names, and of names with descriptions. A slip of the pen nearly counts as the word."""
    size = len(texts.importance)
    # The rarer word is read as the commoner one too, not the other way: all its slips would swell every row.
    slips = texts.likeness.tocoo()
    up = texts.counts[slips.row] <= texts.counts[slips.col]
    towards = sparse.csr_matrix((0.7 * slips.data[up], (slips.row[up], slips.col[up])), shape=(size, size))
    forgiving = (sparse.identity(size, format="csr") + towards).tocsr()
    name = bag(texts.names, texts.importance)
    described = bag(texts.descriptions, texts.importance)
    by_name = sparse.hstack([name @ forgiving, 0.7 * neighbours(texts.names, texts.importance)]).tocsr()
    pairs = neighbours(texts.descriptions, texts.importance)
    # Paraphrases share meanings where they share no words; in a large input they would join whole fields.
    spoken = [0.6 * texts.meanings] if texts.n <= SMALL else []
    by_text = sparse.hstack([(name + described) @ forgiving, 0.7 * pairs, *spoken]).tocsr()
    return unit_rows(by_name), unit_rows(by_text)


def plain_search(
    matrix: sparse.csr_matrix, threshold: float, top: int, geo: Geography, differ: Ints
) -> tuple[Ints, Ints]:
    """Pairs at or above the threshold, within reach, `differ` unequal where given; `top` per row."""
    product = (matrix @ matrix.T).tocoo()
    a, b = product.row.astype(np.int64), product.col.astype(np.int64)
    score = np.round(product.data, 9)
    keep = (score >= threshold) & (a != b)
    a, b, score = a[keep], b[keep], score[keep]
    keep = within_reach(geo, a, b) & ((differ[a] < 0) | (differ[b] < 0) | (differ[a] != differ[b]))
    a, b, score = a[keep], b[keep], score[keep]
    return _best(a, b, score, top)


def _best(a: Ints, b: Ints, score: NDArray[np.float64], top: int) -> tuple[Ints, Ints]:
    """The `top` best partners of each row; equal scores by row number."""
    order = np.lexsort((b, -score, a))
    a, b = a[order], b[order]
    first = np.searchsorted(a, a, side="left")
    keep = np.arange(len(a)) - first < top
    return a[keep], b[keep]


def compiled_search(
    matrix: sparse.csr_matrix, threshold: float, top: int, geo: Geography, differ: Ints, order: SpatialOrder
) -> tuple[Ints, Ints]:
    """The same as `plain_search` through the compiled kernel, over an inverted index in spatial order."""
    from maarag.engines.overlap.kernels import search  # compiled code is loaded only when it is worth it

    ranked = matrix[order.order].tocsr()
    frequency = np.bincount(ranked.indices, minlength=ranked.shape[1])
    # Columns renumbered by rarity, so that each row lists its rarest words first.
    rarity = np.argsort(frequency, kind="stable")
    place = np.empty_like(rarity)
    place[rarity] = np.arange(len(rarity))
    ranked = sparse.csr_matrix((ranked.data, place[ranked.indices], ranked.indptr), shape=ranked.shape)
    ranked.sort_indices()
    index = ranked.tocsc()
    index.sort_indices()
    n = matrix.shape[0]
    small = n <= SMALL
    partner, score = search(
        ranked.indptr.astype(np.int64),
        ranked.indices.astype(np.int32),
        ranked.data,
        index.indptr.astype(np.int64),
        index.indices.astype(np.int32),
        index.data,
        order.ranges,
        points_on_globe(geo)[order.order],
        geo.radius[order.order],
        geo.area[order.order],
        differ[order.order],
        threshold,
        n if small else top,
        2**62 if small else BUDGET,
    )
    row, slot = np.nonzero(partner >= 0)
    a, b = order.order[row], order.order[partner[row, slot]]
    keep = within_reach(geo, a, b)
    return _best(a[keep], b[keep], np.round(score[row, slot][keep], 9), top)
