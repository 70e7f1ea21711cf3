"""Exchanges between two atoms alike, or round four of them: the moves that are found without a programme."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .system import System

ATOMS_TRIED = 6
NEIGHBOURS_TRIED = 40
LARGEST_CELL = 600
PAIRS_TRIED = 1500
SIDES_TRIED = 4


def among_hidden(system: System, cell: int, without: int) -> None:
    """Note exchanges between hidden atoms that alter the cell: of two atoms alike, or round four.

    `without` is the owner whose atoms may not be touched.
    """
    members = set(system.cells[cell].tolist())
    most = system.threshold - 2
    for changes in _exchanges(system, members, without):
        low, high = system.extent(changes, most)
        for times in {low, high} - {0}:
            system.add_move({atom: times * change for atom, change in changes.items()})
        if low < 0 or high > 0:
            weak = system.weakness(cell)
            if weak is None or weak != without:
                return


def _exchanges(system: System, members: set[int], without: int) -> Iterator[dict[int, int]]:
    owner, signature = system.owner, system.signature
    tried = 0
    own = [atom for atom in sorted(members) if atom in system.unknown and owner[atom] != without]
    for atom in own[:ATOMS_TRIED]:
        mine = int(signature[atom])
        for other in sorted(system.alike.get(mine, ()))[:NEIGHBOURS_TRIED]:
            if other not in members and owner[other] != without:
                yield {atom: 1, other: -1}
        sides = [
            list(zip(side, signature[side].tolist(), strict=True))
            for side in _neighbours(system, atom, without)
        ]
        for i, first in enumerate(sides):
            for second in sides[i + 1 :]:
                for b, of_b in first:
                    for a2, of_a2 in second:
                        tried += 1
                        if tried > PAIRS_TRIED:
                            return
                        wanted = (of_b + of_a2 - mine) % 2**64
                        for b2 in system.alike.get(wanted, ()):
                            if len({atom, b, a2, b2}) < 4 or owner[b2] == without:
                                continue
                            changes = {atom: 1, b: -1, a2: -1, b2: 1}
                            if sum(change for key, change in changes.items() if key in members):
                                yield changes


def _neighbours(system: System, atom: int, without: int) -> list[list[int]]:
    """For each visible cell round the atom, smallest first: the other hidden atoms in it."""
    found = []
    around = [cell for cell in system.of_atom[atom] if system.visible[cell]]
    for cell in sorted(around, key=lambda number: system.cells[number].size):
        if system.cells[cell].size > LARGEST_CELL:
            break
        others = [
            other
            for other in system.cells[cell].tolist()
            if other in system.unknown and other != atom and system.owner[other] != without
        ]
        if others:
            found.append(others[:NEIGHBOURS_TRIED])
    return found


@dataclass(frozen=True)
class Exchange:
    """Changes that prove a cell wide, `low` to `high` times, once the cells `hide` are hidden."""

    changes: dict[int, int]
    low: int
    high: int
    hide: tuple[int, ...]


def cheapest_exchange(system: System, cell: int, without: int) -> Exchange | None:
    """The exchange that proves a cell of one atom wide and hides the least: cells of at most three atoms."""
    if system.cells[cell].size != 1:
        return None
    atom = int(system.cells[cell][0])
    most = system.threshold - 2
    value = system.value[cell]
    small = system.small[cell]
    best: Exchange | None = None
    least = float("inf")
    for changes in _bare_exchanges(system, atom, without):
        hide = [system.single[other] for other in changes if other not in system.unknown]
        if any(system.frozen[number] for number in hide):
            continue
        price = sum(1.0 + system.value[number] ** 0.5 for number in hide)
        if price >= least:
            continue
        low, high = system.extent(changes, most, hide)
        if (low <= 1 - value and high >= most + 1 - value) if small else high - low >= most:
            least = price
            best = Exchange(changes, max(low, 1 - value), high, tuple(hide))
    return best


def _bare_exchanges(system: System, atom: int, without: int) -> Iterator[dict[int, int]]:
    bare, owner = system.bare, system.owner
    mine = int(bare[atom])
    for other in system.alike_bare[mine]:
        if other != atom and owner[other] != without:
            yield {atom: 1, other: -1}
    around = [
        number
        for number in sorted(system.of_atom[atom], key=lambda number: system.cells[number].size)
        if system.visible[number] and 1 < system.cells[number].size <= LARGEST_CELL
    ]
    sides = [
        [
            (other, int(bare[other]))
            for other in system.cells[number].tolist()
            if other != atom and owner[other] != without
        ]
        for number in around[:SIDES_TRIED]
    ]
    for i, first in enumerate(sides):
        for second in sides[i + 1 :]:
            found = False
            for b, of_b in first:
                for a2, of_a2 in second:
                    for b2 in system.alike_bare.get((of_b + of_a2 - mine) % 2**64, ()):
                        if b != a2 and b2 not in (atom, b, a2) and owner[b2] != without:
                            found = True
                            yield {atom: 1, b: -1, a2: -1, b2: 1}
            if found:
                return
