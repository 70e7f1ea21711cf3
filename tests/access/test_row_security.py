"""Personal rows under row-level security: what policies let through, and that one missing is noticed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from django.test.utils import isolate_apps

from maarag.database import doctor
from maarag.database.encryption.fields import EncryptedTextField
from maarag.database.migrating import as_owner
from maarag.database.rows import NOBODY, RowScope, under, visible
from maarag.database.rows import checks as row_checks
from maarag.database.rows.checks import NOT_PERSONAL, personal_models, problems, unmarked
from maarag.database.rows.declared import differences
from maarag.domains.families.models import Family, Member
from maarag.kernel.access.permissions import Role
from maarag.kernel.access.rows import scope_of
from maarag.kernel.places.models import Place
from tests.factories.families import everything, family
from tests.factories.services import World, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def towns() -> World:
    towns = world()
    for place in (towns.city, towns.sister):
        family(towns.system, place, towns.account(Role.SOCIAL_WORKER, place=place), name=place.name_he)
    return towns


def test_the_catalogue_holds_what_the_models_promise():
    assert {Family, Member} <= set(personal_models())
    assert faults() == []


def faults(asked: Any = connection) -> list[str]:
    """All that the doctor asks of people's rows."""
    return [*problems(asked), *differences(asked, personal_models())]


def test_the_doctor_tells():
    (finding,) = doctor._rows()
    assert finding.ok, finding.message


def test_without_a_scope_nobody_sees_a_row(towns: World):
    assert (Family.objects.count(), Member.objects.count()) == (0, 0)


def test_a_scope_shows_its_own_authority_alone(towns: World):
    for own in (towns.city, towns.sister):
        with visible(everything(own)):
            assert {one.authority for one in Family.objects.all()} == {own}
            assert Member.objects.count() == 2
            assert set(Member.objects.values_list("authority", flat=True)) == {own.pk}
    assert Family.objects.count() == 0


def test_a_scope_of_one_family_shows_no_other(towns: World):
    own = everything(towns.city)
    with visible(own):
        known = Family.objects.get()
        account = known.worker
    other = family(towns.system, towns.city, account, name="אחרת")
    with visible(RowScope(own.authorities, family=other.pk)):
        assert [one.pk for one in Family.objects.all()] == [other.pk]
        assert set(Member.objects.values_list("family", flat=True)) == {other.pk}
        assert Family.objects.filter(pk=known.pk).update(name="אחר") == 0
    with visible(own):
        assert Family.objects.count() == 2


def test_scopes_nest_and_end(towns: World):
    with visible(everything(towns.city)):
        with visible(everything(towns.sister)):
            assert Family.objects.get().authority == towns.sister
        assert Family.objects.get().authority == towns.city
        with pytest.raises(DatabaseError), visible(everything(towns.sister)):
            connection.cursor().execute("SELECT 1/0")
        assert Family.objects.get().authority == towns.city
        with under(NOBODY):
            assert not Family.objects.exists()
        assert Family.objects.get().authority == towns.city


def test_foreign_rows_are_neither_written_nor_referred_to(towns: World):
    with visible(everything(towns.sister)):
        foreign = Family.objects.get()
    with visible(everything(towns.city)):
        assert Family.objects.filter(pk=foreign.pk).update(name="מחוק") == 0
        assert Family.objects.filter(pk=foreign.pk).delete()[0] == 0
        row = {"number": 77, "name": "זר", "worker": foreign.worker, "opened_on": foreign.opened_on}
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Family.objects.create(authority=towns.sister, **row)
        with pytest.raises(DatabaseError, match="families_member_family_within"), transaction.atomic():
            member_at_once(towns.city, foreign)
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Family.objects.filter(authority=towns.city).update(authority=towns.sister)
    with visible(everything(towns.sister)):
        foreign.refresh_from_db()
        assert foreign.name == towns.sister.name_he


def test_whom_roles_let_see(towns: World):
    def seen(role: Role, **where: Any) -> set[int]:
        return set(scope_of(towns.account(role, **where)).authorities)

    assert seen(Role.SOCIAL_WORKER, place=towns.city) == {towns.city.pk}
    assert seen(Role.TEAM_LEADER, place=towns.sister) == {towns.sister.pk}
    # from above the authorities people are counted, never named
    assert seen(Role.SOCIAL_WORKER, place=towns.nation) == set()
    assert seen(Role.DEPARTMENT_HEAD, place=towns.city) == {towns.city.pk}
    for role in set(Role) - {Role.SOCIAL_WORKER, Role.TEAM_LEADER, Role.DEPARTMENT_HEAD}:
        assert seen(role, place=towns.city) == set(), role


