"""A grant holds in its period, in its place and everything inside it, and nowhere else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from maarag.kernel.access.actions import end_grant, grant, open_account
from maarag.kernel.access.models import Account, Grant
from maarag.kernel.access.permissions import ROLE_PERMISSIONS, Permission, Role
from maarag.kernel.access.queries import accounts_with
from maarag.kernel.access.scope import holds_somewhere, permits, places_permitted
from tests.factories.picture import Nation, make_nation


@pytest.fixture
def nation(db: None) -> Nation:
    return make_nation()


@pytest.fixture
def somebody(nation: Nation) -> Account:
    return open_account(by=nation.world.system, email="somebody@example.org", name="מישהי")


@pytest.mark.parametrize(
    ("starts", "ends", "holds"),
    [(-9, None, True), (0, None, True), (1, None, False), (-9, 0, True), (-9, -1, False), (0, 0, True)],
)
def test_a_grant_holds_from_its_first_to_its_last_day(
    nation: Nation, somebody: Account, starts: int, ends: int | None, holds: bool
) -> None:
    today = timezone.localdate()
    grant(
        by=nation.world.system,
        account=somebody,
        role=Role.INTEGRATOR,
        place=nation.world.city,
        starts=today + timedelta(days=starts),
        ends=None if ends is None else today + timedelta(days=ends),
    )
    city = nation.world.city
    assert permits(somebody, Permission.EDIT_NEEDS, place=city) is holds
    assert holds_somewhere(somebody, Permission.EDIT_NEEDS) is holds
    assert places_permitted(somebody, Permission.EDIT_NEEDS).contains(city) is holds
    assert somebody.places_with("edit_needs").contains(city) is holds
    assert accounts_with(Permission.EDIT_NEEDS, [city]).contains(somebody) is holds


def test_a_grant_reaches_inside_and_not_beside_or_above(nation: Nation) -> None:
    account = nation.world.account(Role.INTEGRATOR, place=nation.world.city)
    held = {place.code for place in places_permitted(account, Permission.OPEN_MISSIONS)}
    assert held == {"9001", "9001-0", "9001-1", "9001-2"}
    for place in (nation.world.sister, nation.district, nation.world.nation):
        assert not permits(account, Permission.OPEN_MISSIONS, place=place)


def test_exact_counts_are_only_for_whoever_works_in_an_authority(nation: Nation) -> None:
    above = nation.world.account(Role.INTEGRATOR, place=nation.district)
    assert permits(above, Permission.EDIT_NEEDS, place=nation.world.city)
    assert not permits(above, Permission.VIEW_EXACT_COUNTS, place=nation.world.city)
    assert not places_permitted(above, Permission.VIEW_EXACT_COUNTS).exists()


@pytest.mark.parametrize("role", list(Role))
def test_each_role_may_what_the_table_says_and_no_more(nation: Nation, role: Role) -> None:
    account = nation.world.account(role, place=nation.world.city)
    for permission in Permission:
        wanted = permission in ROLE_PERMISSIONS[role]
        assert permits(account, permission, place=nation.world.city) is wanted, permission
        assert not permits(account, permission, place=nation.world.sister), permission
        assert not permits(AnonymousUser(), permission, place=nation.world.city), permission


def test_an_account_that_is_closed_holds_nothing(nation: Nation) -> None:
    account = nation.world.account(Role.INTEGRATOR, place=nation.world.city)
    account.is_active = False
    account.save()
    assert not permits(account, Permission.OPEN_MISSIONS, place=nation.world.city)
    assert not accounts_with(Permission.OPEN_MISSIONS, [nation.world.city]).contains(account)


def test_a_grant_for_an_organisation_holds_for_it_alone(nation: Nation) -> None:
    world = nation.world
    account = world.account(Role.SERVICE_EDITOR, organisation=world.organisation)
    assert permits(account, Permission.EDIT_SERVICES, organisation=world.organisation)
    assert not permits(account, Permission.EDIT_SERVICES, organisation=world.sister_organisation)
    assert not permits(account, Permission.EDIT_SERVICES, place=world.city)


def test_nobody_gives_or_ends_what_they_do_not_manage(nation: Nation, somebody: Account) -> None:
    world = nation.world
    manager = world.account(Role.INTEGRATOR, place=world.city)
    for place in (world.sister, world.nation):
        with pytest.raises(PermissionDenied):
            grant(by=manager, account=somebody, role=Role.RESIDENT, place=place)
    foreign = world.account(Role.TEAM_LEADER, place=world.sister).grants.get()
    with pytest.raises(PermissionDenied):
        end_grant(by=manager, grant=foreign)
    with pytest.raises(ValidationError):
        grant(
            by=world.system,
            account=somebody,
            role=Role.RESIDENT,
            place=world.city,
            organisation=world.organisation,
        )
    assert not Grant.objects.filter(account=somebody).exists()


def test_a_grant_of_today_is_withdrawn_and_an_older_one_ended(nation: Nation, somebody: Account) -> None:
    world, today = nation.world, timezone.localdate()
    young = grant(by=world.system, account=somebody, role=Role.RESIDENT, place=world.city)
    end_grant(by=world.system, grant=young)
    assert not Grant.objects.filter(account=somebody).exists()
    old = grant(
        by=world.system,
        account=somebody,
        role=Role.RESIDENT,
        place=world.city,
        starts=today - timedelta(days=9),
    )
    assert end_grant(by=world.system, grant=old).ends == today - timedelta(days=1)


def test_a_request_reads_the_roles_once_and_the_next_one_anew(nation: Nation, client: Client) -> None:
    account = nation.world.account(Role.INTEGRATOR, place=nation.world.city)
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/sources/").status_code == 200
    assert sum("access_grant" in query["sql"] for query in queries) == 1
    assert client.get("/missions/new/").status_code == 200
    end_grant(by=nation.world.system, grant=account.grants.get())
    assert client.get("/missions/new/").status_code == 403
