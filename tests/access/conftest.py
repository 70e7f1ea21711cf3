"""One world in which every address has something to show, and an account for every role in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from maarag.domains.families.models import Family
from maarag.domains.missions.actions import open_mission
from maarag.domains.missions.models import Mission
from maarag.domains.needs.models import NeedEstimate
from maarag.domains.services.actions import compute_overlaps
from maarag.domains.services.models import OverlapFinding, Service
from maarag.kernel.access.actions import grant, open_account
from maarag.kernel.access.models import Account, Grant
from maarag.kernel.access.permissions import Role
from maarag.kernel.imports.actions import take_in
from maarag.kernel.imports.models import ImportFile
from maarag.kernel.places.models import Place
from tests.factories.baskets import Department
from tests.factories.families import family as open_family
from tests.factories.picture import Nation, make_nation
from tests.factories.services import World


class Accounts(Mapping[Role, Account]):
    """An account of each role in a place, made when it is first asked for: outside of what is rolled back."""

    def __init__(self, world: World, where: str, place: Place) -> None:
        self.world, self.where, self.place = world, where, place
        self.made: dict[Role, Account] = {}

    def __getitem__(self, role: Role | str) -> Account:
        role = Role(role)
        if role not in self.made:
            self.made[role] = _account(self.world, role, self.where, self.place)
        return self.made[role]

    def __iter__(self) -> Iterator[Role]:
        return iter(Role)

    def __len__(self) -> int:
        return len(Role)


@dataclass
class Estate:
    """Rows of the own authority, and accounts with each role in it and in its sister."""

    nation: Nation
    service: Service
    twin: Service
    estimate: NeedEstimate
    mission: Mission
    grant: Grant
    import_file: ImportFile
    family: Family
    own: Mapping[Role, Account]
    sister: Mapping[Role, Account]
    department: Department | None = None
    """The family's basket and all around it, once an address asks for it."""


@pytest.fixture
def estate(few: Estate) -> Estate:
    """With every account there is, for tests that roll back what they do."""
    few.own, few.sister = dict(few.own), dict(few.sister)
    return few


@pytest.fixture
def few(db: None, settings, tmp_path) -> Estate:
    """Whose accounts are made when a test asks for them."""
    settings.MEDIA_ROOT = tmp_path
    nation = make_nation()
    world = nation.world
    service = nation.meals("A", 60, at=nation.neighbourhoods[0])
    twin = nation.meals("A2", 60, at=nation.neighbourhoods[0])
    compute_overlaps(by=world.system)
    assert OverlapFinding.objects.exists(), "the pair page needs a pair"
    nation.need(nation.neighbourhoods[0], 100)
    own, sister = Accounts(world, "own", world.city), Accounts(world, "sister", world.sister)
    integrator = own[Role.INTEGRATOR]
    mission = open_mission(
        by=integrator,
        place=world.city,
        title="לבדוק",
        owner=integrator,
        due=timezone.localdate() + timedelta(days=30),
    )
    given = grant(by=world.system, account=own[Role.VOLUNTEER], role=Role.VOLUNTEER, place=world.city)
    content = b"place,topic,situation,number,source,as_of\n"
    file = take_in(by=integrator, kind="needs", file=ContentFile(content, name="needs.csv"), name="needs.csv")
    estimate = NeedEstimate.objects.get()
    family = open_family(world.system, world.city, own[Role.SOCIAL_WORKER])
    return Estate(nation, service, twin, estimate, mission, given, file, family, own, sister)


def _account(world: World, role: Role, where: str, place: Place) -> Account:
    account = open_account(by=world.system, email=f"{role}@{where}.example", name=f"{role} {where}")
    grant(by=world.system, account=account, role=role, place=place, starts=date(2020, 1, 1))
    return account
