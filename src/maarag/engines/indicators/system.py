"""What is published, what is hidden, and the tables that a reader cannot tell from the true one.

A *move* adds whole numbers to the atoms (the finest counts) so that every published cell keeps its number
and every mark stays true. A reader who knows all that is published cannot tell the table after the move from
the true one, so each move proves, by whole-number arithmetic alone, values that a hidden cell may have.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from scipy import sparse

Atom = TypeVar("Atom", bound=Hashable)
Ints = npt.NDArray[np.int64]
NOBODY = -1
"""No owner: what any reader knows."""
UNOWNED = -2


@dataclass(frozen=True)
class Move:
    """Changes of atoms (index → number added), and the owners whose atoms it touches."""

    changes: Mapping[int, int]
    owners: frozenset[int]


class System:
    """Atoms with a count above zero, and the cells published so far; all by index.

    A cell is visible (its number is published), or hidden; then its mark says "1 to threshold - 1" where it
    is `small`, else "not zero". A cell is `frozen` once a later stage of publication began: what was shown
    stays known, what was hidden stays hidden.
    """

    def __init__(self, numbers: Mapping[Atom, int], owners: Mapping[Atom, Hashable], threshold: int) -> None:
        self.threshold = threshold
        atoms = [atom for atom, number in numbers.items() if number]
        self.atoms: list[Hashable] = list(atoms)
        self.index = {atom: i for i, atom in enumerate(self.atoms)}
        self.x: Ints = np.array([numbers[atom] for atom in atoms], dtype=np.int64)
        names = {name: i for i, name in enumerate(dict.fromkeys(owners.values()))}
        self.owner: Ints = np.array(
            [names[owners[atom]] if owners.get(atom) is not None else UNOWNED for atom in atoms],
            np.int64,
        )
        self.cells: list[Ints] = []
        self.number_of: dict[frozenset[Hashable], int] = {}
        self.value: list[int] = []
        self.visible: list[bool] = []
        self.small: list[bool] = []
        self.frozen: list[bool] = []
        self.of_atom: list[list[int]] = [[] for _ in self.atoms]
        self.shifts: list[list[tuple[int, frozenset[int]]]] = []
        self.moves: list[Move] = []
        self.implied: set[int] = set()
        self.unproved: set[int] = set()
        self.single: dict[int, int] = {}
        self.incidence: sparse.csc_array | None = None
        self._random = random.Random(7)
        self._salt: list[int] = []
        self.signature: npt.NDArray[np.uint64] = np.zeros(len(self.atoms), np.uint64)
        self.unknown: set[int] = set(range(len(self.atoms)))
        self.alike: dict[int, set[int]] = defaultdict(set)
        self.bare: npt.NDArray[np.uint64] = np.zeros(len(self.atoms), np.uint64)
        self.alike_bare: dict[int, list[int]] = {}

    def publish(self, cells: Iterable[frozenset[Hashable]]) -> list[int]:
        """Add the cells of a stage, those below the threshold hidden; returns the indices of the new ones.

        Atoms that count nobody are left out of every cell: that they do is taken to be known. The order of
        the cells makes no difference: two processes that publish the same must hide the same.
        """
        self.frozen = [True] * len(self.cells)
        found: list[int] = []
        for indices in sorted(
            {tuple(sorted(self.index[a] for a in cell if a in self.index)) for cell in cells}
        ):
            number = len(self.cells)
            members = np.array(indices, np.int64)
            key = frozenset(self.atoms[i] for i in indices)
            if not indices or key in self.number_of:
                continue
            self.number_of[key] = number
            value = int(self.x[members].sum())
            small = value < self.threshold
            self.cells.append(members)
            self.value.append(value)
            self.visible.append(not small)
            self.small.append(small)
            self.frozen.append(False)
            self.shifts.append([])
            salt = self._random.getrandbits(63)
            self._salt.append(salt)
            if members.size == 1:
                self.single[int(members[0])] = number
            for atom in members.tolist():
                self.of_atom[atom].append(number)
            if not small:
                self.signature[members] += np.uint64(salt)
            found.append(number)
        self._build()
        return found

    def _build(self) -> None:
        sizes = np.array([cell.size for cell in self.cells], dtype=np.int64)
        rows = np.repeat(np.arange(len(self.cells)), sizes)
        columns = np.concatenate(self.cells) if self.cells else np.zeros(0, np.int64)
        self.incidence = sparse.csc_array(
            (np.ones(rows.size), (rows, columns)), shape=(len(self.cells), len(self.atoms))
        )
        self.sizes = sizes
        self.unknown = {
            atom
            for atom in range(len(self.atoms))
            if (cell := self.single.get(atom)) is None or not self.visible[cell]
        }
        self.alike.clear()
        for atom in self.unknown:
            self.alike[int(self.signature[atom])].add(atom)
        self._bare()

    def _bare(self) -> None:
        """Signatures as if every atom's own cell were hidden: what has to balance once it is."""
        self.bare = self.signature.copy()
        for atom, cell in self.single.items():
            if self.visible[cell]:
                self.bare[atom] = (int(self.bare[atom]) - self._salt[cell]) % 2**64
        self.alike_bare = defaultdict(list)
        for atom, mark in enumerate(self.bare.tolist()):
            self.alike_bare[mark].append(atom)

    def keep(self, cells: Iterable[frozenset[Hashable]]) -> None:
        """Hide those of these cells that are in sight and not of an earlier stage."""
        keys = {frozenset(atom for atom in cell if atom in self.index) for cell in cells}
        for number in sorted(self.number_of[key] for key in keys if key in self.number_of):
            if self.visible[number] and not self.frozen[number]:
                self.hide(number)

    def hide(self, cell: int) -> None:
        """Take a visible cell out of sight, with the mark that says no more than "not zero"."""
        assert self.visible[cell]
        assert not self.frozen[cell]
        self.visible[cell] = False
        members = self.cells[cell]
        if members.size == 1:
            self.unknown.add(int(members[0]))
        here = [atom for atom in members.tolist() if atom in self.unknown]
        for atom in here:
            self.alike[int(self.signature[atom])].discard(atom)
        self.signature[members] -= np.uint64(self._salt[cell])
        for atom in here:
            self.alike[int(self.signature[atom])].add(atom)
        if members.size > 1:
            for atom in members.tolist():
                before = int(self.bare[atom])
                self.alike_bare[before].remove(atom)
                after = (before - self._salt[cell]) % 2**64
                self.bare[atom] = after
                self.alike_bare[after].append(atom)

    def shift_of(self, changes: Mapping[int, int]) -> dict[int, int]:
        """What the changes add to each cell that they alter."""
        found: dict[int, int] = defaultdict(int)
        for atom, change in changes.items():
            for cell in self.of_atom[atom]:
                found[cell] += change
        return {cell: change for cell, change in found.items() if change}

    def extent(self, changes: Mapping[int, int], most: int, hiding: Collection[int] = ()) -> tuple[int, int]:
        """How many times the changes can be taken away and added, each up to `most`: (lowest, highest) ≤ 0 ≤.

        `hiding`: visible cells that are to be hidden first.
        """
        low, high = -most, most
        for atom, change in changes.items():
            room = int(self.x[atom])
            if change > 0:
                low = max(low, -(room // change))
            else:
                high = min(high, room // -change)
        for cell, change in self.shift_of(changes).items():
            if self.visible[cell] and cell not in hiding:
                return 0, 0
            down = self.value[cell] - 1
            up = self.threshold - 1 - self.value[cell] if self.small[cell] else most * abs(change)
            if change > 0:
                low, high = max(low, -(down // change)), min(high, up // change)
            else:
                low, high = max(low, -(up // -change)), min(high, down // -change)
        return min(low, 0), max(high, 0)

    def is_possible(self, changes: Mapping[int, int]) -> bool:
        """Whether no reader can tell the table after these changes from the true one."""
        return self.extent(changes, 1)[1] == 1

    def add_move(self, changes: Mapping[int, int]) -> None:
        """Note a possible move, and the values it proves for every hidden cell that it alters."""
        changes = {atom: change for atom, change in changes.items() if change}
        if not changes:
            return
        owners = frozenset(self.owner[list(changes)].tolist()) - {UNOWNED}
        self.moves.append(Move(changes, owners))
        for cell, shift in self.shift_of(changes).items():
            self.shifts[cell].append((shift, owners))

    def recheck(self) -> list[Move]:
        """Keep only the moves that are still possible after new cells were published; returns the others."""
        kept: list[Move] = []
        lost: list[Move] = []
        for move in self.moves:
            (kept if self.is_possible(move.changes) else lost).append(move)
        self.moves = []
        self.shifts = [[] for _ in self.cells]
        for move in kept:
            self.add_move(move.changes)
        return lost

    def weakness(self, cell: int) -> int | None:
        """Whose knowledge of their own atoms narrows the cell: None: nobody's, NOBODY: that of any reader.

        A hidden cell is safe where threshold - 1 whole numbers lie between its lowest and highest proved
        value; a small one then keeps all the values that its mark leaves.
        """
        shifts = self.shifts[cell]
        if not self._is_wide([shift for shift, _owners in shifts]):
            return NOBODY
        unknown = [atom for atom in self.cells[cell].tolist() if atom in self.unknown]
        of_unknown = set(self.owner[unknown].tolist())
        for owner in sorted(set().union(*(owners for _shift, owners in shifts))):
            if of_unknown == {owner}:
                continue  # nothing in it is hidden but what is their own
            if not self._is_wide([shift for shift, owners in shifts if owner not in owners]):
                return owner
        return None

    def _is_wide(self, shifts: list[int]) -> bool:
        return max(0, *shifts, 0) - min(0, *shifts, 0) >= self.threshold - 2
