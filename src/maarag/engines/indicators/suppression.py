"""Hiding small counts so that they cannot be worked back from the totals that stay in sight.

Primary suppression hides counts from 1 to threshold - 1. Complementary suppression then looks at every sum
that is published (a total and its parts): where the hidden parts could be worked back, one more is hidden,
until none can. Method: cell suppression as in Hundepool et al., Statistical Disclosure Control (2012),
chapter 4, solved greedily: of the cells that may be hidden besides, the smallest goes first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from maarag.values import Suppressed

Cell = TypeVar("Cell", bound=Hashable)

THRESHOLD = 5


@dataclass(frozen=True)
class Sum(Generic[Cell]):
    """A published relation: the count of `total` is that of `parts` together."""

    total: Cell
    parts: tuple[Cell, ...]


def suppress(
    counts: Mapping[Cell, float], sums: Iterable[Sum[Cell]], *, threshold: int = THRESHOLD
) -> dict[Cell, Suppressed]:
    """Which cells to hide, each with its mark; cells that are not in the result may be shown.

    `counts` holds the true count of every cell, totals included (units: people or families). A sum that
    names a cell without a count (not known) gives nothing away and is passed over. In every sum with a hidden
    cell at least two cells are hidden, and what is hidden among its parts adds up to at least twice the
    threshold where that is possible; else the total is hidden too.
    """
    hidden: dict[Cell, Suppressed] = {
        cell: Suppressed(threshold) for cell, count in counts.items() if 0 < count < threshold
    }
    relations = [
        relation
        for relation in sums
        if relation.total in counts and all(part in counts for part in relation.parts)
    ]
    in_relations: dict[Cell, list[int]] = defaultdict(list)
    for number, relation in enumerate(relations):
        for cell in (relation.total, *relation.parts):
            in_relations[cell].append(number)
    waiting = sorted({number for cell in hidden for number in in_relations[cell]}, reverse=True)
    while waiting:
        relation = relations[waiting.pop()]
        extra = _to_hide_besides(relation, counts, hidden, threshold)
        if extra is None:
            continue
        hidden[extra] = Suppressed(threshold, primary=False)
        waiting.extend(number for number in in_relations[extra] if number not in waiting)
    return hidden


def _to_hide_besides(
    relation: Sum[Cell], counts: Mapping[Cell, float], hidden: Mapping[Cell, Suppressed], threshold: int
) -> Cell | None:
    """The next cell to hide in this sum, or None where what is hidden is safe."""
    parts = [part for part in relation.parts if part in hidden]
    total_hidden = relation.total in hidden
    if not parts and not total_hidden:
        return None
    if total_hidden and parts:
        return None  # nothing in sight bounds the hidden parts from above
    if not total_hidden and len(parts) >= 2 and sum(counts[part] for part in parts) >= 2 * threshold:
        return None
    candidates: Sequence[Cell] = [part for part in relation.parts if part not in hidden and counts[part] > 0]
    if candidates:
        return min(candidates, key=lambda cell: (counts[cell], str(cell)))
    return None if total_hidden else relation.total
