"""Hiding small counts so that nobody can work them back from everything that stays in sight.

**What is promised.** Counts from 1 to threshold - 1 are hidden with the mark "<threshold" ("small"), and as
many others as it takes with a mark that says only that the count is not zero. A reader who knows every
published number, what every mark says and one owner's atoms exactly (their own), finds for every hidden
cell that is not that owner's at least threshold - 1 whole numbers between the lowest and the highest value
it may have: a cell marked "<5" may still be 1, 2, 3 or 4. Zeros are published and taken to be known.

**How.** For each hidden cell moves are sought (see `system`) that prove the width by whole-number
arithmetic; where the hidden cells allow none, a linear programme tells what more to hide at the least cost,
and its solution is the move. It ends when every hidden cell has its proof. Complementary cell suppression
with protection intervals: Fischetti and Salazar-González, "Solving the Cell Suppression Problem on Tabular
Data with Linear Constraints", Management Science 47 (2001); Hundepool et al., Statistical Disclosure Control
(2012), chapter 4; the τ-ARGUS manual. Cells that the owner of a part knows: the "singleton" problem there.

**Sequences.** Stages of publication follow one another: what a stage showed stays known and what it hid
stays hidden, and all of them are protected together.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from maarag.values import Suppressed

from .exchanges import among_hidden, cheapest_exchange
from .expected import expected
from .programme import cheapest
from .system import NOBODY, Move, System

Atom = TypeVar("Atom", bound=Hashable)

THRESHOLD = 5
ATOMS_AT_FIRST = 90
ATOMS_AT_MOST = 1500


@dataclass(frozen=True)
class Protection(Generic[Atom]):
    """Which of the published cells are hidden.

    `hidden` holds the marks of published cells, `open` those published with their number, both by the atoms
    they count without those that count nobody. `expected` gives for every atom a number that follows from
    what is published alone: the true one where that is known, else a likely one. Figures worked out from it
    tell nothing that is not told already.

    `implied` holds complementary cells (not small) of a later stage that an owner can work out from their own
    atoms and what earlier stages had shown; `unproved` is empty unless no proof was found for a cell.
    """

    threshold: int
    hidden: Mapping[frozenset[Atom], Suppressed]
    open: frozenset[frozenset[Atom]]
    empty: frozenset[Atom]
    expected: Mapping[Atom, float]
    implied: frozenset[frozenset[Atom]] = frozenset()
    unproved: frozenset[frozenset[Atom]] = frozenset()

    def mark(self, atoms: Collection[Atom]) -> Suppressed | None:
        """The mark in place of the sum of these atoms; None where it may be shown.

        A sum that was never published is hidden, unless each of its atoms is published by itself.
        """
        key = frozenset(atoms) - self.empty
        if found := self.hidden.get(key):
            return found
        if not key or key in self.open or all(frozenset((atom,)) in self.open for atom in key):
            return None
        return Suppressed(self.threshold, primary=False)


def protect(
    numbers: Mapping[Atom, int],
    stages: Sequence[Iterable[frozenset[Atom]]],
    *,
    owners: Mapping[Atom, Hashable] | None = None,
    threshold: int = THRESHOLD,
    kept: Collection[frozenset[Atom]] = (),
) -> Protection[Atom]:
    """Decide which published cells to hide.

    `numbers` are the true counts of the atoms (people or families, whole numbers from 0), the finest counts
    of which all others are sums: estimates, or the cells of a cross-classification. Each stage is what is
    published at one time: cells, as the atoms that they count; `cells.cross` lists those of a table. Every
    relation between cells (rows, columns, levels, several hierarchies, sets that overlap) follows from the
    atoms they share. `owners` says who knows an atom by themselves, such as the authority it belongs to.
    `kept`: cells that are not to be shown whatever they count, marked as not zero.
    """
    system = System(numbers, owners or {}, threshold)
    for stage in stages:
        system.publish(stage)
        system.keep(kept)
        lost = system.recheck()
        while waiting := _weak(system):
            # The smallest sets are taken first: larger ones are often proved by what that hides.
            waiting.sort(key=lambda cell: (-system.cells[cell].size, system.value[cell]))
            while waiting:
                waiting.extend(_prove(system, waiting.pop(), lost))
    keys = {number: key for key, number in system.number_of.items()}
    return Protection(
        threshold=threshold,
        hidden={
            key: Suppressed(threshold, primary=system.small[number])
            for key, number in system.number_of.items()
            if not system.visible[number]
        },
        open=frozenset(key for key, number in system.number_of.items() if system.visible[number]),
        empty=frozenset(atom for atom, number in numbers.items() if not number),
        expected={**dict.fromkeys(numbers, 0.0), **expected(system)},
        implied=frozenset(keys[number] for number in system.implied),
        unproved=frozenset(keys[number] for number in system.unproved),
    )


def _weak(system: System) -> list[int]:
    """The hidden cells that are not proved wide."""
    given_up = system.unproved | system.implied
    return [
        cell
        for cell, visible in enumerate(system.visible)
        if not visible and cell not in given_up and system.weakness(cell) is not None
    ]


def _prove(system: System, cell: int, lost: Sequence[Move]) -> list[int]:
    """Make one hidden cell wide for every reader; returns the cells that were hidden for it."""
    hidden: list[int] = []
    while (weak := system.weakness(cell)) is not None:
        among_hidden(system, cell, weak)
        if system.weakness(cell) != weak:
            continue
        newly = _hide_more(system, cell, weak)
        if newly is None:
            newly = _restore(system, cell, lost)
            hidden.extend(newly)
            if (weak := system.weakness(cell)) is not None:
                big = system.value[cell] >= system.threshold
                (system.implied if big and weak != NOBODY else system.unproved).add(cell)
            break
        hidden.extend(newly)
    return hidden


def _hide_more(system: System, cell: int, without: int) -> list[int] | None:
    """Hide what an exchange or the linear programme names, and note its moves; None where there is no way."""
    if exchange := cheapest_exchange(system, cell, without):
        for number in exchange.hide:
            system.hide(number)
        for times in {exchange.low, exchange.high} - {0}:
            system.add_move({atom: times * change for atom, change in exchange.changes.items()})
        if system.weakness(cell) != without:
            return list(exchange.hide)
    plan = cheapest(system, cell, without, ATOMS_AT_FIRST)
    if plan is None and system.small[cell] and not system.frozen[cell]:
        # Its own mark says too much, as that of a total of two parts that are not zero.
        system.small[cell] = False
        if system.weakness(cell) != without:
            return []
        plan = cheapest(system, cell, without, ATOMS_AT_FIRST)
    if plan is None:
        plan = cheapest(system, cell, without, ATOMS_AT_MOST)
    if plan is None:
        return None
    for number in plan.blur:
        system.small[number] = False
    for number in plan.hide:
        system.hide(number)
    for changes in (plan.upward, plan.downward):
        assert not changes or system.is_possible(changes)
        system.add_move(changes)
    assert system.weakness(cell) != without
    return sorted(plan.hide)


def _restore(system: System, cell: int, lost: Sequence[Move]) -> list[int]:
    """Hide whatever this stage published that took earlier proofs from the cell."""
    members = set(system.cells[cell].tolist())
    newly: list[int] = []
    for move in lost:
        if sum(change for atom, change in move.changes.items() if atom in members) == 0:
            continue
        for number in system.shift_of(move.changes):
            if system.frozen[number]:
                continue
            system.small[number] = False
            if system.visible[number]:
                system.hide(number)
                newly.append(number)
        if system.is_possible(move.changes):
            system.add_move(move.changes)
    return newly


__all__ = ["NOBODY", "THRESHOLD", "Protection", "protect"]
