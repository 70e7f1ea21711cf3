"""`maarag match --families F --places P --fit FIT`: a person's own tables, placed and explained."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from maarag.cli.answers import Refused, give_answer, progress_bar
from maarag.database.errors import N_
from maarag.database.errors import translate as _

#: What the engine says as it goes, to be translated where it is shown.
SAID = (
    N_("prices of places, budgets and floors"),
    N_("families that the prices leave undecided"),
    N_("repair"),
    N_("looking for the best to the end"),
    N_("done"),
)


def match_tables(
    files: Mapping[str, Path | None],
    *,
    arrivals: bool = False,
    form: str = "table",
    output: Path | None = None,
) -> None:
    """Place the families of these files (by the names of their options) and print or write the answer;
    `arrivals`: one by one, in the order in which they come. Raises click's errors."""
    from maarag.cli.match_files import read_tables
    from maarag.cli.match_output import arrived_data, placed_data, render
    from maarag.cli.table_files import FileError
    from maarag.engines.matching import MatchingError, answer_arrivals, load_compiled, place

    if any(files.get(name) is None for name in ("families", "places", "fit")):
        raise click.UsageError(_("Give all three of --families, --places and --fit."))
    try:
        with progress_bar(_("reading")) as bar:
            stage = _Stages(bar)
            reading = stage(0.0, 0.2)
            tables = read_tables(
                files,
                arrivals=arrivals,
                report=lambda name: reading(0.0, _("reading %(file)s") % {"file": name}),
            )
            warn(tables.warnings)
            load_compiled()
            if arrivals:
                stage(0.2, 0.4)(0.0, _("answering one by one"))
                pairs = answer_arrivals(tables.problem, tables.history)
                best = place(tables.problem, progress=stage(0.4, 0.6))
                data = arrived_data(tables, pairs, best, stage(0.6, 0.9))
            else:
                placed = place(tables.problem, progress=stage(0.2, 0.5))
                data = placed_data(tables, placed, stage(0.5, 0.9))
            stage(0.9, 1.0)(0.0, _("writing"))
            text = render(data, form)
    except (FileError, MatchingError) as error:
        raise Refused(str(error)) from None
    give_answer(text, output, form)


def warn(warnings: list[str], shown: int = 20) -> None:
    """On standard error; the answer in JSON holds them all."""
    for words in warnings[:shown]:
        click.echo(_("Warning: %(words)s") % {"words": words}, err=True)
    if len(warnings) > shown:
        click.echo(_("and %(count)s more") % {"count": len(warnings) - shown}, err=True)


class _Stages:
    """Parts of one bar: each reports its own share from 0 to 1."""

    def __init__(self, bar: Callable[[float, str], None] | None) -> None:
        self._bar = bar

    def __call__(self, begin: float, end: float) -> Callable[[float, str], Any]:
        def report(share: float, words: str) -> None:
            if self._bar is not None and math.isfinite(share):
                self._bar(begin + share * (end - begin), _(words))

        return report
