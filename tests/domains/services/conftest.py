"""The world in which the directory is tested."""

from __future__ import annotations

import pytest

from tests.factories.services import World
from tests.factories.services import world as make_world


@pytest.fixture
def world(db: None) -> World:
    return make_world()
