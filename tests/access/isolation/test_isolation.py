"""No stranger sees a family of another authority, however they ask; and the trial notices when one could."""

from __future__ import annotations

import os

import pytest
from django.db import connection

from maarag.database.migrating import as_owner
from maarag.database.rows import scope
from maarag.database.rows.checks import personal_models
from maarag.database.rows.policies import CONDITION, POLICY
from maarag.kernel.access.permissions import Role
from tests.access.conftest import Estate

from .attempts import KEEPERS
from .canaries import plant
from .trial import careless, keepers_see, run, walk

pytestmark = pytest.mark.django_db(transaction=True)
SHORT, FEW = 400, 60
TWO = ("signed out", f"{Role.SOCIAL_WORKER} of the sister")
"""Enough to notice what is open to all strangers, one of them with families of their own."""
ALL = int(os.environ.get("ISOLATION_ATTEMPTS", "100000"))
PARTS = 8


def test_no_canary_is_seen(estate: Estate):
    outcome = run(plant(estate), number=SHORT)
    assert not outcome.leaks, "\n".join(outcome.leaks[:30])
    assert outcome.attempts == SHORT
    apps = {model._meta.app_label for model in personal_models()}
    # those between the product are at addresses of personal rows; retention has five of them
    assert min(outcome.apps[app] for app in apps - {"retention"}) > SHORT / 12


@pytest.mark.proof
@pytest.mark.parametrize("part", range(PARTS))
def test_no_canary_is_seen_in_a_hundred_thousand_attempts(estate: Estate, part: int):
    number = -(-ALL // PARTS)
    outcome = run(plant(estate), number=number, share=(part, PARTS))
    print(f"{outcome.attempts} attempts: {dict(sorted(outcome.statuses.items()))}")  # noqa: T201
    assert not outcome.leaks, "\n".join(outcome.leaks[:30])
    assert outcome.attempts == number


@pytest.mark.parametrize(
    "role", [KEEPERS[0], *(pytest.param(role, marks=pytest.mark.proof) for role in KEEPERS[1:])]
)
def test_a_keeper_of_another_neighbourhood_sees_none(estate: Estate, role: Role):
    # the policy lets the whole authority through: which part of it is theirs, queries alone say
    elsewhere = estate.nation.neighbourhoods[-1]
    keeper = estate.nation.world.account(role, place=elsewhere)
    assert walk(plant(estate), {f"{role} of another neighbourhood": keeper}) == []


@pytest.mark.parametrize("table", ["families_family", "families_member"])
def test_a_table_without_protection_is_noticed(estate: Estate, table: str):
    canaries = plant(estate)
    owned(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    try:
        leaks = run(canaries, number=FEW, by=TWO).leaks
    finally:
        owned(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    assert any(f"a careless query on {table} shows" in leak for leak in leaks)


def test_a_copy_that_no_policy_guards_is_noticed(estate: Estate):
    canaries = plant(estate)
    # the owner is under the policies too
    owned("ALTER TABLE families_family NO FORCE ROW LEVEL SECURITY")
    owned("CREATE TABLE families_copy AS SELECT * FROM families_family")
    owned("ALTER TABLE families_family FORCE ROW LEVEL SECURITY")
    owned("GRANT SELECT ON families_copy TO PUBLIC")
    try:
        leaks = careless(canaries, "signed out", None)
    finally:
        owned("DROP TABLE families_copy")
    assert any("a careless query on families_copy shows Family.name" in leak for leak in leaks)
    assert careless(canaries, "signed out", None) == []


def test_a_policy_dropped_is_noticed(estate: Estate):
    """Under forced security a table without its policy is closed to its keepers too."""
    canaries = plant(estate)
    owned(f"DROP POLICY {POLICY} ON families_family")
    try:
        leaks = keepers_see(canaries)
    finally:
        owned(f"CREATE POLICY {POLICY} ON families_family USING ({CONDITION}) WITH CHECK ({CONDITION})")
    assert any("does not see" in leak for leak in leaks)
    assert keepers_see(canaries) == []


def test_a_setting_for_the_session_is_noticed(estate: Estate, monkeypatch: pytest.MonkeyPatch):
    """A setting that outlives its transaction would be found by whoever gets the connection next."""
    canaries = plant(estate)
    told = scope.tell

    def for_the_session(pool, wanted):
        told(pool, wanted)
        for name, value in wanted.settings().items():
            pool.connection.execute("SELECT set_config(%s, %s, false)", [name, value])

    monkeypatch.setattr("maarag.database.backend.base.tell", for_the_session)
    monkeypatch.setattr("maarag.database.rows.scope.tell", for_the_session)
    leaks = run(canaries, number=FEW, by=TWO).leaks
    connection.close()
    assert any("leaves maarag.authorities behind" in leak for leak in leaks)


def owned(statement: str) -> None:
    with as_owner(connection), connection.cursor() as cursor:
        cursor.execute(statement)
