"""`python -m bench.ledger`: 200 writers on one basket and one funder, against the simplest single-row update.

All on one server in one run, with as many connections, taking turns: `UPDATE … SET n = n - 1` of one row; the
ledger's function alone (one statement, with its event, its postings and the seal of the audit); and the whole
action through Django, against the same update through Django, both in a transaction with the scope of rows.
Afterwards every balance is computed again from the postings.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from pathlib import Path
from typing import Any

WRITERS = 200
PROCESSES = 4
ROUNDS = 2
SECONDS = 2.0
APPROVALS = 800
"""A round."""
WAYS = {
    "update": "UPDATE … SET n = n - 1",
    "pay": "ledger: pay",
    "approve": "ledger: approve",
    "django_update": "the update through Django",
    "django_pay": "the action: pay",
}
BASE = {"pay": "update", "approve": "update", "django_pay": "django_update"}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--writers", type=int, default=WRITERS)
    arguments.add_argument("--seconds", type=float, default=SECONDS)
    arguments.add_argument("--rounds", type=int, default=ROUNDS)
    arguments.add_argument("--client", nargs=3, help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.client:
        client(int(given.client[0]), int(given.client[1]), json.loads(given.client[2]))
        return
    with tempfile.TemporaryDirectory(prefix="maarag-") as folder:
        Path(folder).chmod(0o711)
        os.environ.pop("DATABASE_URL", None)
        os.environ["MAARAG_HOME"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "maarag.config.settings.development"
        compare(Path(folder), given.writers, given.seconds, given.rounds)


def compare(home: Path, writers: int, seconds: float, rounds: int) -> None:
    from maarag.database import cluster
    from maarag.database.layout import DATABASE, SUPERUSER, Layout
    from maarag.database.server import EmbeddedServer

    def admin() -> Any:
        return cluster.connect(
            Layout.of(home), port=EmbeddedServer(home).port, role=SUPERUSER, dbname=DATABASE
        )

    with EmbeddedServer(home).running(), admin() as session:
        session.execute(f"ALTER SYSTEM SET max_connections = {writers + 40}")
    with EmbeddedServer(home).running():
        told = prepare(writers, rounds)
        with admin() as session:
            session.execute("CREATE TABLE bench_row (id int PRIMARY KEY, n bigint) WITH (fillfactor = 50)")
            session.execute("INSERT INTO bench_row VALUES (1, 0)")
            session.execute("GRANT SELECT, UPDATE ON bench_row TO PUBLIC")
            session.execute("VACUUM ANALYZE")
            version = session.execute("SHOW server_version").fetchone()
        print(
            f"{writers} writers, {PROCESSES} processes; PostgreSQL {version[0]}, {platform.machine()},"
            f" {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {rounds} rounds of {seconds:g} s"
        )
        found = measure(told, writers, seconds, rounds)
        report(found)
        from maarag.kernel.ledger.verifying import verify

        faults = verify().faults
        print(f"computed again from the postings: {faults or 'every balance agrees'}")
        if faults:
            raise SystemExit(1)


def prepare(writers: int, rounds: int) -> dict[str, Any]:
    """One basket and one funder's pot; for each writer a committed spending, and planned ones to approve."""
    import django

    django.setup()
    from maarag.database.migrating import migrate
    from maarag.database.rows import RowScope, visible
    from maarag.kernel.access.actions import system_account
    from maarag.kernel.ledger import actions
    from maarag.kernel.ledger.models import Spending
    from maarag.kernel.places.actions import save_place
    from maarag.values import Money

    migrate()
    by = system_account()
    city = save_place(by=by, code="B1", within=[], kind="authority", authority_type="city", name_he="עיר")
    decision = actions.decide(by=by, what="bench")
    scope = RowScope(frozenset({city.pk}), by.pk)
    with visible(scope):
        basket = actions.open_pot(by=by, kind="basket", code="basket", label="basket", authority=city)
        funder = actions.open_pot(by=by, kind="share", code="funder", label="funder")
        for pot in (basket, funder):
            actions.grant(by=by, pot=pot, amount=Money(10**12), decision=decision, key=f"g{pot.pk}")

    def planned(number: int, agorot: int) -> Spending:
        return actions.plan(
            by=by, pots=[basket], shares=[(funder, 1)], amount=Money(agorot), key=f"plan{number}"
        )

    spendings, waiting = [], []
    # a hundred in a transaction: versions of a balance that one transaction leaves behind must all be kept
    for start in range(0, writers + APPROVALS * rounds + writers, 100):
        with visible(scope):
            for number in range(start, start + 100):
                spending = planned(number, 10**6 if number < writers else 1)
                if number >= writers:
                    waiting.append(str(spending.pk))
                    continue
                actions.approve(by=by, spending=spending, decision=decision, key=f"approve{number}")
                actions.commit(by=by, spending=spending, key=f"commit{number}")
                spendings.append(str(spending.pk))
    return {
        "by": by.pk,
        "city": city.pk,
        "decision": decision.pk,
        "spendings": spendings,
        "planned": waiting,
    }


