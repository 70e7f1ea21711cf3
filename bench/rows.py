"""`python -m bench.rows`: what row-level security costs, on a million families of 255 authorities.

Each query runs in pairs: on the real table under its policies, and on a copy without any, where the query
itself names the same authorities; both as the application, a transaction each, for 1 and for 50 authorities.
`--one-process` keeps PostgreSQL from sharing a query out to further processes, which it plans for one of the
two only.
"""

from __future__ import annotations

import os
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

FAMILIES = int(os.environ.get("ROWS", "1000000"))
AUTHORITIES = 255
PAIRS = 25
CHUNK = 100_000
COLUMNS = "id, number, name, address, status, opened_on, closing_reason, updated_at, authority_id, worker_id"
QUERIES = {
    "a page of the list": "SELECT id, number, name FROM {t} WHERE {w} AND status = 'open'"
    " ORDER BY name, id LIMIT 30",
    "a page of one authority": "SELECT id, number, name FROM {t} WHERE {w} AND authority_id = {first}"
    " AND status = 'open' ORDER BY name, id LIMIT 30",
    "one file": "SELECT * FROM {t} WHERE {w} AND id = '{one}'",
    "how many": "SELECT count(*) FROM {t} WHERE {w}",
    "how many are open": "SELECT count(*) FROM {t} WHERE {w} AND status = 'open'",
    "by authority and state": "SELECT authority_id, status, count(*) FROM {t} WHERE {w} GROUP BY 1, 2",
    "part of a name": "SELECT id FROM {t} WHERE {w} AND name LIKE '%abc%'",
    "of one worker": "SELECT id FROM {t} WHERE {w} AND authority_id = {first} AND worker_id = {worker}"
    " LIMIT 30",
}


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        os.environ["MAARAG_HOME"] = home
        os.environ["DJANGO_SETTINGS_MODULE"] = "maarag.config.settings.development"
        from maarag.database.server import EmbeddedServer

        with EmbeddedServer(Path(home)).running():
            _measure(Path(home))


def _measure(home: Path) -> None:
    import django

    django.setup()
    from django.db import connection

    from maarag.database import cluster
    from maarag.database.layout import DATABASE, SUPERUSER, Layout
    from maarag.database.migrating import migrate
    from maarag.database.rows import RowScope, visible
    from maarag.database.server import EmbeddedServer
    from maarag.kernel.access.actions import system_account
    from maarag.kernel.places.actions import PlaceDraft, save_places

    migrate()
    system = system_account()
    worker = system.pk
    drafts = [
        PlaceDraft(f"bench-{i}", [], {"kind": "authority", "authority_type": "city", "name_he": f"{i}"})
        for i in range(AUTHORITIES)
    ]
    authorities = [place.pk for place in save_places(by=system, drafts=drafts)]
    port = EmbeddedServer(home).port
    with cluster.connect(Layout.of(home), port=port, role=SUPERUSER, dbname=DATABASE) as admin:
        one = _fill(admin, authorities, worker)
    print(
        f"{FAMILIES:,} families, {AUTHORITIES} authorities; PostgreSQL {connection.pg_version // 10000};"
        f" {platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f};"
        f" median of {PAIRS} pairs, ratio of the medians' pairs\n"
    )
    print(f"{'query':<26}{'authorities':>12}{'with policy':>14}{'without':>12}{'ratio':>8}")
    for size in (1, 50):
        chosen = authorities[:size]
        scope = RowScope(frozenset(chosen))
        named = f"authority_id = ANY ('{{{','.join(map(str, chosen))}}}'::bigint[])"
        for title, query in QUERIES.items():
            filled = {"first": chosen[0], "worker": worker, "one": one}
            guarded = query.format(t="families_family", w="true", **filled)
            bare = query.format(t="bench_family", w=named, **filled)
            ratios, times = [], []
            for pair in range(PAIRS + 2):
                order = (guarded, bare) if pair % 2 else (bare, guarded)
                took: dict[str, float] = {}
                rows: dict[str, Any] = {}
                for text in order:
                    with visible(scope), connection.cursor() as cursor:
                        if "--one-process" in sys.argv:
                            cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
                        began = time.perf_counter()
                        cursor.execute(text)
                        rows[text] = cursor.fetchall()
                        took[text] = (time.perf_counter() - began) * 1000
                if len(rows[guarded]) != len(rows[bare]):
                    raise SystemExit(f"{title}: the two ways differ")
                if pair >= 2:  # the first ones warm up
                    ratios.append(took[guarded] / took[bare])
                    times.append((took[guarded], took[bare]))
            with_policy, without = (statistics.median(column) for column in zip(*times, strict=True))
            print(
                f"{title:<26}{size:>12}{with_policy:>11.2f} ms{without:>9.2f} ms"
                f"{statistics.median(ratios):>8.2f}",
                flush=True,
            )


def _fill(admin: Any, authorities: list[int], worker: int) -> str:
    """Invented families straight into the tables; the copy gets the same rows and the same indexes."""
    admin.execute("SET session_replication_role = replica")  # no record of changes for what is measured
    for start in range(0, FAMILIES, CHUNK):
        admin.execute(
            f"INSERT INTO families_family ({COLUMNS}) SELECT gen_random_uuid(), i,"
            " md5(i::text), '\\x', CASE WHEN i %% 10 < 7 THEN 'open' ELSE 'closed' END, '2026-01-01',"
            " CASE WHEN i %% 10 < 7 THEN '' ELSE 'other' END, now(), (%s::bigint[])[1 + i %% %s], %s"
            " FROM generate_series(%s, %s) i",
            [authorities, AUTHORITIES, worker, start + 1, min(start + CHUNK, FAMILIES)],
        )
    admin.execute("CREATE TABLE bench_family (LIKE families_family INCLUDING ALL)")
    admin.execute("INSERT INTO bench_family SELECT * FROM families_family")
    admin.execute("GRANT SELECT ON bench_family TO maarag_app")
    for table in ("families_family", "bench_family"):
        admin.execute(f"VACUUM ANALYZE {table}")
    one = admin.execute(
        "SELECT id FROM families_family WHERE authority_id = %s LIMIT 1", [authorities[0]]
    ).fetchone()[0]
    return str(one)


if __name__ == "__main__":
    main()
