from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation

from maarag.database.rows import visible
from maarag.domains.families.models import Family
from maarag.domains.referrals import actions
from maarag.domains.referrals.models import Referral
from maarag.domains.services.models import Service
from maarag.kernel.access.models import Account
from maarag.kernel.access.permissions import Role
from maarag.kernel.access.rows import scope_of
from tests.factories.families import everything, family
from tests.factories.referrals import sent
from tests.factories.services import World, world

BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass
class Loop:
    """A family and its worker, services to refer it to, and somebody who answers for one of their bodies."""

    world: World
    worker: Account
    leader: Account
    stranger: Account
    partner: Account
    foreign_partner: Account
    family: Family
    foreign: Family
    meals: Service
    parcels: Service
    others: Service

    def client(self, account: Account) -> Client:
        client = Client()
        client.force_login(account, backend=BACKEND)
        return client

    def sent(self, service: Service | None = None, **fields: Any) -> Referral:
        """A referral of the family, by its worker."""
        return sent(self.worker, self.family, service or self.meals, **fields)

    def by(self, account: Account, action: str, referral: Referral, **given: Any) -> Any:
        """Run an action of referrals as the account would, in its own scope."""
        with visible(scope_of(account)):
            return getattr(actions, action)(by=account, referral=referral, **given)

    def fresh(self, referral: Referral) -> Referral:
        with visible(everything(self.world.city)):
            return Referral.objects.get(pk=referral.pk)

    def see(self, account: Account, read: Callable[[], Any]) -> Any:
        """What somebody sees in the scope of their requests."""
        with visible(scope_of(account)):
            return read()


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def loop(db: None) -> Loop:
    made = world()
    worker = made.account(Role.SOCIAL_WORKER, place=made.city)
    stranger = made.account(Role.SOCIAL_WORKER, place=made.sister)
    return Loop(
        world=made,
        worker=worker,
        leader=made.account(Role.TEAM_LEADER, place=made.city),
        stranger=stranger,
        partner=made.account(Role.PARTNER_WORKER, organisation=made.organisation),
        foreign_partner=made.account(Role.PARTNER_WORKER, organisation=made.sister_organisation),
        family=family(made.system, made.city, worker, name="אלון"),
        foreign=family(made.system, made.sister, stranger, name="ברק"),
        meals=made.service("meals", "ארוחות חמות לילדים", "meals"),
        parcels=made.service(
            "parcels", "ארוחות של הנחל", "meals", "parcels", organisation=made.sister_organisation
        ),
        others=made.service("day", "מרכז יום", "day_centre"),
    )


def days_ago(days: int) -> datetime:
    # by the clock on the wall: so many days are not always so many times 24 hours
    return timezone.localtime() - timedelta(days=days)
