"""`maarag match`: who goes where within the capacities, at the least cost, from a file."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from maarag.cli.match_tables import match_tables, table_options

if TYPE_CHECKING:
    from maarag.engines.matching import Assigned, AssignmentInstance, Progress

#: Exit codes: a file that cannot be read; nothing keeps within the capacities, or nothing was found in time.
UNREADABLE, UNMATCHED = 2, 3

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class MatchError(click.ClickException):
    """What went wrong, in words, with its exit code."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


@click.command()
@click.option("--instance", type=_FILE, help="An OR-Library assignment file (minimised).")
@click.option(
    "--seconds",
    type=click.FloatRange(0, min_open=True),
    default=30.0,
    show_default=True,
    help="Wall time to search; it ends sooner where the best is proved.",
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
        read_instance,
        solve_assignment,
    )

    began = time.monotonic()
    try:
        problem = read_instance(path)
    except InstanceError as error:
        raise MatchError(f"{path}: {error}", UNREADABLE) from None
    except OSError as error:
        raise MatchError(f"{path} cannot be read: {error.strerror}", UNREADABLE) from None
    try:
        with _shown(seconds) as report:
            left = seconds - (time.monotonic() - began)
            answer = solve_assignment(problem, left, seed=seed, progress=report)
    except (InfeasibleError, NotFoundError) as error:
        raise MatchError(f"{path}: {error}", UNMATCHED) from None
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


@contextmanager
def _shown(seconds: float) -> Iterator[Callable[[Progress], None] | None]:
    """Progress on a terminal's standard error; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (BarColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("searching", total=seconds)

        def report(now: Progress) -> None:
            best = "–" if now.objective is None else f"{now.objective:,}"
            words = f"best {best}, bound {now.bound:,}"
            bar.update(task, completed=min(now.seconds, seconds), description=words)

        yield report
