"""`python -m bench.picture`: the national picture and its pages on the demonstration, in its own database.

Ratios: each page to a plain page of the site (the list of sources), on the server and in the
same run; the computation of all 255 authorities to one `SELECT` of all need estimates.
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
from typing import Any

REPEATS = 15


def median_ms(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Median of several runs in milliseconds, after one that warms up."""
    work()
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        os.environ["MAARAG_HOME"] = home
        os.environ["DJANGO_SETTINGS_MODULE"] = "maarag.config.settings.development"
        from maarag.database.server import EmbeddedServer

        with EmbeddedServer(Path(home)).running():
            _measure()


def _measure() -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.contrib.auth.models import AnonymousUser
    from django.core.management import call_command
    from django.test import Client
    from django.utils import timezone

    from maarag.database.migrating import migrate
    from maarag.demo.actions import load_demonstration
    from maarag.desks.picture import computed
    from maarag.desks.picture.assemble import picture
    from maarag.domains.needs.models import NeedEstimate
    from maarag.domains.services.actions import compute_overlaps
    from maarag.kernel.access.actions import system_account
    from maarag.kernel.access.models import Account
    from maarag.kernel.places.models import Place

    settings.ALLOWED_HOSTS = ["*"]
    migrate()
    call_command("collectstatic", verbosity=0, interactive=False)
    began = time.perf_counter()
    load_demonstration(by=system_account())
    loaded = time.perf_counter() - began
    compute_overlaps(by=system_account())
    nation = Place.objects.get(code="IL")

    def whole_nation() -> object:
        computed.forget()
        return picture(nation, viewer=AnonymousUser(), as_of=timezone.localdate())

    select = median_ms(lambda: list(NeedEstimate.objects.values_list()))
    compute = median_ms(whole_nation)
    again = median_ms(lambda: picture(nation, viewer=AnonymousUser(), as_of=timezone.localdate()))
    public, staff = Client(), Client()
    staff.force_login(
        Account.objects.get(email="integrator@maale-gan.example"), settings.AUTHENTICATION_BACKENDS[0]
    )
    plain = median_ms(lambda: public.get("/sources/"))
    pages = {
        "the nation, signed out": (public, "/picture/IL/"),
        "one topic of the nation": (public, "/picture/IL/?topic=family-poverty"),
        "a town, as its integrator": (staff, "/picture/F-900/"),
        "the nation through the API": (public, "/api/picture"),
        "search in the directory": (public, "/services/?q=קשישים"),
        "overlaps side by side": (staff, "/services/overlaps/?place=F-900"),
    }
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, {datetime.date.today()}")
    print(f"demonstration loaded into an empty database in {loaded:.1f} s\n")
    print(f"{'national picture, computed anew':<34}{compute:8.0f} ms  {compute / select:6.1f} × one SELECT")
    print(f"{'national picture, nothing changed':<34}{again:8.1f} ms  {again / select:6.1f} × one SELECT")
    for name, (client, address) in pages.items():
        took = median_ms(lambda client=client, address=address: _drawn_anew(client, address))
        print(f"{name:<34}{took:8.0f} ms  {took / plain:6.1f} × the page of sources")


def _drawn_anew(client: Any, address: str) -> None:
    """The page without what was kept of it; `bench.load` measures it kept."""
    from django.core.cache import caches

    caches["pages"].clear()
    client.get(address)


if __name__ == "__main__":
    main()
