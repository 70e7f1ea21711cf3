"""A town with two programmes and families before them: what placements are tried on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from maarag.database.rows import visible
from maarag.domains.baskets.actions import open_basket
from maarag.domains.baskets.models import Basket
from maarag.domains.families.models import Family
from maarag.domains.placements import actions
from maarag.domains.placements.asked import Asked, asked
from maarag.domains.placements.models import Proposal
from maarag.domains.programmes.models import Programme, ProgrammeWorker, Quota
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.kernel.matches.models import Run
from maarag.kernel.places.models import Place
from maarag.kernel.taxonomy.models import Term

from .baskets import STARTS
from .baskets import programme as programme_line
from .baskets import quota as quota_of
from .casework import circumstance
from .families import everything
from .families import family as open_family
from .programmes import method, situations, works_by
from .services import World

POOR, RISK, ARABIC = "low_income", "at_risk_children", "arabic_speaking"
NUMBER = iter(range(10**9))
LONG_AGO = STARTS - timedelta(days=730)
"""Not of the year by which it is judged who is still to come."""


@dataclass
class Town:
    """Programme `first` answers poverty, `second` risk to children and half of poverty; `places` in each."""

    world: World
    first: Quota
    second: Quota
    worker: Account
    leader: Account
    head: Account
    families: list[Family] = field(default_factory=list)

    @property
    def city(self) -> Place:
        return self.world.city

    def scope(self, by: Account | None = None) -> Any:
        """All rows of the town."""
        return visible(everything(self.city, by=by or self.leader))

    def family(self, *said: str, authority: Place | None = None, **fields: Any) -> Family:
        """An open file with these situations, by the last part of their codes."""
        where = authority or self.city
        fields.setdefault("name", f"משפחה {next(NUMBER)}")
        fields.setdefault("opened_on", LONG_AGO)
        made = open_family(self.world.system, where, fields.pop("worker", self.worker), **fields)
        for ending in said:
            term = Term.objects.get(code__endswith=f":{ending}")
            circumstance(self.world.system, made, "situation", term=term, words="")
        self.families.append(made)
        return made

    def run(self, by: Account | None = None, settings: Asked | None = None, **more: Any) -> Run:
        """A run of the town, done."""
        place = more.pop("place", self.city)
        with self.scope(by):
            return actions.start_run(
                by=by or self.leader, place=place, settings=settings or asked(), at_once=True, **more
            )

    def proposal(self, run: Run, family: Family) -> Proposal:
        with self.scope():
            return Proposal.objects.select_related("quota", "run").get(run=run, family=family)

    def place(self, family: Family, quota: Quota, day: date | None = None) -> Basket:
        """Give the family a place, past the board and what it promises."""
        with self.scope(self.worker):
            return open_basket(by=self.worker, family=family, quota=quota, day=day, although_promised=True)

    def team(self, quota: Quota, most: int, account: Account | None = None) -> ProgrammeWorker:
        return ProgrammeWorker.objects.create(
            programme=quota.programme,
            authority=quota.authority,
            account=account or self.worker,
            most=most,
            starts=STARTS,
        )

    @property
    def programmes(self) -> tuple[Programme, Programme]:
        return self.first.programme, self.second.programme


def town(
    world: World,
    *,
    places: tuple[int, int] = (2, 2),
    people: tuple[Account, Account, Account] | None = None,
    prefix: str = "",
) -> Town:
    """The city with `places` in each programme, and nobody in them; `people`: worker, leader, head."""
    situations(world)
    lines = [programme_line(world, f"{prefix}{code}") for code in ("breathing", "mapa")]
    quotas = [
        quota_of(world, line, world.city, families) for line, families in zip(lines, places, strict=True)
    ]
    works_by(quotas[0].programme, method(f"{prefix}rights", low_income=3))
    works_by(quotas[1].programme, method(f"{prefix}visits", hours=16, at_risk_children=3, low_income=1))
    roles = (Role.SOCIAL_WORKER, Role.TEAM_LEADER, Role.DEPARTMENT_HEAD)
    worker, leader, head = people or tuple(world.account(role, place=world.city) for role in roles)
    return Town(world, *quotas, worker=worker, leader=leader, head=head)


_towns: dict[int, Town] = {}


def town_of(estate: Any) -> Town:
    """The same around the accounts of the estate of all addresses, with two families and a run.

    Made once, and again where it was rolled back.
    """
    made = _towns.get(id(estate))
    if made is not None:
        with made.scope():
            if (
                Run.objects.filter(place=made.city).exists()
                and Family.objects.filter(pk=made.families[0].pk).exists()
            ):
                return made
    roles = (Role.SOCIAL_WORKER, Role.TEAM_LEADER, Role.DEPARTMENT_HEAD)
    people = tuple(estate.own[role] for role in roles)
    made = town(estate.nation.world, people=people, prefix="placed-")
    for said in ((POOR,), (RISK,)):
        made.family(*said)
    made.run()
    _towns.clear()
    _towns[id(estate)] = made
    return made
