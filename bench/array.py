"""`python -m bench.array`: the desks of the array on the demonstration, in a database of its own.

Of each desk the queries that it asks, and the time that it takes to be computed, first (what is hidden is
decided anew) and again (nothing has changed since).
"""

from __future__ import annotations

import datetime
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

REPEATS = 7
PLACES = ("IL", "F-C9", "F-900")


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        os.environ["MAARAG_HOME"] = home
        os.environ["DJANGO_SETTINGS_MODULE"] = "maarag.config.settings.development"
        from maarag.database.server import EmbeddedServer

        with EmbeddedServer(Path(home)).running():
            _measure()


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds of the wall and of the process's processor."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return (time.perf_counter() - wall) * 1000, (time.process_time() - processor) * 1000


def _measure() -> None:
    import django

    django.setup()
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from maarag.database.migrating import migrate
    from maarag.database.rows import RowScope, visible
    from maarag.demo.actions import load_demonstration
    from maarag.desks.array import decided
    from maarag.desks.array.assemble import desk
    from maarag.desks.array.community.assemble import community
    from maarag.domains.referrals import counts
    from maarag.kernel.access.actions import system_account
    from maarag.kernel.places.models import Place, PlaceKind

    migrate()
    load_demonstration(by=system_account())
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, {datetime.date.today()}")
    print(f"load before: {os.getloadavg()[0]:.1f}\n")
    print(f"{'':<28}{'queries':>8}{'first':>16}{'again':>16}   (ms of the wall / of processor)")
    for name, work in (("desk", desk), ("community, whole", community)):
        for code in PLACES:
            place = Place.objects.get(code=code)
            exact = place.kind == PlaceKind.AUTHORITY

            def cut(work: Callable[..., object] = work, place: Place = place, exact: bool = exact) -> object:
                with visible(RowScope(authorities=frozenset({place.pk} if exact else ()))):
                    return work(place, exact=exact)

            decided._kept.clear()
            counts._kept.clear()
            with CaptureQueriesContext(connection) as queries:
                cut()
            decided._kept.clear()
            counts._kept.clear()
            first = timed(cut)
            again = [timed(cut) for _round in range(REPEATS)]
            wall, processor = (statistics.median(one[at] for one in again) for at in (0, 1))
            print(
                f"{f'{name}, {code}':<28}{len(queries):>8}{f'{first[0]:.0f} / {first[1]:.0f}':>16}"
                f"{f'{wall:.0f} / {processor:.0f}':>16}",
                flush=True,
            )


if __name__ == "__main__":
    main()
