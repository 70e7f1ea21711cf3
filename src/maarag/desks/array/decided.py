"""What of the desks' numbers is published above the authorities, and what is hidden: decided once for all.

Whoever reads any number of pages, workbooks and answers of the API reads one table.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from maarag.engines.indicators import ALL, THRESHOLD, Protection, cross, protect
from maarag.values import Shown, Suppressed, is_suppressed

from .loads import heavier_hidden, that_follow
from .quota_bounds import hidden_with_bounds
from .tallies import ENDED, REACHED, TAKEN, WAITS, Answer, EndAtom, Given, PlaceAtom, Tallies, TeamAtom
from .waiting_times import Times, in_weeks, is_told, times_of

KEPT = 4
HIDDEN = Suppressed(THRESHOLD, primary=False)
Cells = Mapping[tuple[Hashable, ...], frozenset[Any]]


def programme_row(programme: int) -> Hashable:
    return ("programme", programme)


def method_row(method: int) -> Hashable:
    return ("method", method)


def rows_of_place(atom: PlaceAtom) -> list[Hashable]:
    """The rows in which a number of places is counted; families wait for programmes, not for methods."""
    found = [ALL, programme_row(atom.programme)]
    return [*found, method_row(atom.method)] if atom.state == TAKEN else found


def rows_of_end(atom: EndAtom) -> list[Hashable]:
    return [ALL, *(programme_row(one) for one in atom.programmes)]


def columns_of_end(atom: EndAtom) -> list[Hashable]:
    return [ENDED, REACHED] if atom.state == REACHED else [ENDED]


@dataclass(frozen=True, eq=False)
class Decided:
    """The numbers, and which of them whoever is above may see. `above`: the places each authority is in."""

    numbers: Tallies
    quotas: tuple[Given, ...]
    above: Mapping[int, frozenset[int]]

    def _places(self, authority: int) -> list[Hashable]:
        return [authority, *sorted(self.above.get(authority, ()))]

    @cached_property
    def counted(self) -> Mapping[PlaceAtom, int]:
        """The numbers of places and of who waits; of a quota of few places also that nobody has one."""
        few = (PlaceAtom(*at, 0, TAKEN) for at in sorted(self.few))
        return {**dict.fromkeys(few, 0), **self.numbers.places}

    @cached_property
    def few(self) -> frozenset[tuple[int, int]]:
        """The authority × programme with so few places that a mark stands whether anybody has one or not."""
        return frozenset(at for at, places in self.room.items() if 0 < places < THRESHOLD)

    @cached_property
    def room(self) -> Mapping[tuple[int, int], int]:
        """The places of authority × programme; no fewer than are taken, should a quota have been cut."""
        found: dict[tuple[int, int], int] = {}
        taken: dict[tuple[int, int], int] = {}
        for quota in self.quotas:
            at = quota.authority, quota.programme
            found[at] = found.get(at, 0) + quota.families
        for atom, number in self.numbers.places.items():
            if atom.state == TAKEN:
                at = atom.authority, atom.programme
                taken[at] = taken.get(at, 0) + number
        return {at: max(found.get(at, 0), taken.get(at, 0)) for at in {**found, **taken}}

    @cached_property
    def perhaps(self) -> frozenset[PlaceAtom]:
        """The numbers of places taken that may be zero for all that a reader knows."""
        return frozenset(
            atom
            for atom in self.counted
            if atom.state == TAKEN and (atom.authority, atom.programme) in self.few
        )

    @cached_property
    def places(self) -> Cells:
        """Of place × row × state."""
        levels: list[Callable[[Any], Iterable[Hashable]]] = [
            lambda atom: self._places(atom.authority),
            rows_of_place,
            lambda atom: [atom.state],
        ]
        return cross(self.counted, levels)

    @cached_property
    def ends(self) -> Cells:
        levels: list[Callable[[Any], Iterable[Hashable]]] = [
            lambda atom: self._places(atom.authority),
            rows_of_end,
            columns_of_end,
        ]
        return cross(self.numbers.ends, levels)

    def _hidden(self, state: str) -> Mapping[frozenset[PlaceAtom], Suppressed] | None:
        numbers = {atom: number for atom, number in self.counted.items() if atom.state == state}
        cells = list(
            dict.fromkeys(
                cell
                for (_place, row, column), every in self.places.items()
                if column == state and (cell := self._told_of(row, every))
            )
        )
        owners = {atom: atom.authority for atom in numbers}
        # of few places the engine takes one for taken, by no method: what it hides beside them does not
        # depend on how many are
        alike = {
            atom: int(not atom.method) if atom in self.perhaps else number for atom, number in numbers.items()
        }
        found = protect(alike, [cells], owners=owners)
        if found.unproved:
            return None
        if state != TAKEN:
            return found.hidden
        return hidden_with_bounds(numbers, cells, found, self.quota_cells, self.perhaps)

    def _told_of(self, row: Hashable, cell: frozenset[PlaceAtom]) -> frozenset[PlaceAtom]:
        """What a row shown above counts: a method's no quota of few places, for it would tell of one taken.

        Which methods are used there nobody above knows, so no choice of marks may depend on it.
        """
        return cell - self.perhaps if _is_method(row) else cell

    @cached_property
    def hidden(self) -> Mapping[str, Mapping[frozenset[PlaceAtom], Suppressed] | None]:
        """By state, each by itself: who waits is decided alike whatever year's places are shown beside it.

        None where a hidden number is not proved safe: then all are hidden.
        """
        return {state: self._hidden(state) for state in (TAKEN, WAITS)}

    @cached_property
    def quota_cells(self) -> Mapping[frozenset[PlaceAtom], int]:
        """Of every quota that is counted the places, by the numbers that are counted in it."""
        atoms: dict[tuple[int, int], set[PlaceAtom]] = {}
        for atom in self.counted:
            if atom.state == TAKEN:
                atoms.setdefault((atom.authority, atom.programme), set()).add(atom)
        return {frozenset(cell): self.room[at] for at, cell in atoms.items()}

    @cached_property
    def end_protection(self) -> Protection[EndAtom] | None:
        owners = {atom: atom.authority for atom in self.numbers.ends}
        found = protect(self.numbers.ends, [self.ends.values()], owners=owners)
        return None if found.unproved else found

    @cached_property
    def teams(self) -> Mapping[tuple[Hashable, Hashable], frozenset[TeamAtom]]:
        """By place × row, the row a programme or all of them, the teams whose families it counts."""
        found: dict[tuple[Hashable, Hashable], set[TeamAtom]] = {}
        for atom in self.numbers.teams:
            for place in self._places(atom.authority):
                for row in (ALL, programme_row(atom.programme)):
                    found.setdefault((place, row), set()).add(atom)
        return {key: frozenset(atoms) for key, atoms in found.items()}

    @cached_property
    def loads_told(self) -> frozenset[tuple[Hashable, Hashable]]:
        """The place × row of which whoever is above may see what the teams carry."""
        if not self.teams:
            return frozenset()
        at: dict[TeamAtom, set[PlaceAtom]] = {}
        for atom in self.counted:
            if atom.state == TAKEN:
                at.setdefault(TeamAtom(atom.authority, atom.programme), set()).add(atom)
        told = [
            cell
            for (place, row, state), every in self.places.items()
            if state == TAKEN
            and (cell := self._told_of(row, every))
            and not is_suppressed(self.count(place, row, TAKEN, exact=False))
        ]
        sums = {
            key: frozenset(atom for team in teams for atom in at.get(team, ()))
            for key, teams in self.teams.items()
        }
        heavier = heavier_hidden(self.numbers.teams, self.teams.values())
        if heavier is None:
            return frozenset()
        loads = self.numbers.teams
        found = set()
        for key in that_follow(told, sums):
            teams = self.teams[key]
            families = sum(loads[team].families for team in teams)
            # of other quotas too, or twice of one programme: the places taken do not say how many they are
            other = any(loads[team].older for team in teams) or families != sum(
                self.counted[atom] for atom in sums[key]
            )
            weighty = frozenset(team for team in teams if loads[team].quarters)
            if not (other or 0 < families < THRESHOLD or weighty in heavier):
                found.add(key)
        return frozenset(found)

    def most(self, place: Hashable, row: Hashable) -> int | None:
        """Usual families that the teams may carry; None where no team is known."""
        teams = self.teams.get((place, row))
        return sum(self.numbers.teams[team].most for team in teams) if teams else None

    def carried(self, place: Hashable, row: Hashable, *, exact: bool) -> Shown:
        """What the families of the teams weigh, in usual families; None where no team is known."""
        teams = self.teams.get((place, row))
        if not teams:
            return None
        if not exact and (place, row) not in self.loads_told:
            return HIDDEN
        return sum(self.numbers.teams[team].carried for team in teams)

    @cached_property
    def answers(self) -> Mapping[tuple[Hashable, Hashable], tuple[Answer, ...]]:
        """By place × row, the families whose first response is looked at."""
        found: dict[tuple[Hashable, Hashable], list[Answer]] = {}
        for answer in self.numbers.answers:
            for place in self._places(answer.authority):
                for row in (ALL, *(programme_row(one) for one in answer.programmes)):
                    found.setdefault((place, row), []).append(answer)
        return {key: tuple(rows) for key, rows in found.items()}

    def count(self, place: Hashable, row: Hashable, state: str, *, exact: bool) -> Shown:
        """How many families have a place, or wait: as it is, or as whoever is above sees it."""
        every = self.places.get((place, row, state), frozenset())
        atoms = every if exact else self._told_of(row, every)
        number = sum(self.counted[atom] for atom in atoms)
        if exact:
            return number
        marks = self.hidden[state]
        if every and not atoms:
            return HIDDEN
        if marks is None:
            return HIDDEN if atoms else 0
        return marks.get(atoms) or number

    def ended(self, place: Hashable, row: Hashable, column: str, *, exact: bool) -> Shown:
        """How many families ended with goals, or with their goals reached."""
        atoms = self.ends.get((place, row, column), frozenset())
        number = sum(self.numbers.ends[atom] for atom in atoms)
        if exact:
            return number
        if self.end_protection is None:
            return HIDDEN if atoms else 0
        return self.end_protection.mark(atoms) or number

    def times(self, place: Hashable, row: Hashable, *, exact: bool) -> Times | Suppressed:
        """Until the first response; above the authorities of many families only, in whole weeks."""
        rows = self.answers.get((place, row), ())
        found = times_of([(one.days, one.answered) for one in rows])
        if exact:
            return found
        if not rows:  # of few places alone a blank would tell that nobody has one
            perhaps = self.places.get((place, row, TAKEN), frozenset())
            return HIDDEN if perhaps and perhaps <= self.perhaps else found
        counts: dict[int, int] = {}
        for one in rows:
            counts[one.authority] = counts.get(one.authority, 0) + 1
        return in_weeks(found) if is_told(counts.values()) else HIDDEN

    def methods_at(self, place: Hashable, *, exact: bool) -> list[int]:
        """The methods by which families of a place have places; 0: none was chosen.

        Above, those of quotas of at least five places alone, as is what their rows count.
        """
        found: list[Any] = [
            row
            for (where, row, _state), cell in self.places.items()
            if where == place
            and _is_method(row)
            and (any(self.counted[atom] for atom in cell) if exact else self._told_of(row, cell))
        ]
        return sorted({int(method) for _kind, method in found})


def _is_method(row: Any) -> bool:
    return isinstance(row, tuple) and row[0] == "method"


_kept: OrderedDict[object, Decided] = OrderedDict()
_lock = threading.Lock()


def decided(numbers: Tallies, quotas: Sequence[Given], above: Mapping[int, frozenset[int]]) -> Decided:
    """What is hidden of these numbers; kept until one of them changes."""
    key = (
        frozenset(numbers.places.items()),
        frozenset(numbers.ends.items()),
        numbers.answers,
        frozenset(numbers.teams.items()),
        tuple(quotas),
        frozenset(above.items()),
    )
    with _lock:
        found = _kept.setdefault(key, Decided(numbers, tuple(quotas), above))
        _kept.move_to_end(key)
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return found


__all__ = ["ALL", "HIDDEN", "TAKEN", "WAITS", "Decided", "decided", "method_row", "programme_row"]
