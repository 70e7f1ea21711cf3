"""A table protected by the engine and given to the attacker, as anybody and as each owner."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence

from maarag.engines.indicators import THRESHOLD, Protection, protect

from .attacker import Cell, reader_of


def tried(
    numbers: Mapping[Hashable, int],
    stages: Sequence[Collection[Cell]],
    owners: Mapping[Hashable, Hashable],
    *,
    whole: bool = True,
) -> Protection:
    """The protection, after the attacker tried every hidden cell, as anybody and as each owner."""
    found = protect(numbers, stages, owners=owners)
    assert not found.unproved
    for stage in stages:
        for cell in stage:
            if 0 < sum(numbers[atom] for atom in cell) < THRESHOLD:
                assert found.mark(cell)
    seen = reader_of(numbers, stages, found)
    assert seen.narrowed(whole=whole) == []
    assert len(stages) > 1 or not found.implied
    for owner in sorted(set(owners.values()), key=str):
        if all(frozenset((atom,)) in seen.numbers for atom, of in owners.items() if of == owner):
            continue  # knows nothing more than any reader
        insider = seen.knowing({atom: numbers[atom] for atom, of in owners.items() if of == owner})
        theirs = [cell for cell in seen.marks if all(frozenset((atom,)) in insider.numbers for atom in cell)]
        assert insider.narrowed(whole=whole, spared=[*theirs, *found.implied]) == []
    return found
