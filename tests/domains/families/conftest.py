from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from maarag.domains.families.models import Family
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from tests.factories.families import family
from tests.factories.services import World, world

BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass
class Towns:
    """Two authorities, a worker and a family in each."""

    world: World
    worker: Account
    stranger: Account
    own: Family
    foreign: Family

    def client(self, account: Account) -> Client:
        client = Client()
        client.force_login(account, backend=BACKEND)
        return client


@pytest.fixture
def towns(db: None) -> Towns:
    towns = world()
    worker = towns.account(Role.SOCIAL_WORKER, place=towns.city)
    stranger = towns.account(Role.SOCIAL_WORKER, place=towns.sister)
    return Towns(
        towns,
        worker,
        stranger,
        family(towns.system, towns.city, worker, name="אלון"),
        family(towns.system, towns.sister, stranger, name="ברק"),
    )


def people(*rows: dict[str, Any], initial: int = 0) -> dict[str, Any]:
    """The people of a family's form, as it is posted; the first `initial` are in the file already."""
    data: dict[str, Any] = {"people-TOTAL_FORMS": len(rows), "people-INITIAL_FORMS": initial}
    for number, row in enumerate(rows):
        data |= {f"people-{number}-{name}": value for name, value in row.items()}
    return data
