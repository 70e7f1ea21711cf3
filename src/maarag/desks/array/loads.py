"""What the teams carry, as whoever is above the authorities may see it.

Two numbers make a load: how many families there are in programmes with a recorded team, and in how many
quarters they weigh more than usual ones. The first is told only where it follows from the places taken that
are published anyway, so it tells nothing that they do not. The second is a table of its own, protected as
all others; since one family may have three quarters, a sum of less than five families' is hidden in it.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from functools import lru_cache
from typing import TypeVar

import numpy as np

from maarag.engines.indicators import THRESHOLD, protect
from maarag.values import Suppressed

from .quota_bounds import hidden_with_bounds
from .tallies import TeamAtom, TeamLoad

Atom = TypeVar("Atom", bound=Hashable)
Key = TypeVar("Key", bound=Hashable)

QUARTERS_OF_ONE = 3
"""A family weighs 1 to 1.75."""
FEWEST = QUARTERS_OF_ONE * (THRESHOLD - 1) + 1
"""So many quarters are of five families at least."""
NEAR = 1e-7


def heavier_hidden(
    teams: Mapping[TeamAtom, TeamLoad], cells: Iterable[frozenset[TeamAtom]]
) -> Mapping[frozenset[TeamAtom], Suppressed] | None:
    """The sums of quarters that are hidden, by the teams that have any; None where a proof is missing.

    No team has more quarters than three for each family: whoever reads is taken to know them.
    """
    return _hidden(frozenset(teams.items()), frozenset(cells))


@lru_cache(maxsize=4)
def _hidden(
    loads: frozenset[tuple[TeamAtom, TeamLoad]], cells: frozenset[frozenset[TeamAtom]]
) -> Mapping[frozenset[TeamAtom], Suppressed] | None:
    """Kept apart from what else is decided: waiting lists and endings change more often than these."""
    teams = dict(sorted(loads, key=str))
    numbers = {atom: load.quarters for atom, load in teams.items() if load.quarters}
    any_of = frozenset(numbers)
    wanted = sorted(
        {found for cell in cells if (found := cell & any_of)}, key=lambda one: sorted(map(str, one))
    )
    owners = {atom: atom.authority for atom in numbers}
    found = protect(numbers, [wanted], owners=owners, threshold=FEWEST)
    if found.unproved:
        return None
    most = {frozenset((atom,)): QUARTERS_OF_ONE * teams[atom].families for atom in numbers}
    return hidden_with_bounds(numbers, wanted, found, most)


def that_follow(told: Iterable[frozenset[Atom]], sums: Mapping[Key, frozenset[Atom]]) -> Collection[Key]:
    """Of these sums those that anybody can work out who knows the sums that are told."""
    published = {cell for cell in told if cell}
    known = {next(iter(cell)) for cell in published if len(cell) == 1}
    rows = list({cell - known for cell in published} - {frozenset()})
    asked = {key: cell - known for key, cell in sums.items()}
    left = sorted({atom for cell in (*rows, *asked.values()) for atom in cell}, key=str)
    column = {atom: at for at, atom in enumerate(left)}

    def matrix(cells: Collection[frozenset[Atom]]) -> np.ndarray:
        found = np.zeros((len(left), len(cells)))
        for at, cell in enumerate(cells):
            found[[column[atom] for atom in cell], at] = 1.0
        return found

    open_ones = list({cell for cell in asked.values() if cell})
    followed = {frozenset[Atom]()}
    if rows and open_ones:
        given, wanted = matrix(rows), matrix(open_ones)
        factors = np.linalg.lstsq(given, wanted, rcond=None)[0]
        off = np.abs(given @ factors - wanted).max(axis=0)
        followed |= {cell for cell, far in zip(open_ones, off, strict=True) if far < NEAR}
    return {key for key, cell in asked.items() if cell in followed}
