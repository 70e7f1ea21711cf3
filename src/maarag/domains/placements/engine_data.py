"""Families and places as the engine of matching takes them, and back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np

from maarag.domains.programmes.fit import ProgrammeModel, judge
from maarag.engines.matching import Floor, Limits, PlacementProblem

from .asked import Asked
from .gathering import Candidate, Wait
from .models import Priority
from .seats import Seat, Teammate

FUNDER, LOAD = "funder", "load"
"""Kinds of limits beside the places' own: money of the funder that binds, work of the team."""
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
            judgement = judge(gathered.models[seat.programme], one.facts)
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
    The money of a quota is a limit of its own place alone, so it lowers the capacity. Limits lie in the order
    FUNDER, LOAD; rows are numbered as `limit_keys` has them.
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
    seats = gathered.seats
    rows = {kind: np.asarray(keys.row_of_seat[kind], dtype=np.int64)[places] for kind in keys.most}
    part = np.asarray([one.funder_cost for one in seats], dtype=np.float64)[places]
    amounts = {FUNDER: part, LOAD: weights[families]}
    limits = tuple(
        Limits(kind, np.asarray(keys.most[kind], dtype=np.float64), rows[kind], amounts[kind])
        for kind in keys.most
        if keys.most[kind]
    )
    return PlacementProblem(
        bare.start, bare.place, bare.fit, bare.capacity, limits, floors_of(gathered, asked)
    ).checked()


@dataclass(frozen=True)
class Keys:
    """What each row of each limit is: `of` kind → keys in the order of the rows, `most` kind → how much."""

    of: Mapping[str, list[Any]]
    most: Mapping[str, list[float]]
    row_of_seat: Mapping[str, list[int]]


def limit_keys(gathered: Gathered) -> Keys:
    """Funders by purse of the ledger, loads by (programme, authority) with known workers."""
    of: dict[str, list[Any]] = {FUNDER: [], LOAD: []}
    most: dict[str, list[float]] = {FUNDER: [], LOAD: []}
    rows: dict[str, list[int]] = {FUNDER: [], LOAD: []}
    number: dict[tuple[str, Any], int] = {}
    for seat in gathered.seats:
        team = gathered.teams.get(seat.team)
        has_funder = bool(seat.funder and seat.funder_cost)
        for kind, key, amount in (
            (FUNDER, seat.funder if has_funder else None, float(seat.funder_left)),
            (LOAD, seat.team if team else None, sum(one.room for one in team or ())),
        ):
            if key is None:
                rows[kind].append(-1)
                continue
            at = number.setdefault((kind, key), len(of[kind]))
            if at == len(of[kind]):
                of[kind].append(key)
                most[kind].append(amount)
            else:  # lines that share a funder: what is promised of either is gone for both
                most[kind][at] = min(most[kind][at], amount)
            rows[kind].append(at)
    return Keys(of, most, rows)


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
