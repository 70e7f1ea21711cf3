"""The nation in which needs are tested."""

from __future__ import annotations

import pytest

from maarag.domains.needs.models import NeedEstimate
from tests.factories.picture import Nation, make_nation


@pytest.fixture
def nation(db: None) -> Nation:
    """Three neighbourhoods with a small need in one, and the sister city."""
    nation = make_nation()
    first, second, third = nation.neighbourhoods
    nation.need(first, 3, lowest=2, highest=4, note="שלוש משפחות ברחוב אחד")
    nation.need(second, 40, lowest=30, highest=50)
    nation.need(third, 60)
    nation.need(nation.world.sister, 700, nation.care)
    return nation


@pytest.fixture
def small(nation: Nation) -> NeedEstimate:
    return NeedEstimate.objects.get(number=3)


@pytest.fixture
def sister(nation: Nation) -> NeedEstimate:
    return NeedEstimate.objects.get(number=700)
