"""`maarag match --families F --places P --fit FIT`: a person's own tables, placed and explained."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from maarag.engines.matching import Sheet

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_OPTIONS = (
    ("--families", "families", "Families: id [, name, load, and any of sex, sector, language, area …]."),
    ("--places", "places", "Places: id, capacity [, name, funder, cost, worker, caseload]."),
    ("--fit", "fit", "Pairs: family, place, fit [, cost, funder, eligible, for, against]."),
    ("--budgets", "budgets", "Budgets: funder, budget. Without it, costs are not looked at."),
    ("--floors", "floors", "Floors: column (of the families), value, least: a number of families or 40%."),
)


def table_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a person's own tables, for the command `match`."""
    command = click.option(
        "--output", type=click.Path(dir_okay=False, path_type=Path), help="With tables: write to this file."
    )(command)
    for option, name, words in reversed(_OPTIONS):
        command = click.option(option, name, type=_FILE, help=words)(command)
    return command


class Refused(click.ClickException):
    """Tables that cannot be used: exit code 2."""

    exit_code = 2


def match_tables(
    families: Path | None,
    places: Path | None,
    fit: Path | None,
    budgets: Path | None = None,
    floors: Path | None = None,
    *,
    form: str = "table",
    output: Path | None = None,
) -> None:
    """Place the families of these files and print or write the answer. Raises click's errors."""
    from maarag.cli.match_words import as_data, render
    from maarag.engines.matching import MatchingError, place, read_tables

    if families is None or places is None or fit is None:
        raise click.UsageError("Give all three of --families, --places and --fit.")
    try:
        tables = read_tables(
            _sheet(families),
            _sheet(places),
            _sheet(fit),
            _sheet(budgets) if budgets is not None else None,
            _sheet(floors) if floors is not None else None,
        )
        with _shown() as report:
            placed = place(tables.problem, progress=report)
    except MatchingError as error:
        raise Refused(str(error)) from None
    _write(render(as_data(tables, placed), form), output, form)


def _sheet(path: Path) -> Sheet:
    from maarag.engines.matching import Sheet
    from maarag.standards.text_files import ServiceFileError, csv_rows, decode, is_workbook, workbook_rows

    try:
        data = path.read_bytes()
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}") from None
    try:
        if is_workbook(data):
            return Sheet(path.name, workbook_rows(data, path.name))
        return Sheet(path.name, csv_rows(decode(data, path.name), path.name))
    except ServiceFileError as error:
        raise Refused(f"{path.name}: {error}") from None


@contextmanager
def _shown() -> Iterator[Callable[[float, str], None] | None]:
    """Progress on a terminal's standard error; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("placing", total=1.0)
        yield lambda share, words: bar.update(task, completed=share, description=words)


def _write(text: str, output: Path | None, form: str) -> None:
    if output is None:
        click.echo(text, nl=not text.endswith("\n"))
        return
    import os

    # Excel recognises UTF-8 by its mark; written beside and renamed, so that no half file is ever seen.
    encoding = "utf-8-sig" if form == "csv" else "utf-8"
    beside = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        beside.write_text(text if text.endswith("\n") else text + "\n", encoding=encoding, newline="")
        beside.replace(output)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise Refused(f"{output} cannot be written: {error.strerror}") from None
