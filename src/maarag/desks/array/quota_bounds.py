"""Hidden numbers of places taken, against a reader who also knows how many places there are.

How many places an authority has in a programme is public, so nobody takes more families to be there. Where
3 of 3 and 40 of 40 places are taken, a sum of 43 tells both numbers, hidden as they may be. So what the
engine leaves in sight is tried once more with these bounds: linear programmes give the lowest and highest
value of every hidden number, and where they lie too close the published sum that binds most is hidden too.

In a quota of fewer than five places a mark stands whether anybody has one or not, so what is counted there
may be zero: such numbers are unknowns as all others, and a sum tells no more of them.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Generic, TypeVar

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
    perhaps: Collection[Atom] = (),
) -> dict[Cell[Atom], Suppressed]:
    """The marks of all hidden cells: those of the engine, and those that quotas ask for besides.

    `quotas`: the places that the atoms of a cell have together. A cell of so few places that fewer values
    than a mark leaves are possible from the start keeps all of these. `perhaps`: atoms that may count nobody
    for all that is known, those of quotas of so few places that they are marked in any case.
    """
    known = {cell: sum(numbers[atom] for atom in cell) for cell in cells}
    open_to_zero = frozenset(perhaps)
    few = {cell for cell in quotas if cell <= open_to_zero}
    marks: dict[Cell[Atom], Suppressed] = {}
    for cell in cells:
        if cell <= open_to_zero and sum(quotas[quota] for quota in few if quota & cell) < THRESHOLD:
            marks[cell] = Suppressed(THRESHOLD)
        elif found := protection.hidden.get(cell - protection.empty):
            # "fewer than five" of a sum with few places would tell of them
            marks[cell] = replace(found, primary=found.primary and not cell & open_to_zero)
    waiting = sorted(marks, key=lambda cell: (len(cell), known[cell], sorted(map(str, cell))))
    reader = _Reader(known, marks, quotas, open_to_zero)
    while waiting:
        cell = waiting.pop(0)
        while (bound := reader.binding(cell)) is not None:
            small = known[bound] < THRESHOLD and not bound & open_to_zero
            marks[bound] = Suppressed(THRESHOLD, primary=small)
            waiting.append(bound)
            reader = _Reader(known, marks, quotas, open_to_zero)
    return marks


class _Reader(Generic[Atom]):
    """What is known to whoever sees all that is not hidden, as linear programmes take it."""

    def __init__(
        self,
        known: Mapping[Cell[Atom], int],
        marks: Mapping[Cell[Atom], Suppressed],
        quotas: Mapping[Cell[Atom], int],
        perhaps: Cell[Atom],
    ) -> None:
        self.quotas, self.perhaps = quotas, perhaps
        self.told = {next(iter(cell)) for cell in known if len(cell) == 1 and cell not in marks}
        self.fixed = {atom: known[frozenset((atom,))] for atom in self.told}
        left = sorted({atom for cell in known for atom in cell if atom not in self.fixed}, key=str)
        self.column = {atom: at for at, atom in enumerate(left)}
        self.sums = [cell for cell in known if cell not in marks and cell - self.told]
        self.equal = sparse.csr_array(self._rows(self.sums)) if self.sums else None
        self.values = np.array([known[cell] - self._rest(cell) for cell in self.sums])
        small = [cell for cell, mark in marks.items() if mark.primary]
        some = [found for cell in marks if (found := cell - perhaps)]  # behind a mark somebody is
        self.above = sparse.csr_array(
            np.vstack([-self._rows(some), self._rows(small), self._rows(list(quotas))])
        )
        self.most = np.array(
            [self._rest(cell) - 1 for cell in some]
            + [marks[cell].threshold - 1 - self._rest(cell) for cell in small]
            + [places - self._rest(cell) for cell, places in quotas.items()]
        )

    def _rows(self, cells: Sequence[Cell[Atom]]) -> np.ndarray:
        found = np.zeros((len(cells), len(self.column)))
        for at, cell in enumerate(cells):
            found[at, [self.column[atom] for atom in cell if atom in self.column]] = 1.0
        return found

    def _rest(self, cell: Cell[Atom]) -> int:
        return sum(self.fixed.get(atom, 0) for atom in cell)

    def binding(self, target: Cell[Atom]) -> Cell[Atom] | None:
        """The published sum that narrows a hidden cell most; None where it is wide, or no sum narrows it."""
        if not target - self.told:
            return None
        (wanted,) = self._rows([target])
        ends: list[float] = []
        duals = np.zeros(len(self.sums))
        for sign in (1.0, -1.0):
            answer = linprog(
                sign * wanted,
                A_ub=self.above,
                b_ub=self.most,
                A_eq=self.equal,
                b_eq=self.values if self.sums else None,
                bounds=(0, None),
                method="highs",
            )
            if answer.x is None:
                ends.append(sign * -math.inf)
                continue
            ends.append(sign * answer.fun)
            if self.sums:
                duals += np.abs(answer.eqlin.marginals)
        low, high = ends
        width = math.floor(high + NEAR) - math.ceil(low - NEAR) if math.isfinite(high) else math.inf
        unknown = target - self.told
        room = sum(places for cell, places in self.quotas.items() if cell & unknown)
        room -= len(unknown - self.perhaps)
        if width >= min(THRESHOLD - 2, room) or not duals.any() or duals.max() < NEAR:
            return None
        return self.sums[int(np.argmax(duals))]
