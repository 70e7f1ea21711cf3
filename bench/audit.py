"""`python -m bench.audit`: what the audit costs, in pairs in one run, at commit on a real server.

Each write is done in turn with the audit (its event, the record of the rows, the seal) and without any of
it (no triggers on the table, no event), on the same table, in the same process; the ratio is of the
medians. Then how long it takes to verify a million entries, to open the page of the audit over them, and
how many writers commit beside each other in one chain and in many. `--short` leaves out the million,
`--million` all else.
"""

from __future__ import annotations

import os
import platform
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PAIRS = 40
BULK = 1000
MILLION = 1_000_000
FIVE_EVENTS = """
PERFORM audit_record(array_fill(%s::bigint, ARRAY[5]), array_fill('places.save'::text, ARRAY[5]),
    array_fill('places.place'::text, ARRAY[5]), ARRAY[n, n + 1, n + 2, n + 3, n + 4]::text[],
    array_fill(NULL::bigint, ARRAY[5]), array_fill((1 + mod(n, 255))::bigint, ARRAY[5]),
    array_fill(true, ARRAY[5]), array_fill('{"name_he": ["לפני", "אחרי"]}'::text, ARRAY[5]));
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o711)
        os.environ["MAARAG_HOME"] = home
        os.environ["DJANGO_SETTINGS_MODULE"] = "maarag.config.settings.development"
        from maarag.database.server import EmbeddedServer

        with EmbeddedServer(Path(home)).running():
            import django

            django.setup()
            from maarag.database.migrating import migrate

            migrate()
            print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores")
            if "--million" not in sys.argv:
                _pairs()
                _actions()
                _writers()
            if "--short" not in sys.argv:
                _million()


def _pairs() -> None:
    from django.db import transaction
    from django.db.models import F

    from maarag.kernel.access.actions import system_account
    from maarag.kernel.audit.actions import Change, record, record_many
    from maarag.kernel.places.models import Place
    from maarag.kernel.sources.models import Source

    by = system_account()
    kept: dict[str, Any] = {}
    numbers = iter(range(10**9))

    def place(number: int) -> Place:
        return Place(
            kind="authority",
            code=f"x{number}",
            name_he=f"מקום {number}",
            name_ar="مكان",
            name_en="Place",
            authority_type="city",
            population=number,
            latitude=32.0,
            longitude=35.0,
        )

    def insert(audited: bool) -> None:
        with transaction.atomic():
            row = kept["row"] = place(next(numbers))
            row.save()
            if audited:
                record(by=by, action="places.save", subject=row, changes={"name_he": [None, row.name_he]})

    def update(audited: bool) -> None:
        with transaction.atomic():
            row = kept["row"]
            row.population = next(numbers)
            row.save()
            if audited:
                record(by=by, action="places.save", subject=row, changes={"population": [1, row.population]})

    def bulk_insert(audited: bool) -> None:
        with transaction.atomic():
            rows = kept["rows"] = [place(next(numbers)) for _ in range(BULK)]
            Place.objects.bulk_create(rows)
            if audited:
                record(by=by, action="places.save", subject=rows[0], changes={"rows": [None, BULK]})

    def bulk_insert_events(audited: bool) -> None:
        with transaction.atomic():
            rows = kept["rows"] = [place(next(numbers)) for _ in range(BULK)]
            Place.objects.bulk_create(rows)
            if audited:
                record_many(
                    by=by,
                    action="places.save",
                    changes=[Change(row, {"name_he": [None, row.name_he]}) for row in rows],
                )

    def bulk_update(audited: bool) -> None:
        with transaction.atomic():
            for row in kept["rows"]:
                row.population = next(numbers)
            Place.objects.bulk_update(kept["rows"], ["population"])
            if audited:
                record(by=by, action="places.save", subject=kept["rows"][0], changes={"rows": [None, BULK]})

    def update_by_query(audited: bool) -> None:
        with transaction.atomic():
            Place.objects.filter(pk__in=[row.pk for row in kept["rows"]]).update(
                population=F("population") + 1
            )
            if audited:
                record(by=by, action="places.save", subject=kept["rows"][0], changes={"rows": [None, BULK]})

    def read(audited: bool) -> None:
        with transaction.atomic():
            list(Source.objects.all()[:50])
            kept["seen"] = Place.objects.get(pk=kept["row"].pk)
            if audited:
                record(by=by, action="places.read", subject=kept["seen"])

    writes: dict[str, tuple[Callable[[bool], None], int]] = {
        "one row inserted, one event": (insert, PAIRS * 5),
        "one row updated, one event": (update, PAIRS * 5),
        "1,000 rows inserted, one event": (bulk_insert, PAIRS // 2),
        "1,000 rows inserted, 1,000 events": (bulk_insert_events, PAIRS // 2),
        "1,000 rows updated by bulk_update, one event": (bulk_update, PAIRS // 4),
        "1,000 rows updated by one UPDATE, one event": (update_by_query, PAIRS // 2),
        "a page's reading, one event (to a reading without)": (read, PAIRS * 2),
    }
    print(f"\n{'':<52}{'without':>10}{'audited':>10}{'ratio':>8}")
    insert(True)
    _compare(writes, ["places_place"])


def _actions() -> None:
    """Whole actions, as people do them: with their checks, their encryption and all their rows."""
    from unittest.mock import patch

    from maarag.database.rows import RowScope, visible
    from maarag.domains.families.actions import MemberDraft, change_family, files, open_family
    from maarag.kernel.access.actions import system_account
    from maarag.kernel.places.models import Place

    by, authority = system_account(), Place.objects.filter(kind="authority").order_by("pk")[0]
    people = [
        MemberDraft("נועה", "אלון", "parent", fields={"national_id": "000000018", "phone": "050-0000000"}),
        MemberDraft("גיל", "אלון", "child"),
    ]
    numbers = iter(range(10**9))
    kept: dict[str, Any] = {}

    def acted(audited: bool, act: Callable[[], None]) -> None:
        recording = files.record if audited else lambda **_: None
        with patch.object(files, "record", recording), visible(RowScope(frozenset({authority.pk}), by.pk)):
            act()

    def opened() -> None:
        kept["family"] = open_family(by=by, authority=authority, name="אלון", worker=by, members=people)

    def changed() -> None:
        change_family(by=by, family=kept["family"], address=f"רחוב {next(numbers)}")

    actions = {
        "a family opened with two people": (lambda audited: acted(audited, opened), PAIRS * 4),
        "a family's address changed": (lambda audited: acted(audited, changed), PAIRS * 4),
    }
    _compare(actions, ["families_family", "families_member"])


def _compare(writes: dict[str, tuple[Callable[[bool], None], int]], tables: list[str]) -> None:
    """The medians of each write with the audit and without, in blocks that take turns."""
    from django.db import connection

    from maarag.database.migrating import as_owner

    for name, (write, times) in writes.items():
        took: dict[bool, list[float]] = {True: [], False: []}
        for block in range(4):
            for audited in (block % 2 == 0, block % 2 == 1):
                with as_owner(connection), connection.cursor() as cursor:
                    _switch(cursor, tables, on=audited)
                write(audited)
                for _ in range(times // 4):
                    began = time.perf_counter()
                    write(audited)
                    took[audited].append(time.perf_counter() - began)
        without, with_audit = (statistics.median(took[audited]) * 1000 for audited in (False, True))
        print(f"{name:<52}{without:8.2f}ms{with_audit:8.2f}ms{with_audit / without:7.2f}×", flush=True)
    with as_owner(connection), connection.cursor() as cursor:
        _switch(cursor, tables, on=True)


def _switch(cursor: Any, tables: list[str], *, on: bool) -> None:
    for table in tables:
        for ending in ("insert", "update", "delete"):
            cursor.execute(f"ALTER TABLE {table} {'ENABLE' if on else 'DISABLE'} TRIGGER audit_{ending}")


def _writers() -> None:
    """Commits a second of eight writers, all in one chain, and each in its own."""
    import psycopg
    from django.conf import settings
    from django.db import connection

    from maarag.database.server import EmbeddedServer
    from maarag.kernel.access.actions import system_account

    by = system_account().pk
    parameters = EmbeddedServer(settings.HOME).connection().parameters()
    connection.close()
    found = {}
    for name, chains in (("one chain", [1] * 8), ("eight chains", list(range(1, 9)))):
        counts = [0] * 8
        end = time.perf_counter() + 4

        def work(number: int, chain: int, counts: list[int] = counts, end: float = end) -> None:
            with psycopg.connect(**parameters) as session:
                while time.perf_counter() < end:
                    session.execute(
                        "SELECT audit_record(ARRAY[%s]::bigint[], ARRAY['families.read'], ARRAY['x'],"
                        " ARRAY['1'],"
                        " ARRAY[NULL]::bigint[], ARRAY[%s]::bigint[], ARRAY[true], ARRAY['{}'])",
                        [by, chain],
                    )
                    session.commit()
                    counts[number] += 1

        threads = [threading.Thread(target=work, args=pair) for pair in enumerate(chains)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found[name] = sum(counts) / 4
        print(f"eight writers, {name}: {found[name]:,.0f} commits a second")


def _million() -> None:
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    from maarag.database.migrating import as_owner
    from maarag.kernel.access.actions import grant, open_account, system_account
    from maarag.kernel.access.permissions import Role
    from maarag.kernel.audit.checking import check, sign_heads
    from maarag.kernel.places.actions import save_place

    by = system_account()
    nation = save_place(by=by, code="IL", within=[], kind="nation", name_he="ישראל")
    city = save_place(
        by=by, code="B1", within=[nation], kind="authority", authority_type="city", name_he="עיר"
    )
    auditors = {}
    for whose, role, place in (
        ("the nation's", Role.DATA_STEWARD, nation),
        ("an authority's", Role.INTEGRATOR, city),
    ):
        account = auditors[whose] = open_account(by=by, email=f"{role}@example.org", name=f"bench {role}")
        grant(by=by, account=account, role=role, place=place)
    began = time.perf_counter()
    with as_owner(connection), connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE places_place")
        # transactions of five events over 255 chains, as a day's work of the country is; how long each waits
        # for the disk is not asked here
        cursor.execute("SET synchronous_commit TO off")
        loop = f"FOR n IN 1..{MILLION // 5} LOOP {FIVE_EVENTS % by.pk} COMMIT; END LOOP;"
        cursor.execute(f"DO $$ BEGIN {loop} END $$")
        cursor.execute("VACUUM ANALYZE audit_auditevent, audit_seal")
        # the application sees the entries of nobody's authority alone
        cursor.execute(
            "SELECT (SELECT count(*) FROM audit_auditevent), (SELECT count(*) FROM audit_seal),"
            " (SELECT id FROM audit_auditevent ORDER BY id OFFSET %s LIMIT 1)",
            [MILLION // 2],
        )
        events, seals, middle = cursor.fetchone()
    print(
        f"\n{events:,} events in {seals:,} seals, written in {time.perf_counter() - began:.0f} s", flush=True
    )
    sign_heads(settings.HOME)
    verdict, kept = check(settings.HOME)
    print(
        f"verified in {kept.seconds:.1f} s: {verdict.entries:,} entries, {verdict.seals:,} seals, "
        f"{len(verdict.faults)} faults",
        flush=True,
    )
    settings.ALLOWED_HOSTS = ["*"]
    call_command("collectstatic", verbosity=0, interactive=False)
    addresses = {
        "the page of the audit": "/audit/",
        "far back in it": f"/audit/?before={middle}",
        "one action that is rare": "/audit/?action=access.grant",
        "who": "/audit/?actor=bench",
        "a day without any": "/audit/?since=2020-01-01&until=2020-01-02",
    }
    for whose, account in auditors.items():
        client = Client()
        client.force_login(account, "allauth.account.auth_backends.AuthenticationBackend")

        def opened(address: str, client: Client = client) -> None:
            assert client.get(address).status_code == 200, address

        plain = _median(lambda opened=opened: opened("/sources/"))
        for name, address in addresses.items():
            took = _median(lambda opened=opened, address=address: opened(address))
            print(
                f"{whose:<16}{name:<28}{took:7.0f} ms {took / plain:6.1f} × the page of sources", flush=True
            )


def _median(work: Callable[[], object], repeats: int = 9) -> float:
    work()
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000


if __name__ == "__main__":
    main()