def measure(told: dict[str, Any], writers: int, seconds: float, rounds: int) -> dict[str, list[float]]:
    """Commits a second, by way, a number for each round."""
    each = writers // PROCESSES
    clients = [
        subprocess.Popen(
            [sys.executable, "-m", "bench.ledger", "--client", str(number), str(each), json.dumps(share)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number, share in enumerate(
            {
                **told,
                "spendings": told["spendings"][number * each : (number + 1) * each],
                "planned": told["planned"][number::PROCESSES],
            }
            for number in range(PROCESSES)
        )
    ]
    found: dict[str, list[float]] = {way: [] for way in WAYS}
    for one in clients:
        assert one.stdout is not None
        one.stdout.readline()
    for way in ("warm", *list(WAYS) * rounds):
        began = time.perf_counter()
        for one in clients:
            assert one.stdin is not None
            one.stdin.write(f"{way} {seconds}\n")
            one.stdin.flush()
        counts = [int(one.stdout.readline()) for one in clients if one.stdout]
        if way != "warm":
            found[way].append(sum(counts) / (time.perf_counter() - began))
    for one in clients:
        one.communicate("end 0\n")
    return found


def client(number: int, writers: int, told: dict[str, Any]) -> None:
    """Some of the writers, each a thread with a connection of its own; does what standard input says."""
    import django

    django.setup()
    started = threading.Barrier(writers + 1)
    done = threading.Barrier(writers + 1)
    order: dict[str, Any] = {}
    counts = [0] * writers
    planned = deque(told["planned"])
    of_a_round = APPROVALS // PROCESSES
    left = [0]
    lock = threading.Lock()

    def next_planned() -> str | None:
        with lock:
            left[0] -= 1
            return planned.popleft() if left[0] >= 0 and planned else None

    threads = [
        threading.Thread(
            target=_writer,
            args=(number * 1000 + one, told, told["spendings"][one], order, counts, one),
            kwargs={"started": started, "done": done, "next_planned": next_planned},
            daemon=True,
        )
        for one in range(writers)
    ]
    for thread in threads:
        thread.start()
    print("ready", flush=True)
    for line in sys.stdin:
        way, seconds = line.split()
        order.update(way=way, until=time.perf_counter() + float(seconds))
        counts[:], left[0] = [0] * writers, of_a_round
        started.wait()
        if way == "end":
            break
        done.wait()
        print(sum(counts), flush=True)


def _writer(
    name: int,
    told: dict[str, Any],
    spending: str,
    order: dict[str, Any],
    counts: list[int],
    at: int,
    *,
    started: threading.Barrier,
    done: threading.Barrier,
    next_planned: Any,
) -> None:
    from django.db import connection

    from maarag.database.rows import RowScope, visible
    from maarag.kernel.access.models import Account
    from maarag.kernel.ledger import actions
    from maarag.kernel.ledger.models import Spending
    from maarag.values import Money

    connection.ensure_connection()
    session: Any = connection.connection  # one connection for all ways
    session.execute("SELECT set_config('maarag.authorities', %s, false)", [f"{{{told['city']}}}"])
    scope = RowScope(frozenset({told["city"]}), told["by"])
    by = Account(pk=told["by"])
    row = Spending(pk=spending)
    move = "SELECT code FROM ledger_move(%s, %s::uuid, %s, %s, 'c', current_date, %s, %s, NULL, '')"
    step = 0

    def do(way: str) -> bool:
        """One commit; False where nothing is left to do."""
        nonlocal step
        step += 1
        key = f"{name}-{step}"
        if way == "update":
            session.execute("UPDATE bench_row SET n = n - 1 WHERE id = 1")
        elif way == "pay":
            assert session.execute(move, ["pay", spending, 1, key, told["by"], None]).fetchone() == (None,)
        elif way == "approve":
            planned = next_planned()
            if planned is None:
                return False
            given = ["approve", planned, None, key, told["by"], told["decision"]]
            assert session.execute(move, given).fetchone() == (None,)
        elif way == "django_update":
            with visible(scope), connection.cursor() as cursor:
                cursor.execute("UPDATE bench_row SET n = n - 1 WHERE id = 1")
        else:
            with visible(scope):
                actions.pay(by=by, spending=row, amount=Money(1), key=key)
        return True

    while True:
        started.wait()
        way = order["way"]
        if way == "end":
            return
        if way == "warm":  # plans are made once a connection, as a site that keeps its connections does
            for one in WAYS:
                do(one)
        else:
            while time.perf_counter() < order["until"] and do(way):
                counts[at] += 1
        done.wait()


def report(found: dict[str, list[float]]) -> None:
    print(f"{'':30}{'commits/s':>12}{'ratio':>8}   rounds")
    for way, title in WAYS.items():
        line = f"{title:30}{statistics.median(found[way]):>12,.0f}"
        if base := BASE.get(way):
            ratios = [ours / theirs for ours, theirs in zip(found[way], found[base], strict=True)]
            line += f"{statistics.median(ratios):>8.2f}   {min(ratios):.2f}–{max(ratios):.2f}"
        print(line)


if __name__ == "__main__":
    main()
