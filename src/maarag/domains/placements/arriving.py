"""What places are worth to families still to come: prices by which whoever arrives after a run is answered.

Those who came within the last year stand for those to come, beside all who wait now; the places, money and
work that are left are to last until the places end, and places that end meanwhile are given again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from django.db.models import Count

from maarag.domains.baskets.models import Basket, BasketStatus
from maarag.engines.matching import Prices, before_those_to_come, place, room_for
from maarag.kernel.matches.registry import Stop

from .asked import Asked
from .engine_data import Gathered, Pairs, pairs_of, problem_of
from .gathering import Candidate
from .sharing import Teammate

YEAR = timedelta(days=365)
NOBODY = 0
"""The account of no worker: stands for the work of a team that ends meanwhile, in usual families."""


@dataclass(frozen=True)
class Coming:
    """What a year tells of the next: `came`, families that came within it beside those whom the run is for,
    and `freed`, (programme, authority) → places that ended within it.
    """

    came: Sequence[Candidate]
    freed: Mapping[tuple[int, int], int]


def coming(
    families: Sequence[Candidate], of_run: Sequence[Candidate], authorities: Collection[int], day: date
) -> Coming:
    """Read of the open files of the authorities, and their baskets; in the scope in force."""
    theirs = {one.family for one in of_run}
    came = [as_it_came(one) for one in families if one.family not in theirs and _is_new(one, day)]
    closed = Basket.objects.filter(
        authority__in=authorities, status=BasketStatus.CLOSED, closed_on__gt=day - YEAR, closed_on__lte=day
    ).order_by()
    rows = closed.values_list("quota__programme_id", "authority_id").annotate(number=Count("pk"))
    return Coming(came, {(programme, authority): number for programme, authority, number in rows})


def as_it_came(one: Candidate) -> Candidate:
    """The family as before it had a place, or waited for one."""
    return replace(one, waits=(), facts=replace(one.facts, open_programmes=frozenset()))


def prices_to_come(
    gathered: Gathered,
    pairs: Pairs,
    asked: Asked,
    known: Coming,
    fixed: Mapping[int, int | None],
    stop: Stop,
    exact_seconds: float,
) -> Prices:
    """What one less of each limit costs those who wait and those to come; rows as in the run's own problem.

    `pairs` are those of the run, whose decisions are `fixed`. Raises PlacementCancelled.
    """
    day = asked.day
    others = Gathered(
        known.came, gathered.seats, gathered.teams, gathered.models, toolboxes=gathered.toolboxes
    )
    theirs = pairs_of(others, asked, lambda _done, _of: None)
    first = len(gathered.candidates)
    together = Pairs(
        pairs.family + [first + i for i in theirs.family],
        pairs.seat + theirs.seat,
        pairs.fit + theirs.fit,
        pairs.bonus + theirs.bonus,
    )
    ahead = [min(1.0, ((one.ends - day).days + 1) / YEAR.days) for one in gathered.seats]
    everybody = _with_freed(gathered, known, ahead)
    problem, _passed = room_for(problem_of(everybody, together, asked), fixed)
    waits = np.arange(problem.n_families) < first
    came = [_is_new(one, day) for one in everybody.candidates]
    sample = before_those_to_come(problem, waits, came, ahead, fixed)
    return place(sample, cancelled=stop, exact_seconds=exact_seconds).losses


def _with_freed(gathered: Gathered, known: Coming, ahead: Sequence[float]) -> Gathered:
    """All families, before what is left and what is given again: several places of a programme share that."""
    families: Counter[tuple[int, int]] = Counter()
    longest: dict[tuple[int, int], float] = {}
    for seat, years in zip(gathered.seats, ahead, strict=True):
        families[seat.team] += seat.families
        longest[seat.team] = max(years, longest.get(seat.team, 0.0))
    again = {team: number * longest[team] for team, number in known.freed.items() if team in longest}
    seats = [
        replace(
            seat, taken=seat.taken - round(again.get(seat.team, 0.0) * seat.families / families[seat.team])
        )
        for seat in gathered.seats
    ]
    teams = {
        team: [*people, Teammate(NOBODY, again[team], 0.0)] if people and team in again else people
        for team, people in gathered.teams.items()
    }
    return replace(gathered, candidates=[*gathered.candidates, *known.came], seats=seats, teams=teams)


def _is_new(one: Candidate, day: date) -> bool:
    return day - YEAR < one.opened <= day
