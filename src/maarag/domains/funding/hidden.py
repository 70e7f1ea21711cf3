"""Money that would tell of a handful of families: which sums of a budget's use are hidden from whoever is
above.

The ledger knows no families. Whoever keeps baskets registers a source that counts the families behind
purses; a sum
behind which there are one to four of them is hidden, and others from which it could be worked out.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

from maarag.engines.indicators import THRESHOLD, Protection, cross, protect

from .models import Allotment, Budget

Counter = Callable[[Sequence[int]], Mapping[int, int]]
"""Given ids of purses: the number of families with money from each."""

_counters: list[Counter] = []


def register(counter: Counter) -> None:
    """Count the families behind purses with this; of several, the largest count holds."""
    if counter not in _counters:
        _counters.append(counter)


def families_behind(pots: Sequence[int]) -> dict[int, int]:
    """The number of families behind each of these purses; zero where nobody counts any."""
    found = dict.fromkeys(pots, 0)
    for counter in _counters:
        for pot, count in counter(pots).items():
            found[pot] = max(found.get(pot, 0), count)
    return found


@dataclass(frozen=True)
class Hidden:
    """What of a budget's use is hidden; cells are sets of the purses that money was given on to."""

    protection: Protection[int]

    def of(self, pots: frozenset[int]) -> bool:
        return self.protection.mark(pots) is not None


def hidden_of(budget: Budget) -> Hidden:
    """Decided over everything that is shown of the budget: lines, authorities, parts, and each by
    the others.
    """
    rows = Allotment.objects.filter(line__budget=budget).values_list(
        "pot_id", "line_id", "line__part", "pot__authority_id"
    )
    where = {pot: (line, part, authority) for pot, line, part, authority in rows}
    numbers = families_behind(list(where))

    def lines(pot: int) -> list[Hashable]:
        line, part, _authority = where[pot]
        return [("line", line), ("part", part), "all"]

    def authorities(pot: int) -> list[Hashable]:
        return [where[pot][2], "all"]

    cells = cross(list(where), [lines, authorities])
    owners = {pot: authority for pot, (_line, _part, authority) in where.items()}
    return Hidden(protect(numbers, [cells.values()], owners=owners))


__all__ = ["THRESHOLD", "Hidden", "families_behind", "hidden_of", "register"]
