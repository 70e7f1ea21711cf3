"""`python -m bench.backup [ROWS [ENTRIES]]`: backup and restore of 1,000,000 rows of families, in their own
database, with the record of changes: an entry for each family opened, or so many entries.

Ratios, in the same run: to plain `pg_dump` and `pg_restore` of the same database, which neither encrypt nor
compare. The restore is the whole drill: decrypt, load, build indexes, compare every table, read every chain
of the record from its beginning, swap.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .audit import FIVE_EVENTS

ROWS = 1_000_000
BATCH = 100_000
# Three in ten rows are families, the others their members; as wide as what people enter, and as hard to
# compress: encrypted fields are random bytes.
FAMILIES = """
    INSERT INTO public.families_family
        (id, number, name, address, status, opened_on, closing_reason, updated_at, authority_id, worker_id)
    SELECT gen_random_uuid(), n, 'משפחה ' || n % 5000, {bytes} || {bytes} || {bytes} || {bytes}, 'open',
           DATE '2020-01-01' + n % 2000, '', now(), (SELECT min(id) FROM public.places_place) + n % 3,
           (SELECT min(id) FROM public.access_account)
    FROM generate_series({first}, {last}) n
"""
MEMBERS = """
    INSERT INTO public.families_member
        (id, first_name, last_name, relation, gender, birth_date, national_id, national_id_index, phone,
         phone_index, position, authority_id, family_id)
    SELECT gen_random_uuid(), 'נועה ' || n % 900, f.name, 'child', 'female',
           DATE '2010-01-01' + (n % 6000)::int, {bytes} || {bytes} || {bytes}, {bytes} || {bytes},
           {bytes} || {bytes} || {bytes}, {bytes} || {bytes}, n % 7, f.authority_id, f.id
    FROM (SELECT *, row_number() OVER () AS n FROM public.families_family,
          generate_series(1, 3) LIMIT {count}) f
"""
BYTES = "uuid_send(gen_random_uuid())"


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        entries = int(sys.argv[2]) if len(sys.argv) > 2 else rows * 3 // 10
        found = measured(Path(folder) / "home", rows, entries)
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, {rows:,} rows")
    for name, value in found.items():
        print(f"{name:<44} {value}")


def measured(home: Path, rows: int, entries: int) -> dict[str, Any]:
    """Fill a home of its own and measure; seconds, MB, MB of the database per second, and ratios."""
    from maarag.database.server import EmbeddedServer

    with EmbeddedServer(home).running():
        _set_up(home)
        fill(home, rows)
        fill_record(home, entries)
        return _measured(home)


def fill_record(home: Path, entries: int) -> None:
    """That many entries, five in each transaction, in 255 chains."""
    from maarag.database.backup import logins

    with logins.maker(home, {}).connect() as admin:
        admin.execute("SET search_path TO public; SET synchronous_commit TO off")
        [by] = admin.execute("SELECT min(id) FROM public.access_account").fetchone() or [0]
        loop = f"FOR n IN 1..{entries // 5} LOOP {FIVE_EVENTS % by} COMMIT; END LOOP;"
        admin.execute(f"DO $$ BEGIN {loop} END $$")


def fill(home: Path, rows: int) -> None:
    """That many rows, in families and their members, past the triggers: only speed is looked at."""
    from maarag.database.backup import logins

    families = rows * 3 // 10
    with logins.maker(home, {}).connect() as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute(
            "INSERT INTO public.places_place"
            " (kind, code, name_he, name_ar, name_en, authority_type, district_of, is_fictional)"
            " SELECT 'authority', 'B' || n, 'יישוב', '', '', 'city', '', true"
            " FROM generate_series(1, 3) n"
        )
        for first in range(1, families + 1, BATCH):
            last = min(first + BATCH - 1, families)
            admin.execute(FAMILIES.format(bytes=BYTES, first=first, last=last))
        admin.execute(MEMBERS.format(bytes=BYTES, count=rows - families))


def _set_up(home: Path) -> None:
    settings = {"DJANGO_SETTINGS_MODULE": "maarag.config.settings.development", "MAARAG_HOME": str(home)}
    environment = {**os.environ, **settings, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    environment.pop("DATABASE_URL", None)
    subprocess.run(
        [sys.executable, "-c", "from maarag.cli.main import main; main()", "setup", "--no-demo"],
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def _measured(home: Path) -> dict[str, Any]:
    from maarag.database.backup import keys, logins
    from maarag.database.backup.make import make
    from maarag.database.backup.restore import Plan, restore
    from maarag.kernel.audit.backups import faults, heads

    reader, maker = logins.reader(home, {}), logins.maker(home, {})
    with maker.connect() as admin:
        admin.execute("ANALYZE")
        admin.execute("CHECKPOINT")
        found = admin.execute("SELECT pg_database_size(current_database())").fetchone()
    assert found is not None
    size = found[0] / 2**20
    recipients, _texts, _made = keys.recipients(home)
    files = home / "media"
    plain = home / "plain.dump"

    dumped = _seconds(
        lambda: _run(reader, "pg_dump", "--format=custom", "--compress=gzip:1", f"--file={plain}")
    )
    backed = make(home / "backups", home=home, files=files, login=reader, recipients=recipients,
                  facts=heads)  # fmt: skip
    with maker.connect("postgres") as admin:
        admin.execute("CREATE DATABASE plain OWNER maarag TEMPLATE template0")
    loaded = _seconds(lambda: _run(maker, "pg_restore", "--exit-on-error", "--dbname=plain", str(plain)))
    verifying = 0.0

    def check(connection: Any, about: dict[str, Any]) -> list[str]:
        nonlocal verifying
        began = time.perf_counter()
        found = faults(connection, about["heads"])
        verifying = time.perf_counter() - began
        return found

    plan = Plan(maker, keys.identities(keys.identity_path(home)), files, replace=True, check=check)
    outcome = restore(backed.path, plan)
    rows = sum(table.rows for table in outcome.tables)
    return {
        "rows compared": f"{rows:,}",
        "database, MB": f"{size:.0f}",
        "pg_dump, s": f"{dumped:.1f}",
        "maarag backup, s": f"{backed.seconds:.1f}",
        "  ratio to pg_dump": f"{backed.seconds / dumped:.2f}",
        "  MB of the database backed up a second": f"{size / backed.seconds:.0f}",
        "  file, MB (plain dump)": f"{backed.bytes / 2**20:.1f} ({plain.stat().st_size / 2**20:.1f})",
        "pg_restore, s": f"{loaded:.1f}",
        "maarag restore --replace, s": f"{outcome.seconds:.1f}",
        "  of these, the record read from its beginning": f"{verifying:.1f}",
        "  ratio to pg_restore": f"{outcome.seconds / loaded:.2f}",
        "  MB of the database restored a second": f"{size / outcome.seconds:.0f}",
        "all the same": not outcome.faults and outcome.database == "maarag",
    }


def _run(login: Any, name: str, *arguments: str) -> None:
    from maarag.database.backup.logins import program

    subprocess.run([program(name), "--no-password", *arguments], env=login.environment(), check=True)


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
