"""Each test finds an empty queue."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.kernel.jobs import trials
from tests.kernel.jobs.queue import emptied


@pytest.fixture(autouse=True)
def nothing_inside() -> Iterator[None]:
    trials.inside.clear()
    yield
    trials.inside.clear()


@pytest.fixture
def queue(transactional_db: None) -> Iterator[None]:
    """A queue that other processes see, empty before and after."""
    emptied()
    yield
    emptied()
