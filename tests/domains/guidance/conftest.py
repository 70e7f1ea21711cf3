"""A city with two programmes, its sister with one, and who guides their teams."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from maarag.domains.guidance.actions import plan_session
from maarag.domains.guidance.models import Session
from maarag.domains.programmes.models import Programme
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from tests.factories.baskets import programme, quota
from tests.factories.picture import Nation, make_nation

TODAY = timezone.localdate


@dataclass
class Teams:
    """`first` and `second` run in the city, `first` in its sister too."""

    nation: Nation
    leader: Account
    worker: Account
    stranger: Account
    district: Account
    first: Programme
    second: Programme

    @property
    def world(self) -> Any:
        return self.nation.world

    def plan(self, *programmes: Programme, by: Account | None = None, **more: Any) -> Session:
        given: dict[str, Any] = {
            "authority": self.world.city,
            "day": TODAY() + timedelta(days=7),
            "topic": "משפחות ועוני",
            "guide": "ד״ר רונית",
            **more,
        }
        chosen = list(programmes) or [self.first, self.second]
        return plan_session(by=by or self.leader, programmes=chosen, **given)

    def past(self, **more: Any) -> Session:
        return self.plan(day=TODAY() - timedelta(days=1), **more)


@pytest.fixture
def teams(db: None) -> Teams:
    nation = make_nation()
    world = nation.world
    first, second = programme(world, "first"), programme(world, "second")
    for line in (first, second):
        quota(world, line, world.city, 5)
    quota(world, first, world.sister, 5)
    return Teams(
        nation=nation,
        leader=world.account(Role.TEAM_LEADER, place=world.city),
        worker=world.account(Role.SOCIAL_WORKER, place=world.city),
        stranger=world.account(Role.TEAM_LEADER, place=world.sister),
        district=world.account(Role.DISTRICT_SUPERVISOR, place=nation.district),
        first=Programme.objects.get(code="first"),
        second=Programme.objects.get(code="second"),
    )


def day(days: int) -> date:
    return TODAY() + timedelta(days=days)
