from __future__ import annotations

import pytest
from django.test import Client

from maarag.kernel.access.models import Account
from tests.factories.placements import Town, town
from tests.factories.services import world

BACKEND = "django.contrib.auth.backends.ModelBackend"


def signed_in(account: Account) -> Client:
    """Who reads English."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(account, backend=BACKEND)
    return client


@pytest.fixture
def place_town(db: None) -> Town:
    return town(world())
