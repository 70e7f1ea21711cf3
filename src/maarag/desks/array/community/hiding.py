"""What of the numbers of leaving home is told above the authorities, and what is hidden.

Every table is a partition of families or of alternatives, by places or by responses. The engine of indicators
looks for moves between many small numbers, of which there are hardly any here; so the rule is that of the
report of baskets by response and month: a row is told where nobody or at least five families stand behind it,
also for an authority that knows its own, and what is hidden of a table is so as a whole. Below a hidden row
everything is hidden, and where anything is hidden nobody is told from zero.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

from maarag.domains.baskets.reports_above import hidden_rows, is_safe

People = frozenset[tuple[int, int]]
"""Families as (authority, running number)."""
Columns = Mapping[str, People]


def by_authority(people: People) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = {}
    for authority, family in people:
        found.setdefault(authority, set()).add(family)
    return {authority: frozenset(families) for authority, families in found.items()}


def hidden_of(rows: Mapping[Hashable, Columns], kept: Iterable[Hashable] = ()) -> frozenset[Hashable]:
    """The rows of one table that are hidden, its totals being told. `kept`: those that must be."""
    shaped = {
        key: {name: by_authority(people) for name, people in columns.items()} for key, columns in rows.items()
    }
    hidden = hidden_rows(shaped, kept)  # type: ignore[arg-type]
    behind = any(people for key in hidden for people in rows[key].values())
    empty = {key for key, columns in rows.items() if not any(columns.values())}
    return frozenset(hidden | empty) if behind else frozenset(hidden - empty)


def is_told(columns: Columns) -> bool:
    """Whether a total is told: nobody or enough families in each of its columns."""
    return all(is_safe(by_authority(people)) for people in columns.values())  # type: ignore[arg-type]


@dataclass(frozen=True)
class Tree:
    """Authorities under their district, districts under the nation; each place once.

    `root`: by authority the nation, or what it lies in where it lies in no nation. `district`: by authority
    one district; those without stand beside the districts.
    """

    root: Mapping[int, int]
    district: Mapping[int, int]

    def hidden(self, people: Mapping[str, People], kept: Iterable[int] = ()) -> frozenset[int]:
        """The places of which these columns are hidden, all of them together. `kept`: those that must be."""
        must = frozenset(kept)
        found: set[int] = set()
        for root in set(self.root.values()):
            inside = {place for place, one in self.root.items() if one == root}
            mine = _within(people, inside)
            lower = self._below(root, inside)
            if root in must or not is_told(mine):
                found |= {root} | lower.keys() | inside
                continue
            found.update(self._of_table(mine, lower, must))
        return frozenset(found)

    def _below(self, root: int, inside: set[int]) -> dict[int, set[int]]:
        lower: dict[int, set[int]] = {}
        for place in inside - {root}:
            lower.setdefault(self.district.get(place, place), set()).add(place)
        return lower

    def _of_table(
        self, people: Columns, lower: Mapping[int, set[int]], must: frozenset[int]
    ) -> Iterable[int]:
        rows: dict[Hashable, Columns] = {key: _within(people, places) for key, places in lower.items()}
        hidden = hidden_of(rows, must & lower.keys())
        for key, places in lower.items():
            if key in hidden:
                yield key
                yield from places
            elif places != {key}:
                parts: dict[Hashable, Columns] = {place: _within(people, {place}) for place in places}
                yield from hidden_of(parts, must & places)  # type: ignore[misc]


def _within(people: Columns, places: Iterable[int]) -> dict[str, People]:
    wanted = frozenset(places)
    return {name: frozenset(one for one in found if one[0] in wanted) for name, found in people.items()}
