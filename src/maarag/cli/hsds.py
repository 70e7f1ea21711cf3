"""`maarag export hsds` and `maarag import-hsds`: the directory in the form of HSDS 3.1."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from maarag.cli.main import database_in_use, require_migrated
from maarag.database.errors import translate as _

SHOWN = 40


@click.group("export", help=_("Write what is stored for other programs."))
def export() -> None:
    pass


@export.command(
    "hsds",
    help=_(
        "The whole directory as HSDS 3.1: json (a list of services), ndjson (one service a line) or tabular "
        "(a zip of CSV files with datapackage.json, with organisations that have no services too)."
    ),
)
@click.option(
    "--format", "form", type=click.Choice(["json", "ndjson", "tabular"]), default="json", show_default=True
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help=_("The file to write, whole or not at all; without it, the standard output."),
)
def export_hsds(form: str, output: Path | None) -> None:
    if output is None and form == "tabular" and sys.stdout.isatty():
        raise click.UsageError(_("A zip cannot be shown here: name a file with --output."))
    if output is not None and not output.absolute().parent.is_dir():
        raise click.UsageError(_("There is no folder %(folder)s.") % {"folder": output.absolute().parent})
    with database_in_use():
        require_migrated()
        from maarag.standards.hsds.exports import WRITERS, write_file

        if output is None:
            WRITERS[form](sys.stdout.buffer, None)
            return
        try:
            number = write_file(output, form)
        except OSError as error:
            raise click.ClickException(
                _("%(file)s cannot be written: %(reason)s.") % {"file": output, "reason": error.strerror}
            ) from None
        click.echo(
            _("%(number)s services written to %(file)s") % {"number": number, "file": output}, err=True
        )


@click.command(
    "import-hsds",
    help=_(
        "Load services in HSDS 3.1 with organisations, programmes and locations: JSON (services, "
        "organisations with services, pages, one object a line), or the tabular package as zip or folder. "
        "All or nothing; loading the same twice changes nothing."
    ),
)
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option("--source", default="", help=_("Code or name of the source; made if it is new."))
@click.option(
    "--sector", default="civil_society", show_default=True, help=_("Of organisations that do not say theirs.")
)
@click.option(
    "--leave-unknown-terms", is_flag=True, help=_("Go on without terms that the taxonomy does not have.")
)
@click.option("--dry-run", is_flag=True, help=_("Only say what would be done."))
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def import_hsds(
    file: Path, source: str, sector: str, leave_unknown_terms: bool, dry_run: bool, form: str
) -> None:
    with database_in_use():
        require_migrated()
        from maarag.kernel.access.actions import system_account
        from maarag.standards.hsds.actions import ImportRefused, load
        from maarag.standards.hsds.reading.files import read_path

        try:
            done = load(
                by=system_account(),
                package=read_path(file),
                name=file.name,
                source=source,
                sector=sector,
                leave_unknown_terms=leave_unknown_terms,
                dry_run=dry_run,
            )
        except ImportRefused as refused:
            if form == "json":
                click.echo(json.dumps({"problems": refused.problems}, ensure_ascii=False, indent=2))
                raise click.exceptions.Exit(1) from None
            lines = [f"{problem['where']}: {problem['reason']}" for problem in refused.problems[:SHOWN]]
            if len(refused.problems) > SHOWN:
                lines.append(_("and %(number)s more") % {"number": len(refused.problems) - SHOWN})
            head = _("Nothing was loaded. Problems in %(file)s:") % {"file": file.name}
            raise click.ClickException("\n".join([head, *lines])) from None
        _show(done.as_json(), form)


def _show(done: dict[str, Any], form: str) -> None:
    if form == "json":
        click.echo(json.dumps(done, ensure_ascii=False, indent=2))
        return
    for name, numbers in done["records"].items():
        click.echo(f"{name:<14} {numbers['read']:>9,} {numbers['changed']:>9,}")
    click.echo(_("(read, and of these new or changed)"))
    for note in done["notes"][:SHOWN]:
        click.echo(note, err=True)
