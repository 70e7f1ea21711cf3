"""The record in a backup: its ends are noted, and after a restore it is read through against them."""

from __future__ import annotations

import pytest

from maarag.kernel.audit.backups import faults, heads
from tests.factories.services import world

from .superuser import superuser


@pytest.mark.django_db(transaction=True)
def test_a_record_that_is_not_as_it_was_is_told():
    world()
    with superuser() as session:
        noted = heads(session)["heads"]
        assert noted
        assert faults(session, noted) == []
        assert faults(session, noted[:-1]) == ["audit: the chains do not end as they did"]
        with session.transaction(force_rollback=True):
            session.execute(
                "UPDATE audit_auditevent SET changes = '{}' WHERE id ="
                " (SELECT max(id) FROM audit_auditevent WHERE changes <> '{}')"
            )
            (fault,) = faults(session, noted)
            assert "entry-edited" in fault
        with session.transaction(force_rollback=True):
            session.execute("DELETE FROM audit_auditevent WHERE id = (SELECT max(id) FROM audit_auditevent)")
            assert faults(session, noted)


@pytest.mark.django_db(transaction=True)
def test_a_database_that_lost_its_record_is_told():
    with superuser() as session, session.transaction(force_rollback=True):
        session.execute("DROP TABLE audit_chainhead CASCADE")
        assert heads(session) == {"heads": []}
        assert faults(session, [[0, 1, "00"]]) == ["audit: there is no record"]
        assert faults(session, []) == []
