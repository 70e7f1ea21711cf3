"""A nation whose city has two programmes with families in them, and whose sister has one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from maarag.database.rows import visible
from maarag.domains.baskets.actions import open_basket
from maarag.domains.baskets.models import Basket
from maarag.domains.families.models import Family
from maarag.domains.placements.actions import wait
from maarag.domains.programmes.models import Programme, ProgrammeWorker, Quota
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.kernel.places.actions import save_place
from maarag.kernel.places.models import Place, PlaceKind
from tests.factories.baskets import programme, quota
from tests.factories.families import everything
from tests.factories.families import family as open_family
from tests.factories.picture import Nation, make_nation


def ago(days: int) -> date:
    return timezone.localdate() - timedelta(days=days)


@dataclass
class Array:
    """`first` runs in the city (6 places) and its sister (20), `second` in the city (10)."""

    nation: Nation
    first: Programme
    second: Programme
    lines: dict[str, Any]
    quotas: dict[tuple[str, str], Quota] = field(default_factory=dict)
    workers: dict[str, Account] = field(default_factory=dict)

    @property
    def world(self) -> Any:
        return self.nation.world

    def account(self, role: Role, place: Place) -> Account:
        made: Account = self.world.account(role, place=place)
        return made

    def give(self, code: str, authority: Place, families: int) -> Quota:
        made = quota(self.world, self.lines[code], authority, families)
        self.quotas[code, authority.code] = made
        return made

    def scope(self) -> Any:
        """All rows of the city."""
        return visible(everything(self.world.city, by=self.worker(self.world.city)))

    def worker(self, place: Place) -> Account:
        if place.code not in self.workers:
            self.workers[place.code] = self.account(Role.SOCIAL_WORKER, place)
        return self.workers[place.code]

    def family(self, place: Place, opened: int = 40) -> Family:
        return open_family(self.world.system, place, self.worker(place), opened_on=ago(opened))

    def placed(self, code: str, place: Place, opened: int = 40, after: int = 10) -> Basket:
        """A family whose file was opened so many days ago, with a place so many days later."""
        worker, file = self.worker(place), self.family(place, opened)
        with visible(everything(place, by=worker)):
            return open_basket(
                by=worker, family=file, quota=self.quotas[code, place.code], day=ago(opened - after)
            )

    def waits(self, code: str, place: Place) -> Any:
        worker, file = self.worker(place), self.family(place)
        of = Programme.objects.get(code=code)
        with visible(everything(place, by=worker)):
            return wait(by=worker, family=file, programme=of, why="no_place")

    def carries(self, code: str, place: Place, most: int) -> None:
        of = Programme.objects.get(code=code)
        ProgrammeWorker.objects.create(
            programme=of, authority=place, account=self.worker(place), most=most, starts=ago(100)
        )

    def town(self, number: int) -> Place:
        """Another authority of the district."""
        return save_place(
            by=self.world.system,
            code=f"{8000 + number}",
            within=[self.world.nation, self.nation.district],
            kind=PlaceKind.AUTHORITY,
            population=9_000,
            authority_type="city",
            name_he=f"יישוב {number}",
            latitude=32.1 + number / 20,
            longitude=35.0,
        )


@pytest.fixture
def array(db: None) -> Array:
    nation = make_nation()
    world = nation.world
    lines = {code: programme(world, code, families=200) for code in ("first", "second")}
    made = Array(
        nation=nation,
        first=Programme.objects.get(code="first"),
        second=Programme.objects.get(code="second"),
        lines=lines,
    )
    made.give("first", world.city, 6)
    made.give("first", world.sister, 20)
    made.give("second", world.city, 10)
    return made
