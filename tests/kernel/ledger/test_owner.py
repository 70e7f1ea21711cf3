"""What PostgreSQL refuses the owner of the tables too; what the verifier finds where a superuser did it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction

from maarag.database import cluster
from maarag.database.configuration import is_embedded
from maarag.database.layout import SUPERUSER, Layout
from maarag.database.migrating import as_owner
from maarag.database.server import EmbeddedServer
from maarag.kernel.ledger import actions
from maarag.kernel.ledger.verifying import verify
from maarag.values import Money

from .conftest import Purse, make_purse

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def kept() -> Purse:
    """A ledger with every kind of entry, committed."""
    purse = make_purse()
    with purse.seen_by(purse.city):
        basket, quota = purse.pot("b", 10_000), purse.pot("q", 10_000, kind="quota")
        shares = [(purse.pot(code, 5000, kind="share"), weight) for code, weight in (("f", 2), ("g", 1))]
        spending = purse.approved(1000, basket, quota, shares=shares)
        actions.commit(by=purse.worker, spending=spending, key="c")
        for number in range(3):
            actions.pay(by=purse.worker, spending=spending, amount=Money(101), key=f"p{number}")
        purse.plan(50, basket)
        actions.reverse(by=purse.worker, spending=purse.paid(70, quota, shares=shares), reason="x", key="r")
    return purse


ENTRY = (
    "INSERT INTO ledger_entry (kind, key, content, day, at, by_id, amount, reason, transaction)"
    " SELECT 'grant', 'own', '', day, now(), by_id, 1, '', 0 FROM ledger_entry"
    " WHERE key = 'test:0' RETURNING id"
)
POSTING = (
    "INSERT INTO ledger_posting (entry_id, account_id, authority_id, amount, balance, day, kind)"
    " SELECT {entry}, a.id, a.authority_id, {amount}, a.balance + {amount}, e.day, 'grant'"
    " FROM ledger_account a, ledger_entry e WHERE a.stage = '{stage}' AND e.key = 'test:0'"
    " AND a.pot_id = (SELECT id FROM ledger_pot WHERE code = 'q')"
)


REFUSED: list[tuple[str, type[DatabaseError]]] = [
    ("UPDATE ledger_account SET balance = balance + 1", ProgrammingError),
    ("UPDATE ledger_account SET floor = NULL", ProgrammingError),
    ("UPDATE ledger_posting SET amount = amount", ProgrammingError),
    ("DELETE FROM ledger_posting", ProgrammingError),
    ("UPDATE ledger_entry SET day = day", ProgrammingError),
    ("DELETE FROM ledger_entry", ProgrammingError),
    ("DELETE FROM ledger_spending", ProgrammingError),
    ("DELETE FROM ledger_decision", ProgrammingError),
    ("UPDATE ledger_draw SET amount = 1", ProgrammingError),
    ("DELETE FROM ledger_closedperiod", ProgrammingError),
    ("UPDATE ledger_spending SET paid = paid + 1", IntegrityError),
    # a posting of an entry of another transaction
    (POSTING.format(entry="e.id", amount=1, stage="committed"), IntegrityError),
]


def test_what_the_owner_may_not(kept: Purse) -> None:
    with as_owner(connection):
        for statement, error in REFUSED:
            with pytest.raises(error):
                run(statement)
    assert verify().is_sound


def run(*statements: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def entry_of(amounts: dict[str, int]) -> None:
    """An entry by hand, with these postings."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ENTRY)
        (entry,) = cursor.fetchone()
        for stage, amount in amounts.items():
            cursor.execute(POSTING.format(entry=entry, amount=amount, stage=stage))


def test_an_entry_that_does_not_add_up_is_not_committed(kept: Purse) -> None:
    with as_owner(connection):
        for amounts in ({"free": 5}, {"free": 5, "granted": -4}, {}):
            with pytest.raises(IntegrityError, match="add up"):
                entry_of(amounts)
    assert verify().is_sound


def test_a_limit_is_the_table_s_too(kept: Purse) -> None:
    """Were the function wrong, the constraint would still refuse."""
    with as_owner(connection), pytest.raises(IntegrityError, match="ledger_account_limit"):
        entry_of({"free": -100_000, "granted": 100_000})


@pytest.fixture
def superuser() -> Iterator[Any]:
    """A superuser of the server under whom no trigger works."""
    if not is_embedded():
        pytest.skip("another server than ours: its superuser is not ours")
    server = EmbeddedServer(settings.HOME)
    name = connection.settings_dict["NAME"]
    with cluster.connect(Layout.of(settings.HOME), port=server.port, role=SUPERUSER, dbname=name) as session:
        session.autocommit = False
        session.execute("SET session_replication_role = replica")
        yield session
        session.rollback()


TAMPERING: list[tuple[str, set[str] | None]] = [
        ("UPDATE ledger_account SET balance = balance + 7 WHERE stage = 'free'", {"balance-differs"}),
        ("UPDATE ledger_account SET floor = -5 WHERE stage = 'free'", {"limit-passed"}),
        ("UPDATE ledger_posting SET amount = amount + 1 WHERE kind = 'pay' AND amount > 0",
         {"balance-differs", "not-zero", "running-balance-differs", "spending-differs", "event-differs"}),
        ("UPDATE ledger_entry SET amount = amount + 1 WHERE key = 'p0'", {"event-differs"}),
        ("UPDATE ledger_entry SET decision_id = NULL WHERE kind = 'approve'",
         {"without-decision", "event-differs"}),
        ("UPDATE ledger_spending SET paid = paid + 1, committed = committed - 1 WHERE committed > 0",
         {"spending-differs"}),
        ("UPDATE ledger_entry SET reverses_id = NULL WHERE kind = 'reverse'",
         {"reversal-of-nothing", "event-differs"}),
        ("DELETE FROM ledger_posting WHERE kind = 'plan'", None),
        ("DELETE FROM ledger_entry WHERE key = 'p1'", None),
        ("DELETE FROM ledger_account WHERE stage = 'foreseen'", None),
        ("UPDATE ledger_draw SET amount = amount + 1", None),
    ]  # fmt: skip


def test_what_a_superuser_does_is_found(kept: Purse, superuser: Any) -> None:
    assert verify().faults == []
    for statement, codes in TAMPERING:
        superuser.execute(statement)
        found = {fault.code for fault in verify(superuser).faults}
        assert found == codes if codes else found, statement
        superuser.rollback()
        superuser.execute("SET session_replication_role = replica")
