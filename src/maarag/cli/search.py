"""`maarag search`: services that answer a query, from the loaded directory or from a file."""

from __future__ import annotations

import csv
import json
import sys
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import click

from maarag.cli.main import database_in_use, require_migrated
from maarag.database.errors import translate as _

if TYPE_CHECKING:
    from maarag.engines.search import Results, SearchIndex
    from maarag.standards.text_files import Problem

Labels = dict[str, tuple[str, str, str]]
"""(code, name, organisation) by the id that the index knows."""


class _Point(click.ParamType):
    """LAT,LON in degrees."""

    name = "lat,lon"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, float]:
        if isinstance(value, tuple):
            return value
        try:
            lat, lon = (float(part) for part in str(value).split(","))
        except ValueError:
            self.fail(
                _("%(value)s is not LAT,LON in degrees, such as 32.08,34.78") % {"value": value}, param, ctx
            )
        if not (abs(lat) <= 90 and abs(lon) <= 180):
            self.fail(_("%(value)s is outside the range of degrees") % {"value": value}, param, ctx)
        return lat, lon


@click.command(
    help=_(
        "Services that answer QUERY, the best first; without one, all of them. Hebrew, Arabic or English: "
        "prefixes, plurals, gershayim, synonyms and slips are understood."
    )
)
@click.argument("query", default="")
@click.option("--format", "output", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option(
    "--services", type=click.Path(exists=True, dir_okay=False), help=_("HSDS JSON, CSV or Excel file.")
)
@click.option(
    "--skip-bad-rows", is_flag=True, help=_("List rows that cannot be understood and go on without them.")
)
@click.option(
    "--language",
    type=click.Choice(["he", "ar", "en"]),
    default="he",
    show_default=True,
    help=_("Language of the names of the loaded directory; a file's stay as they are."),
)
@click.option("--limit", type=click.IntRange(0), default=20, show_default=True)
@click.option("--offset", type=click.IntRange(0), default=0)
@click.option("--term", multiple=True, help=_("Code of the taxonomy; a parent stands for its descendants."))
@click.option("--near", type=_Point(), metavar="LAT,LON", help=_("Raise services near this point."))
@click.option(
    "--within", type=click.FloatRange(0, min_open=True), metavar="KM", help=_("With --near: not further.")
)
def search(
    query: str,
    output: str,
    services: str | None,
    skip_bad_rows: bool,
    language: str,
    limit: int,
    offset: int,
    term: tuple[str, ...],
    near: tuple[float, float] | None,
    within: float | None,
) -> None:
    if within is not None and near is None:
        raise click.UsageError(_("--within needs --near LAT,LON"))
    where: dict[str, Any] = {
        "limit": limit,
        "offset": offset,
        "term": term,
        "near": near,
        "within_km": within,
    }
    if services:
        index = _of_file(services, skip_bad_rows)
        results = index.search(query, **where)
        labels = {hit.id: (hit.id, *index.label(hit.id)) for hit in results.hits}
    else:
        results, labels = _of_directory(query, where, language)
    answer = as_json(query, results, labels)
    if output == "json":
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        _print_table(answer)


def _of_file(path: str, skip_bad_rows: bool) -> SearchIndex:
    from maarag.engines.search import Document, SearchIndex
    from maarag.standards.service_files import ServiceFileError, read_services

    skipped: list[Problem] | None = [] if skip_bad_rows else None
    try:
        records = read_services(path, skipped=skipped)
    except ServiceFileError as error:
        rows = any(problem.row for problem in error.problems)
        hint = "\n" + _("Correct these rows, or go on without them: --skip-bad-rows") if rows else ""
        raise click.ClickException(f"{error}{hint}") from error
    for problem in skipped or ():
        click.echo(_("left out, %(problem)s") % {"problem": problem.message}, err=True)
    documents = [
        Document(
            id=record.id,
            name=record.name,
            description=record.description,
            organisation=record.organisation,
            terms=record.terms,
            # A file may have names where codes belong; both are words to find by.
            term_names=(*record.term_names, *(_words_of(term) for term in record.terms)),
            lat=record.lat,
            lon=record.lon,
            place=record.area,
            extra=record.population,
        )
        for record in records
    ]
    return SearchIndex.build(documents, names_of=_names_of_codes())


def _names_of_codes() -> dict[str, list[str]]:
    """Names in three languages of the taxonomy that comes with the program: a file may have codes alone."""
    text = (files("maarag.demo") / "data" / "taxonomy.csv").read_text("utf-8-sig")
    return {
        row["code"]: [name for name in (row["name_he"], row["name_ar"], row["name_en"]) if name]
        for row in csv.DictReader(text.splitlines())
    }


def _words_of(term: str) -> str:
    """A code without its root as words; a name as it is."""
    return " ".join(term.split(":")[1:]).replace("_", " ") if ":" in term else term


def _of_directory(query: str, where: dict[str, Any], language: str) -> tuple[Results, Labels]:
    with database_in_use():
        from maarag.domains.services.search import directory_index, told

        require_migrated()
        results = directory_index().search(query, **where)
        return results, told((hit.id for hit in results.hits), language)


def as_json(query: str, results: Results, labels: Labels) -> dict[str, Any]:
    """The answer as `--format json` prints it; `labels`: of the hits by id.

    A hit without a label is of a service that is no longer in the directory, and is left out.
    """
    from maarag.language import with_final_letter

    return {
        "query": query,
        "total": results.total,
        "results": [
            {
                "id": labels[hit.id][0],
                "name": labels[hit.id][1],
                "organisation": labels[hit.id][2],
                "score": hit.score,
                "distance_km": hit.distance_km,
                "why": [
                    {
                        "asked": " ".join(with_final_letter(word) for word in match.asked.split()),
                        "found": with_final_letter(match.found),
                        "field": match.field,
                        "kind": match.kind,
                    }
                    for match in hit.matched
                ],
            }
            for hit in results.hits
            if hit.id in labels
        ],
        "facets": [{"code": code, "count": count} for code, count in results.facets.items()],
        "corrections": [{"typed": item.typed, "meant": item.meant} for item in results.corrections],
    }


def _print_table(answer: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=None if sys.stdout.isatty() else 160)
    for correction in answer["corrections"]:
        console.print(Text(_("“%(typed)s” is not known; searched “%(meant)s”.") % correction))
    found = _("Services found: %(total)s") % answer
    if not answer["results"]:
        console.print(Text(found))
        return
    kinds = {
        "exact": _("the word itself"),
        "form": _("another form"),
        "synonym": _("same meaning"),
        "slip": _("corrected"),
        "begins": _("begins so"),
    }
    far = any(result["distance_km"] is not None for result in answer["results"])
    table = Table(title=found, title_justify="left")
    for heading in (_("id"), _("Service"), _("Organisation"), *([_("km")] if far else []), _("Why")):
        table.add_column(heading)
    for result in answer["results"]:
        parts = [f"{part['found']} ({kinds[part['kind']]})" for part in result["why"][:4]]
        km = "" if result["distance_km"] is None else f"{result['distance_km']:.1f}"
        cells = (result["id"], result["name"], result["organisation"], *([km] if far else []))
        table.add_row(*(Text(cell) for cell in (*cells, ", ".join(dict.fromkeys(parts)))))
    console.print(table)
