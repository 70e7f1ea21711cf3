"""A reader who knows every published cell and mark, and solves for the bounds of what is hidden.

Written apart from the engine: it sees the published numbers and marks only, and takes its bounds from
whole-number programmes (HiGHS) over the atoms, which are at least 0.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from maarag.engines.indicators import Protection
from maarag.values import Suppressed

Cell = frozenset[Hashable]


@dataclass
class Knowledge:
    """What a reader has gathered: numbers of cells, and marks of hidden ones with what they say."""

    numbers: dict[Cell, float] = field(default_factory=dict)
    marks: dict[Cell, Suppressed] = field(default_factory=dict)

    def bounds(self, cell: Cell, *, whole: bool = True) -> tuple[float, float]:
        """The lowest and the highest value that the cell may have."""
        names, rows, low, high = self._system(cell)
        found = []
        for sign in (1.0, -1.0):
            answer = milp(
                sign * np.array([name in cell for name in names], dtype=float),
                integrality=np.ones(len(names)) if whole else None,
                bounds=Bounds(0, np.inf),
                constraints=LinearConstraint(rows, low, high) if len(low) else None,
            )
            if answer.status == 3 or (answer.x is None and "unbounded" in answer.message.lower()):
                found.append(np.inf)
            else:
                assert answer.x is not None, answer.message
                found.append(round(sign * answer.fun, 6))
        return found[0], found[1]

    def narrowed(self, threshold: int = 5, *, whole: bool = True, spared: Collection[Cell] = ()) -> list[str]:
        """The hidden cells that are left fewer than threshold - 1 values from lowest to highest."""
        found = []
        for cell, mark in self.marks.items():
            if cell in spared:
                continue
            low, high = self.bounds(cell, whole=whole)
            if high - low < threshold - 2 or (mark.primary and (low, high) != (1, threshold - 1)):
                found.append(f"{sorted(map(str, cell))[:6]}: {low:g} to {high:g}")
        return found

    def knowing(self, atoms: Mapping[Hashable, int]) -> Knowledge:
        """The same reader, who knows these atoms by themselves."""
        own = {frozenset((atom,)): float(number) for atom, number in atoms.items()}
        return Knowledge({**self.numbers, **own}, dict(self.marks))

    def _system(self, target: Cell) -> tuple[list[Hashable], sparse.csr_array, list[float], list[float]]:
        """Only what hangs together with the target by atoms that are not known."""
        known: dict[Hashable, float] = {}
        for cell, number in self.numbers.items():
            if number == 0:
                known.update(dict.fromkeys(cell, 0.0))
            elif len(cell) == 1:
                known[next(iter(cell))] = number
        constraints: list[tuple[Cell, float, float]] = []
        for cell, number in self.numbers.items():
            left = frozenset(atom for atom in cell if atom not in known)
            if left:
                rest = number - sum(known[atom] for atom in cell - left)
                constraints.append((left, rest, rest))
        for cell, mark in self.marks.items():
            left = frozenset(atom for atom in cell if atom not in known)
            rest = sum(known[atom] for atom in cell - left)
            if left:
                constraints.append((left, 1 - rest, (mark.threshold - 1 if mark.primary else np.inf) - rest))
        touching: dict[Hashable, list[int]] = {}
        for number, (atoms, _low, _high) in enumerate(constraints):
            for atom in atoms:
                touching.setdefault(atom, []).append(number)
        reached, waiting, chosen = set(target), list(target), set()
        while waiting:
            for number in touching.get(waiting.pop(), ()):
                if number not in chosen:
                    chosen.add(number)
                    fresh = constraints[number][0] - reached
                    reached |= fresh
                    waiting.extend(fresh)
        names = sorted(reached, key=str)
        column = {name: i for i, name in enumerate(names)}
        rows, columns, low, high = [], [], [], []
        for number in sorted(chosen):
            atoms, least, most = constraints[number]
            rows += [len(low)] * len(atoms)
            columns += [column[atom] for atom in atoms]
            low.append(least)
            high.append(most)
        for atom in target & known.keys():
            rows.append(len(low))
            columns.append(column[atom])
            low.append(known[atom])
            high.append(known[atom])
        matrix = sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(low), len(names)))
        return names, matrix, low, high


def reader_of(
    numbers: Mapping[Hashable, int], stages: Iterable[Iterable[Cell]], protection: Protection
) -> Knowledge:
    """Everything published under this protection, as one reader gathers it; zeros are known."""
    seen = Knowledge()
    seen.numbers.update({frozenset((atom,)): 0.0 for atom, number in numbers.items() if not number})
    for stage in stages:
        for cell in stage:
            mark = protection.mark(cell)
            if mark is None:
                seen.numbers[cell] = float(sum(numbers[atom] for atom in cell))
            else:
                seen.marks[frozenset(atom for atom in cell if numbers[atom])] = mark
    return seen
