"""`maarag match`: who goes where within the capacities, at the least cost, from a file."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from maarag.cli.answers import Refused, progress_bar
from maarag.cli.match_tables import match_tables, table_options

if TYPE_CHECKING:
    from maarag.engines.matching import Assigned, AssignmentInstance, Progress

#: Exit codes: a file that cannot be read; nothing keeps within the capacities, or nothing was found in time.
UNREADABLE, UNMATCHED = 2, 3

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--instance", type=_FILE, help="An OR-Library assignment file (minimised).")
@click.option(
    "--seconds",
    type=click.FloatRange(0, min_open=True),
    default=30.0,
    show_default=True,
    help="Wall time to search, from when the engine is loaded; it ends sooner where the best is proved.",
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Start of chance.")
@click.option(
    "--format", "form", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True
)
@table_options
def match(instance: Path | None, seconds: float, seed: int, form: str, **tables: Any) -> None:
    """Assign what is in a file within the capacities, at the least cost.

    --instance FILE: each job of an OR-Library assignment problem to one agent. JSON holds objective, bound
    (nothing costs less), optimal, assignment (for each job its agent, counted from 0) and seconds. Exit
    code 2: the file cannot be read; 3: nothing keeps within the capacities, or nothing was found in time.

    --families, --places, --fit [--budgets, --floors]: families to places, the most fit within capacity,
    budgets and caseloads, with the reasons for each. Columns are recognised by their names in English or
    Hebrew; CSV or Excel.
    """
    if any(path is not None for path in tables.values()):
        if instance is not None:
            raise click.UsageError("Give either --instance or tables of your own, not both.")
        match_tables(form=form, **tables)
        return
    if instance is None:
        raise click.UsageError("Say what to match: --instance FILE, or --families, --places and --fit.")
    if form == "csv":
        raise click.UsageError("An instance is answered as a table or as JSON.")
    _match_instance(instance, seconds, seed, form)


def _match_instance(path: Path, seconds: float, seed: int, form: str) -> None:
    """Solve one OR-Library file and print the answer."""
    from maarag.engines.matching import (
        InfeasibleError,
        InstanceError,
        NotFoundError,
        load_compiled,
        read_instance,
        solve_assignment,
    )

    # Loading takes a second, and compiling (the very first time) some twenty: not part of the search.
    load_compiled()
    began = time.monotonic()
    try:
        problem = read_instance(path)
    except InstanceError as error:
        raise Refused(f"{path}: {error}", UNREADABLE) from None
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}", UNREADABLE) from None
    try:
        with progress_bar("searching") as show:
            left = seconds - (time.monotonic() - began)

            def report(now: Progress) -> None:
                if show is not None:
                    best = "–" if now.objective is None else f"{now.objective:,}"
                    show(now.seconds / seconds, f"best {best}, bound {now.bound:,}")

            answer = solve_assignment(problem, left, seed=seed, progress=report)
    except (InfeasibleError, NotFoundError) as error:
        raise Refused(f"{path}: {error}", UNMATCHED) from None
    if form == "json":
        click.echo(json.dumps(as_json(answer), ensure_ascii=False))
    else:
        click.echo(_as_table(problem, answer), nl=False)


def as_json(answer: Assigned) -> dict[str, Any]:
    """The answer as `--format json` prints it; `assignment` is the agent of each job, counted from 0."""
    return {
        "objective": answer.objective,
        "bound": answer.bound,
        "optimal": answer.optimal,
        "assignment": answer.assignment.tolist(),
        "seconds": round(answer.seconds, 3),
    }


def _as_table(problem: AssignmentInstance, answer: Assigned) -> str:
    loads = problem.loads(answer.assignment)
    proof = "proved to be the least" if answer.optimal else f"gap {answer.gap:.3%}"
    lines = [
        f"objective  {answer.objective:,}",
        f"bound      {answer.bound:,} ({proof})",
        f"seconds    {answer.seconds:.1f}",
        "",
        "agent     load  capacity  jobs (agents and jobs counted from 0)",
    ]
    for agent in range(problem.agents):
        jobs = " ".join(str(job) for job in (answer.assignment == agent).nonzero()[0])
        lines.append(f"{agent:5}{loads[agent]:9}{problem.capacity[agent]:10}  {jobs}".rstrip())
    return "\n".join(lines) + "\n"
