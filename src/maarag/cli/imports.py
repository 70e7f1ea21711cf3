"""`maarag import KIND FILE`: the same reading and loading as in the pages, by the system's own account."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from maarag.cli.main import database_in_use, require_migrated

SHOWN = 20


@click.command("import")
@click.argument("kind")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what every row would become, and write nothing.")
@click.option(
    "--all-or-nothing",
    "mode",
    flag_value="all",
    default="all",
    help="Load only if no row has a problem (default).",
)
@click.option("--understood", "mode", flag_value="understood", help="Load the rows that are understood.")
@click.option("--sheet", default="", help="Name of the sheet, for a workbook with several.")
@click.option("--version", default="", help="Version of the taxonomy.")
@click.option(
    "--renames",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Renames of the taxonomy, one a line: old->new.",
)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def import_(
    kind: str, file: Path, dry_run: bool, mode: str, sheet: str, version: str, renames: Path | None, form: str
) -> None:
    """Load a FILE (Excel, CSV, JSON) of a KIND: authorities, departments, needs, service-catalogue,
    services, taxonomy.
    """
    with database_in_use():
        require_migrated()
        from django.core.files import File

        from maarag.kernel.access.actions import system_account
        from maarag.kernel.imports.actions import LoadRefused, NotReady, apply_file, read_file, take_in
        from maarag.kernel.imports.importer import UnknownKind
        from maarag.kernel.imports.models import FileStatus
        from maarag.kernel.imports.reading import FileRefused

        by = system_account()
        options = {"version": version} if version else {}
        if renames:
            options["renames"] = renames.read_text("utf-8-sig")
        try:
            with file.open("rb") as stream:
                found = take_in(
                    by=by, kind=kind, file=File(stream), name=file.name, sheet=sheet, options=options
                )
            found = read_file(by=by, import_file=found)
            if found.status == FileStatus.REFUSED:
                raise FileRefused(found.message)
            _show(found, form, dry_run=dry_run)
            if not dry_run:
                found = apply_file(by=by, import_file=found, mode=mode)
                _loaded(found, form)
        except (FileRefused, UnknownKind, NotReady, LoadRefused) as error:
            raise click.ClickException(str(error)) from None


def _show(found: Any, form: str, *, dry_run: bool) -> None:
    problems = list(found.rows.filter(status="problem").values("number", "problems")[:SHOWN])
    if form == "json":
        if dry_run:
            click.echo(json.dumps(_summary(found), ensure_ascii=False, indent=2))
        return
    for status, number in sorted(found.counts.items()):
        click.echo(f"{status:<10} {number:>9,}")
    if found.unknown_columns:
        click.echo("columns not used: " + ", ".join(found.unknown_columns))
    for row in problems:
        reasons = " ".join(f"{problem['reason']} {problem['hint']}".strip() for problem in row["problems"])
        click.echo(f"row {row['number']}: {reasons}")
    left = found.counts.get("problem", 0) - len(problems)
    if left > 0:
        click.echo(f"and {left:,} more rows with problems")


def _loaded(found: Any, form: str) -> None:
    if form == "json":
        click.echo(json.dumps(_summary(found), ensure_ascii=False, indent=2))
    else:
        click.echo(
            f"loaded: {found.to_apply:,} rows"
            if found.to_apply
            else "nothing has changed: every row is as it was"
        )


def _summary(found: Any) -> dict[str, Any]:
    return {
        "kind": found.kind,
        "file": found.name,
        "sha256": found.sha256,
        "encoding": found.encoding,
        "sheet": found.sheet,
        "status": found.status,
        "counts": found.counts,
        "loaded": found.to_apply if found.status == "applied" else 0,
        "unknown_columns": found.unknown_columns,
        "problems": list(found.rows.filter(status="problem").values("number", "problems")[:1000]),
    }
