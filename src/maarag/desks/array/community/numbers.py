"""The numbers of one year of considering to leave home, and which of them whoever is above may see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from maarag.domains.placements.models import Barrier, Choice, Incentive
from maarag.domains.placements.queries.regional import Considered, Offered
from maarag.engines.indicators import THRESHOLD
from maarag.values import Money, Shown, Suppressed

from ..waiting_times import Times, in_weeks, times_of
from ..waiting_times import is_told as times_are_told
from .hiding import Columns, People, Tree, hidden_of

HIDDEN = Suppressed(THRESHOLD, primary=False)
COMMUNITY, AWAY, OTHER = "community", "away", "other"
GROUPS: Mapping[str, tuple[Choice, ...]] = {
    COMMUNITY: (Choice.COMMUNITY,),
    AWAY: (Choice.OUT_OF_HOME, Choice.BOTH),
    OTHER: (Choice.OPEN, Choice.DROPPED),
}
"""Decisions as they are told above an authority: the five by themselves would hide one another."""
LACKING = (Barrier.MISSING, Barrier.NO_PLACE, Barrier.WAIT)
"""Barriers that say that something is lacking here."""


@dataclass(frozen=True)
class Costs:
    """Money a year, of the families for which the community was decided and both costs are known."""

    away: Money
    instead: Money

    @property
    def saved(self) -> Money:
        return self.away - self.instead


@dataclass(frozen=True)
class Written:
    """Alternatives of one kind, how many each authority has, and the places of which they are hidden."""

    alternatives: tuple[tuple[Considered, Offered], ...]
    counts: Counter[int]
    hidden: frozenset[int]


@dataclass(frozen=True, eq=False)
class Numbers:
    """All families of a year; `inside`: by place the authorities in it; `exact`: nothing is hidden."""

    rows: tuple[Considered, ...]
    tree: Tree
    inside: Mapping[int, frozenset[int]]
    exact: bool = False

    def of(self, place: int) -> list[Considered]:
        within = self.inside.get(place, frozenset({place}))
        return [row for one in sorted(within) for row in self._rows_of.get(one, ())]

    @cached_property
    def _rows_of(self) -> Mapping[int, list[Considered]]:
        found: dict[int, list[Considered]] = {}
        for row in self.rows:
            found.setdefault(row.authority, []).append(row)
        return found

    def _told(self, place: int, hidden: frozenset[int]) -> bool:
        """A place across the tree (a cluster) is told where each of its authorities is."""
        if self.exact:
            return True
        if place in self._places:
            return place not in hidden
        return not (self.inside.get(place, frozenset()) & hidden)

    @cached_property
    def _places(self) -> frozenset[int]:
        """The places of the tree; a district that another one cuts through is not of it."""
        whole = {
            one
            for one in self.tree.district.values()
            if self.inside.get(one) == {at for at, which in self.tree.district.items() if which == one}
        }
        return frozenset(self.tree.root) | frozenset(self.tree.root.values()) | whole

    @cached_property
    def _hidden_whole(self) -> frozenset[int]:
        return self.tree.hidden({"all": people(self.rows)})

    @cached_property
    def _hidden_groups(self) -> frozenset[int]:
        columns = {
            name: people(row for row in self.rows if row.choice in group) for name, group in GROUPS.items()
        }
        return self.tree.hidden(columns, self._hidden_whole)

    @cached_property
    def _hidden_costs(self) -> frozenset[int]:
        return self.tree.hidden({"costs": people(row for row in self.rows if row.costs)})

    def count(self, place: int) -> Shown:
        """Families for which leaving home was considered."""
        return len(self.of(place)) if self._told(place, self._hidden_whole) else HIDDEN

    def group(self, place: int, name: str) -> Shown:
        """Families with a decision of GROUPS."""
        if not self._told(place, self._hidden_groups):
            return HIDDEN
        return sum(row.choice in GROUPS[name] for row in self.of(place))

    def choice(self, place: int, choice: str) -> int:
        """Families with one of the five decisions; inside an authority only."""
        assert self.exact
        return sum(row.choice == choice for row in self.of(place))

    def costs(self, place: int) -> Costs | Suppressed | None:
        if not self._told(place, self._hidden_costs):
            return HIDDEN
        known = [row.costs for row in self.of(place) if row.costs]
        if not known:
            return None
        return Costs(Money(sum(out for out, _in in known)), Money(sum(instead for _out, instead in known)))

    def times(self, place: int) -> Times | Suppressed:
        """Days until the decision; who waits for one still is not left out."""
        if not self._told(place, self._hidden_whole):
            return HIDDEN
        rows = self.of(place)
        found = times_of([(row.days, row.is_decided) for row in rows])
        if self.exact or not rows:
            return found
        counts = [sum(row.authority == one for row in rows) for one in {row.authority for row in rows}]
        return in_weeks(found) if times_are_told(counts) else HIDDEN

    @cached_property
    def _barriers(self) -> Mapping[str, Written]:
        return {
            code: self._written(lambda _row, one, code=code: code in one.barriers) for code in Barrier.values
        }

    @cached_property
    def _incentives(self) -> Mapping[tuple[str, bool], Written]:
        return {
            (code, stays): self._written(
                lambda row, one, code=code, stays=stays: (
                    code in one.incentives and (row.choice == Choice.COMMUNITY) == stays
                )
            )
            for code in Incentive.values
            for stays in (True, False)
        }

    def _written(self, wanted: Callable[[Considered, Offered], bool]) -> Written:
        found = tuple((row, one) for row in self.rows for one in row.offered if wanted(row, one))
        counts = Counter(row.authority for row, _one in found)
        return Written(found, counts, self.tree.hidden({"all": people(row for row, _one in found)}))

    def barrier(self, place: int, code: str) -> Shown:
        """Alternatives that this stood in the way of."""
        return self._number(place, self._barriers[code])

    def incentive(self, place: int, code: str, *, community: bool) -> Shown:
        """Alternatives that this spoke for, of families for which the community was decided, or of others."""
        return self._number(place, self._incentives[code, community])

    def _number(self, place: int, found: Written) -> Shown:
        if not self._told(place, found.hidden):
            return HIDDEN
        return sum(found.counts[one] for one in self.inside.get(place, frozenset({place})))

    def root_of(self, place: int) -> int:
        """The place of which the tables across are told: itself where nothing is hidden, else the nation."""
        if self.exact:
            return place
        inside = self.inside.get(place, frozenset({place}))
        return next((self.tree.root[one] for one in sorted(inside) if one in self.tree.root), place)

    def across(
        self, root: int, code: str, key: Callable[[Considered, Offered], Hashable], keys: Sequence[Hashable]
    ) -> dict[Hashable, Shown]:
        """A barrier's alternatives by what `key` says of each, in a whole nation or inside an authority."""
        written = self._barriers[code]
        within = self.inside.get(root, frozenset({root}))
        parts: dict[Hashable, list[Considered]] = {one: [] for one in keys}
        for row, one in written.alternatives:
            if row.authority in within:
                parts[key(row, one)].append(row)
        return self._shown(parts, self._told(root, written.hidden))

    def responses(self, root: int) -> dict[Hashable, dict[str, Shown]]:
        """By response that was considered: families, and by GROUPS."""
        rows = self.of(root)
        parts: dict[Hashable, list[Considered]] = {}
        for row in rows:
            parts.setdefault(row.response, []).append(row)
        whole = self._shown(parts, self._told(root, self._hidden_whole))
        closed = {key for key, shown in whole.items() if isinstance(shown, Suppressed)}
        columns: dict[Hashable, Columns] = {
            key: {name: people(row for row in found if row.choice in group) for name, group in GROUPS.items()}
            for key, found in parts.items()
        }
        hidden: frozenset[Hashable] = frozenset()
        if not self.exact:
            told = self._told(root, self._hidden_groups)
            hidden = hidden_of(columns, closed) if told else frozenset(parts)
        return {
            key: {
                "all": whole[key],
                **{
                    name: HIDDEN if key in hidden else sum(row.choice in group for row in found)
                    for name, group in GROUPS.items()
                },
            }
            for key, found in parts.items()
        }

    def _shown(self, parts: Mapping[Hashable, Sequence[Considered]], told: bool) -> dict[Hashable, Shown]:
        hidden: frozenset[Hashable] = frozenset()
        if not self.exact:
            rows: dict[Hashable, Columns] = {key: {"all": people(found)} for key, found in parts.items()}
            hidden = hidden_of(rows) if told else frozenset(parts)
        return {key: HIDDEN if key in hidden else len(found) for key, found in parts.items()}


def people(rows: Iterable[Considered]) -> People:
    return frozenset((row.authority, row.family) for row in rows)
