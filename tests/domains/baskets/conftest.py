from __future__ import annotations

import pytest
from django.test import Client

from maarag.kernel.access.models import Account
from tests.factories.baskets import Department, department
from tests.factories.services import world

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def city(db: None) -> Department:
    return department(world())


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account, backend=BACKEND)
    return client
