"""Numbers for hidden atoms that follow from what is published alone."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
from scipy import sparse

from .system import System

ROUNDS = 60
CLOSE = 1e-9


def expected(system: System) -> dict[Hashable, float]:
    """For each atom above zero: its number where it is published, else a likely one (same unit).

    Hidden atoms start from the middle of what their mark says, or from the median of the published ones,
    and are scaled until they add up to the published sums (iterative proportional fitting).
    """
    if not system.atoms:
        return {}
    known = np.ones(len(system.atoms), bool)
    known[list(system.unknown)] = False
    middle = system.threshold / 2
    x = np.where(known, system.x, float(np.median(system.x[known])) if known.any() else middle)
    for atom, cell in system.single.items():
        if system.small[cell] and not system.visible[cell]:
            x[atom] = middle
    x = x.astype(np.float64)
    unknown = np.flatnonzero(~known)
    if unknown.size:
        matrix = sparse.csr_array(system.incidence)
        visible = np.flatnonzero(np.array(system.visible))
        part = sparse.csr_array(matrix[visible][:, unknown])
        rest = np.array(system.value)[visible] - matrix[visible] @ np.where(known, system.x, 0)
        rows = np.flatnonzero(np.diff(part.indptr))
        # Cells with the same hidden atoms say the same: one of them is enough.
        distinct = {part.indices[part.indptr[row] : part.indptr[row + 1]].tobytes(): row for row in rows}
        x[unknown] = _fitted(x[unknown], part[list(distinct.values())], rest[list(distinct.values())])
    return dict(zip(system.atoms, x.tolist(), strict=True))


def _fitted(start: np.ndarray, part: sparse.csr_array, wanted: np.ndarray) -> np.ndarray:
    x = start.copy()
    for _ in range(ROUNDS):
        worst = 0.0
        for row in range(part.shape[0]):
            members = part.indices[part.indptr[row] : part.indptr[row + 1]]
            now = x[members].sum()
            if now > 0:
                worst = max(worst, abs(now - wanted[row]))
                x[members] *= wanted[row] / now
        if worst < CLOSE:
            break
    return x
