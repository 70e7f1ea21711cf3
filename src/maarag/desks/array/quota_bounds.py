"""Hidden numbers of places taken, against a reader who also knows how many places there are.

How many places an authority has in a programme is public, so nobody takes more families to be there. Where
3 of 3 and 40 of 40 places are taken, a sum of 43 tells both numbers, hidden as they may be. So what the
engine leaves in sight is tried once more with these bounds: linear programmes give the lowest and highest
value of every hidden number, and where they lie too close the published sum that binds most is hidden too.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from maarag.engines.indicators import THRESHOLD, Protection
from maarag.values import Suppressed

Atom = TypeVar("Atom", bound=Hashable)
Cell = frozenset[Atom]
NEAR = 1e-6


def hidden_with_bounds(
    numbers: Mapping[Atom, int],
    cells: Sequence[Cell[Atom]],
    protection: Protection[Atom],
    quotas: Mapping[Cell[Atom], int],
) -> dict[Cell[Atom], Suppressed]:
    """The marks of all hidden cells: those of the engine, and those that quotas ask for besides.

    `quotas`: the places that the atoms of a cell have together. A cell of so few places that fewer values
    than a mark leaves are possible from the start keeps all of these.
    """
    marks = dict(protection.hidden)
    known = {cell: sum(numbers[atom] for atom in cell) for cell in cells}
    waiting = sorted(marks, key=lambda cell: (len(cell), known.get(cell, 0), sorted(map(str, cell))))
    while waiting:
        cell = waiting.pop(0)
        while (bound := _binding(cell, known, marks, quotas)) is not None:
            marks[bound] = Suppressed(THRESHOLD, primary=False)
            waiting.append(bound)
    return marks


def _binding(
    target: Cell[Atom],
    known: Mapping[Cell[Atom], int],
    marks: Mapping[Cell[Atom], Suppressed],
    quotas: Mapping[Cell[Atom], int],
) -> Cell[Atom] | None:
    """The published sum that narrows a hidden cell most; None where it is wide, or no sum narrows it."""
    told = {next(iter(cell)) for cell in known if len(cell) == 1 and cell not in marks}
    fixed = {atom: known[frozenset((atom,))] for atom in told}
    left = sorted({atom for cell in known for atom in cell if atom not in fixed}, key=str)
    if not target - told:
        return None
    column = {atom: at for at, atom in enumerate(left)}

    def row(cell: Cell[Atom]) -> np.ndarray:
        found = np.zeros(len(left))
        found[[column[atom] for atom in cell if atom in column]] = 1.0
        return found

    def rest(cell: Cell[Atom]) -> int:
        return sum(fixed.get(atom, 0) for atom in cell)

    sums = [cell for cell in known if cell not in marks and cell - told]
    equal = np.array([row(cell) for cell in sums])
    values = np.array([known[cell] - rest(cell) for cell in sums])
    above, most = [], []
    for cell, mark in marks.items():
        above.append(-row(cell))
        most.append(rest(cell) - 1)
        if mark.primary:
            above.append(row(cell))
            most.append(mark.threshold - 1 - rest(cell))
    for cell, places in quotas.items():
        above.append(row(cell))
        most.append(places - rest(cell))
    ends: list[float] = []
    duals = np.zeros(len(sums))
    for sign in (1.0, -1.0):
        answer = linprog(
            sign * row(target),
            A_ub=sparse.csr_array(np.array(above)),
            b_ub=np.array(most),
            A_eq=sparse.csr_array(equal) if len(sums) else None,
            b_eq=values if len(sums) else None,
            bounds=(0, None),
            method="highs",
        )
        if answer.x is None:
            ends.append(sign * -math.inf)
            continue
        ends.append(sign * answer.fun)
        if len(sums):
            duals += np.abs(answer.eqlin.marginals)
    width = math.floor(ends[1] + NEAR) - math.ceil(ends[0] - NEAR) if math.isfinite(ends[1]) else math.inf
    room = sum(places for cell, places in quotas.items() if cell & target) - len(target)
    if width >= min(THRESHOLD - 2, room) or not duals.any() or duals.max() < NEAR:
        return None
    return sums[int(np.argmax(duals))]
