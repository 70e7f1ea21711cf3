"""The real budget of 2021 in a small world, and those who look at it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.test import Client

from maarag.domains.funding.models import Budget
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from tests.factories.budgets import granted
from tests.factories.services import World, world

BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass
class Treasury:
    """A granted budget, the account that manages it, and one of a city."""

    world: World
    budget: Budget
    manager: Account
    worker: Account

    def client(self, account: Account | None = None) -> Client:
        client = Client()
        if account is not None:
            client.force_login(account, backend=BACKEND)
        return client


@pytest.fixture
def treasury(db: None) -> Treasury:
    towns = world()
    manager = towns.account(Role.NATIONAL_MANAGER, place=towns.nation)
    worker = towns.account(Role.SOCIAL_WORKER, place=towns.city)
    return Treasury(towns, granted(towns), manager, worker)
