from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation

from tests.domains.families.conftest import Towns
from tests.domains.families.conftest import towns as towns  # the same two authorities, workers and families


@pytest.fixture(autouse=True)
def in_english(settings) -> Iterator[None]:
    """Pages and messages in the language in which they are written."""
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def client(towns: Towns):
    """The browser of the own worker."""
    return towns.client(towns.worker)
