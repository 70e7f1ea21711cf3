"""Rows of sparse matrices compared pair by pair.

Few pairs go through SciPy; many through a compiled kernel that adds the same numbers in the same order.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

MANY = 10_000
"""From so many pairs on the compiled kernel is worth loading."""


def dots(left: sparse.csr_matrix, right: sparse.csr_matrix, a: Ints, b: Ints) -> Floats:
    """Product of row a of one with row b of the other, for each pair."""
    if len(a) < MANY:
        return row_sums(left[a].multiply(right[b]).tocsr())
    return _compiled(left, right, a, b, True)[0]


def lesser(left: sparse.csr_matrix, right: sparse.csr_matrix, a: Ints, b: Ints) -> Floats:
    """What row a of one and row b of the other share: the sum of the lesser values (none is negative)."""
    return lesser_and_count(left, right, a, b)[0]


def lesser_and_count(
    left: sparse.csr_matrix, right: sparse.csr_matrix, a: Ints, b: Ints
) -> tuple[Floats, Floats]:
    """The same, and in how many columns."""
    if len(a) < MANY:
        common = left[a].minimum(right[b]).tocsr()
        return row_sums(common), np.diff(common.indptr).astype(np.float64)
    return _compiled(left, right, a, b, False)


def over(numerator: Floats, denominator: Floats) -> Floats:
    """Quotient, 0 where the denominator is not positive."""
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator > 0)


def row_sums(matrix: sparse.csr_matrix) -> Floats:
    return np.asarray(matrix.sum(axis=1), dtype=np.float64).ravel()


def _compiled(
    left: sparse.csr_matrix, right: sparse.csr_matrix, a: Ints, b: Ints, product: bool
) -> tuple[Floats, Floats]:
    from maarag.engines.overlap.kernels import merge  # compiled code is loaded only when it is worth it

    for matrix in (left, right):
        matrix.sum_duplicates()  # nothing to do after the first time; sorts the columns of each row
    sums, counts = merge(
        *(left.indptr.astype(np.int64), left.indices.astype(np.int32, copy=False), left.data),
        *(right.indptr.astype(np.int64), right.indices.astype(np.int32, copy=False), right.data),
        a,
        b,
        product,
    )
    return sums, counts
