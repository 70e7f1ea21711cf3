"""The prices by which a family is ranked that arrives between runs, and since when each is in force.

Every run learns prices anew, of all families that wait on its day and, for those to come, of all that came
within the last year (`arriving`). A run that was asked for some programmes alone says nothing of the others:
their prices stay those of the newest run that had them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from maarag.domains.programmes.fit import WORTH_PROPOSING
from maarag.kernel.matches.models import Run, RunState

from ..asked import Asked
from ..engine_data import FUNDER, LOAD
from ..filing import KIND
from ..gathering import Candidate
from ..seats import Seat

READ = 50
"""Runs that are looked through at most; what none of them had has no price."""


@dataclass(frozen=True)
class Worth:
    """What a place is worth to others, in points of fit: the place itself, the money and the work that it
    takes, less what floors give to the family's own groups, for the others lose that much less."""

    place: float = 0.0
    money: float = 0.0
    work: float = 0.0
    groups: float = 0.0

    @property
    def points(self) -> float:
        return max(0.0, self.place + self.money + self.work - self.groups)

    @property
    def most(self) -> str:
        """What most of it is for: place | money | work; "" where it is worth nothing."""
        parts = {"place": self.place, "money": self.money, "work": self.work}
        return max(parts, key=lambda name: parts[name]) if self.points else ""


UNWANTED = Worth()
"""A place that is worth nothing to others."""


@dataclass(frozen=True)
class Learned:
    """What one run found one less of each limit to cost those who wait and those to come, by kind and key;
    `since`: when it ended.

    Of "floor" the keys are groups, `attribute:value`: what a floor gives to each of its families. A run that
    kept none of this has what one more would bring instead, and no floors. `least_fit`: below it the run
    proposed no place.
    """

    run: Any
    since: datetime
    prices: Mapping[str, Mapping[str, float]]
    least_fit: int

    def of(self, seat: Seat, candidate: Candidate) -> Worth:
        def one(kind: str, key: Any) -> float:
            return float(self.prices.get(kind, {}).get(str(key), 0.0))

        return Worth(
            place=one("place", seat.quota),
            money=sum(one(FUNDER, each.purse) * each.cost for each in seat.funders),
            work=one(LOAD, f"{seat.programme}:{seat.authority}") * candidate.weight,
            groups=sum(one("floor", f"{name}:{value}") for name, value in candidate.groups.items()),
        )


@dataclass(frozen=True)
class InForce:
    """By programme the run whose prices hold in an authority; a programme that no run had has none."""

    of: Mapping[int, Learned] = field(default_factory=dict)

    def worth(self, seat: Seat, candidate: Candidate) -> Worth:
        learned = self.of.get(seat.programme)
        return learned.of(seat, candidate) if learned else UNWANTED

    def least_fit(self, programme: int) -> int:
        """Below it a place of the programme is not proposed."""
        learned = self.of.get(programme)
        return learned.least_fit if learned else int(WORTH_PROPOSING)


def last_run(authority: int) -> Run | None:
    """The newest run that is done and reached the authority."""
    return _runs(authority).select_related("place", "asked_by").first()


def prices_in_force(authority: int, programmes: Collection[int]) -> InForce:
    """The prices of these programmes' places in the authority."""
    left, found = set(programmes), {}
    rows = _runs(authority).values_list("pk", "ended_at", "settings", "totals__losses", "totals__prices")
    for run, since, settings, losses, prices in rows[:READ]:
        asked = Asked.of(settings)
        had = {programme for programme in left if asked.is_of(programme)}
        found |= dict.fromkeys(had, Learned(run, since, losses or prices or {}, asked.least_fit))
        left -= had
        if not left:
            break
    return InForce(found)


def _runs(authority: int) -> Any:
    done = Run.objects.filter(kind=KIND, state=RunState.DONE, authorities__contains=[authority])
    return done.order_by("-asked_at")
