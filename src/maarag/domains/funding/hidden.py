"""Money that would tell of a handful of families: which sums are hidden from whoever is above the authority.

The ledger knows no families. Whoever keeps baskets registers a counter of the families behind each purse,
stage by stage: four families that were paid do not make the approved sum of a fifth one fit to be shown. One
decision is made over all purses that money was given on to and everything that is published of them, by
whichever room, so that no two pages give away together what each hides.

A family may have money in several purses and is counted in each, so that numbers of purses add up. The sum of
four families is hidden however many purses it is of.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from maarag.engines.indicators import THRESHOLD, Protection, cross, protect

from .models import Allotment

PLANNED = "planned"
USED_STAGES = ("approved", "committed", "paid")
"""What leaves the free money; together with what is free they are what was granted, which is public."""
USED = "used"
"""Families with money at any of these stages: what is free tells their sum."""
ASKED = "asked"
"""Families for whom anything was ever asked."""
KINDS = (ASKED, PLANNED, USED, *USED_STAGES)

Pots = frozenset[int]
Held = Mapping[Pots, int]
"""How many families have money in exactly these purses."""
Counting = Callable[[Sequence[int]], Mapping[str, Held]]
"""Given ids of purses: by each of KINDS, how many families it counts in which of them."""
Sums = Callable[[Sequence[int]], Iterable[Pots]]
"""Given ids of purses: the sets of them whose sums a room publishes above the authority."""

_counters: list[Counting] = []
_sums: list[Sums] = []


def register(counter: Counting) -> None:
    """Count the families behind purses with this, beside those that others count."""
    if counter not in _counters:
        _counters.append(counter)


def register_sums(sums: Sums) -> None:
    """Say which sums over purses a room publishes besides those of budgets."""
    if sums not in _sums:
        _sums.append(sums)


def families_behind(pots: Sequence[int]) -> dict[str, Counter[Pots]]:
    """By kind the families behind these purses, each in all of its own."""
    found: dict[str, Counter[Pots]] = {kind: Counter() for kind in KINDS}
    for counter in _counters:
        for kind, held in counter(pots).items():
            found[kind].update(held)
    return found


def by_purse(held: Held) -> Counter[int]:
    """How many families have money in each purse; a family of several is counted in each."""
    found: Counter[int] = Counter()
    for pots, families in held.items():
        found.update(dict.fromkeys(pots, families))
    return found


def of_few(held: Held, cells: Iterable[Pots]) -> set[Pots]:
    """The sums behind which one to four families stand, of however many purses."""
    numbers = by_purse(held)
    having: dict[int, list[Pots]] = defaultdict(list)
    for pots in held:
        for pot in pots:
            having[pot].append(pots)
    found = set()
    for cell in cells:
        if all(numbers[pot] < THRESHOLD for pot in cell):  # else one purse alone has enough
            behind = {pots for pot in cell for pots in having[pot]}
            if 0 < sum(held[pots] for pots in behind) < THRESHOLD:
                found.add(cell)
    return found


@dataclass(frozen=True)
class Hidden:
    """What is hidden of which purses' sums; `by_kind` has a decision for each of KINDS.

    A sum of money is shown where all decisions that it hangs on let it. Hiding more than a decision asks for
    leaves its proof as good as it was.
    """

    by_kind: Mapping[str, Protection[int]]

    def tells_of(self, pots: Pots) -> bool:
        """Whether how many families asked, and for how much together, may be shown."""
        return self._open(ASKED, pots)

    def of(self, pots: Pots, stage: str) -> bool:
        """Whether the sum at the stage is hidden: planned, approved, committed, paid or free.

        Approved, committed and paid are shown or hidden together: with the free, two of them tell the third.
        """
        kinds = {PLANNED: (PLANNED,), "free": (USED,)}.get(stage, (USED, *USED_STAGES))
        return not (self.tells_of(pots) and all(self._open(kind, pots) for kind in kinds))

    def _open(self, kind: str, pots: Pots) -> bool:
        return self.by_kind[kind].mark(pots) is None


def decided() -> Hidden:
    """Decided over everything that is shown: of each budget its lines, parts and whole, each by authority and
    together, and what rooms above registered.
    """
    rows = Allotment.objects.order_by("pot_id").values_list(
        "pot_id", "line_id", "line__part", "line__budget_id", "pot__authority_id"
    )
    where = {pot: (line, part, budget, authority) for pot, line, part, budget, authority in rows}

    def lines(pot: int) -> list[Hashable]:
        line, part, budget, _authority = where[pot]
        return [("line", line), ("part", budget, part), ("budget", budget)]

    def authorities(pot: int) -> list[Hashable]:
        return [where[pot][3], "all"]

    cells = dict.fromkeys(cross(list(where), [lines, authorities]).values())
    for sums in _sums:
        cells |= dict.fromkeys(sums(list(where)))
    owners = {pot: authority for pot, (*_line, authority) in where.items()}
    counted = families_behind(list(where))
    return Hidden({kind: _protected(held, where, cells, owners) for kind, held in counted.items()})


def _protected(
    held: Held, pots: Iterable[int], cells: Collection[Pots], owners: Mapping[int, Hashable]
) -> Protection[int]:
    numbers = by_purse(held)
    return protect({pot: numbers[pot] for pot in pots}, [cells], owners=owners, kept=of_few(held, cells))


__all__ = ["KINDS", "THRESHOLD", "Hidden", "decided", "families_behind", "register", "register_sums"]
