"""`maarag setup` and `maarag run`: from nothing to the site, with a summary of the first picture."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from types import FrameType
from typing import Any

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from maarag.database.revival import kept_alive

from .main import database_in_use
from .worker import beside_the_site, embedded_server

console = Console(highlight=False)


@click.command()
@click.option("--demo/--no-demo", default=True, show_default=True, help="Load the demonstration.")
def setup(demo: bool) -> None:
    """Prepare the database: migrate, and load the demonstration. What people entered is kept."""
    with database_in_use():
        prepare(demo=demo)


@click.command()
@click.option(
    "--port", type=int, default=lambda: int(os.environ.get("PORT", "8000")), help="Default: PORT or 8000."
)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--demo/--no-demo", default=True, show_default=True, help="Load the demonstration.")
@click.option("--threads", default=4, show_default=True, help="Requests served at once.")
def run(port: int, host: str, demo: bool, threads: int) -> None:
    """Prepare everything, show a summary of the national picture, and serve the site until Ctrl-C."""
    _refuse_taken_port(host, port)
    signal.signal(signal.SIGTERM, _stop)
    began = perf_counter()
    try:
        with database_in_use():
            prepare(demo=demo)
            summarise()
            address = f"http://{'localhost' if host in ('127.0.0.1', '0.0.0.0') else host}:{port}/"  # noqa: S104
            if demo:
                _print_accounts()
            console.print(
                f"\n[bold]{address}[/bold]  (ready in {perf_counter() - began:.1f} s; Ctrl-C stops)"
            )
            with kept_alive(embedded_server()), beside_the_site():
                _serve(host, port, threads)
    except KeyboardInterrupt:
        pass
    console.print("Stopped.")


def prepare(*, demo: bool) -> None:
    """Migrate, gather static files, load the demonstration, compute overlaps and compile the engine of
    matching; each only where needed."""
    from django.conf import settings
    from django.core.management import call_command

    from maarag.database.migrating import migrate
    from maarag.domains.services.actions import compute_overlaps
    from maarag.kernel.access.actions import system_account

    with _progress() as progress, _compiling() as compiled:
        step = progress.add_task("Database", total=None)
        migrate()
        progress.update(step, total=1, completed=1)
        step = progress.add_task("Pages", total=None)
        if not settings.DEBUG:
            call_command("collectstatic", verbosity=0, interactive=False)
        progress.update(step, total=1, completed=1)
        account = system_account()
        if demo:
            from maarag.demo.actions import load_demonstration

            step = progress.add_task("Demonstration", total=None)
            load_demonstration(by=account, progress=_reporting(progress, step))
            progress.update(step, total=1, completed=1)
        step = progress.add_task("Overlapping services", total=None)
        compute_overlaps(by=account)
        progress.update(step, total=1, completed=1)
        step = progress.add_task("Matching", total=None)
        compiled.wait()
        progress.update(step, total=1, completed=1)


@contextmanager
def _compiling() -> Iterator[subprocess.Popen[bytes]]:
    """Compiles the engine of matching beside the rest: some 20 seconds the first time, a second later."""
    code = "import os; os.nice(5); from maarag.engines.matching import load_compiled; load_compiled()"
    with subprocess.Popen([sys.executable, "-c", code]) as process:
        try:
            yield process
        except BaseException:
            process.terminate()
            raise


def summarise() -> None:
    """Print the national picture in short: the widest gaps, the likeliest duplicates, how long it took."""
    from django.contrib.auth.models import AnonymousUser
    from django.utils import timezone

    from maarag.desks.picture.assemble import picture
    from maarag.domains.services.queries import overlaps
    from maarag.kernel.places.models import Place

    nation = Place.objects.filter(code="IL").first()
    if nation is None:
        console.print("No places are loaded yet: `maarag import authorities FILE` loads them.")
        return
    began = perf_counter()
    view = picture(nation, viewer=AnonymousUser(), as_of=timezone.localdate())
    seconds = perf_counter() - began
    unreached = view.without_response
    console.print(
        f"\n[bold]Israel, {view.as_of:%d.%m.%Y}[/bold]: {len(view.gaps)} gaps, computed in {seconds:.2f} s."
    )
    if unreached:
        largest = sorted(unreached, key=lambda row: -row.need if isinstance(row.need, int) else 0)[:6]
        console.print(
            f"[bold]{len(unreached)} authorities have people in need and no response within reach[/bold], "
            f"first of all {', '.join(row.place.name_he for row in largest)}."
        )
    table = Table("place", "topic", title="Widest gaps", title_justify="left")
    for name in ("need", "served", "gap"):
        table.add_column(name, justify="right")
    for row in view.gaps[:8]:
        table.add_row(
            row.place.name_he, row.topic.name_he, *(_count(v) for v in (row.need, row.served, row.gap))
        )
    console.print(table)
    findings = [finding for finding in overlaps() if finding.verdict is None]
    table = Table("first", "second", title=f"Possible duplicates ({len(findings)})", title_justify="left")
    table.add_column("score", justify="right")
    for finding in findings[:5]:
        table.add_row(finding.first.name_he, finding.second.name_he, f"{finding.score:.2f}")
    console.print(table)


def _count(value: Any) -> str:
    return f"{value:,.0f}" if isinstance(value, (int, float)) else "<5"


def _print_accounts() -> None:
    from maarag.demo.accounts import PASSWORD, demonstration_accounts

    table = Table(title=f"Demonstration accounts, password {PASSWORD}", title_justify="left")
    table.add_column("sign in as", no_wrap=True)
    table.add_column("role")
    table.add_column("of")
    for account in demonstration_accounts():
        table.add_row(account.email, str(account.role.label), account.where)
    console.print(table)


def _progress() -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )


def _reporting(progress: Progress, step: Any) -> Any:
    def report(what: str, done: int, total: int) -> None:
        progress.update(step, description=f"Demonstration: {what}", completed=done, total=total)

    return report


def _refuse_taken_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(
                f"port {port} cannot be used ({error.strerror}); set PORT to another."
            ) from None


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _serve(host: str, port: int, threads: int) -> None:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    server = Granian(
        "maarag.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        blocking_threads=threads,
        respawn_failed_workers=True,
        log_level=LogLevels.warning,
        websockets=False,
    )
    sys.stdout.flush()
    server.serve()
