"""Families and places as the engine of matching takes them, and back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt

from maarag.domains.programmes.fit import Judgement, ProgrammeModel, Score, Weighed, judge, score
from maarag.domains.programmes.fit_methods import best_by_method, best_score, judge_by
from maarag.engines.matching import Floor, Limits, PlacementProblem

from .asked import Asked
from .gathering import Candidate, Wait
from .models import Priority
from .seats import Seat, Teammate

FUNDER, LOAD = "funder", "load"
"""Kinds of limits beside the places' own: money of a funder, work of the team."""
BONUS = {Priority.USUAL: 3.0, Priority.RAISED: 8.0, Priority.URGENT: 15.0}
"""Points of fit that somebody who waits for the programme has before others, by priority …"""
MONTHLY, MOST_MONTHS = 0.5, 10
"""… and for each month of waiting, at most so many."""


@dataclass
class Pairs:
    """Who may have which place: rows of (family, seat) in the order of the families.

    `fit`: as judged, 0–100. `bonus`: for those who wait. `barred`: family → seats that something excludes;
    `below`: family → (seat, fit) of places that fit too little.
    """

    family: list[int] = field(default_factory=list)
    seat: list[int] = field(default_factory=list)
    fit: list[float] = field(default_factory=list)
    bonus: list[float] = field(default_factory=list)
    barred: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    below: dict[int, list[tuple[int, float]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, family: int, seat: int, fit: float, bonus: float) -> None:
        self.family.append(family)
        self.seat.append(seat)
        self.fit.append(fit)
        self.bonus.append(bonus)


@dataclass(frozen=True)
class Gathered:
    """Everything that a run reads."""

    candidates: Sequence[Candidate]
    seats: Sequence[Seat]
    teams: Mapping[tuple[int, int], Sequence[Teammate]]
    models: Mapping[int, ProgrammeModel]
    fixed: Mapping[UUID, int | None] = field(default_factory=dict)
    """Decisions that stay: family → quota, or None for a family that is to wait."""
    toolboxes: frozenset[int] = frozenset()
    """Authorities whose departments choose a method, by one toolbox; the others choose a programme."""
    methods: Mapping[UUID, str] = field(default_factory=dict)
    """Of decisions that stay in these: family → code of the method."""
    _weighed: dict[int, Weighed] = field(default_factory=dict, compare=False, repr=False)
    """The family that was judged last: it comes before all its places, one after another."""

    def weighed(self, family: int) -> Weighed:
        """The family as it is judged, by its number; one at a time, for a nation would fill the memory."""
        found = self._weighed.get(family)
        if found is None:
            self._weighed.clear()
            found = self._weighed[family] = Weighed(self.candidates[family].facts)
        return found

    def by_method(self, family: int) -> bool:
        """Whether a method is chosen for the family, by its number, and not a programme."""
        return self.candidates[family].authority in self.toolboxes

    def judged(self, family: int, seat: int) -> Judgement:
        """How the place fits the family: through the best single method where methods are chosen."""
        model, weighed = self.models[self.seats[seat].programme], self.weighed(family)
        if not self.by_method(family):
            return judge(model, weighed)
        if kept := self.kept_method(family, seat):
            return judge_by(model, kept, weighed)
        return best_by_method(model, weighed)

    def scored(self, family: int, seat: int) -> Score:
        """What `judged` comes to, without its reasons."""
        model, weighed = self.models[self.seats[seat].programme], self.weighed(family)
        if not self.by_method(family):
            return score(model, weighed)
        if kept := self.kept_method(family, seat):
            return score(model.alone[kept], weighed)
        return best_score(model, weighed)

    def kept_method(self, family: int, seat: int) -> str:
        """The method that was decided with this place and stays; "" for none."""
        key = self.candidates[family].family
        kept = self.methods.get(key, "") if self.fixed.get(key, 0) == self.seats[seat].quota else ""
        known = self.models[self.seats[seat].programme].methods
        return kept if any(one.code == kept for one in known) else ""

    def method(self, family: int, seat: int) -> str:
        """Code of the method that the place is proposed with; "" for none."""
        return self.kept_method(family, seat) or self.judged(family, seat).method


def bonus_of(wait: Wait | None, day: date) -> float:
    """Points that waiting for the programme gives: by priority and by the months so far."""
    if wait is None:
        return 0.0
    months = min(MOST_MONTHS, max(0, (day - wait.since).days // 30))
    return BONUS[Priority(wait.priority)] + MONTHLY * months


def pairs_of(gathered: Gathered, asked: Asked, on: Callable[[int, int], None]) -> Pairs:
    """Every family before every place of its authority. `on(done, all)` is called as it goes.

    A place that was decided for a family stays open to it, whatever the rules say now.
    """
    of_authority: dict[int, list[int]] = defaultdict(list)
    for number, seat in enumerate(gathered.seats):
        of_authority[seat.authority].append(number)
    found = Pairs()
    for i, one in enumerate(gathered.candidates):
        if i % 500 == 0:
            on(i, len(gathered.candidates))
        kept = gathered.fixed.get(one.family, 0)
        for j in of_authority[one.authority]:
            seat = gathered.seats[j]
            if seat.quota != kept and not asked.is_of(seat.programme):
                continue
            judgement = gathered.scored(i, j)
            bonus = bonus_of(one.waits_for(seat.programme), asked.day)
            if seat.quota == kept:
                found.add(i, j, max(judgement.fit, 0.1), bonus)
            elif not judgement.is_open:
                found.barred[i].append(j)
            elif judgement.fit < asked.least_fit:
                found.below[i].append((j, judgement.fit))
            else:
                found.add(i, j, judgement.fit, bonus)
    return found


def problem_of(gathered: Gathered, pairs: Pairs, asked: Asked) -> PlacementProblem:
    """The placement problem: capacity by what is left, money in agorot, load in usual families.

    A family's fit counts by its weight: else those who need most work would be passed over for lighter ones.
    The money of a quota is a limit of its own place alone, so it lowers the capacity. The other limits lie as
    the draws of `limit_keys`, their rows numbered as there.
    """
    family = np.asarray(pairs.family, dtype=np.int64)
    seat = np.asarray(pairs.seat, dtype=np.int64)
    weights = np.asarray([one.weight for one in gathered.candidates], dtype=np.float64)
    bare = PlacementProblem.from_pairs(
        family,
        seat,
        np.asarray(pairs.fit) * weights[family] + np.asarray(pairs.bonus),
        n_families=len(gathered.candidates),
        capacity=np.asarray([one.can_take for one in gathered.seats], dtype=np.int64),
    )
    keys = limit_keys(gathered)
    places, families = bare.place, bare.family
    limits = []
    for draw in keys.draws:
        amount = np.asarray(draw.amount, dtype=np.float64)[places] if draw.amount else weights[families]
        row = np.asarray(draw.row, dtype=np.int64)[places]
        # a row that another draw keeps is none here: more of it than could ever be taken
        most = np.full(len(keys.of[draw.kind]), amount.sum() + 1.0)
        held = sorted(set(draw.row) - {-1})
        most[held] = np.asarray(keys.most[draw.kind], dtype=np.float64)[held]
        limits.append(Limits(draw.kind, most, row, amount))
    return PlacementProblem(
        bare.start, bare.place, bare.fit, bare.capacity, tuple(limits), floors_of(gathered, asked)
    ).checked()


@dataclass(frozen=True)
class Draw:
    """A limit for each seat: `row` its number (-1: none), `amount` how much a family takes of it (empty: what
    the family weighs).
    """

    kind: str
    row: Sequence[int]
    amount: Sequence[float] = ()


@dataclass(frozen=True)
class Keys:
    """What each row of each limit is: `of` kind → keys in the order of the rows, `most` kind → how much."""

    of: Mapping[str, list[Any]]
    most: Mapping[str, list[float]]
    draws: Sequence[Draw]


def limit_keys(gathered: Gathered) -> Keys:
    """Funders by purse of the ledger, loads by (programme, authority) with known workers.

    A seat draws on several funders: each purse is in one draw, so that it is one limit for all seats.
    """
    seats = gathered.seats
    left = {one.purse: float(one.left) for seat in seats for one in seat.funders}
    purses = sorted(left)
    number = {purse: row for row, purse in enumerate(purses)}
    part = _parted([[one.purse for one in seat.funders] for seat in seats])
    draws = []
    for each in range(max(part.values(), default=-1) + 1):
        mine = [next((one for one in seat.funders if part[one.purse] == each), None) for seat in seats]
        draws.append(
            Draw(
                FUNDER,
                [number[one.purse] if one else -1 for one in mine],
                [float(one.cost) if one else 0.0 for one in mine],
            )
        )
    teams = [team for team in dict.fromkeys(seat.team for seat in seats) if gathered.teams.get(team)]
    if teams:
        at = {team: row for row, team in enumerate(teams)}
        draws.append(Draw(LOAD, [at.get(seat.team, -1) for seat in seats]))
    room = [sum(one.room for one in gathered.teams[team]) for team in teams]
    return Keys({FUNDER: purses, LOAD: teams}, {FUNDER: [left[one] for one in purses], LOAD: room}, draws)


def _parted(together: Sequence[Sequence[int]]) -> dict[int, int]:
    """Purse → number of its draw, so that no two of one seat have the same."""
    beside: dict[int, set[int]] = defaultdict(set)
    for purses in together:
        for one in purses:
            beside[one].update(purses)
    found: dict[int, int] = {}
    for one in sorted(beside, key=lambda purse: (-len(beside[purse]), purse)):
        used = {found[other] for other in beside[one] if other in found}
        found[one] = next(n for n in range(len(used) + 1) if n not in used)
    return found


def kin_of(gathered: Gathered) -> npt.NDArray[np.int64]:
    """[seats] which are quotas of one programme in one authority: the first of them."""
    first: dict[tuple[int, int], int] = {}
    kin = [first.setdefault((one.programme, one.authority), j) for j, one in enumerate(gathered.seats)]
    return np.asarray(kin, dtype=np.int64)


def floors_of(gathered: Gathered, asked: Asked) -> tuple[Floor, ...]:
    """The floors that were asked for; a group without families has an empty one."""
    made = []
    for floor in asked.floors:
        members = [
            i for i, one in enumerate(gathered.candidates) if one.groups.get(floor.attribute) == floor.value
        ]
        if floor.percent is not None:
            made.append(Floor.share(members, floor.percent / 100))
        else:
            made.append(Floor.number(members, min(floor.number or 0, len(members))))
    return tuple(made)


def fixed_of(gathered: Gathered) -> dict[int, int | None]:
    """The decisions that stay, by numbers of families and seats, without those whose place is gone."""
    seat_of = {seat.quota: j for j, seat in enumerate(gathered.seats)}
    found: dict[int, int | None] = {}
    for i, one in enumerate(gathered.candidates):
        if one.family in gathered.fixed:
            quota = gathered.fixed[one.family]
            if quota is None:
                found[i] = None
            elif quota in seat_of:
                found[i] = seat_of[quota]
    return found
