"""`maarag match --families F --places P --fit FIT`: a person's own tables, placed and explained."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from maarag.cli.answers import Refused, give_answer, progress_bar

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
    from maarag.cli.match_files import read_tables
    from maarag.cli.match_words import as_data, render
    from maarag.cli.table_files import FileError
    from maarag.engines.matching import MatchingError, place

    if families is None or places is None or fit is None:
        raise click.UsageError("Give all three of --families, --places and --fit.")
    try:
        tables = read_tables(families, places, fit, budgets, floors)
        with progress_bar("placing") as report:
            placed = place(tables.problem, progress=report)
    except (FileError, MatchingError) as error:
        raise Refused(str(error)) from None
    give_answer(render(as_data(tables, placed), form), output, form)
