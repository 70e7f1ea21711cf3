from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.utils import translation

from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.kernel.rubrics.actions import begin_round
from maarag.kernel.rubrics.models import Round, Rubric
from tests.factories.rubrics import rubric
from tests.factories.services import World, world


@dataclass
class Rated:
    """A rubric, two raters, and rounds about an authority."""

    world: World
    rubric: Rubric
    first: Account
    second: Account

    def round(self, **fields: object) -> Round:
        fields = {"rubric": self.rubric, "kind": "places.place", "subject": self.world.city.code} | fields
        return begin_round(by=self.first, round=Round(**fields))


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def rated(db: None) -> Rated:
    small = world()
    first = small.account(Role.INTEGRATOR, place=small.city)
    second = small.account(Role.TEAM_LEADER, place=small.city)
    return Rated(small, rubric(small.system), first, second)
