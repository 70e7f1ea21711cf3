"""Every change of rows is recorded, whoever makes it and however: by save, update(), in bulk, by raw SQL."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.utils import DatabaseError, ProgrammingError

from maarag.database.layout import ONE_FAMILY
from maarag.database.migrating import as_owner
from maarag.kernel.access.actions import open_account, system_account
from maarag.kernel.access.models import Account
from maarag.kernel.audit.install import FOR_ONE_FAMILY, install, missing
from maarag.kernel.audit.models import ChainHead, RowChange, Seal
from maarag.kernel.audit.tables import EXEMPT, audited_models, is_audited
from maarag.kernel.audit.triggers import audited_tables
from maarag.kernel.sources.models import Source


def newest() -> int:
    return RowChange.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def since(number: int) -> list[tuple[str, str, list[str], list[Any]]]:
    """(table, what, rows, changes) of the changes after an entry."""
    return [
        (row.of_table, row.operation, row.row_ids, [json.loads(text) for text in row.changes])
        for row in RowChange.objects.filter(pk__gt=number).order_by("pk")
    ]


@pytest.fixture
def source(db: None) -> Source:
    return Source.objects.create(code="a", name_he="אחד")


def test_a_row_saved_changed_and_removed(source: Source) -> None:
    pk = str(source.pk)
    assert since(0)[-1] == ("sources_source", "I", [pk], [])
    before = newest()
    source.name_he = 'שני\n"מקור"'
    source.save()
    assert since(before) == [("sources_source", "U", [pk], [{"name_he": ["אחד", 'שני\n"מקור"']}])]
    before = newest()
    source.save()
    assert since(before) == []  # nothing changed
    source.delete()
    ((table, what, rows, (whole,)),) = since(before)
    assert (table, what, rows) == ("sources_source", "D", [pk])
    assert (whole["code"], whole["name_he"]) == ("a", 'שני\n"מקור"')


def test_update_in_bulk_and_raw_sql(db: None) -> None:
    before = newest()
    rows = Source.objects.bulk_create(Source(code=f"s{n}", name_he=f"{n}") for n in range(2300))
    found = since(before)
    assert [(table, what, len(pks)) for table, what, pks, _ in found] == [
        ("sources_source", "I", 1000),
        ("sources_source", "I", 1000),
        ("sources_source", "I", 300),
    ]
    assert sorted(pk for _, _, pks, _ in found for pk in pks) == sorted(str(row.pk) for row in rows)
    before = newest()
    Source.objects.filter(code__in=["s1", "s2"]).update(name_he="x")
    ((_, what, pks, changes),) = since(before)
    assert (what, set(pks)) == ("U", {str(rows[1].pk), str(rows[2].pk)})
    assert dict(zip(pks, changes, strict=True))[str(rows[1].pk)] == {"name_he": ["1", "x"]}
    before = newest()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE sources_source SET id = -1, name_he = 'y' WHERE code = 's3'")
        cursor.execute("DELETE FROM sources_source WHERE code IN ('s4', 's5')")
        cursor.execute("INSERT INTO sources_source SELECT * FROM sources_source WHERE false")
    moved, gone, deleted = sorted(since(before), key=lambda told: (len(told[2]), told[1], told[2]))
    assert [told[1] for told in (moved, gone)] == ["D", "I"]  # a changed key is another row
    assert (moved[2], gone[2]) == ([str(rows[3].pk)], ["-1"])
    assert (deleted[1], {row["code"] for row in deleted[3]}) == ("D", {"s4", "s5"})


def test_secrets_are_told_without_their_value(db: None) -> None:
    account = open_account(by=system_account(), email="a@example.org", name="א", password="a long password")
    before = newest()
    account.set_password("another one, long")
    account.save()
    Account.objects.filter(pk=account.pk).update(last_login="2026-01-01T00:00Z")
    ((_, _, _, (change,)),) = since(before)
    assert change == {"password": "changed"}
    account.delete()
    whole = since(before)[-1][3][0]
    assert "password" not in whole
    assert whole["email"] == "a@example.org"


def test_who_and_in_which_transaction(source: Source) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('maarag.account', '41', true), pg_current_xact_id()::text::bigint")
        transaction_id = cursor.fetchone()[1]
        source.save()
        Source.objects.update(name_he="z")
        cursor.execute("SELECT session_user")
        login = cursor.fetchone()[0]
    row = RowChange.objects.latest("pk")
    assert (row.account, row.transaction, row.login) == (41, transaction_id, login)
    assert row.authority_id is None


def test_every_table_is_under_the_record_or_says_why_not(db: None) -> None:
    with connection.cursor() as cursor:
        tables = audited_tables(cursor)
        assert missing(cursor, tables) == set()
    ours = [
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if apps.get_app_config(model._meta.app_label).name.startswith("maarag.")
        and model._meta.managed
        and not model._meta.proxy
    ]
    assert {table.name for table in tables} >= set(ours) - EXEMPT.keys()
    assert EXEMPT.keys() <= set(ours), "an exemption for a table that is gone"
    assert all(EXEMPT.values())
    assert {"places_place", "access_grant", "account_emailaddress"} <= {table.name for table in tables}
    assert all(is_audited(model) for model in audited_models())


def test_the_triggers_fit_the_columns(db: None) -> None:
    """What is installed is what the code makes of the columns: nothing is left to do."""
    assert install(connection) is False


@pytest.mark.django_db(transaction=True)
def test_a_right_that_the_code_takes_away_is_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = "audit_newest_change(text[])"
    kept = tuple(function for function in FOR_ONE_FAMILY if function != taken)
    monkeypatch.setattr("maarag.kernel.audit.install.FOR_ONE_FAMILY", kept)
    ask = "SELECT has_function_privilege(%s, %s, 'EXECUTE')"
    with as_owner(connection), transaction.atomic(), connection.cursor() as cursor:
        assert cursor.execute(ask, [ONE_FAMILY, f"public.{taken}"]).fetchone() == (True,)
        assert install(connection)
        assert cursor.execute(ask, [ONE_FAMILY, f"public.{taken}"]).fetchone() == (False,)
        assert install(connection) is False
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_one_seal_a_transaction_and_none_for_one_rolled_back() -> None:
    system = system_account()
    seals = Seal.objects.count()
    with transaction.atomic():
        Source.objects.create(code="a", name_he="א")
        Source.objects.filter(code="a").update(name_he="ב")
        with pytest.raises(DatabaseError), transaction.atomic():
            Source.objects.create(code="a", name_he="כפול")
    assert Seal.objects.count() == seals + 1
    seal = Seal.objects.latest("pk")
    assert (seal.count, seal.outside) == (2, True)
    with transaction.atomic():
        open_account(by=system, email="b@example.org", name="ב")
        transaction.set_rollback(True)
    assert Seal.objects.count() == seals + 1
    open_account(by=system, email="b@example.org", name="ב")
    seal = Seal.objects.latest("pk")
    assert seal.outside is False
    assert ChainHead.objects.get(chain=0).number == Seal.objects.filter(chain=0).count()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditevent SET actor_id = actor_id, action = 'x'",
        "UPDATE audit_auditevent SET changes = '{}'",
        "UPDATE audit_auditevent SET changes = '{\"a\": 1}', erased = digest",
        "DELETE FROM audit_auditevent",
        "UPDATE audit_rowchange SET row_ids = '{}'",
        "UPDATE audit_rowchange SET changes = ARRAY['erased:00']",
        "DELETE FROM audit_rowchange",
        "INSERT INTO audit_seal SELECT * FROM audit_seal",
        "UPDATE audit_seal SET count = 1",
        "DELETE FROM audit_seal",
        "DELETE FROM audit_chainhead",
        "INSERT INTO audit_signedheads SELECT * FROM audit_signedheads WHERE false RETURNING pg_sleep('x')",
        "DELETE FROM audit_verification",
    ],
)
def test_nobody_edits_the_record(source: Source, statement: str) -> None:
    open_account(by=system_account(), email="c@example.org", name="ג")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE sources_source SET name_he = 'c'")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # there are seals now
        with pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute(statement)


def test_the_application_cannot_forge_a_change_of_rows(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('audit_rowchange', 'INSERT')")
        if cursor.fetchone()[0]:
            pytest.skip("the tests run as the owner")
        with pytest.raises(ProgrammingError), transaction.atomic():
            cursor.execute("SELECT audit_append('x', 'I', false, NULL, '{1}', '{}', NULL)")
