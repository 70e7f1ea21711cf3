"""`maarag match`: who goes where within what each can take, from a person's own files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from maarag.database.errors import translate as _

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

#: Options of each kind of question, by their names; what is not of the kind asked is refused.
INSTANCE = ("instance", "problem", "seconds", "seed")
PLACING = ("families", "places", "fit", "budgets", "floors")
ARRIVALS = ("families", "places", "fit", "budgets", "arrivals", "history")
WISHES = ("wishes", "priorities", "places", "families", "proposing", "seed")
OF_ALL = ("form", "output")

HELP = (
    _("Match what is in files, in one of four ways. It proposes; people decide."),
    _(
        "--families, --places, --fit [--budgets, --floors]: families to places, the most fit within "
        "capacities, budgets and caseloads, with the reasons for each. Columns are recognised by their names "
        "in English or Hebrew; CSV or Excel."
    ),
    _(
        "The same with --arrivals [--history]: families answered one by one, each at once and without "
        "knowing who comes after, and how much of the best in hindsight that reaches."
    ),
    _(
        "--wishes, --places [--priorities]: families and places that rank each other; a matching that no "
        "family and place would both rather leave for each other."
    ),
    _(
        "--instance FILE: an assignment problem of the OR-Library, at the least cost. JSON holds objective, "
        "bound (nothing costs less), optimal, assignment (for each job its agent, counted from 0) and "
        "seconds. An answer that the time has cut off need not come again with the same --seed."
    ),
    _(
        "Exit code 2: a file or an option cannot be used; 3: nothing keeps within the capacities, or nothing "
        "was found in time."
    ),
)


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    files = (
        ("families", _("Families: id [, name, load, arrives, and any of sex, sector, language, area …].")),
        ("places", _("Places: id, capacity [, name, funder, cost, worker, caseload].")),
        ("fit", _("Pairs: family, place, fit [, cost, funder, eligible, for, against].")),
        ("budgets", _("Budgets: funder, budget. Without it, costs are not looked at.")),
        ("floors", _("Floors: column (of the families), value, least: a number of families or 40%.")),
        ("history", _("With --arrivals: families of the past to learn from, with the columns of --fit.")),
        ("wishes", _("Wishes: family, place, rank (1: the dearest).")),
        ("priorities", _("Priorities: place, family, rank (1: the first). Without it a lottery decides.")),
    )
    for name, words in reversed(files):
        command = click.option(f"--{name}", type=_FILE, help=words)(command)
    return command


@click.command(help="\n\n".join(HELP))
@_options
@click.option("--arrivals", is_flag=True, help=_("Families one by one, in the order of the file or arrives."))
@click.option(
    "--proposing",
    type=click.Choice(["families", "places"]),
    default="families",
    show_default=True,
    help=_("With --wishes: the side for which the matching is the best."),
)
@click.option("--instance", type=_FILE, help=_("An OR-Library assignment file (minimised), also as .gz."))
@click.option("--problem", type=click.IntRange(1), help=_("With --instance: which of its problems, from 1."))
@click.option(
    "--seconds",
    type=click.FloatRange(0, min_open=True),
    default=30.0,
    show_default=True,
    help=_("With --instance: wall time to search, once loaded; it ends sooner where the best is proved."),
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help=_("With --instance and --wishes: start of chance."),
)
@click.option(
    "--format", "form", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True
)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help=_("Write to this file."))
@click.pass_context
def match(ctx: click.Context, /, form: str, output: Path | None, **given: Any) -> None:
    if given["instance"] is not None:
        _only(ctx, "--instance", INSTANCE)
        if form == "csv":
            raise click.UsageError(_("An instance is answered as a table or as JSON."))
        from maarag.cli.match_instance import match_instance

        match_instance(**{name: given[name] for name in INSTANCE}, form=form, output=output)
    elif given["wishes"] is not None:
        _only(ctx, "--wishes", WISHES)
        from maarag.cli.match_wishes import match_wishes

        match_wishes(**{name: given[name] for name in WISHES}, form=form, output=output)
    elif any(given[name] is not None for name in (*PLACING, *ARRIVALS) if name != "arrivals"):
        arrivals = bool(given["arrivals"])
        _only(ctx, "--arrivals" if arrivals else "--families", ARRIVALS if arrivals else PLACING)
        from maarag.cli.match_tables import match_tables

        files = {name: given[name] for name in {*PLACING, *ARRIVALS} - {"arrivals"}}
        match_tables(files, arrivals=arrivals, form=form, output=output)
    else:
        raise click.UsageError(
            _("Say what to match: --families, --places and --fit; --wishes and --places; or --instance.")
        )


def _only(ctx: click.Context, asked: str, names: tuple[str, ...]) -> None:
    """Refuse, by name, options that the kind of question asked does not look at."""
    others = [
        max(parameter.opts, key=len)
        for parameter in ctx.command.params
        if parameter.name not in (*names, *OF_ALL)
        and ctx.get_parameter_source(parameter.name or "") is not ParameterSource.DEFAULT
    ]
    if others:
        given = {"options": ", ".join(others), "asked": asked}
        raise click.UsageError(_("Together with %(asked)s this cannot be given: %(options)s") % given)
