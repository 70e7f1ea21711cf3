from __future__ import annotations

import pytest

from tests.factories.placements import Town, town
from tests.factories.services import world


@pytest.fixture
def place_town(db: None) -> Town:
    return town(world())
