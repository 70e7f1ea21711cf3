"""Many writers on one basket and one funder, their connections cut and PostgreSQL killed under them.

No limit is passed, postings add up to zero, no payment that was answered for is lost, none is there twice.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from django.db import connection

from maarag.database.rows import visible
from maarag.kernel.ledger import actions
from maarag.kernel.ledger.models import Entry
from maarag.kernel.ledger.queries import balances
from maarag.kernel.ledger.verifying import verify
from maarag.values import Money
from tests.kernel.ledger.conftest import make_purse

from .ledger_writers import Field, Writer, payments

ROOT = Path(__file__).resolve().parents[2]
GRANTED = 40_000


def field_of_work(granted: int) -> Field:
    purse = make_purse()
    with purse.seen_by(purse.city):
        basket = purse.pot("basket", granted)
        funder = purse.pot("funder", granted + 1, kind="share")
    return Field(purse.worker, purse.city.pk, basket, funder, purse.decision)


def cut(count: int) -> int:
    """End some of the other connections to this database, whatever they are doing; how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename = current_user"
            " AND backend_type = 'client backend' ORDER BY random() LIMIT %s) a",
            [count],
        )
        return len(cursor.fetchall())


def judged(shared: Field, writers: list[Writer]) -> Counter[str]:
    """Asserts all that must hold afterwards; gives what the writers met."""
    odd = [odd for writer in writers for odd in writer.odd]
    assert not odd, f"{len(odd)} writers gave up: {odd[:3]}"  # told also where no test runner tells it
    promised = {key: told for writer in writers for key, told in writer.acknowledged.items()}
    with visible(shared.scope):
        kept = payments()
        found = balances([shared.basket, shared.funder])
        kinds = Counter(kind for kind, _amount in kept.values())
    lost = {key: told for key, told in promised.items() if kept.get(key) != told}
    assert lost == {}
    # at most what each writer had under way when its connection went for the last time
    assert len(kept) - len(promised) <= len(writers)
    paid = sum(amount for kind, amount in kept.values() if kind == "pay")
    for balance in found.values():
        assert balance.paid == Money(paid)
        assert balance.free.agorot >= 0
        assert balance.granted == balance.free + balance.approved + balance.committed + balance.paid
    assert verify().faults == []
    met = sum((writer.met for writer in writers), Counter())
    met.update({f"kept {kind}": count for kind, count in kinds.items()})
    return met


@pytest.mark.django_db(transaction=True)
def test_writers_whose_connections_are_cut() -> None:
    shared = field_of_work(GRANTED)
    writers = [Writer(shared, number) for number in range(20)]
    for writer in writers:
        writer.start()
    chance, cuts = random.Random(4), 0
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (
        cuts >= 20 and sum(writer.met["limit"] for writer in writers) >= 5
    ):
        time.sleep(0.15)
        cuts += cut(chance.randint(1, 4))
    shared.over.set()
    for writer in writers:
        writer.join(120)
        assert not writer.is_alive()
    met = judged(shared, writers)
    assert met["limit"] >= 5, "the limit was never met: nothing was proved of it"
    assert met["kept pay"] >= 10
    assert cuts >= 20
    assert met["OperationalError"] + met["InterfaceError"] >= 5, met


@pytest.mark.django_db(transaction=True)
def test_one_key_asked_for_by_many_at_once() -> None:
    """Twelve writers ask for the same payment in the same moment: it is made once, and all hear of it."""
    import threading

    shared = field_of_work(1000)
    with visible(shared.scope):
        spending = actions.plan(by=shared.by, pots=[shared.basket], amount=Money(100), key="s")
        actions.approve(by=shared.by, spending=spending, decision=shared.decision, key="a")
        actions.commit(by=shared.by, spending=spending, key="c")
    together, heard = threading.Barrier(12), []

    def ask() -> None:
        together.wait()
        with visible(shared.scope):
            heard.append(actions.pay(by=shared.by, spending=spending, amount=Money(60), key="p").pk)
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with visible(shared.scope):
        assert Entry.objects.filter(kind="pay").count() == 1
        assert heard == [Entry.objects.get(kind="pay").pk] * 12
        assert balances([shared.basket])[shared.basket.pk].paid == Money(60)


@pytest.mark.django_db(transaction=True)
def test_closing_waits_for_entries_under_way_and_refuses_those_after() -> None:
    """However the two meet, no entry of a closed day is committed after the day was closed."""
    import threading

    from django.utils import timezone

    shared = field_of_work(10**7)
    today = timezone.localdate()
    late: list[str] = []

    def work(number: int) -> None:
        for step in range(200):
            try:
                with visible(shared.scope):
                    actions.grant(
                        by=shared.by,
                        pot=shared.basket,
                        amount=Money(1),
                        decision=shared.decision,
                        key=f"{number}-{step}",
                    )
            except actions.PeriodClosed:
                late.append(f"{number}-{step}")
                break
        connection.close()

    threads = [threading.Thread(target=work, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    actions.close_period(by=shared.by, starts=today, ends=today)
    with visible(shared.scope):
        then = Entry.objects.count()
    for thread in threads:
        thread.join(60)
    with visible(shared.scope):
        assert Entry.objects.count() == then
    assert len(late) == 6
    assert [fault.code for fault in verify().faults] == []


@pytest.mark.proof
def test_two_hundred_writers_cut_and_killed(empty_home: Path) -> None:
    """200 writers for a while: connections cut all along, a child of PostgreSQL killed with -9 once."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.reliability.ledger_drill", str(empty_home), "200", "60"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
        capture_output=True,
        text=True,
        timeout=900,
    )
    print(done.stdout)  # noqa: T201
    assert done.returncode == 0, done.stdout + done.stderr
