"""What was removed from a file is found in the record by an index, however long the record is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connection

from maarag.database.layout import APPLICATION
from maarag.database.rows import RowScope
from maarag.domains.families.models import Family
from maarag.kernel.retention.erasing import _REMOVED, _links
from tests.kernel.audit.superuser import superuser

ENTRIES, AUTHORITIES, ONE_REMOVES = 20_000, 40, 50
FAMILY, MEMBER = UUID(int=1), UUID(int=2)
LONG = """
INSERT INTO audit_rowchange
    (at, transaction, authority_id, personal, login, of_table, operation, row_ids, changes, digest)
SELECT now(), 1, 1 + n %% %(authorities)s, true, 'tests',
    CASE n %% 3 WHEN 0 THEN 'families_member' WHEN 1 THEN 'casework_goal' ELSE 'casework_contact' END,
    CASE WHEN n %% %(one_removes)s = 0 THEN 'D' ELSE 'U' END, ARRAY[gen_random_uuid()::text],
    ARRAY[json_build_object('family_id', gen_random_uuid(), 'words', repeat('x', 300))::text], ''
FROM generate_series(1, %(entries)s) AS n
"""
REMOVED = """
INSERT INTO audit_rowchange
    (at, transaction, authority_id, personal, login, of_table, operation, row_ids, changes, digest)
VALUES (now(), 1, 1, true, 'tests', 'families_member', 'D', %s, %s, '')
"""


@contextmanager
def long_record(entries: int = ENTRIES) -> Iterator[psycopg.Connection[Any]]:
    """As the application in the scope of one authority, where a member was removed; all is undone again."""
    with superuser() as session, session.transaction(force_rollback=True):
        session.execute(LONG, {"entries": entries, "authorities": AUTHORITIES, "one_removes": ONE_REMOVES})
        session.execute(REMOVED, [[str(MEMBER)], [json.dumps({"id": str(MEMBER), "family_id": str(FAMILY)})]])
        session.execute("ANALYZE audit_rowchange")
        for name, value in RowScope(authorities=frozenset({1})).settings().items():
            if name != "role":
                session.execute("SELECT set_config(%s, %s, true)", [name, value])
        session.execute(f"SET LOCAL ROLE {APPLICATION}")
        yield session


def asked() -> list[Any]:
    """What the query is asked for one family of the first authority."""
    return [*map(list, zip(*_links(), strict=True)), 1, [Family._meta.db_table], [str(FAMILY)]]


@pytest.mark.django_db(transaction=True)
def test_removed_rows_are_found_by_an_index():
    connection.ensure_connection()
    with long_record() as session:
        found = session.execute(_REMOVED, asked()).fetchall()
        assert ("families_member", str(MEMBER)) in found
        assert len(found) == 2
        plan = "\n".join(line for (line,) in session.execute(f"EXPLAIN {_REMOVED}", asked()))
    assert "audit_change_removed" in plan, plan
    assert "Seq Scan on audit_rowchange" not in plan, plan
