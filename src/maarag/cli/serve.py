"""`maarag serve`: the site of a real installation, for a service manager to start and stop."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import click

from .main import require_migrated, setup_django

SETTINGS = "maarag.config.settings.production"


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", default=8000, show_default=True, help="Port to listen at.")
@click.option(
    "--socket", type=click.Path(path_type=Path), help="Listen at this Unix socket, instead of a port."
)
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Processes.")
@click.option(
    "--threads",
    default=4,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Requests that each process serves at once.",
)
def serve(host: str, port: int, socket: Path | None, workers: int, threads: int) -> None:
    """Serve the site with the settings of a real installation, behind a reverse proxy.

    The database must be there and migrated; nothing is prepared here. Stops at SIGTERM, after the requests
    that are being answered.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    _metrics_folder()
    try:
        setup_django()
    except KeyError as error:
        raise click.ClickException(
            f"the environment lacks {error.args[0]}; docs/operations.md lists what a real installation needs."
        ) from None
    from django.conf import settings
    from django.urls import get_resolver

    require_migrated()
    if not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        raise click.ClickException(
            "the files of the pages are not gathered yet; call `maarag manage collectstatic --noinput` first."
        )
    get_resolver().url_patterns  # noqa: B018 - every page is loaded once, before the processes part
    _disconnect()
    sys.exit(_serve(host, port, socket, workers, threads))


def _metrics_folder() -> None:
    """Where the processes count together; begun anew, before anything is counted."""
    from maarag.database.layout import default_home

    folder = default_home(os.environ) / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def _disconnect() -> None:
    """A process that is split in two must not share its connections with its copies."""
    from django.db import connections

    for connection in connections.all():
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]


def _serve(host: str, port: int, socket: Path | None, workers: int, threads: int) -> int:
    from django.conf import settings
    from granian import Granian
    from granian.constants import Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    where: dict[str, object] = {"uds": socket, "uds_permissions": 0o660} if socket else {}
    server = Granian(
        "maarag.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        # A thread that rests keeps its warm state; there are few of them.
        blocking_threads_idle_timeout=600,
        backlog=1024,
        backpressure=max(threads * 16, 64),
        http1_settings=HTTP1Settings(header_read_timeout=15_000),
        respawn_failed_workers=True,
        workers_kill_timeout=30,
        log_level=LogLevels.warning,
        log_dictconfig=settings.LOGGING,
        websockets=False,
        **where,  # type: ignore[arg-type]
    )
    server.serve()
    return 0
