"""python -m tests.reliability.ledger_drill HOME WRITERS SECONDS: the drill on a server of its own."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from pathlib import Path


def main(home: Path, writers: int, seconds: float) -> None:
    os.environ.pop("DATABASE_URL", None)
    os.environ["MAARAG_HOME"] = str(home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "maarag.config.settings.development"
    from maarag.database import cluster
    from maarag.database.layout import DATABASE, SUPERUSER, Layout
    from maarag.database.server import EmbeddedServer

    server = EmbeddedServer(home)
    with server.running():
        layout = Layout.of(home)
        with cluster.connect(layout, port=server.port, role=SUPERUSER, dbname=DATABASE) as session:
            session.execute(f"ALTER SYSTEM SET max_connections = {writers + 40}")
    with EmbeddedServer(home).running():
        drill(writers, seconds)


def drill(count: int, seconds: float) -> None:
    import django

    django.setup()
    from django.db import connection

    from maarag.database.migrating import migrate
    from maarag.database.rows import visible
    from maarag.kernel.ledger import actions
    from maarag.values import Money

    from .ledger_writers import Writer
    from .test_ledger import cut, field_of_work, judged

    migrate()
    # so little that the limit is met, and now and then a little more, so that there is something to pay
    shared = field_of_work(count * 500)
    writers = [Writer(shared, number) for number in range(count)]
    for writer in writers:
        writer.start()
    chance = random.Random(7)
    began, cuts, killed = time.monotonic(), 0, False
    while time.monotonic() < began + seconds:
        time.sleep(0.5)
        try:
            cuts += cut(chance.randint(1, 8))
            with visible(shared.scope):
                for pot in (shared.basket, shared.funder):
                    actions.grant(
                        by=shared.by,
                        pot=pot,
                        amount=Money(count * 20),
                        decision=shared.decision,
                        key=f"more-{pot.pk}-{time.monotonic()}",
                    )
            if not killed and time.monotonic() > began + seconds / 2:
                # one child killed with -9: the postmaster ends all the others and recovers from the log
                with connection.cursor() as cursor:
                    cursor.execute(
                        "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
                        " AND pid <> pg_backend_pid() AND state <> 'idle' LIMIT 1"
                    )
                    found = cursor.fetchone()
                if found:
                    os.kill(found[0], signal.SIGKILL)
                    killed = True
        except Exception as error:
            sys.stdout.write(f"the drill itself lost its connection: {type(error).__name__}\n")
            connection.close()
            time.sleep(1)
    shared.over.set()
    for writer in writers:
        writer.join(300)
        assert not writer.is_alive()
    assert killed, "nothing was killed"
    connection.close()
    met = judged(shared, writers)
    assert met["limit"] > 0, "the limit was never met: nothing was proved of it"
    sys.stdout.write(
        f"{count} writers, {time.monotonic() - began:.0f} s, {cuts} connections cut, PostgreSQL killed once:"
        f" {met['kept pay']} payments kept, none answered for lost, none doubled; {met['limit']} refused at"
        f" the limit; {met['OperationalError'] + met['InterfaceError']} errors met\n"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
