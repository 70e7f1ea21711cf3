"""What the owner of the tables can take off is named: by the verification, the doctor, the site's health."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from maarag.cli.doctor import recording
from maarag.database.migrating import as_owner
from maarag.desks.health import checks
from maarag.kernel.audit.checking import check
from maarag.kernel.audit.guards import taken_off, unrecorded
from maarag.kernel.audit.install import install

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def by_the_owner(harm: str) -> Iterator[Any]:
    """Nothing of the harm stays."""
    with as_owner(connection), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(harm)
        yield cursor
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("harm", "named"),
    [
        ("ALTER TABLE places_place DISABLE TRIGGER audit_update", ["places_place"]),
        ("ALTER TABLE families_family DISABLE TRIGGER USER", ["families_family"]),
        ("ALTER TABLE families_family ENABLE REPLICA TRIGGER audit_delete", ["families_family"]),
        ("DROP TRIGGER audit_truncate ON families_member", ["families_member"]),
        ("ALTER TABLE audit_auditevent DISABLE TRIGGER audit_seal", ["audit_auditevent"]),
        ("ALTER TABLE audit_seal DISABLE TRIGGER audit_refuse_update", ["audit_seal"]),
        (
            "CREATE OR REPLACE TRIGGER audit_update AFTER UPDATE ON places_place FOR EACH STATEMENT"
            " EXECUTE FUNCTION audit_refuse()",
            ["places_place"],
        ),
        (
            "CREATE OR REPLACE FUNCTION audit_update_places_place() RETURNS trigger LANGUAGE plpgsql"
            " AS 'BEGIN RETURN NULL; END'",
            ["audit_update_places_place()"],
        ),
        (
            "CREATE OR REPLACE FUNCTION audit_note(entry bigint) RETURNS void LANGUAGE sql AS 'SELECT'",
            ["audit_note()"],
        ),
    ],
)
def test_what_is_taken_off_is_named(harm: str, named: list[str]):
    with by_the_owner(harm) as cursor:
        assert unrecorded(cursor) == named
    with connection.cursor() as cursor:
        assert taken_off(cursor) == []


def test_row_security_that_is_not_forced_is_named():
    for harm in ("NO FORCE ROW LEVEL SECURITY", "DISABLE ROW LEVEL SECURITY"):
        with by_the_owner(f"ALTER TABLE families_family {harm}") as cursor:
            assert [(fault.code, fault.record) for fault in taken_off(cursor)] == [
                ("not-protected", "families_family")
            ]


def test_verification_doctor_and_health_say_so(tmp_path: Path):
    with by_the_owner("ALTER TABLE places_place DISABLE TRIGGER audit_update"):
        verdict, kept = check(tmp_path)
        assert [(fault.code, fault.record) for fault in verdict.faults] == [("not-recorded", "places_place")]
        assert len(kept.faults) == 1
        (finding,) = recording()
        assert not finding.ok
        assert "places_place" in finding.message
        told = checks.audit()
        assert (told.state, told.figures["unguarded"]) == ("attention", 1)
        assert told.named == ("places_place",)
    verdict, _kept = check(tmp_path)
    assert verdict.is_sound
    (finding,) = recording()
    assert finding.ok
    assert checks.audit().figures["unguarded"] == 0


def test_migrating_puts_it_on_again():
    with as_owner(connection), connection.cursor() as cursor:
        for harm in (
            "ALTER TABLE places_place DISABLE TRIGGER audit_update",
            "CREATE OR REPLACE FUNCTION audit_note(entry bigint) RETURNS void LANGUAGE sql AS 'SELECT'",
        ):
            cursor.execute(harm)
            assert unrecorded(cursor)
            assert install(connection) is True
            assert unrecorded(cursor) == []
