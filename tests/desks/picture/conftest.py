from __future__ import annotations

import pytest

from tests.factories.picture import Nation, make_nation


@pytest.fixture
def nation(db: None) -> Nation:
    return make_nation()