def member_at_once(authority: Place, foreign: Family) -> None:
    Member.objects.create(authority=authority, family_id=foreign.pk, first_name="א", last_name="ב")
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.django_db(transaction=True)
class TestAWeakenedCatalogue:
    """Each promise broken by the owner, once; the check names it, and nothing of it stays."""

    @pytest.mark.parametrize(
        ("harm", "named"),
        [
            ("DROP POLICY rows_of_the_scope ON families_member", "no policy on its authority"),
            ("ALTER TABLE families_family NO FORCE ROW LEVEL SECURITY", "not under forced"),
            ("ALTER TABLE families_family DISABLE ROW LEVEL SECURITY", "not under forced"),
            ("CREATE POLICY open ON families_family USING (true)", "lets every row through"),
            (
                "CREATE POLICY more ON families_family FOR SELECT USING (number > 0)",
                "families_family: the policy more is not what the migrations declare",
            ),
            (
                "ALTER POLICY rows_of_the_scope ON casework_contact USING (authority_id = ANY"
                " ((SELECT nullif(current_setting('maarag.authorities', true), '')::bigint[])::bigint[])"
                " OR kind = 'phone')",
                "casework_contact: the policy rows_of_the_scope is not what the migrations declare",
            ),
            (
                "ALTER POLICY rows_also_readable ON families_share USING (organisation_id > 0)",
                "families_share: the policy rows_also_readable is not what the migrations declare",
            ),
            ("DROP POLICY rows_of_one_family ON families_member", "scopes of one family"),
            ("CREATE VIEW names AS SELECT name FROM families_family", "plain view"),
            ("CREATE MATERIALIZED VIEW names AS SELECT name FROM families_family", "materialised view"),
            (
                "ALTER TABLE families_member DROP CONSTRAINT families_member_family_within",
                "without its authority",
            ),
            ("ALTER TABLE families_member ALTER authority_id DROP NOT NULL", "without an authority"),
        ],
    )
    def test_is_noticed(self, harm: str, named: str):
        with by_the_owner(harm) as weakened:
            assert any(named in fault for fault in faults(weakened)), faults(weakened)
        assert faults() == []

    def test_the_owner_and_the_superuser_are_noticed_as_logins(self):
        with as_owner(connection):
            assert any("owns tables" in fault for fault in problems(connection))


@isolate_apps("maarag.domains.families")
def test_a_model_about_people_that_does_not_say_so_is_noticed():
    class Written(models.Model):  # noqa: DJ008
        words = EncryptedTextField("words")

        class Meta:
            app_label = "families"

    class Referring(models.Model):  # noqa: DJ008
        family = models.ForeignKey(Family, models.CASCADE, related_name="+")

        class Meta:
            app_label = "families"

    class Plain(models.Model):  # noqa: DJ008
        name = models.CharField(max_length=5)
        visitors = models.ManyToManyField(Family, related_name="+")

        class Meta:
            app_label = "families"

    tables = [Written, Referring, Plain, Plain.visitors.through, Family, Member]
    assert list(unmarked(tables)) == [
        "families.Written.words is encrypted, and the model is not personal",
        "families.Referring.family leads to a personal row, and the model is not personal",
        "families.Plain_visitors.family leads to a personal row, and the model is not personal",
    ]
    assert set(NOT_PERSONAL) <= {model._meta.label for model in apps.get_models()}


def test_a_table_between_two_models_is_looked_at_too(monkeypatch: pytest.MonkeyPatch):
    with isolate_apps("maarag.domains.families") as isolated:

        class Plain(models.Model):  # noqa: DJ008
            visitors = models.ManyToManyField(Family, related_name="+")

            class Meta:
                app_label = "families"

    monkeypatch.setattr(row_checks, "apps", isolated)
    assert problems(connection) == [
        "families.Plain_visitors.family leads to a personal row, and the model is not personal"
    ]


@contextmanager
def by_the_owner(harm: str) -> Iterator[Any]:
    with as_owner(connection), transaction.atomic():
        connection.cursor().execute(harm)
        yield connection
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_the_application_cannot_take_its_chains_off():
    for statement in (
        "DROP POLICY rows_of_the_scope ON families_family",
        "ALTER TABLE families_family DISABLE ROW LEVEL SECURITY",
        "SET ROLE maarag",
        "SET ROLE maarag_backup",
        "ALTER ROLE CURRENT_USER BYPASSRLS",
        "CREATE TABLE copied AS SELECT * FROM families_family",
        "TRUNCATE families_family CASCADE",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('x', 'y', now())",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.cursor() as cursor:
            cursor.cursor.execute(statement)


def test_an_unknown_family_and_a_foreign_one_are_the_same(towns: World):
    with visible(everything(towns.sister)):
        foreign = Family.objects.get().pk
    with visible(everything(towns.city)):
        assert [Family.objects.filter(pk=pk).first() for pk in (foreign, uuid4())] == [None, None]
