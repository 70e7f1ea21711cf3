"""`maarag reach`: can people reach services, and what would close the gaps, from a person's own files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from maarag.cli.answers import Refused, give_answer

if TYPE_CHECKING:
    from maarag.cli.reach_files import BadRow, PairRows, Points
    from maarag.engines.reach import Decay, Pairs, Rule

#: Pairs computed from coordinates without a limit of distance; beyond this many a limit must be given.
MOST_UNLIMITED = 25_000_000
#: Kilometres: threshold of 2sfca when neither pairs nor --max say one.
DEFAULT_KM = 30.0

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


_METHODS = click.Choice(["2sfca", "e2sfca", "3sfca", "raam"])
_FORMATS = click.Choice(["table", "json", "csv"])
_POSITIVE = click.FloatRange(0, min_open=True)

_HELP = {
    "epilog": """Columns are recognised by their names in English or Hebrew; CSV (comma, semicolon or tab;
        UTF-8 or Windows-1255) or Excel. Without --pairs, straight-line kilometres are used.""",
    "method": "How access is measured; raam gives a cost, so lower is better.",
    "max": """Greatest distance or time that counts. Without it all given pairs count; with coordinates
        only, 2sfca counts up to 30 km.""",
    "bands": """Weights by distance. e2sfca: 0-10:1,10-20:0.68,20-30:0.22;
        3sfca: 0-10:0.962,10-20:0.704,20-30:0.377,30-60:0.042.""",
    "decay": """Instead of bands: gaussian:SIGMA, power:BETA[:MINIMUM], gravity:SCALE:ALPHA[:MINIMUM],
        exponential:BETA, linear:REACH or cutgaussian:REACH.""",
    "tau": "raam: travel that weighs as much as average crowding.  [default: 60]",
    "per_unit": "People that one unit of capacity can serve (coverage and gap).",
    "unit_cost": "Money to serve one person; adds the gap in money.",
    "close": "Also the smallest added capacity that closes the gaps.",
    "explain": "Also how the numbers of one place were computed.",
    "skip": "List rows that cannot be used and go on without them.",
}


@click.command(epilog=_HELP["epilog"])
@click.option("--demand", type=_FILE, required=True, help="Places: id, people, lat, lon.")
@click.option("--supply", type=_FILE, required=True, help="Services: id, capacity, lat, lon.")
@click.option("--pairs", "pairs_file", type=_FILE, help="Demand id, supply id, distance or minutes.")
@click.option("--method", type=_METHODS, default="e2sfca", show_default=True, help=_HELP["method"])
@click.option("--max", "max_cost", type=click.FloatRange(0), help=_HELP["max"])
@click.option("--bands", help=_HELP["bands"])
@click.option("--decay", help=_HELP["decay"])
@click.option("--tau", type=_POSITIVE, help=_HELP["tau"])
@click.option("--people-per-unit", type=_POSITIVE, default=1.0, show_default=True, help=_HELP["per_unit"])
@click.option("--unit-cost", type=click.FloatRange(0), help=_HELP["unit_cost"])
@click.option("--close", is_flag=True, help=_HELP["close"])
@click.option("--target", type=click.FloatRange(0, 1, min_open=True), default=1.0, show_default=True,
    help="With --close: the coverage to reach.")  # fmt: skip
@click.option("--explain", "explain_id", metavar="ID", help=_HELP["explain"])
@click.option("--format", "output_format", type=_FORMATS, default="table", show_default=True)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@click.option("--skip-bad-rows", is_flag=True, help=_HELP["skip"])
def reach(
    demand: Path,
    supply: Path,
    pairs_file: Path | None,
    method: str,
    max_cost: float | None,
    bands: str | None,
    decay: str | None,
    tau: float | None,
    people_per_unit: float,
    unit_cost: float | None,
    close: bool,
    target: float,
    explain_id: str | None,
    output_format: str,
    output: Path | None,
    skip_bad_rows: bool,
) -> None:
    """Who can reach services: access, coverage and gap of every place, and what would close the gaps."""
    from maarag.cli.reach_files import read_pairs, read_points
    from maarag.cli.reach_output import Answer, render
    from maarag.cli.table_files import FileError
    from maarag.engines.reach import Prepared, ReachError

    try:
        rule = _rule(method, max_cost, _decay(method, bands, decay), tau, people_per_unit, unit_cost)
        bad: list[BadRow] = []
        places = read_points(demand, "demand", located=pairs_file is None, bad=bad)
        services = read_points(supply, "supply", located=pairs_file is None, bad=bad)
        rows = read_pairs(pairs_file, places, services, bad) if pairs_file is not None else None
        _report(bad, skip_bad_rows)
        warnings: list[str] = []
        if rows is None:
            rule, limit = _limits(rule, warnings, len(places.ids) * len(services.ids))
            pairs, new_points = _by_distance(places, services, limit, close, warnings)
        else:
            limit, new_points = None, None
            pairs = _from_rows(rows, places, services)
        answer = Prepared(pairs, rule).measure(places.amounts, services.amounts)
        closing = answer.close(target=target, new_points=_reaching(new_points, rule)) if close else None
        place = _place(explain_id, places)
        source = "straight-line km" if rows is None else f"pairs file, column {rows.unit}"
        parameters = rule.as_data() | {"distance": source, "pairs_within": limit, "target": target}
        result = Answer(answer, places, services, parameters, warnings, closing, place)
        text = render(result, output_format)
    except (FileError, ReachError) as error:
        raise Refused(str(error)) from error
    give_answer(text, output, output_format)


def _decay(method: str, bands: str | None, decay: str | None) -> Decay | None:
    from maarag.engines.reach import Decay

    if bands is not None and decay is not None:
        raise click.UsageError("give either --bands or --decay, not both")
    given = "--bands" if bands is not None else "--decay" if decay is not None else None
    if given and method in ("2sfca", "raam"):
        raise click.UsageError(f"{method} takes no {given}; use --method e2sfca or 3sfca")
    if bands is not None:
        return Decay.parse_bands(bands)
    return Decay.parse(decay) if decay is not None else None


def _rule(
    method: Any,
    max_cost: float | None,
    decay: Decay | None,
    tau: float | None,
    people_per_unit: float,
    unit_cost: float | None,
) -> Rule:
    from maarag.engines.reach import Rule

    if tau is not None and method != "raam":
        raise click.UsageError(f"{method} takes no --tau; use --method raam")
    if max_cost == float("inf"):
        max_cost = None
    more = {} if tau is None else {"tau": tau}
    return Rule(
        method, max_cost=max_cost, decay=decay, people_per_unit=people_per_unit, unit_cost=unit_cost, **more
    )


def _limits(rule: Rule, warnings: list[str], all_pairs: int) -> tuple[Rule, float | None]:
    """The rule with its default threshold, and how far pairs must be looked for (None: everywhere)."""
    from dataclasses import replace

    if rule.method == "2sfca" and rule.max_cost is None:
        rule = replace(rule, max_cost=DEFAULT_KM)
        warnings.append(f"no --max given: services within {DEFAULT_KM:g} km in a straight line count")
    limit = rule.used_decay.furthest
    # 3SFCA chooses among all services with a weight, also beyond --max (as PySAL access does).
    if rule.max_cost is not None and rule.method != "3sfca":
        limit = min(limit, rule.max_cost)
    if limit != float("inf"):
        return rule, limit
    if all_pairs > MOST_UNLIMITED:
        raise click.UsageError(
            f"{all_pairs:,} pairs of place and service: give --max KM to limit the distance"
        )
    return rule, None


def _by_distance(
    places: Points, services: Points, limit: float | None, close: bool, warnings: list[str]
) -> tuple[Pairs, Pairs | None]:
    from maarag.engines.reach import pairs_by_distance

    for what, points in (("demand", places), ("supply", services)):
        # Israel lies at 29-34° north, 34-36° east: exchanged columns would put it in the Caucasus.
        points_swapped = zip(points.lats, points.lons, strict=True)
        if points.ids and all(34 < lat < 36.5 and 29 < lon < 33.9 for lat, lon in points_swapped):
            warnings.append(
                f"all points of the {what} file lie off Israel: are latitude and longitude swapped?"
            )
    reach_km = float("inf") if limit is None else limit
    pairs = pairs_by_distance(places.lats, places.lons, services.lats, services.lons, reach_km)
    # A new service in one place may also serve its neighbours.
    if not close or limit is None:
        return pairs, None
    return pairs, pairs_by_distance(places.lats, places.lons, places.lats, places.lons, limit)


def _reaching(new_points: Pairs | None, rule: Rule) -> Pairs | None:
    from maarag.engines.reach import Prepared

    return None if new_points is None else Prepared(new_points, rule).reached


def _from_rows(rows: PairRows, places: Points, services: Points) -> Pairs:
    import numpy as np

    from maarag.engines.reach import Pairs

    return Pairs.from_table(
        np.array(rows.origins, dtype=np.int64),
        np.array(rows.destinations, dtype=np.int64),
        rows.costs,
        n_origins=len(places.ids),
        n_destinations=len(services.ids),
    )


def _place(identity: str | None, places: Points) -> int | None:
    if identity is None:
        return None
    if identity not in places.ids:
        raise click.UsageError(f"--explain {identity}: no such id in the demand file")
    return places.ids.index(identity)


def _report(bad: list[BadRow], skip: bool) -> None:
    from maarag.cli.table_files import listing

    if not bad:
        return
    if skip:
        click.echo("\n".join(str(row) for row in bad), err=True)
        click.echo(f"{len(bad)} rows left out.", err=True)
        return
    rows = "1 row" if len(bad) == 1 else f"{len(bad)} rows"
    raise Refused(f"{rows} cannot be used; correct them or add --skip-bad-rows.\n{listing(bad)}")


if __name__ == "__main__":
    reach()
