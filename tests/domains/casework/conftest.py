from __future__ import annotations

import pytest

from tests.domains.families.conftest import Towns
from tests.domains.families.conftest import towns as towns  # the same two authorities, workers and families


@pytest.fixture
def client(towns: Towns):
    """The browser of the own worker."""
    return towns.client(towns.worker)
