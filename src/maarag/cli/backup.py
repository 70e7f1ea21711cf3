"""`maarag backup` and `maarag restore`: one encrypted file with everything, and back again."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from maarag.database.backup import keys, logins, state
from maarag.database.backup.errors import BackupError
from maarag.database.backup.keeping import Keep
from maarag.database.backup.make import Made, Report
from maarag.database.backup.restore import NotTheSame, Outcome, Plan
from maarag.database.backup.restore import restore as carry_out
from maarag.database.errors import translate as _
from maarag.database.layout import default_home

from .main import database_in_use

MOST_FAULTS = 20
EXIT_CODES = "Exit codes: 0 done, 1 not done, 2 wrong call, 3 damaged or different, 4 disk full."


class FolderOrCommand(click.Group):
    """`maarag backup /folder` makes a backup; `maarag backup status` is one of the commands below it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] not in ctx.help_option_names):
            args = ["now", *args]
        return super().parse_args(ctx, args)


@click.group(
    cls=FolderOrCommand,
    help="Back up the database and the uploaded files into FOLDER, as one encrypted file.",
    epilog=f"maarag backup [FOLDER] is short for maarag backup now [FOLDER]. {EXIT_CODES}",
)
def backup() -> None:
    pass


@backup.command(help=f"Back up into FOLDER (default: MAARAG_BACKUPS, or `backups` in the home). {EXIT_CODES}")
@click.argument(
    "folder", type=click.Path(file_okay=False, path_type=Path), envvar="MAARAG_BACKUPS", required=False
)
@click.option(
    "--recipient", "recipients", multiple=True, metavar="age1…", help="Public key; may be repeated."
)
@click.option(
    "--keep",
    default="7,4,12",
    show_default=True,
    metavar="D,W,M",
    help="Keep the newest of so many days, weeks and months, or: all.",
)
@click.option("--quiet", is_flag=True, help="Only errors.")
def now(folder: Path | None, recipients: Sequence[str], keep: str, quiet: bool) -> None:
    with database_in_use(), _told_faults():
        from maarag.database.backup.nightly import back_up
        from maarag.kernel.audit.backups import heads

        with _progress(quiet) as report:
            made = back_up(
                folder,
                recipients=recipients,
                keep=Keep.read(keep),
                facts=heads,
                report=report,
                new_key=_remind,
            )
    if not quiet:
        _say_made(made)


@backup.command(help="Make a key for reading backups; prints its public key.")
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="Default: in the home's secrets."
)
def keygen(output: Path | None) -> None:
    with _told_faults():
        path = output or keys.identity_path(default_home())
        public = keys.make_identity(path)
    click.echo(public)
    _remind(path, public)


@backup.command(help="When the last backup succeeded. Exit code 1 where it is older than --max-age, or none.")
@click.option("--max-age", default=26.0, show_default=True, help="Hours.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def status(max_age: float, form: str) -> None:
    home = default_home()
    found, hours = state.read(home), state.age_hours(home)
    fresh = hours is not None and hours <= max_age
    if form == "json":
        click.echo(json.dumps({**found, "age_hours": hours, "fresh": fresh}, ensure_ascii=False, indent=1))
    elif hours is None:
        click.echo(_("No backup has succeeded yet. Make one with: maarag backup"))
    else:
        last = found["last_success"]
        words = _("Last backup %(at)s, %(hours).1f hours ago: %(rows)d rows, %(mb).1f MB in %(file)s")
        given = {name: last.get(name, 0) for name in ("at", "rows", "file")}
        click.echo(words % {**given, "hours": hours, "mb": last.get("bytes", 0) / 2**20})
    if form == "text" and (failure := found.get("last_failure")):
        click.echo(_("Last failure %(at)s: %(reason)s") % failure)
    sys.exit(0 if fresh else 1)


@click.command(help=f"Restore a backup: into a fresh database, compared, then swapped. {EXIT_CODES}")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--verify", is_flag=True, help="Only restore, compare every table, and drop it again.")
@click.option("--into", default="", metavar="NAME", help="Into a new database of this name.")
@click.option("--replace", is_flag=True, help="Instead of the present database, which is kept renamed.")
@click.option(
    "--identity", type=click.Path(dir_okay=False, path_type=Path), help="Private key; default: the home's."
)
@click.option("--older", is_flag=True, help="Accept a backup of an older version of Maarag.")
@click.option("--renamed", is_flag=True, help="Accept a file under another name than its own.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def restore(
    file: Path,
    verify: bool,
    into: str,
    replace: bool,
    identity: Path | None,
    older: bool,
    renamed: bool,
    form: str,
) -> None:
    if [verify, bool(into), replace].count(True) != 1:
        raise click.UsageError("choose one of --verify, --into NAME and --replace.")
    with database_in_use(), _told_faults():
        from django.conf import settings
        from django.db.migrations.loader import MigrationLoader

        from maarag.kernel.audit.backups import faults

        home = default_home()
        known = MigrationLoader(None).disk_migrations
        with _progress(form == "json") as report:
            plan = Plan(
                login=logins.maker(home),
                identities=keys.identities(identity or keys.identity_path(home)),
                files=Path(settings.MEDIA_ROOT),
                into=into,
                replace=replace,
                known={".".join(name) for name in known},
                older=older,
                renamed=renamed,
                check=lambda connection, about: faults(connection, about.get("heads", [])),
                report=report,
            )
            try:
                outcome = carry_out(file, plan)
            except NotTheSame as error:
                _say_outcome(error.outcome, form, every=True)
                raise
    _say_outcome(outcome, form, every=verify)


def _say_made(made: Made) -> None:
    rate = made.bytes / 2**20 / made.seconds
    click.echo(
        f"{made.path}\n{made.rows:,} rows of {made.tables} tables and {made.files} files: "
        f"{made.bytes / 2**20:.1f} MB in {made.seconds:.1f} s ({rate:.1f} MB/s)."
    )
    for name in made.deleted:
        click.echo(f"Deleted, as --keep says: {name}")
    for name in made.skipped:
        click.echo(f"Left out, being no ordinary file: {name}", err=True)


def _say_outcome(outcome: Outcome, form: str, *, every: bool) -> None:
    if form == "json":
        shown = {
            "made": outcome.about["made"],
            "same": not outcome.faults,
            "faults": outcome.faults,
            "tables": {table.name: vars(table) for table in outcome.tables},
            "files": outcome.files,
            "database": outcome.database,
            "previous": outcome.previous,
            "previous_files": str(outcome.previous_files or ""),
            "seconds": round(outcome.seconds, 2),
        }
        click.echo(json.dumps(shown, ensure_ascii=False, indent=1))
        return
    if every:
        width = max((len(table.name) for table in outcome.tables), default=0)
        for table in outcome.tables:
            word = "same" if table.same else f"DIFFERENT, {table.expected:,} rows in the backup"
            click.echo(f"{table.name:<{width}}  {table.rows:>12,}  {word}")
    for fault in outcome.faults[:MOST_FAULTS]:
        click.echo(f"Different: {fault}", err=True)
    if len(outcome.faults) > MOST_FAULTS:
        click.echo(f"… and {len(outcome.faults) - MOST_FAULTS} more.", err=True)
    rows = sum(table.rows for table in outcome.tables)
    click.echo(
        f"Backup of {outcome.about['made']}: {rows:,} rows of {len(outcome.tables)} tables and "
        f"{outcome.files} files, {'the same' if not outcome.faults else 'NOT the same'}, "
        f"in {outcome.seconds:.1f} s."
    )
    if outcome.database:
        click.echo(f"It is in the database {outcome.database}.")
    if outcome.previous:
        click.echo(f"What was there before is kept as the database {outcome.previous}.")
    if outcome.previous_files:
        click.echo(f"The files that were there before are kept in {outcome.previous_files}.")


def _remind(path: Path, public: str) -> None:
    lines = (
        _("A new key for backups was made: %(file)s") % {"file": path},
        _("KEEP A COPY OF THIS FILE ELSEWHERE, off this machine."),
        _("Without it no backup can be read, by anybody, ever."),
        _("To back up without the private key here, put the public key into %(file)s:")
        % {"file": keys.recipients_path(default_home())},
        public,
    )
    click.secho("\n".join(("", *lines, "")), fg="yellow", bold=True, err=True)


class Told(click.ClickException):
    """A message that ends the command with this exit code."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.exit_code = code  # type: ignore[misc]


@contextmanager
def _told_faults() -> Iterator[None]:
    """Errors as people read them, each kind with its exit code; SIGTERM cleans up like Ctrl-C."""
    if os.name == "posix":
        signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    except BackupError as error:
        raise Told(str(error), error.code) from None


def _interrupt(_number: int, _frame: Any) -> NoReturn:
    raise KeyboardInterrupt


@contextmanager
def _progress(quiet: bool) -> Iterator[Report]:
    if quiet:
        yield lambda _step, _done, _total: None
        return
    console = Console(stderr=True, highlight=False)
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    ) as shown:
        task = shown.add_task("…", total=None)

        def report(step: str, done: int, total: int) -> None:
            count = f"{done}/{total}" if total else f"{done:,}" if done else ""
            shown.update(task, description=f"{step} {count}".strip())

        yield report
